"""How environments fare: traffic at simulated times, and alarms that go off and are quiet again."""

import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interlock_cli.rehearsal.assembly import ActionMap
from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.envelopes import Trigger
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.faults import Fault, Faults, Kind
from interlock_cli.rehearsal.health import HEALTHY, HISTORY, Health
from interlock_cli.rehearsal.places import Place

BEGIN = datetime(2027, 3, 1, 8, tzinfo=UTC)
PLACE = Place("555555555555", "us-east-1")
DIMENSIONS = {"Service": "payments"}
METRICS = {
    "REQUESTS": [{"namespace": "N", "name": "Count", "dimensions": DIMENSIONS, "stat": "Sum"}],
    "FAULTS": [{"namespace": "N", "name": "Faults", "dimensions": DIMENSIONS, "stat": "Sum"}],
    "LATENCY": [{"namespace": "N", "name": "Latency", "dimensions": {"Api": {"stack": "S", "logicalId": "Api"}}}],
}
ACTIONS = ActionMap(
    environments={("prod-1", "prod.Deploy"): "prod"},
    waves={"prod-1": "prod-1"},
    places={"prod": PLACE},
    signals={"prod": {"metrics": METRICS, "alarms": []}},
)


class SetByHand(Clock):
    """Time passes when the test says so, and while somebody waits for it."""

    def __init__(self) -> None:
        self.time = BEGIN

    def now(self) -> datetime:
        """As it was set."""
        return self.time

    def wait(self, length: timedelta, stop: threading.Event) -> bool:
        """At once, unless it was stopped."""
        if stop.is_set():
            return False
        self.time += length
        return True


class Aws:
    """CloudWatch and CloudFormation as far as they are asked."""

    def __init__(self) -> None:
        self.points: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.states: list[tuple[str, str]] = []

    def cloudwatch(self, _place: Place) -> Any:
        """Itself."""
        return self

    def cloudformation(self, _place: Place) -> Any:
        """Itself."""
        return self

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803 - boto3's
        """Kept by the metric's name."""
        assert Namespace == "N"
        for each in MetricData:
            self.points[each["MetricName"]].append(each)

    def set_alarm_state(self, *, AlarmName: str, StateValue: str, StateReason: str) -> None:  # noqa: N803
        """Kept in order."""
        assert StateReason
        self.states.append((AlarmName, StateValue))

    def describe_stack_resource(self, **_: str) -> Any:
        """The API has its name."""
        return {"StackResourceDetail": {"PhysicalResourceId": "api-1"}}

    def sums(self, since: datetime) -> dict[str, float]:
        """What was counted of each metric from a time on."""
        return {
            name: sum(each["StatisticValues"]["Sum"] for each in points if each["Timestamp"] >= since)
            for name, points in self.points.items()
        }


def execution(ordinal: int) -> Execution:
    """Of the rehearsal's commit of that number."""
    trigger = Trigger("acme/payments", "main", f"{ordinal}" * 7, "m", "a", "e", "d", "c")
    return Execution("payments", trigger, 1, BEGIN, ordinal=ordinal)


class World:
    """A deployed environment."""

    def __init__(self, *faults: Fault) -> None:
        self.clock, self.aws = SetByHand(), Aws()
        self.told: list[dict[str, Any]] = []
        self.health = Health(
            self.aws,  # type: ignore[arg-type]
            ACTIONS,
            Faults(faults, commits=2),
            self.clock,
            lambda _place, stack: [f"{stack}-errors"],
            self.told.append,
        )

    def deploy(self, ordinal: int) -> None:
        """A commit to the environment."""
        self.health.deployed("prod", execution(ordinal), PLACE, "stack")

    def after(self, minutes: float) -> dict[str, float]:
        """What was counted over so many minutes from now on, once somebody looks."""
        since = self.clock.time
        self.clock.time += timedelta(minutes=minutes)
        self.health.look(self.clock.time)
        return self.aws.sums(since)


def test_what_is_deployed_is_healthy_and_was_before() -> None:
    """Some hours of traffic before the deployment, and twenty requests a minute after it; every name is known."""
    world = World()
    world.deploy(1)
    before = world.aws.sums(BEGIN - HISTORY)
    assert before["Count"] == pytest.approx(HEALTHY.requests * HISTORY / timedelta(minutes=1))
    assert before["Faults"] == 0
    assert world.aws.points["Latency"][0]["Dimensions"] == [{"Name": "Api", "Value": "api-1"}]
    assert world.after(720)["Count"] == pytest.approx(720 * HEALTHY.requests)


def test_a_fault_is_about_its_commit_and_the_next_deployment_mends_it() -> None:
    """Slow, faulty traffic from the second commit on, until another is there."""
    world = World(Fault(Kind.TRAFFIC, at="prod-1", requests=100, faults=0.25, latency=400))
    world.deploy(1)
    world.after(60)
    world.deploy(2)
    counted = world.after(60)
    assert (counted["Count"], counted["Faults"]) == (pytest.approx(6000), pytest.approx(1500))
    assert world.aws.points["Latency"][-1]["StatisticValues"]["Maximum"] == 400
    world.deploy(0)  # a rollback
    assert world.after(60)["Faults"] == 0


def test_silence_is_no_data_at_all() -> None:
    """Neither zero requests nor anything else."""
    world = World(Fault(Kind.SILENT_METRICS, at="prod"))
    world.deploy(2)
    assert not any(world.after(60).values())


def test_there_are_data_up_to_the_time_that_the_service_has_told() -> None:
    """Which runs on while the metrics are put: ten minutes of it, if they were missing, would be taken for silence."""
    world = World()
    world.deploy(1)
    told = world.clock.time + timedelta(hours=1)
    world.health.look(told)
    assert world.aws.sums(told - timedelta(minutes=10))["Count"] == pytest.approx(10 * HEALTHY.requests)
    world.health.look(world.clock.time)  # by another gate, which was told of an earlier time
    assert world.aws.sums(BEGIN)["Count"] == pytest.approx(60 * HEALTHY.requests)


def test_nobody_looks_at_an_environment_whose_stage_is_over() -> None:
    """Until it is deployed to again."""
    world = World()
    world.deploy(1)
    world.health.rest(["prod"])
    assert not any(world.after(60).values())


def test_an_alarm_goes_off_and_is_quiet_when_another_revision_is_there() -> None:
    """CloudWatch's event is told of both."""
    world = World(Fault(Kind.ALARM, at="prod-1", after=20))
    world.deploy(2)
    world.health._threads[-1].join(10)
    assert world.aws.states == [("stack-errors", "ALARM")]
    assert world.clock.time == BEGIN + timedelta(minutes=20)
    assert not any(world.after(60).values()), "nothing is put that would evaluate it"
    world.deploy(0)
    assert world.aws.states == [("stack-errors", "ALARM"), ("stack-errors", "OK")]
    assert [each["detail"]["state"]["value"] for each in world.told] == ["ALARM", "OK"]
    assert {each["account"] for each in world.told} == {PLACE.account}


def test_an_alarm_may_pass_by_itself_or_ring_from_the_start() -> None:
    """After its length; whatever is deployed."""
    world = World(Fault(Kind.ALARM, at="prod", since="start", length=60))
    world.health._standing["prod"].stacks.add("stack")
    world.health.begin()
    world.health._threads[-1].join(10)
    assert world.aws.states == [("stack-errors", "ALARM"), ("stack-errors", "OK")]
    world.health.finish()


def test_an_environment_without_an_alarm_is_told_of() -> None:
    """Nothing went off, and the report says so."""
    world = World(Fault(Kind.ALARM, at="prod"))
    world.health._alarms_of = lambda *_: []
    world.deploy(2)
    world.health.finish()
    assert world.health.told == ["prod has no alarm that could go off."]
