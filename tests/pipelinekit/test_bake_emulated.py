"""The bake, carried out for real by the emulator: alarms and metrics in another account, looks, a no, and its end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelinekit.kinds import check_states, limits_of
from pipelinekit.machine import definition, gate
from pipelinekit.plan import Check
from tests.pipelinekit.doubles import FakeService, MutationDouble
from tests.pipelinekit.emulator import Emulator
from tests.pipelinekit.test_validation_emulated import (  # noqa: F401 - fixtures of the same machine
    ELSEWHERE,
    EXECUTION,
    HOME,
    ROLE,
    aws,
    baking,
    ended,
    machine,
    outcomes_of,
    run_of,
    service,
    service_of,
    validated,
)

pytestmark = pytest.mark.slow


def bake_run(bake: dict[str, Any], **other: Any) -> dict[str, Any]:
    return run_of("bake", "BAKE", **{"configuration": bake, "timeoutMinutes": 135, **other})


@pytest.fixture(scope="module")
def bake(aws: Emulator) -> dict[str, Any]:  # noqa: F811 - the fixture
    """A bake's configuration, and what it sees: one alarm that is OK, another that nobody made; requests, faults and
    latency before and since. The gate's clock is the machine's, so the bake's times are counted from when this runs.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    start = now - timedelta(minutes=40)
    cloudwatch = aws.client("cloudwatch", *ELSEWHERE)
    of = {"Namespace": "shop", "MetricName": "5XX", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1}
    cloudwatch.put_metric_alarm(
        AlarmName="high", Threshold=1, ComparisonOperator="GreaterThanThreshold", ActionsEnabled=False, **of
    )
    cloudwatch.set_alarm_state(AlarmName="high", StateValue="OK", StateReason="quiet")
    points = [
        *((start - timedelta(minutes=30), name, value) for name, value in (("Count", 600), ("Latency", 80))),
        *((start + timedelta(minutes=5), name, value) for name, value in (("Count", 40), ("5XX", 2), ("Latency", 100))),
        *((now - timedelta(minutes=5), name, value) for name, value in (("Count", 1), ("Latency", 200))),
    ]
    dimensions = [{"Name": "Api", "Value": "a1"}]
    data = [
        {"MetricName": name, "Timestamp": at, "Value": value, "Dimensions": dimensions} for at, name, value in points
    ]
    cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
    deployed = start - timedelta(minutes=10)
    return {"minutes": 60, "deployedFrom": deployed.isoformat(), "bakesFrom": start.isoformat()}


def looks_of(double: MutationDouble) -> list[dict[str, Any]]:
    return [values for field, values in double.asked if field == "observeBake"]


def test_the_gate_looks_until_the_service_says_that_it_is_over(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
) -> None:
    """Alarms and metrics are read in the environment's role, in another account and Region; a missing alarm is null."""
    going = baking("RUNNING", "bake 3 h left", "41 of 100 requests in gamma-us-east-1")
    double = service.answer = service_of([bake_run(bake)], bakes=[going, going])
    assert validated(aws, machine)["status"] == "SUCCEEDED"
    assert outcomes_of(double) == {"bake": ("PASSED", None)}
    looks = looks_of(double)
    assert [look["checkRun"] for look in looks] == ["bake"] * 3
    (seen,) = looks[0]["observations"]
    minutes = {name: seen[name].pop("minutes") for name in ("before", "since", "lately")}
    assert (minutes["before"], minutes["lately"]) == (60, 10)
    assert minutes["since"] >= 36  # and as long more as this machine has taken
    assert seen == {
        "environment": "gamma-us-east-1",
        "alarms": [
            {"name": "high", "role": "HIGH_SEVERITY", "state": "OK", "reason": "quiet"},
            {"name": "ghost", "role": "AGGREGATE", "state": None, "reason": ""},
        ],
        "before": {"requests": 600, "faults": None, "latency": 80},
        "since": {"requests": 41, "faults": 2, "latency": 150},
        "lately": {"requests": 1, "faults": None, "latency": 200},
    }


ENDS = [
    ("FAILED", ["high is in ALARM in gamma-us-east-1", "and more"], "high is in ALARM in gamma-us-east-1; and more"),
    ("INCONCLUSIVE", ["41 of 100 requests in gamma-us-east-1"], "41 of 100 requests in gamma-us-east-1"),
    ("CANCELLED", ["the execution is STOPPED"], "the execution is STOPPED"),
]


@pytest.mark.parametrize(("status", "reasons", "cause"), ENDS)
def test_each_end_of_a_bake_is_told(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
    status: str,
    reasons: list[str],
    cause: str,
) -> None:
    """With its reasons, and the wave has not passed."""
    double = service.answer = service_of([bake_run(bake)], bakes=[baking("RUNNING", "time"), baking(status, *reasons)])
    found = validated(aws, machine)
    assert (found["status"], found["error"]) == ("FAILED", "WaveNotPassed")
    assert outcomes_of(double) == {"bake": (status, cause)}


def test_a_no_of_the_bake_leaves_the_other_checks(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
) -> None:
    """The Map is left by its catch, and the service is told for whose no. AWS stops what still runs in it; the emulator
    waits for that, so the other one ends here by itself.
    """
    other = run_of("other", "LAMBDA", configuration={"functionName": "passes"})
    double = service.answer = service_of([other, bake_run(bake)], bakes=[baking("FAILED", "in ALARM")])
    found = validated(aws, machine)
    assert (found["status"], found["error"]) == ("FAILED", "WaveNotPassed")
    (concluded,) = [values for field, values in double.asked if field == "concludeWave"]
    assert concluded == {"executionId": EXECUTION, "stage": "gamma-1", "cancelledBy": "bake"}
    assert outcomes_of(double) == {"bake": ("FAILED", "in ALARM"), "other": ("PASSED", None)}


@pytest.mark.parametrize(("other", "left"), [({}, True), ({"mode": "SHADOW"}, False), ({"failureLimit": 1}, False)])
def test_a_no_of_an_alarm_leaves_the_other_checks_where_it_blocks(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    other: dict[str, Any],
    left: bool,
) -> None:
    """One that is only observed, or that so many environments may fail, is waited with."""
    cloudwatch = aws.client("cloudwatch", *HOME)
    of = {"Namespace": "shop", "MetricName": "5XX", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1}
    cloudwatch.put_metric_alarm(
        AlarmName="loud", Threshold=1, ComparisonOperator="GreaterThanThreshold", ActionsEnabled=False, **of
    )
    cloudwatch.set_alarm_state(AlarmName="loud", StateValue="ALARM", StateReason="said so")
    runs = [
        run_of("alarm", "ALARM", configuration={"alarmName": "loud"}, timeoutMinutes=1, **other),
        run_of("passes", "LAMBDA", configuration={"functionName": "passes"}),
    ]
    double = service.answer = service_of(runs)
    validated(aws, machine)
    assert outcomes_of(double)["alarm"][0] == "FAILED"
    (concluded,) = [values for field, values in double.asked if field == "concludeWave"]
    assert concluded.get("cancelledBy") == ("alarm" if left else None)


def test_a_no_that_cannot_be_reported_leaves_them_too(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
) -> None:
    """The outcome goes with the conclusion, before it is asked."""
    double = service_of([bake_run(bake)], bakes=[baking("FAILED", "in ALARM")])
    finishes = iter(range(6))

    def answer(body: dict[str, Any]) -> tuple[int, object]:
        failing = "finishCheckRun" in body["query"] and next(finishes, None) is not None
        return (503, b"") if failing else double(body)

    service.answer = answer
    found = validated(aws, machine)
    assert found["error"] == "WaveNotPassed", found
    assert outcomes_of(double) == {"bake": ("FAILED", "in ALARM")}
    told = [field for field, _ in double.asked]
    assert told[-2:] == ["finishCheckRun", "concludeWave"]
    assert double.asked[-1][1]["cancelledBy"] == "bake"


def test_while_nobody_can_judge_the_bake_goes_on(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
) -> None:
    """The service is away: neither a pass nor a failure; it is asked until it is back."""
    double = service_of([bake_run(bake)], bakes=[baking("RUNNING", "time")])
    away = iter(range(7))

    def answer(body: dict[str, Any]) -> tuple[int, object]:
        return (503, b"") if "observeBake" in body["query"] and next(away, None) is not None else double(body)

    service.answer = answer
    assert validated(aws, machine)["status"] == "SUCCEEDED"
    assert len(looks_of(double)) == 2


def test_a_look_that_is_refused_is_no_pass(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
) -> None:
    """As one from a newer pipelinekit: it could not be carried out, and the sentence says why."""
    refused = {"code": "INVALID_VALUE", "message": "observations[0].new is not known.", "path": [], "remedy": ""}
    double = service_of([bake_run(bake)])
    double.payloads["observeBake"] = {"bake": None, "errors": [refused]}
    service.answer = double
    assert validated(aws, machine)["status"] == "FAILED"
    assert outcomes_of(double) == {"bake": ("ERRORED", "observations[0].new is not known.")}


def test_a_bake_without_an_end_has_timed_out(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
    bake: dict[str, Any],
) -> None:
    """The service never decides: after all looks that the time allows, the machine does not ask for ever."""
    double = service.answer = service_of([bake_run(bake, timeoutMinutes=3)], bakes=[baking("RUNNING", "41 of 100")] * 9)
    validated(aws, machine)
    assert outcomes_of(double) == {"bake": ("TIMED_OUT", "after 3 looks it has come to no end: 41 of 100")}


@pytest.mark.parametrize(
    ("kind", "seconds", "state"),
    [
        ("EXTERNAL", 60, "AskOutside60"),
        ("EXTERNAL", 600, "AskOutside900"),
        ("EXTERNAL", 7_200, "AskOutside"),
        ("STATE_MACHINE", 120, "RunStateMachine120"),
        ("STATE_MACHINE", 900, "RunStateMachine"),
        ("LAMBDA", 900, "RunLambda"),
    ],
)
def test_a_check_has_its_own_time(aws: Emulator, kind: str, seconds: int, state: str) -> None:  # noqa: F811
    """The state with its limit is chosen; for one that came after the synth, the next longer."""
    times = [("EXTERNAL", 1), ("EXTERNAL", 15), ("STATE_MACHINE", 2), ("LAMBDA", 15), ("HTTP", 1)]
    limits = limits_of(Check("c", kind_, "AFTER", "BLOCKING", minutes, {}, 0, 0) for kind_, minutes in times)
    assert limits == {"EXTERNAL": [60, 900], "STATE_MACHINE": [120]}
    states = check_states(gate, limits)
    targets = {choice["Next"] for choice in states["Kind"]["Choices"]} | {states["Kind"]["Default"]}
    ends = {name: {"Type": "Pass", "Output": {"state": name}, "End": True} for name in targets}
    begin = {"Type": "Pass", "Assign": {"check": "{% $states.input %}"}, "Next": "Kind"}
    text = json.dumps(
        {"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {"Begin": begin, **ends, "Kind": states["Kind"]}}
    )
    client = aws.client("stepfunctions", *HOME)
    made = client.create_state_machine(name=f"kind-{kind}-{seconds}", definition=text, roleArn=ROLE)
    given = json.dumps({"kind": kind, "timeoutSeconds": seconds})
    arn = client.start_execution(stateMachineArn=made["stateMachineArn"], input=given)["executionArn"]
    assert json.loads(ended(aws, arn)["output"]) == {"state": state}


def test_an_external_check_that_nobody_answers_times_out(
    aws: Emulator,  # noqa: F811 - the fixtures
    machine: str,  # noqa: F811
    service: FakeService,  # noqa: F811
) -> None:
    """Within its own time, and not within the longest that the kind has."""
    client = aws.client("stepfunctions", *HOME)
    gate_arn = aws.client("lambda", *HOME).get_function(FunctionName="gate")["Configuration"]["FunctionArn"]
    text = json.dumps(definition({"EXTERNAL": [2]})).replace("${Gate}", gate_arn)
    limited = client.create_state_machine(name="limited", definition=text, roleArn=ROLE)["stateMachineArn"]
    double = service.answer = service_of([run_of("never", "EXTERNAL", timeoutMinutes=0)])
    found = validated(aws, limited)
    assert found["status"] == "FAILED"
    assert outcomes_of(double)["never"][0] == "TIMED_OUT"
