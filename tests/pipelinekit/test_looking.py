"""What the gate sees of a wave that bakes: over which times, of which environments, and what it says if it cannot."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelinekit.gate import index, looking
from pipelinekit.gate.aws import MOST_ALARMS, MOST_QUERIES, Aws, AwsError, AwsUnavailableError, Query
from pipelinekit.gate.looking import DELAY, LATELY, Times, alarms_of, looked_at, observations
from pipelinekit.gate.places import environments_of
from pipelinekit.gate.service import Service
from pipelinekit.gate.signing import Credentials
from tests.pipelinekit.doubles import FakeService, MutationDouble

NOW = datetime(2026, 11, 30, 9, 0, 30, tzinfo=UTC)
PLACE = {"account": "222222222222", "region": "us-east-1", "role": "arn:aws:iam::222222222222:role/checks"}
BAKE = {"minutes": 720, "deployedFrom": "2026-11-30T08:00:10+00:00", "bakesFrom": "2026-11-30T08:20:40+00:00"}
CHECK = {"id": "b", "configuration": BAKE}


def metric(name: str, stat: str = "Sum") -> dict[str, Any]:
    return {"namespace": "AWS/ApiGateway", "name": name, "dimensions": {"ApiId": "a1"}, "stat": stat}


SIGNALS: dict[str, Any] = {
    "alarms": [{"name": "high", "role": "HIGH_SEVERITY"}, {"name": "ghost", "role": "AGGREGATE"}],
    "metrics": {
        "REQUESTS": [metric("Count"), metric("CountV2")],
        "FAULTS": [metric("5XX")],
        "LATENCY": [metric("Latency", "p90"), metric("LatencyV2", "p90")],
    },
}


class Cloud(Aws):
    """CloudWatch with one alarm, and for each metric the same values at any time."""

    def alarms(self, names: Sequence[str]) -> dict[str, Any]:
        known = {"high": {"StateValue": "OK", "StateReason": "r" * 900, "EvaluationState": ""}}
        return {name: known[name] for name in names if name in known}

    def metrics(self, queries: Sequence[Query]) -> dict[tuple[str, ...], list[float]]:
        values = {"Count": [30.0, 20.0], "CountV2": [5.0], "5XX": [], "Latency": [80.0, 100.0], "LatencyV2": [120.0]}
        return {query.key: values[query.metric["name"]] for query in queries}


CLOUD = Cloud("us-east-1", Credentials("k", "s"))


def seen(
    signals: Mapping[str, Any], places: Mapping[str, Any], aws: Aws = CLOUD, check: dict[str, Any] = CHECK
) -> dict[str, Any]:
    (found,) = observations(check, ["prod-us"], signals, places, lambda _: aws, NOW)
    return found


def test_alarms_and_metrics_of_an_environment() -> None:
    """Alarms that are not there are null; metrics of a kind are added up, and of latency the worst counts."""
    found = seen({"prod-us": SIGNALS}, {"prod-us": PLACE})
    numbers = {"requests": 55.0, "faults": None, "latency": 120.0}
    assert found == {
        "environment": "prod-us",
        "alarms": [
            {"name": "high", "role": "HIGH_SEVERITY", "state": "OK", "reason": "r" * 500},
            {"name": "ghost", "role": "AGGREGATE", "state": None, "reason": ""},
        ],
        "before": {"minutes": 180, **numbers},
        "since": {"minutes": 37, **numbers},
        "lately": {"minutes": 10, **numbers},
    }


def test_nothing_declared_is_nothing_read() -> None:
    """The environment is told all the same: what is missing to it, the service knows."""
    for signals in ({}, {"prod-us": {}}, {"prod-us": {"alarms": [], "metrics": {"REQUESTS": []}}}):
        assert seen(signals, {}) == {"environment": "prod-us", "alarms": []}


def test_what_cannot_be_read_is_a_problem_and_never_silence() -> None:
    """No role there, a right that is missing, AWS away: each is said of the environment, and others are read."""

    class Denied(Cloud):
        def alarms(self, names: Sequence[str]) -> dict[str, Any]:
            raise AwsError("AccessDenied")

    class Away(Cloud):
        def metrics(self, queries: Sequence[Query]) -> dict[tuple[str, ...], list[float]]:
            raise AwsUnavailableError("cannot be reached")

    declared = {"prod-us": SIGNALS}
    assert "has no role for checks in prod-us" in seen(declared, {})["problem"]
    for aws, problem in ((Denied, "AccessDenied"), (Away, "cannot be reached")):
        there = aws("us-east-1", Credentials("k", "s"))
        assert seen(declared, {"prod-us": PLACE}, there) == {"environment": "prod-us", "problem": problem}


def test_one_that_gives_no_answer_does_not_hold_the_others() -> None:
    """What is not there within the time has that as its problem."""
    late = threading.Event()
    found = looked_at(["a", "b"], lambda name: {"environment": name, "late": name == "a" and late.wait(5)}, 0.2)
    late.set()
    assert found == [{"environment": "a", "problem": "no answer in 0 s"}, {"environment": "b", "late": False}]


def test_before_a_wave_the_alarms_alone_are_read() -> None:
    """As they are before anything enters."""
    (found,) = alarms_of(["prod-us"], {"prod-us": SIGNALS}, {"prod-us": PLACE}, lambda _: CLOUD)
    assert sorted(found) == ["alarms", "environment"]
    assert [each["state"] for each in found["alarms"]] == ["OK", None]


moments = st.datetimes(datetime(2026, 11, 29), datetime(2026, 12, 2)).map(lambda at: at.replace(tzinfo=UTC).isoformat())


@given(minutes=st.integers(0, 10_080), deployed=moments, bakes=moments)
def test_times_are_in_order_and_of_whole_minutes(minutes: int, deployed: str, bakes: str) -> None:
    """Whatever the clocks say: nothing of the future, nor of the last minutes, which are not there whole yet."""
    times = Times.of({"minutes": minutes, "deployedFrom": deployed, "bakesFrom": bakes}, NOW)
    assert times.before[0] < times.before[1] <= times.since[0] <= times.lately[0] <= times.lately[1] == times.since[1]
    assert times.since[1] <= NOW - DELAY
    assert times.lately[1] - times.lately[0] <= LATELY
    assert timedelta(hours=1) <= times.before[1] - times.before[0] <= timedelta(hours=3)
    assert all(each.second == each.microsecond == 0 for span in (times.before, times.since) for each in span)


def test_before_is_as_long_as_the_bake_up_to_three_hours() -> None:
    """Up to the deployment's begin, so that nothing of the new revision is in it."""
    for minutes, before in ((0, 60), (120, 120), (720, 180)):
        times = Times.of({**BAKE, "minutes": minutes}, NOW)
        assert times.before == (times.before[1] - timedelta(minutes=before), datetime(2026, 11, 30, 8, 0, tzinfo=UTC))


def test_a_bake_that_has_just_begun_asks_for_no_metrics() -> None:
    """Within CloudWatch's delay nothing can be known of it; of before, all is."""
    asked: list[Query] = []

    class Asking(Cloud):
        def metrics(self, queries: Sequence[Query]) -> dict[tuple[str, ...], list[float]]:
            asked.extend(queries)
            return {}

    there = Asking("us-east-1", Credentials("k", "s"))
    begun = {"id": "b", "configuration": {**BAKE, "bakesFrom": NOW.isoformat()}}
    found = seen({"prod-us": SIGNALS}, {"prod-us": PLACE}, there, begun)
    assert {query.key[0] for query in asked} == {"before"}
    assert found["since"] == {"minutes": 0, "requests": None, "faults": None, "latency": None}


def test_many_alarms_and_metrics_are_asked_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many at once as CloudWatch takes, page by page; a metric that it could not read is no silence."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def answer(self: Aws, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        asked.append((operation, dict(given)))
        if operation == "DescribeAlarms":
            return {"CompositeAlarms": [{"AlarmName": name, "StateValue": "OK"} for name in given["AlarmNames"][:1]]}
        page = {"NextToken": "more"} if "NextToken" not in given else {}
        return {"MetricDataResults": [{"Id": each["Id"], "Values": [1]} for each in given["MetricDataQueries"]], **page}

    monkeypatch.setattr(Aws, "_cloudwatch", answer)
    aws = Aws("us-east-1", Credentials("k", "s"))
    found = aws.alarms([f"a{number}" for number in range(MOST_ALARMS + 1)])
    assert list(found) == ["a0", f"a{MOST_ALARMS}"]
    assert [len(given["AlarmNames"]) for _, given in asked] == [MOST_ALARMS, 1]
    asked.clear()
    queries = [Query((str(n),), metric("Count"), 60, NOW - timedelta(hours=1), NOW) for n in range(MOST_QUERIES + 1)]
    assert aws.metrics(queries) == {(str(number),): [1.0, 1.0] for number in range(MOST_QUERIES + 1)}
    sizes = [len(given["MetricDataQueries"]) for _, given in asked]
    assert sizes == [MOST_QUERIES, MOST_QUERIES, 1, 1]
    refused = {"MetricDataResults": [{"Id": "q0", "Values": [], "StatusCode": "Forbidden"}]}
    monkeypatch.setattr(Aws, "_cloudwatch", lambda *_: refused)
    with pytest.raises(AwsError, match="Forbidden"):
        aws.metrics(queries[:1])


STAGES = [
    {"name": "Source", "wave": None, "actions": [{"environment": None}]},
    {"name": "p-1.1", "wave": "p", "part": "p-1", "actions": [{"environment": "prod-eu"}]},
    {"name": "p-1.2", "wave": "p", "part": "p-1", "actions": [{"environment": "prod-us"}, {"environment": None}]},
    {"name": "p-2", "wave": "p", "part": "p-2", "actions": [{"environment": "prod-ap"}]},
]


def test_the_environments_of_a_stage_are_those_of_its_part() -> None:
    """CDK spreads a part over several stages, and validates in the last one."""
    assert environments_of({"stages": STAGES}, "p-1.2") == ["prod-eu", "prod-us"]
    assert environments_of({"stages": STAGES}, "Source") == environments_of({"stages": STAGES}, "p-9") == []


def test_the_gate_looks_and_the_service_judges() -> None:
    """Every environment of the stage has an observation, and the answer is the service's."""
    judged = {"status": "RUNNING", "reasons": ["bake 3 h left"], "askAgainSeconds": 60, "dataPoints": 0}
    double = MutationDouble({"observeBake": {"bake": judged, "errors": []}})
    with FakeService(double).running() as service:
        structure = {"stages": STAGES, "signals": {"prod-eu": SIGNALS}, "places": {}}
        found = index.bake({"check": CHECK, "stage": "p-1.2"}, Service(service.url), lambda: structure)
    assert found == {"bake": judged}
    ((_, values),) = double.asked
    assert values["checkRun"] == "b"
    assert [each["environment"] for each in values["observations"]] == ["prod-eu", "prod-us"]
    assert "has no role" in values["observations"][0]["problem"]
    assert looking.SECONDS < 120


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (AwsUnavailableError, 403, []),
        (AwsError, 403, []),
        (AwsUnavailableError, 503, [{"environment": "prod-us", "problem": "sts answered"}]),
    ],
)
def test_before_a_wave_only_what_is_not_there_yet_goes_unsaid(
    error: type[Exception], status: int, expected: list[dict[str, Any]]
) -> None:
    """A role comes with the first deployment, its rights with the next one; all else is a problem that is told."""

    def within(_: object) -> Aws:
        raised = error("sts answered")
        raised.status = status  # type: ignore[attr-defined]
        raise raised

    assert alarms_of(["prod-us"], {"prod-us": SIGNALS}, {"prod-us": PLACE}, within) == expected
