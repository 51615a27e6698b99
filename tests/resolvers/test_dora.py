"""DORA's measures of constructed histories, through the database, beside values that were worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from domain import dora
from domain.dora import Delivery, DoraGrouping
from domain.errors import InvalidValue, NotFound
from domain.periods import Window
from domain.words import (
    CheckKind,
    CheckMode,
    CheckRunStatus,
    CheckWhen,
    DeploymentStatus,
    EvidenceKind,
    IncidentSeverity,
)
from models.dora import Scope
from models.engine import Database
from resolvers import incidents
from resolvers.dora import deliveries, require_known
from resolvers.incidents import Declared, Linking
from tests.configuring import author
from tests.deliveries import AP, EU, US, History, at

pytestmark = pytest.mark.database

FAILED = DeploymentStatus.FAILED
HOUR, DAY = 60, 24 * 60
WEEK = Window(at(0), at(7 * DAY))


@pytest.fixture
async def history(database: Database) -> History:
    """The fleet, in which nothing was delivered yet."""
    return await History(database).begin()


async def found(history: History, window: Window = WEEK, scope: Scope | None = None, **given: Any) -> list[Delivery]:
    """The deliveries of a window; of the week if nothing is said."""
    async with history.database.snapshot() as session:
        return await deliveries(session, window, scope or Scope(), **given)


async def named(history: History, **given: Any) -> dict[str, Delivery]:
    """The deliveries, by the name of their execution."""
    names = {str(key): name for name, key in history.executions.items()}
    return {names[each.id]: each for each in await found(history, **given)}


def kinds(delivery: Delivery) -> list[EvidenceKind]:
    """The kinds of evidence that a delivery failed, the earliest first."""
    return [each.kind for failure in delivery.failures for each in failure.evidence]


def minutes(values: Any) -> list[float]:
    """Seconds as minutes, the least first."""
    return sorted(value / 60 for value in values)


async def declare(history: History, start: float, causes: list[tuple[str, str]], **given: Any) -> str:
    """An incident that these deployments caused, since a minute; its name."""
    keys = tuple(history.deployments[each] for each in causes)
    what = {"service": "payments", "title": "cards are refused", "severity": IncidentSeverity.MAJOR, **given}
    async with history.database.transaction() as session:
        made = await incidents.declare(session, author(), Declared(started_at=at(start), causes=keys, **what))
    return made.name


async def resolve(history: History, name: str, end: float) -> None:
    """The incident is over since a minute."""
    async with history.database.transaction() as session:
        await incidents.resolve(session, author(), name, at(end))


async def test_a_week_is_measured_as_by_hand(history: History) -> None:
    """Five deliveries to production: four changes, one of which fails and is rolled back."""
    await history.run("a", (EU, 60, None), (US, 90, None), committed=0)  # lead time 60 minutes
    await history.run("b", (EU, DAY, None), committed=DAY - 30)  # 30 minutes
    await history.run("c", (EU, 2 * DAY, None), (US, 2 * DAY + 30, None), committed=2 * DAY - 120)  # 120 minutes
    await history.check("latency", "c", EU, 2 * DAY + 10, CheckRunStatus.FAILED)
    await history.run("r", (EU, 2 * DAY + 25, None), rolls_back_to="b")  # recovered 15 minutes later
    await history.run("d", (EU, 3 * DAY, None))  # nobody knows when it was committed
    await history.run("beta", ("alpha-eu-west-1", 4 * DAY, None), committed=0)  # no production
    week = await found(history)
    assert len(week) == 5
    times = dora.change_lead_time(week)
    assert minutes(times.values) == [30, 60, 120]
    assert times.median == 3600
    assert len(times.unknown) == 1
    frequency = dora.deployment_frequency(week, WEEK)
    assert frequency.per_day == 5 / 7
    assert minutes(frequency.intervals) == [25, DAY - 60, DAY - 25, DAY]
    assert dora.change_fail_rate(week).value == 1 / 5
    recovery = dora.failed_deployment_recovery_time(week)
    assert minutes(recovery.values) == [15]
    assert dora.deployment_rework_rate(week).value == 1 / 5
    assert kinds((await named(history))["c"]) == [EvidenceKind.ALARM, EvidenceKind.ROLLBACK]


async def test_nothing_is_null_and_never_zero(history: History) -> None:
    """Without a delivery no measure has a value."""
    nothing = await found(history)
    assert nothing == []
    assert dora.change_lead_time(nothing).median is None
    assert dora.deployment_frequency(nothing, WEEK).per_day is None
    assert dora.change_fail_rate(nothing).value is None
    assert dora.failed_deployment_recovery_time(nothing).median is None
    assert dora.deployment_rework_rate(nothing).value is None


async def test_a_rollback_of_a_rollback_fails_the_first_rollback(history: History) -> None:
    """B is taken back to A, and that is taken back to B: B and the first rollback have failed, the second has not."""
    await history.run("a", (EU, 0, None), committed=-10)
    await history.run("b", (EU, 100, None), committed=90)
    await history.run("r1", (EU, 130, None), rolls_back_to="a", revision="revision-of-a")
    await history.run("r2", (EU, 200, None), rolls_back_to="b", revision="revision-of-b")
    of = await named(history)
    assert {name: kinds(each) for name, each in of.items()} == {
        "a": [],
        "b": [EvidenceKind.ROLLBACK],
        "r1": [EvidenceKind.ROLLBACK],
        "r2": [],
    }
    assert of["b"].recovery_time == 60  # from when r1 began, at minute 129, until it had succeeded
    assert of["r1"].recovery_time == 60
    week = list(of.values())
    assert dora.change_fail_rate(week).value == 2 / 4
    assert dora.deployment_rework_rate(week).value == 2 / 4
    assert minutes(dora.change_lead_time(week).values) == [10, 10]  # rollbacks bring no change


async def test_where_the_rolled_back_stage_was_not_reached_nothing_failed(history: History) -> None:
    """A stage is rolled back whole: where the environment was at the target already, nothing was taken back."""
    await history.run("a", (EU, 10, None), (US, 20, None))
    await history.run("b", (EU, 100, None))
    await history.run("r", (EU, 130, None), (US, 140, None), rolls_back_to="a")
    of = await named(history)
    assert (kinds(of["a"]), kinds(of["b"])) == ([], [EvidenceKind.ROLLBACK])
    assert [failure.deployment for failure in of["b"].failures] == [str(history.deployments["b", EU])]


async def test_a_rollback_to_the_same_revision_took_nothing_back(history: History) -> None:
    """Where the target is not told, the revisions say whether something was taken back."""
    await history.run("a", (EU, 10, None), revision="one")
    await history.run("r", (EU, 20, None), rollback=True, revision="one")
    await history.run("b", (US, 10, None), revision="two")
    await history.run("q", (US, 20, None), rollback=True, revision="one")
    of = await named(history)
    assert (kinds(of["a"]), kinds(of["b"])) == ([], [EvidenceKind.ROLLBACK])


async def test_a_rollback_that_has_not_begun_or_failed_recovers_nothing(history: History) -> None:
    """What has not begun shows nothing; what has begun shows the failure, and is no recovery until it succeeds."""
    await history.run("a", (EU, 10, None))
    await history.run("b", (EU, 20, None))
    await history.run("waiting", (EU, 30, DeploymentStatus.PENDING), rolls_back_to="a")
    assert kinds((await named(history))["b"]) == []
    await history.run("failing", (EU, 40, FAILED), rolls_back_to="a")
    of = await named(history)
    assert (kinds(of["b"]), of["b"].recovery_time) == ([EvidenceKind.ROLLBACK], None)
    assert kinds(of["failing"]) == [EvidenceKind.DEPLOYMENT]
    await history.run("c", (EU, 50, None))
    of = await named(history)
    assert minutes([of["b"].recovery_time, of["failing"].recovery_time]) == [10, 11]


async def test_an_incident_that_spans_deployments(history: History) -> None:
    """Each deployment that caused it has failed, since it began; all recover when it is resolved, and not before."""
    await history.run("a", (EU, 100, None), committed=0)
    await history.run("b", (EU, 200, None), (US, 210, None), committed=0)
    await history.run("c", (EU, 300, None), committed=0)
    name = await declare(history, 110, [("a", EU), ("b", EU), ("b", US)])
    async with history.database.transaction() as session:
        await incidents.link(session, author(), name, Linking(fixes=(history.deployments["c", EU],)))
    of = await named(history)
    assert (of["a"].failed, of["b"].failed, of["c"].failed) == (True, True, False)
    assert [each.recovery_time for each in of.values()] == [None, None, None]
    assert len(dora.failed_deployment_recovery_time(of.values()).unknown) == 2
    await resolve(history, name, 310)
    of = await named(history)
    assert minutes([of["a"].recovery_time, of["b"].recovery_time]) == [111, 200]  # b began at 199, the incident at 110
    assert dora.change_fail_rate(of.values()).value == 2 / 3
    assert dora.deployment_rework_rate(of.values()).value == 1 / 3


async def test_what_failed_twice_over_counts_once(history: History) -> None:
    """An alarm, a check, a rollback and an incident, in two environments: one delivery that failed, since the first."""
    await history.run("a", (EU, 10, None), (US, 10, None))
    await history.run("b", (EU, 100, None), (US, 101, None))
    await history.check("latency", "b", EU, 110, CheckRunStatus.FAILED)
    await history.check("smoke", "b", "prod-1", 112, CheckRunStatus.FAILED, kind=CheckKind.LAMBDA)
    await history.run("r", (EU, 120, None), (US, 130, None), rolls_back_to="a")
    week = await found(history)
    failed = dora.change_fail_rate(week).counted
    assert len(failed) == 1
    assert sorted(set(kinds(failed[0]))) == [EvidenceKind.ALARM, EvidenceKind.CHECK, EvidenceKind.ROLLBACK]
    assert len(failed[0].failures) == 2
    assert failed[0].recovery_time == 20 * 60  # from 110, when the alarm said no, until the last was back at 130
    name = await declare(history, 105, [("b", EU)])
    await resolve(history, name, 200)
    assert dora.change_fail_rate(await found(history)).counted[0].recovery_time == 95 * 60


@pytest.mark.parametrize(
    "given",
    [
        {"mode": CheckMode.SHADOW},
        {"when": CheckWhen.BEFORE},
        {"failure_limit": 1},
        *({"status": each} for each in CheckRunStatus if each is not CheckRunStatus.FAILED),
    ],
    ids=str,
)
async def test_what_says_nothing_against_a_deployment_is_no_evidence(history: History, given: dict[str, Any]) -> None:
    """A shadow check, one before the deployment, as many noes as the limit allows, and whatever is no verdict."""
    await history.run("a", (EU, 10, None))
    await history.check("latency", "a", EU, 20, **{"status": CheckRunStatus.FAILED, **given})
    assert kinds((await named(history))["a"]) == []


async def test_more_noes_than_the_limit_are_evidence_for_each(history: History) -> None:
    """Both of two environments said no, and one may."""
    await history.run("a", (EU, 10, None), (US, 10, None))
    for environment in (EU, US):
        await history.check("latency", "a", environment, 20, CheckRunStatus.FAILED, failure_limit=1)
    assert kinds((await named(history))["a"]) == [EvidenceKind.ALARM, EvidenceKind.ALARM]


async def test_a_check_that_a_later_attempt_passed_is_over(history: History) -> None:
    """The stage was retried and the same check said yes: recovered then, with nothing deployed anew."""
    await history.run("a", (EU, 10, None))
    await history.check("latency", "a", EU, 20, CheckRunStatus.FAILED)
    await history.check("latency", "a", EU, 45, CheckRunStatus.PASSED, attempt=2)
    assert (await named(history))["a"].recovery_time == 25 * 60


async def test_a_deployment_that_failed_has_failed_where_it_changed_something(history: History) -> None:
    """While a change was executed, it counts; while the change set was made, it has reached nothing."""
    await history.run("a", (EU, 10, FAILED), committed=0)
    await history.run("b", (EU, 20, FAILED), committed=0, before_deploying=True)
    await history.run("c", (EU, 30, None), committed=0)
    of = await named(history)
    assert list(of) == ["a", "c"]
    assert (of["a"].deployed_at, of["a"].lead_time, of["a"].recovery_time) == (None, None, 20 * 60)
    assert dora.deployment_frequency(of.values(), WEEK).counted == (of["c"],)
    assert dora.change_fail_rate(of.values()).value == 1 / 2


async def test_a_revision_that_was_there_before_is_no_change(history: History) -> None:
    """A pipeline that is started again for a new environment deploys, and has no lead time; a new revision has one."""
    await history.run("a", (EU, 60, None), revision="one", committed=0)
    await history.run("again", (EU, DAY, None), (AP, DAY, None), revision="one", committed=0)
    of = await named(history)
    assert [(each.repeated, each.lead_time) for each in of.values()] == [(False, 3600), (True, None)]
    assert dora.change_lead_time(of.values()).unknown == ()
    later = Window(at(HOUR * 2), at(2 * DAY))
    assert [each.repeated for each in await found(history, later)] == [True]


async def test_a_commit_from_the_future_is_no_commit_time(history: History) -> None:
    """Its lead time is unknown, not negative and not zero."""
    await history.run("a", (EU, 10, None), committed=11)
    assert [each.id for each in dora.change_lead_time(await found(history)).unknown] == [str(history.executions["a"])]


@pytest.mark.parametrize(
    ("start", "end", "inside"), [(10, 20, True), (9, 10, False), (11, 20, False), (9.999, 10.001, True)]
)
async def test_a_window_has_its_beginning_and_not_its_end(
    history: History, start: float, end: float, inside: bool
) -> None:
    """A delivery belongs to one of two windows that meet; one that goes on belongs where it reached something first."""
    await history.run("a", (EU, 10, None), (US, 15, None))
    assert bool(await found(history, Window(at(start), at(end)))) is inside


async def test_evidence_counts_whenever_it_came(history: History) -> None:
    """The delivery is of the window; what shows that it failed, and its recovery, came after it."""
    await history.run("a", (EU, 10, None))
    await history.check("latency", "a", EU, 50, CheckRunStatus.FAILED)
    await history.run("b", (EU, 80, None))
    first = await found(history, Window(at(0), at(20)))
    assert [(each.failed, each.recovery_time) for each in first] == [(True, 30 * 60)]


async def test_other_services_recover_nothing(history: History) -> None:
    """A success of another service in the same environment says nothing."""
    await history.run("a", (EU, 10, FAILED))
    await history.run("o", (EU, 20, None), service="orders")
    of = await named(history)
    assert (of["a"].recovery_time, of["o"].failed) == (None, False)


async def test_the_scope_says_what_is_looked_at(history: History) -> None:
    """By service, team and stage; of production alone, or of all stages."""
    await history.run("a", ("alpha-eu-west-1", 5, None), (EU, 10, None), committed=0)
    await history.run("o", (EU, 20, None), service="orders")
    await history.run("early", ("alpha-eu-west-1", 30, FAILED), service="orders")
    everything = Scope(production=False)
    assert list(await named(history)) == ["a", "o"]
    assert list(await named(history, scope=Scope(services=("orders",)))) == ["o"]
    assert list(await named(history, scope=Scope(services=()))) == []
    assert list(await named(history, scope=Scope(team="money"))) == []
    assert [each.reached_at for each in await found(history, scope=everything)] == [at(5), at(20), at(30)]
    alpha = await named(history, scope=Scope(stage="alpha", production=False))
    assert {name: each.failed for name, each in alpha.items()} == {"a": False, "early": True}
    staged = dora.groups(await found(history, scope=everything, by_stage=True), DoraGrouping.STAGE)
    assert {name: len(each) for name, each in staged.items()} == {"alpha": 2, "prod": 2}
    assert [each.failed for each in staged["alpha"]] == [False, True]
    assert [each.lead_time for each in staged["prod"]] == [600, None]
    by_service = dora.groups(await found(history, scope=everything), DoraGrouping.SERVICE)
    assert {name: len(each) for name, each in by_service.items()} == {"orders": 2, "payments": 1}


@pytest.mark.parametrize(
    ("scope", "problem", "says"),
    [
        (Scope(services=("payment",)), NotFound, "did you mean payments"),
        (Scope(team="monney"), NotFound, "did you mean money"),
        (Scope(stage="prd", production=False), NotFound, "did you mean prod"),
        (Scope(stage="alpha"), InvalidValue, "productionOnly: false"),
        (Scope(services=("payments",) * 501), InvalidValue, "at most 500"),
    ],
)
async def test_a_scope_that_cannot_be_meant_is_refused(
    history: History, scope: Scope, problem: type[Exception], says: str
) -> None:
    """A name that nothing has would be measured as nothing, without a word."""
    async with history.database.snapshot() as session:
        with pytest.raises(problem, match=says):
            await require_known(session, scope)


async def test_few_statements_whatever_the_number(history: History) -> None:
    """Three: the deliveries, their evidence, and the next successes."""
    from sqlalchemy import event

    for number in range(5):
        await history.run(f"n{number}", (EU, 10 * number + 10, FAILED if number % 2 else None))
    statements: list[str] = []
    engine = history.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    assert len(await found(history)) == 5
    assert len(statements) == 3
