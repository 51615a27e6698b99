"""The validation machine, the gate and the checks in other accounts, carried out for real by the emulator."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.spans import traceparent
from pipelinekit.kinds import check_states
from pipelinekit.machine import definition, gate
from tests.pipelinekit import emulator
from tests.pipelinekit.doubles import FakeService, MutationDouble
from tests.pipelinekit.emulator import Emulator

pytestmark = pytest.mark.slow

HOME, ELSEWHERE = ("999999999999", "eu-west-1"), ("222222222222", "us-east-1")
PACKAGE = Path(__file__).parents[2] / "pipelinekit" / "src" / "pipelinekit"
EXECUTION = "0f8d2a6e-7b1c-4c3a-9d2e-112233445566"
ROLE = "arn:aws:iam::000000000000:role/any"
MAP = {
    "contract": 1,
    "pipeline": "payments",
    "account": HOME[0],
    "region": HOME[1],
    "repository": "acme/payments",
    "planDigest": "sha256:" + "0" * 64,
    "stages": [
        {
            "name": "gamma-1",
            "stage": "gamma",
            "wave": "gamma-1",
            "actions": [
                {
                    "name": "Deploy",
                    "kind": "DEPLOY",
                    "environment": "gamma-us-east-1",
                    "account": ELSEWHERE[0],
                    "region": ELSEWHERE[1],
                    "stack": "gamma-us-east-1-Payments",
                }
            ],
        }
    ],
    "signals": {
        "gamma-us-east-1": {
            "alarms": [{"name": "high", "role": "HIGH_SEVERITY"}, {"name": "ghost", "role": "AGGREGATE"}],
            "metrics": {
                "REQUESTS": [{"namespace": "shop", "name": "Count", "dimensions": {"Api": "a1"}, "stat": "Sum"}],
                "FAULTS": [{"namespace": "shop", "name": "5XX", "dimensions": {"Api": "a1"}, "stat": "Sum"}],
                "LATENCY": [{"namespace": "shop", "name": "Latency", "dimensions": {"Api": "a1"}, "stat": "Average"}],
            },
            "oneBox": None,
        }
    },
    "places": {
        "gamma-us-east-1": {
            "account": ELSEWHERE[0],
            "region": ELSEWHERE[1],
            "role": f"arn:aws:iam::{ELSEWHERE[0]}:role/checks",
        }
    },
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator.running(tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.fixture(scope="module")
def service() -> Iterator[FakeService]:
    with FakeService(MutationDouble({})).running() as running:
        yield running


@pytest.fixture(scope="module")
def machine(aws: Emulator, service: FakeService) -> str:
    """The machine's ARN: gate, map and machine at home, as the pipeline's stack would make them."""
    s3 = aws.client("s3", *HOME)
    s3.create_bucket(Bucket="assets", CreateBucketConfiguration={"LocationConstraint": HOME[1]})
    s3.put_object(Bucket="assets", Key="map.json", Body=json.dumps(MAP).encode())
    gate_arn = function(
        aws,
        HOME,
        "gate",
        gate_code(),
        "gate.index.handler",
        {
            "INTERLOCK_URL": service.url,
            "INTERLOCK_MAP_URL": "https://s3.eu-west-1.amazonaws.com/assets/map.json",
        },
    )
    function(aws, HOME, "passes", code("return {'status': 'PASSED', 'detail': {'stage': event['stage']}}"))
    function(aws, HOME, "says-no", code("return {'status': 'FAILED', 'cause': 'two of three orders were lost'}"))
    function(aws, HOME, "raises", code("raise ValueError('nothing to pay')"))
    function(aws, HOME, "odd", code("return {'status': 'MAYBE'}"))
    function(aws, HOME, "echo", code("return {'status': 'PASSED', 'detail': event['payload']}"))
    second = "{'status': 'PASSED' if event['check']['id'].endswith('-2') else 'INCONCLUSIVE', 'cause': 'no orders yet'}"
    function(aws, HOME, "second", code(f"return {second}"))
    function(aws, ELSEWHERE, "payments-gamma-us-east-1-handler", code("return {'status': 'PASSED'}"))
    aws.client("iam", *ELSEWHERE).create_role(RoleName="checks", AssumeRolePolicyDocument="{}")
    text = json.dumps(definition()).replace("${Gate}", gate_arn)
    made = aws.client("stepfunctions", *HOME).create_state_machine(name="validation", definition=text, roleArn=ROLE)
    return str(made["stateMachineArn"])


def gate_code() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        for path in sorted((PACKAGE / "gate").rglob("*")):
            if path.suffix in {".py", ".graphql"}:
                content.write(path, path.relative_to(PACKAGE))
    return archive.getvalue()


def code(body: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("index.py", f"def handler(event, context):\n    {body}\n")
    return archive.getvalue()


def function(
    aws: Emulator,
    place: tuple[str, str],
    name: str,
    archive: bytes,
    handler: str = "index.handler",
    environment: dict[str, str] | None = None,
) -> str:
    made = aws.client("lambda", *place).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler=handler,
        Timeout=60,
        Code={"ZipFile": archive},
        Environment={"Variables": environment or {}},
    )
    return str(made["FunctionArn"])


def run_of(identity: str, kind: str, subject: str = "gamma-1", **other: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "name": f"check-{identity}",
        "subject": subject,
        "kind": kind,
        "mode": "BLOCKING",
        "timeoutMinutes": 15,
        "configuration": {},
        "status": "RUNNING",
        **other,
    }


def service_of(
    runs: list[dict[str, Any]], again: dict[str, str] | None = None, bakes: list[dict[str, Any]] | None = None
) -> MutationDouble:
    """A service with these runs, which decides as the real one: every blocking run must have passed.

    again: the run by which each of these is followed, where it came out without a verdict. bakes: what it says of each
    look at a bake, the first first; a bake has passed where nothing is said.
    """
    outcomes: dict[str, dict[str, Any]] = {}
    looks = iter(bakes or [])

    def finish(values: dict[str, Any]) -> dict[str, Any]:
        run, status = values["checkRun"], values["status"]
        outcomes[run] = values
        followed = status not in {"PASSED", "FAILED"} and run in (again or {})
        retry = {"id": (again or {})[run], "status": "RUNNING"} if followed else None
        return {"checkRun": {"id": run, "status": status, "retry": retry}, "errors": []}

    def conclude(_: dict[str, Any]) -> dict[str, Any]:
        last = [values for run, values in outcomes.items() if (again or {}).get(run) not in outcomes]
        bad = [values for values in last if values["status"] != "PASSED"]
        reasons = [f"{values['checkRun']}: {values['status']} - {values.get('cause')}" for values in bad]
        return {"verdict": {"passed": not reasons, "reasons": reasons}, "errors": []}

    return MutationDouble(
        {
            "startCheckRuns": {"checkRuns": runs, "errors": []},
            "finishCheckRun": finish,
            "concludeWave": conclude,
            "observeBake": lambda _: {"bake": next(looks, baking("PASSED")), "errors": []},
            "registerPipeline": {"pipeline": {"id": "p"}, "errors": []},
        }
    )


def baking(status: str, *reasons: str) -> dict[str, Any]:
    """What the service says of a look at a bake."""
    return {"status": status, "reasons": list(reasons), "askAgainSeconds": 60, "dataPoints": 41}


def validated(aws: Emulator, machine: str) -> dict[str, Any]:
    """Run the machine to its end."""
    client = aws.client("stepfunctions", *HOME)
    started = client.start_execution(
        stateMachineArn=machine, input=json.dumps({"executionId": EXECUTION, "stage": "gamma-1"})
    )
    return ended(aws, str(started["executionArn"]))


def ended(aws: Emulator, execution: str) -> dict[str, Any]:
    client = aws.client("stepfunctions", *HOME)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.02)
    raise AssertionError(f"still running: {client.get_execution_history(executionArn=execution)['events'][-3:]}")


def outcomes_of(double: MutationDouble) -> dict[str, tuple[str, str | None]]:
    return {
        values["checkRun"]: (values["status"], values.get("cause"))
        for field, values in double.asked
        if field == "finishCheckRun"
    }


def test_a_wave_passes_when_its_checks_pass(aws: Emulator, machine: str, service: FakeService) -> None:
    """A function at home, one in another account and Region, a page and a bake time pass: so does the wave."""
    service.pages["/health"] = (204, b"")
    double = service.answer = service_of(
        [
            run_of("a", "LAMBDA", configuration={"functionName": "passes"}),
            run_of(
                "b", "LAMBDA", "gamma-us-east-1", configuration={"functionName": "payments-gamma-us-east-1-handler"}
            ),
            run_of("c", "HTTP", configuration={"url": f"{service.url}/health", "expectStatus": 204}),
            run_of("d", "BAKE", configuration={"minutes": 720}),
        ]
    )
    found = validated(aws, machine)
    assert found["status"] == "SUCCEEDED", found
    assert outcomes_of(double) == dict.fromkeys("abcd", ("PASSED", None))
    trace = {headers.get("Traceparent", headers.get("traceparent")) for _, _, headers, _ in service.requests[-3:]}
    assert {value.split("-")[1] for value in trace if value} == {EXECUTION.replace("-", "")}


def test_a_check_gets_the_span_of_its_run(aws: Emulator, machine: str, service: FakeService) -> None:
    """A function at home and one elsewhere, a state machine and a page: each is given its own run's traceparent.

    So is what is asked of the service about a check; the rest goes under the span of the action that runs the machine.
    """
    service.pages["/health"] = (200, b"")
    trace = f"00-{EXECUTION.replace('-', '')}-{{}}-01"
    given = {name: trace.format(name * 16) for name in "abcd"}
    child = {"QueryLanguage": "JSONata", "StartAt": "Say", "States": {"Say": _saying("$states.input.traceparent")}}
    stepfunctions = aws.client("stepfunctions", *HOME)
    arn = stepfunctions.create_state_machine(name="says-trace", definition=json.dumps(child), roleArn=ROLE)
    saying = code("return {'status': 'PASSED', 'detail': {'traceparent': event['traceparent']}}")
    function(aws, HOME, "says-trace", saying)
    function(aws, ELSEWHERE, "says-trace-there", saying)
    double = service.answer = service_of(
        [
            run_of("a", "LAMBDA", configuration={"functionName": "says-trace"}, traceparent=given["a"]),
            run_of(
                "b",
                "LAMBDA",
                "gamma-us-east-1",
                configuration={"functionName": "says-trace-there"},
                traceparent=given["b"],
            ),
            run_of("c", "HTTP", configuration={"url": f"{service.url}/health"}, traceparent=given["c"]),
            run_of("d", "STATE_MACHINE", configuration={"arn": arn["stateMachineArn"]}, traceparent=given["d"]),
        ]
    )
    before = len(service.requests)
    found = validated(aws, machine)
    assert found["status"] == "SUCCEEDED", found
    told = {values["checkRun"]: values.get("detail") for field, values in double.asked if field == "finishCheckRun"}
    assert {name: (told[name] or {}).get("traceparent") for name in "abd"} == {name: given[name] for name in "abd"}
    sent: dict[str, set[str]] = {}
    for _, path, headers, body in service.requests[before:]:
        header = headers.get("Traceparent", headers.get("traceparent"))
        about = body["variables"]["input"].get("checkRun", "the wave") if path == "/graphql" else path
        sent.setdefault(about, set()).add(header)
    own = traceparent(EXECUTION, 1, "action", "gamma-1", "Validate")
    assert sent == {"/health": {given["c"]}, "the wave": {own}, **{name: {given[name]} for name in "abcd"}}


def _saying(value: str) -> dict[str, Any]:
    """A state that ends a check as passed, with a value as its detail."""
    output = {"status": "PASSED", "detail": {"traceparent": f"{{% {value} %}}"}}
    return {"Type": "Pass", "Output": output, "End": True}


def test_each_kind_of_no_is_told_apart(aws: Emulator, machine: str, service: FakeService) -> None:
    """FAILED is what the check said; ERRORED is what could not be carried out; the cause is readable."""
    double = service.answer = service_of(
        [
            run_of("no", "LAMBDA", configuration={"functionName": "says-no"}),
            run_of("raises", "LAMBDA", configuration={"functionName": "raises"}),
            run_of("odd", "LAMBDA", configuration={"functionName": "odd"}),
            run_of("ghost", "ALARM", configuration={"alarmName": "ghost"}),
            run_of("far-ghost", "ALARM", "gamma-us-east-1", configuration={"alarmName": "ghost"}),
            run_of("far", "LAMBDA", "gamma-us-east-1", configuration={"functionName": "nobody"}),
            run_of("unset", "LAMBDA"),
            run_of("new", "HOLOGRAM"),
        ]
    )
    found = validated(aws, machine)
    assert (found["status"], found["error"]) == ("FAILED", "WaveNotPassed"), found
    outcomes = outcomes_of(double)
    assert outcomes["no"] == ("FAILED", "two of three orders were lost")
    assert outcomes["raises"] == ("FAILED", "nothing to pay")
    assert outcomes["odd"] == ("ERRORED", "the check answered the unknown status MAYBE")
    assert outcomes["ghost"] == outcomes["far-ghost"] == ("ERRORED", "there is no alarm named ghost")
    assert outcomes["far"][0] == "ERRORED"
    assert outcomes["unset"][0] == "ERRORED"
    assert "functionName" in str(outcomes["unset"][1])
    assert outcomes["new"] == ("ERRORED", "this pipeline does not know the check kind HOLOGRAM: upgrade pipelinekit")
    assert "no: FAILED - two of three orders were lost" in found["cause"]


@pytest.mark.parametrize(
    ("state", "status"), [("OK", "PASSED"), ("ALARM", "FAILED"), ("INSUFFICIENT_DATA", "INCONCLUSIVE")]
)
def test_an_alarm_passes_only_when_it_is_ok(
    aws: Emulator, machine: str, service: FakeService, state: str, status: str
) -> None:
    """An alarm at home and one in another account and Region are asked; no data is never a pass."""
    for place in (HOME, ELSEWHERE):
        cloudwatch = aws.client("cloudwatch", *place)
        cloudwatch.put_metric_alarm(
            AlarmName=state,
            Namespace="x",
            MetricName="y",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Statistic="Sum",
            ActionsEnabled=False,
        )
        cloudwatch.set_alarm_state(AlarmName=state, StateValue=state, StateReason="said so")
    double = service.answer = service_of(
        [
            run_of(name, "ALARM", subject, timeoutMinutes=1, configuration={"alarmName": state, "pollSeconds": 30})
            for name, subject in (("home", "gamma-1"), ("far", "gamma-us-east-1"))
        ]
    )
    validated(aws, machine)
    assert {name: outcome[0] for name, outcome in outcomes_of(double).items()} == {"home": status, "far": status}


def test_no_checks_is_a_question_too(aws: Emulator, machine: str, service: FakeService) -> None:
    """A wave without a run is concluded by the service all the same."""
    double = service.answer = service_of([])
    assert validated(aws, machine)["status"] == "SUCCEEDED"
    assert [field for field, _ in double.asked] == ["startCheckRuns", "concludeWave"]


def test_an_unreachable_service_is_waited_for(aws: Emulator, machine: str, service: FakeService) -> None:
    """While the service answers 503, the machine neither proceeds nor fails; when it is back, the wave passes."""
    double = service_of([run_of("a", "LAMBDA", configuration={"functionName": "passes"})])
    left = iter(range(8))
    service.answer = lambda body: (503, b"") if next(left, None) is not None else double(body)
    assert validated(aws, machine)["status"] == "SUCCEEDED"
    assert outcomes_of(double) == {"a": ("PASSED", None)}


def test_an_unreported_outcome_is_not_lost(aws: Emulator, machine: str, service: FakeService) -> None:
    """When a report cannot be delivered for a while, the outcome goes with the conclusion."""
    double = service_of([run_of("a", "LAMBDA", configuration={"functionName": "says-no"})])
    finishes = iter(range(6))

    def answer(body: dict[str, Any]) -> tuple[int, object]:
        failing = "finishCheckRun" in body["query"] and next(finishes, None) is not None
        return (503, b"") if failing else double(body)

    service.answer = answer
    found = validated(aws, machine)
    assert found["error"] == "WaveNotPassed", found
    assert outcomes_of(double) == {"a": ("FAILED", "two of three orders were lost")}


def test_a_check_is_tried_again(aws: Emulator, machine: str, service: FakeService) -> None:
    """A run without a verdict is followed by the run that the service answers with; a no is not."""
    runs = [
        run_of("a-1", "LAMBDA", configuration={"functionName": "second"}),
        run_of("b-1", "LAMBDA", configuration={"functionName": "odd"}),
        run_of("c-1", "LAMBDA", configuration={"functionName": "says-no"}),
    ]
    double = service.answer = service_of(runs, {"a-1": "a-2", "b-1": "b-2", "b-2": "b-3", "c-1": "c-2"})
    found = validated(aws, machine)
    assert found["error"] == "WaveNotPassed", found
    assert {run: status for run, (status, _) in outcomes_of(double).items()} == {
        "a-1": "INCONCLUSIVE",
        "a-2": "PASSED",
        "b-1": "ERRORED",
        "b-2": "ERRORED",
        "b-3": "ERRORED",
        "c-1": "FAILED",
    }
    assert "b-3: ERRORED" in found["cause"]
    assert "a-1" not in found["cause"]


def test_an_unreported_outcome_is_tried_again_too(aws: Emulator, machine: str, service: FakeService) -> None:
    """When a report cannot be delivered, the conclusion tells it, and the check is carried out before the next one."""
    double = service_of([run_of("a-1", "LAMBDA", configuration={"functionName": "second"})], {"a-1": "a-2"})
    finishes = iter(range(6))

    def answer(body: dict[str, Any]) -> tuple[int, object]:
        failing = "finishCheckRun" in body["query"] and next(finishes, None) is not None
        return (503, b"") if failing else double(body)

    service.answer = answer
    found = validated(aws, machine)
    assert found["status"] == "SUCCEEDED", found
    assert outcomes_of(double) == {"a-1": ("INCONCLUSIVE", "no orders yet"), "a-2": ("PASSED", "no orders yet")}


def test_what_a_check_is_configured_with_reaches_it(aws: Emulator, machine: str, service: FakeService) -> None:
    """A function gets its payload, a state machine its input, and a page is asked as the check says."""
    service.pages["/ready"] = (200, b'{"ready": true}')
    child = {"QueryLanguage": "JSONata", "StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}}
    child["States"]["Say"]["Output"] = {"status": "PASSED", "detail": "{% $states.input.input %}"}  # type: ignore[index]
    client = aws.client("stepfunctions", *HOME)
    arn = client.create_state_machine(name="child", definition=json.dumps(child), roleArn=ROLE)["stateMachineArn"]
    page = {"url": f"{service.url}/ready", "headers": {"X-Probe": "yes"}, "expectBody": '"ready": true'}
    double = service.answer = service_of(
        [
            run_of("f", "LAMBDA", configuration={"functionName": "echo", "payload": {"orders": [1, 2]}}),
            run_of("g", "LAMBDA", configuration={"functionName": "echo"}),
            run_of("m", "STATE_MACHINE", configuration={"arn": arn, "input": {"rate": 5}}),
            run_of("p", "HTTP", configuration=page),
            run_of("q", "HTTP", configuration={**page, "expectBody": '"ready": false'}),
        ]
    )
    validated(aws, machine)
    details = {values["checkRun"]: values.get("detail") for field, values in double.asked if field == "finishCheckRun"}
    assert details == {
        "f": {"orders": [1, 2]},
        "g": {},
        "m": {"rate": 5},
        "p": {"httpStatus": 200},
        "q": {"httpStatus": 200},
    }
    assert outcomes_of(double)["q"] == (
        "FAILED",
        f"{service.url}/ready answered 200 without the text '\"ready\": false'",
    )
    assert {headers["X-Probe"] for method, path, headers, _ in service.requests if path == "/ready"} == {"yes"}


PASSING, FAILING = {"Status": {"State": "PASSED"}}, {"Status": {"State": "FAILED", "StateReason": "no basket"}}


@pytest.mark.parametrize(
    ("state", "seen", "status"),
    [
        ("CanaryState", {"runs": []}, "INCONCLUSIVE"),
        ("CanaryState", {"runs": [PASSING]}, "TIMED_OUT"),
        ("CanaryState", {"runs": [PASSING, PASSING]}, "PASSED"),
        ("CanaryState", {"runs": [PASSING, PASSING, FAILING]}, "FAILED"),
        ("AlarmState", {"alarm": {}}, "ERRORED"),
        ("AlarmState", {"alarm": {"StateValue": "OK"}}, "PASSED"),
        ("AlarmState", {"alarm": {"StateValue": "OK", "EvaluationState": ""}}, "PASSED"),
        ("AlarmState", {"alarm": {"StateValue": "OK", "EvaluationState": "PARTIAL_DATA"}}, "INCONCLUSIVE"),
        ("AlarmState", {"alarm": {"StateValue": "INSUFFICIENT_DATA"}}, "INCONCLUSIVE"),
        ("AlarmState", {"alarm": {"StateValue": "ALARM", "StateReason": "five errors"}}, "FAILED"),
    ],
)
def test_what_is_seen_at_the_end_decides(aws: Emulator, state: str, seen: dict[str, Any], status: str) -> None:
    """After the last look: no run of a canary, no data, and an alarm that could not be evaluated, are no verdict."""
    given = {"check": {"target": "x", "count": 2, "polls": 3}, "asked": 3, **seen}
    states = {
        "Begin": {"Type": "Pass", "Assign": given, "Next": state},
        state: {**check_states(gate)[state], "Default": "Report"},
        "Report": {"Type": "Pass", "Output": "{% $outcome %}", "End": True},
    }
    client = aws.client("stepfunctions", *HOME)
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Begin", "States": states})
    made = client.create_state_machine(name=f"seen-{uuid.uuid4()}", definition=text, roleArn=ROLE)
    found = ended(aws, client.start_execution(stateMachineArn=made["stateMachineArn"], input="{}")["executionArn"])
    assert json.loads(found["output"])["status"] == status


@pytest.mark.parametrize(("variables", "own"), [(None, "00-own"), ({"A": "1"}, ""), ({"A": "1", "B": "2"}, "00-own")])
def test_a_build_gets_its_variables(aws: Emulator, variables: dict[str, str] | None, own: str) -> None:
    """Ours, and those of the check's configuration: the list that CodeBuild takes. The trace is the check's own, or the
    machine's where an older service named none.
    """
    arguments = check_states(gate)["RunBuild"]["Arguments"]["EnvironmentVariablesOverride"]
    said = {"Type": "Pass", "Assign": {"check": "{% $states.input %}", "traceparent": "00"}, "Next": "Say"}
    states = {"Begin": said, "Say": {"Type": "Pass", "Output": {"variables": arguments}, "End": True}}
    definition_ = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Begin", "States": states})
    client = aws.client("stepfunctions", *HOME)
    name = f"variables-{len(variables or {})}"
    arn = client.create_state_machine(name=name, definition=definition_, roleArn=ROLE)["stateMachineArn"]
    check = {"subject": "prod-1", "configuration": {"environmentVariables": variables} if variables else {}}
    check |= {"traceparent": own}
    found = ended(aws, client.start_execution(stateMachineArn=arn, input=json.dumps(check))["executionArn"])
    assert json.loads(found["output"])["variables"] == [
        {"Name": name, "Value": value, "Type": "PLAINTEXT"}
        for name, value in {"TRACEPARENT": own or "00", "INTERLOCK_SUBJECT": "prod-1", **(variables or {})}.items()
    ]


def test_a_refusal_fails_with_the_services_sentence(aws: Emulator, machine: str, service: FakeService) -> None:
    """A no from the service is not asked again: the machine fails, and its cause is the sentence."""
    refused = {"code": "REFUSED", "message": "The stage is frozen.", "path": ["stage"], "remedy": "Lift the freeze."}
    service.answer = MutationDouble({"startCheckRuns": {"checkRuns": [], "errors": [refused]}})
    found = validated(aws, machine)
    assert (found["error"], found["cause"]) == ("ChecksNotStarted", "The stage is frozen. (Lift the freeze.)")


def test_an_unknown_pipeline_is_registered_first(aws: Emulator, machine: str, service: FakeService) -> None:
    """NOT_FOUND makes the gate register the map, and ask again until the execution is known."""
    double = service_of([])
    unknown = {"code": "NOT_FOUND", "message": "There is no execution.", "path": ["executionId"], "remedy": ""}
    answers = iter([{"checkRuns": [], "errors": [unknown]}] * 3)
    known = double.payloads["startCheckRuns"]
    double.payloads["startCheckRuns"] = lambda _: next(answers, known)
    service.answer = double
    assert validated(aws, machine)["status"] == "SUCCEEDED"
    registered = [values for field, values in double.asked if field == "registerPipeline"]
    assert registered[0]["structure"] == MAP


def test_somebody_outside_answers(aws: Emulator, machine: str, service: FakeService) -> None:
    """An EXTERNAL check puts an event with a task token on the bus; whoever takes it answers with an outcome."""
    double = service.answer = service_of([run_of("a", "EXTERNAL")])
    queue = aws.client("sqs", *HOME).create_queue(QueueName="outside")["QueueUrl"]
    events = aws.client("events", *HOME)
    events.put_rule(Name="outside", EventPattern=json.dumps({"source": ["interlock.pipelinekit"]}))
    events.put_targets(Rule="outside", Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:{HOME[1]}:{HOME[0]}:outside"}])
    client = aws.client("stepfunctions", *HOME)
    execution = client.start_execution(
        stateMachineArn=machine, input=json.dumps({"executionId": EXECUTION, "stage": "gamma-1"})
    )["executionArn"]
    message = aws.client("sqs", *HOME).receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"][0]
    detail = json.loads(message["Body"])["detail"]
    assert detail["check"]["name"] == "check-a"
    assert detail["stateMachineArn"] == machine
    client.send_task_success(taskToken=detail["taskToken"], output=json.dumps({"status": "FAILED", "cause": "not yet"}))
    assert ended(aws, execution)["status"] == "FAILED"
    assert outcomes_of(double) == {"a": ("FAILED", "not yet")}
