"""What is counted of pipelines: from real rows and events, whatever order and however often they come."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.configuration.kinds import Kind
from domain.words import CheckRunStatus, CheckWhen
from models import measures, totals
from models.engine import Database
from models.measures import Addition
from models.totals import Active, Counted, Total
from reporting.counting import Counting
from resolvers import checking
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.fleet import register_fleet, register_payments

pytestmark = pytest.mark.database
NOW = stories.BEGIN + timedelta(days=1)
SECOND, THIRD = (f"7d0a4c55-3f0e-4a53-8f3f-00000000000{number}" for number in (2, 3))


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A database in which the pipeline of payments is registered."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await session.execute(text("update stage set production = true where name = 'prod'"))
    return database


def counting(database: Database, *, now: datetime = NOW, points: bool = True) -> Counting:
    """A counter as the reporter makes it."""
    return Counting(database, lambda: now, points=points)


async def tell(database: Database, *envelopes: Any) -> None:
    """Record what CodePipeline says."""
    async with database.transaction() as session:
        await record_envelopes(session, envelopes)


async def count(database: Database, **given: Any) -> None:
    """Count what there is to count."""
    counter = counting(database, **given)
    while await counter.turn():
        pass


async def counted(database: Database) -> Counted:
    """What was counted."""
    async with database.reading() as connection:
        return await totals.read(connection)


async def sums(database: Database, name: str) -> dict[tuple[str, ...], int]:
    """The totals of one name."""
    return {total.labels: total.count for total in (await counted(database)).named(name)}


async def points(database: Database) -> list[tuple[Any, ...]]:
    """Name, value and whether it is dropped, of every point for CloudWatch."""
    async with database.reading() as connection:
        statement = (
            "select body->>'name', (body->>'value')::float8, dropped, at, id from metric_point order by 1, at, id"
        )
        return [tuple(row) for row in await connection.execute(text(statement))]


async def values(database: Database, name: str) -> list[float]:
    """The values of the points of one name, by their time."""
    return [value for named, value, *_ in await points(database) if named == name]


async def test_an_execution_that_failed_is_counted(fleet: Database) -> None:
    """Its end, its error, its deployments; points for what succeeded in it, and for its failure."""
    await tell(fleet, *stories.failed().envelopes)
    await count(fleet)
    found = await counted(fleet)
    (run,) = found.named("run")
    assert run.labels == ("payments", "payments", "failure", "failure")
    assert (run.count, sum(run.buckets), run.amount) == (1, 1, len(stories.failed().envelopes) - 1)
    assert await sums(fleet, "error") == {("payments", "payments", "failure"): 1}
    assert await sums(fleet, "deployment") == {
        ("alpha", "SUCCEEDED"): 1,
        ("prod", "SUCCEEDED"): 1,
        ("prod", "FAILED"): 1,
        ("prod", "STOPPED"): 1,
    }
    assert await values(fleet, "RunFailed") == [1]
    assert len(await values(fleet, "BuildTime")) == 1
    assert len(await values(fleet, "DeploymentTime")) == 2
    assert len(await values(fleet, "WaveTime")) == 1
    assert not await values(fleet, "PipelineRecoveryTime")


async def test_a_retry_that_ends_again_is_another_end(fleet: Database) -> None:
    """The failed attempt and the one that succeeded are two ends, and the pipeline has recovered in between."""
    story = stories.retried()
    failed = len(stories.failed().envelopes)
    await tell(fleet, *story.envelopes[:failed])
    await count(fleet)
    await tell(fleet, *story.envelopes[failed:])
    await count(fleet)
    assert [labels[2] for labels in await sums(fleet, "run")] == ["failure", "success"]
    assert await values(fleet, "RunFailed") == [1, 0]
    assert await values(fleet, "PipelineRecoveryTime") == [len(story.envelopes) - failed]
    (first,), (last,) = await values(fleet, "TimeToFirstRegion"), await values(fleet, "TimeToLastRegion")
    assert 0 < first < last < len(story.envelopes)


@pytest.mark.parametrize("seed", range(3))
async def test_order_and_repetition_do_not_count(fleet: Database, seed: int) -> None:
    """Envelopes of two executions come shuffled and twice, counted in between: each end is counted once."""
    late = stories.BEGIN + timedelta(hours=1)
    told = [*stories.failed().envelopes, *stories.failed(execution=SECOND, begin=late).envelopes]
    shuffled = random.Random(seed).sample(told, len(told))
    for place in range(0, len(shuffled), 20):
        await tell(fleet, *shuffled[place : place + 20], *shuffled[: place // 2])
        await count(fleet)
    await tell(fleet, *shuffled)
    await count(fleet)
    assert sum((await sums(fleet, "run")).values()) == 2
    assert await values(fleet, "RunFailed") == [1, 1]
    assert len({point[4] for point in await points(fleet)}) == len(await points(fleet))


@pytest.mark.parametrize("seed", range(3))
async def test_a_retry_in_any_order_recovers_once_at_most(fleet: Database, seed: int) -> None:
    """Late facts fold a retried execution anew, again and again: its success and its recovery are counted once."""
    story = stories.retried()
    shuffled = random.Random(seed).sample(story.envelopes, len(story.envelopes))
    for place in range(0, len(shuffled), 10):
        await tell(fleet, *shuffled[place : place + 10])
        await count(fleet)
    found = await points(fleet)
    assert [value for name, value, *_ in found if name == "RunFailed"].count(0) == 1
    assert len(await values(fleet, "PipelineRecoveryTime")) <= 1
    for name in ("BuildTime", "TimeToLastRegion"):
        assert len(await values(fleet, name)) == 1
    assert len(await values(fleet, "DeploymentTime")) == len(stories.ENVIRONMENTS)


async def test_the_log_read_again_keeps_ends_and_points(fleet: Database) -> None:
    """A reader that begins anew finds every end and every point there already."""
    await tell(fleet, *stories.retried().envelopes)
    await count(fleet)
    before, runs = await points(fleet), await sums(fleet, "run")
    async with fleet.transaction() as session:
        await session.execute(text("delete from reader"))
    await count(fleet)
    assert (await points(fleet), await sums(fleet, "run")) == (before, runs)


async def test_recovery_is_from_the_first_failure_since_the_last_success(fleet: Database) -> None:
    """Two runs fail, one succeeds: one recovery, from the first failure. A rollback, and the next success, are none."""
    begin = stories.BEGIN
    hour = timedelta(hours=1)
    await tell(fleet, *stories.failed().envelopes)
    await tell(fleet, *stories.failed(execution=SECOND, begin=begin + hour).envelopes)
    rollback = stories.Story(execution="7d0a4c55-3f0e-4a53-8f3f-000000000009", begin=begin + 2 * hour)
    rollback.run("STARTED", **{"trigger-type": "AutomatedRollback"})
    rollback.run("SUCCEEDED")
    await tell(fleet, *rollback.envelopes)
    async with fleet.transaction() as session:
        kind = "update pipeline_execution set kind = 'ROLLBACK' where execution_id = :id"
        await session.execute(text(kind), {"id": rollback.execution})
    for execution, hours in ((THIRD, 3), ("7d0a4c55-3f0e-4a53-8f3f-000000000004", 4)):
        story = stories.Story(execution=execution, begin=begin + hours * hour)
        story.run("STARTED")
        story.run("SUCCEEDED")
        await tell(fleet, *story.envelopes)
    await count(fleet)
    first_failed = begin + timedelta(seconds=len(stories.failed().envelopes) - 1)
    recovered = begin + 3 * hour + timedelta(seconds=1)
    assert await values(fleet, "PipelineRecoveryTime") == [(recovered - first_failed).total_seconds()]


async def test_points_that_cloudwatch_would_refuse_are_dropped_and_counted(fleet: Database) -> None:
    """More than two weeks back, or hours ahead: kept with the reason, not sent, and counted."""
    await tell(fleet, *stories.failed().envelopes)
    await count(fleet, now=stories.BEGIN + timedelta(days=15))
    assert {point[2] for point in await points(fleet)} == {"old"}
    assert await sums(fleet, "point_dropped") == {("old",): len(await points(fleet))}


async def test_a_hostile_name_stops_no_counting(database: Database) -> None:
    """The longest name that an envelope may have, of the widest characters: cut, and counted."""
    story = stories.Story(pipeline="\U0001f680" * 512)
    story.run("STARTED")
    story.run("FAILED")
    await tell(database, *story.envelopes)
    await count(database)
    assert await sums(database, "run") == {("\U0001f680" * 100, "", "failure", "failure"): 1}
    assert await values(database, "RunFailed") == [1]


async def test_without_a_namespace_no_points_are_kept(fleet: Database) -> None:
    """Totals are counted all the same."""
    await tell(fleet, *stories.failed().envelopes)
    await count(fleet, points=False)
    assert not await points(fleet)
    assert sum((await sums(fleet, "run")).values()) == 1


async def test_two_counters_take_turns(fleet: Database) -> None:
    """Whatever two processes do at the same time, each event is counted once."""
    await tell(fleet, *stories.failed().envelopes)
    first, second = counting(fleet), counting(fleet)
    for _ in range(3):
        await first.turn()
        await second.turn()
    assert sum((await sums(fleet, "run")).values()) == 1


async def test_check_runs_are_counted_by_kind(fleet: Database) -> None:
    """When they end: kind, mode and status."""
    async with fleet.transaction() as session:
        given = {"name": "smoke", "kind": "LAMBDA", "when": "AFTER", "wave": "prod-1"}
        await register(session, Kind.CHECK, **given, configuration={"functionName": "smoke"})
    await tell(fleet, *stories.failed().envelopes)
    async with fleet.transaction() as session:
        where: dict[str, Any] = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        runs = await checking.start_check_runs(session, "gate", now=stories.BEGIN, **where)
        outcome = {"check_run": runs[0].id, "status": CheckRunStatus.PASSED}
        await checking.finish_check_run(session, "gate", now=stories.BEGIN, **outcome)
    await count(fleet)
    assert await sums(fleet, "check_run") == {("LAMBDA", "BLOCKING", "PASSED"): 1}


async def test_what_runs_has_a_state(fleet: Database) -> None:
    """Pending until its first stage begins, then executing; finalizing while it is being stopped."""
    story = stories.Story()
    story.run("STARTED")
    await tell(fleet, *story.envelopes)
    assert (await counted(fleet)).active == (Active("payments", "payments", "pending", 1),)
    story.stage("Source", "STARTED")
    await tell(fleet, *story.envelopes)
    assert (await counted(fleet)).active == (Active("payments", "payments", "executing", 1),)
    story.run("STOPPING")
    await tell(fleet, *story.envelopes)
    assert (await counted(fleet)).active == (Active("payments", "payments", "finalizing", 1),)
    story.run("STOPPED")
    await tell(fleet, *story.envelopes)
    assert (await counted(fleet)).active == ()


async def test_totals_add_up(database: Database) -> None:
    """Counts, amounts and buckets grow; the time before the first stays."""
    since = datetime(2026, 11, 1, tzinfo=UTC)
    one = Addition("run", ("a", "", "success", ""), since, 2, 1.5, (1, 0, 1))
    for each in (one, replace(one, since=since + timedelta(days=1), buckets=(0, 0, 5))):
        async with database.transaction() as session:
            await measures.add(session, [each])
    (total,) = (await counted(database)).totals
    assert total == Total("run", one.labels, since, 4, 3.0, (1, 0, 6))


def test_labels_are_bounded() -> None:
    """The first 500 pipelines that were seen are told apart, for ever; the others are one. Error types likewise."""
    since = datetime(2026, 11, 1, tzinfo=UTC)
    many = [Total("run", (f"p{number}", "s", "failure", f"E{number}"), since, 1, 2.0, (1, 0)) for number in range(1000)]
    active = [Active("p3", "s", "executing", 1), *(Active(f"q{number}", "s", "executing", 1) for number in range(9))]
    found = totals.bounded(many, active)
    runs = found.named("run")
    assert {run.labels[0] for run in runs} == {*(f"p{number}" for number in range(totals.MOST_PIPELINES)), "other"}
    assert len({run.labels[3] for run in runs}) == totals.MOST_ERROR_TYPES + 1
    assert sum(run.count for run in runs) == 1000
    (other,) = [run for run in runs if run.labels[0] == "other"]
    assert (other.labels, other.count, other.amount, other.buckets) == (
        ("other", "", "failure", "_OTHER"),
        500,
        1000.0,
        (500, 0),
    )
    assert found.active == (Active("p3", "s", "executing", 1), Active("other", "", "executing", 9))
