"""Forecasts in a real database: made as an execution moves, kept when they change, compared with what came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.safety.blockers import Blocker, Entry
from domain.safety.forecasting import Expected, Forecast
from domain.safety.way import parts
from domain.words import BlockerKind, Milestone
from models import forecasts, tables
from models.configuration import current
from models.engine import Database
from reporting.forecasting import Forecasts
from resolvers import forecasts as use_cases
from resolvers.recording import record_envelopes
from resolvers.way_ahead import WayAhead
from tests import stories
from tests.configuring import register, update
from tests.fleet import register_fleet, register_payments
from tests.stories import PROD_1, PROD_2, Story, names_of

pytestmark = pytest.mark.database

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MORNING = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
"""When the window of production opens in Berlin, after the stories have begun in the night before."""


@pytest.fixture
async def fleet(database: Database) -> Database:
    """Production opens at nine in the morning for four hours; its waves bake for two hours, and for one."""
    async with database.transaction() as session:
        await register_fleet(session)
        window = {"cron": "0 9 * * *", "minutes": 240, "time_zone": "Europe/Berlin", "stage": "prod"}
        await register(session, Kind.WINDOW, name="office", **window)
        for wave, minutes in (("alpha-1", 0), ("prod-1", 120), ("prod-2", 60)):
            await update(session, Kind.WAVE, wave, bake_minutes=minutes)
        await register_payments(session)
    return database


async def told(database: Database, story: Story) -> None:
    async with database.transaction() as session:
        await record_envelopes(session, story.envelopes)


async def key_of(database: Database, execution: str = stories.EXECUTION) -> UUID:
    async with database.reading() as connection:
        statement = select(tables.PipelineExecution.id).filter_by(execution_id=execution)
        return (await connection.execute(statement)).scalar_one()


async def record(database: Database, now: datetime, **given: Any) -> Forecast:
    key = await key_of(database)
    async with database.transaction() as session:
        found = await use_cases.record(session, key, now, **given)
    assert found is not None
    return found


async def rows(database: Database, **where: Any) -> list[tables.Forecast]:
    async with database.transaction() as session:
        statement = select(tables.Forecast).filter_by(**where).order_by(tables.Forecast.id)
        return list(await session.scalars(statement))


def later(story: Story, when: datetime) -> None:
    """The next envelope of a story comes at this time."""
    story.begin = when - timedelta(seconds=len(story.envelopes))


async def test_a_revision_is_forecast_to_the_last_region(fleet: Database) -> None:
    """The window in the morning, a quarter of an hour to deploy as nobody has seen it yet, and the bake times."""
    story = stories.until_prod()
    await told(fleet, story)
    found = await record(fleet, stories.BEGIN + 5 * MINUTE)
    assert [wave.name for wave in found.waves] == ["alpha-1", "prod-1", "prod-2"]
    alpha, first, second = found.waves
    assert all(each.happened for each in alpha.milestones.values())
    assert first.entered == Expected(MORNING)
    assert first.done == Expected(first.reached.at + 2 * HOUR if first.reached.at else None)
    assert second.entered == first.done
    assert found.last_region.at is not None
    kept = await rows(fleet)
    assert [(each.part, each.milestone) for each in kept] == [
        (wave, milestone) for wave in ("prod-1", "prod-2") for milestone in Milestone
    ]


async def test_the_same_again_is_not_kept_again(fleet: Database) -> None:
    """Nor is a change of a minute; a later window is."""
    await told(fleet, stories.until_prod())
    await record(fleet, stories.BEGIN + 5 * MINUTE)
    await record(fleet, stories.BEGIN + 6 * MINUTE)
    assert len(await rows(fleet)) == 6
    async with fleet.transaction() as session:
        await update(session, Kind.WINDOW, "office", cron="0 12 * * *")
    await record(fleet, stories.BEGIN + 7 * MINUTE)
    entered = await rows(fleet, part="prod-1", milestone=Milestone.ENTERED)
    assert [each.expected_at for each in entered] == [MORNING, MORNING + 3 * HOUR]


async def test_what_came_is_compared_with_all_that_was_said(fleet: Database) -> None:
    """Entered 20 minutes late, and deployed: everything said of both has its outcome, and the service its accuracy."""
    story = stories.until_prod()
    await told(fleet, story)
    await record(fleet, stories.BEGIN + 5 * MINUTE)
    later(story, MORNING + 20 * MINUTE)
    story.stage("prod-1", "STARTED")
    began = story.envelopes[-1]["time"]
    for name in names_of(PROD_1)[:-1]:
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED", id=name)
    await told(fleet, story)
    found = await record(fleet, MORNING + 30 * MINUTE)
    (entered,) = await rows(fleet, part="prod-1", milestone=Milestone.ENTERED)
    assert entered.reached_at is not None
    assert began == "2026-11-23T08:20:00Z"
    assert timedelta(0) < entered.reached_at - (MORNING + 20 * MINUTE) < MINUTE
    (reached,) = await rows(fleet, part="prod-1", milestone=Milestone.REACHED)
    assert reached.reached_at == found.waves[1].reached.at
    assert found.waves[1].done.at == found.waves[1].reached.at + 2 * HOUR if found.waves[1].reached.at else False
    async with fleet.transaction() as session:
        service = (await session.scalars(select(tables.Service.id).filter_by(name="payments"))).one()
        accuracy = (await forecasts.accuracy(session, [service, uuid4()]))[service]
    assert accuracy.forecasts == 2
    assert 5 * 60 < accuracy.median_error < 21 * 60
    assert (accuracy.within_tenth, accuracy.within_hour) == (1.0, 1.0)


async def test_what_nobody_can_tell_is_kept_with_its_reason(fleet: Database) -> None:
    """An alarm before the first wave of production: so it is for all that is behind it, until it is over."""
    await told(fleet, stories.until_prod())
    blocker = Blocker(BlockerKind.ALARM, "the alarm high is in ALARM", "high")
    facts = await _facts(fleet, "prod-1", MORNING)
    await record(fleet, MORNING, facts=facts, entry=Entry([blocker]))
    reasons = {each.reason for each in await rows(fleet)}
    assert reasons == {"prod-1 is not entered while the alarm high is in ALARM"}
    await record(fleet, MORNING + HOUR, facts=facts, entry=Entry())
    (entered,) = await rows(fleet, part="prod-1", milestone=Milestone.ENTERED)
    assert entered.reached_at == MORNING + HOUR
    (_, now) = await rows(fleet, part="prod-1", milestone=Milestone.REACHED)
    assert (now.expected_at, now.reason) == (MORNING + HOUR + 15 * MINUTE, None)


async def _facts(database: Database, part: str, now: datetime) -> Any:
    """What is known of a wave that asks, as far as time decides it."""
    async with database.transaction() as session:
        found = await forecasts.execution(session, await key_of(database))
        assert found is not None
        execution, pipeline, _ = found
        configuration = (await current(session)).configuration
        way = parts(pipeline.structure)
        waves = await forecasts.waves(session, [part])
        ahead = WayAhead(configuration, configuration.services["payments"], pipeline, execution, [], now)
        return ahead.facts(next(each for each in way if each.name == part), waves[part])


async def test_durations_are_those_of_the_last_times(fleet: Database) -> None:
    """The median of the pipeline's deployments to the slowest environment, and of what comes before the first."""
    for number, minutes in enumerate((4, 40, 8)):
        story = Story(execution=str(uuid4()), begin=stories.BEGIN + number * timedelta(days=1))
        story.run("STARTED", **{"commit-id": "9f2c1ab"})
        later(story, story.begin + 30 * MINUTE)
        story.stage("alpha-1", "STARTED")
        story.action("alpha-1", "alpha-eu-west-1.Prepare", "STARTED")
        story.action("alpha-1", "alpha-eu-west-1.Prepare", "SUCCEEDED")
        story.action("alpha-1", "alpha-eu-west-1.Deploy", "STARTED")
        later(story, datetime.fromisoformat(story.envelopes[-1]["time"]) + minutes * MINUTE)
        story.action("alpha-1", "alpha-eu-west-1.Deploy", "SUCCEEDED")
        await told(fleet, story)
    async with fleet.transaction() as session:
        pipeline = (await session.scalars(select(tables.Pipeline.id))).one()
        usual = await forecasts.usual(session, pipeline)
    assert timedelta(minutes=8) <= usual.deploying["alpha-eu-west-1"] < timedelta(minutes=9)
    assert usual.beginning is not None
    assert 29 * MINUTE < usual.beginning < 31 * MINUTE


async def test_an_execution_that_ended_is_expected_nowhere(fleet: Database) -> None:
    """And one that is retried is, again."""
    await told(fleet, stories.until_prod())
    await record(fleet, stories.BEGIN + 5 * MINUTE)
    await told(fleet, stories.failed())
    found = await record(fleet, stories.BEGIN + 6 * MINUTE)
    assert found.unknown == f"the execution {stories.EXECUTION} of payments is FAILED"
    done = await rows(fleet, part="prod-2", milestone=Milestone.DONE)
    assert [each.reason for each in done] == [None, found.unknown]


async def test_the_reader_of_the_log_makes_them_as_things_move(fleet: Database) -> None:
    """Each execution once a turn, however much of it has moved; what nobody has registered is passed over."""
    reader = Forecasts(fleet, lambda: stories.BEGIN + 5 * MINUTE)
    await reader.turn()
    await told(fleet, _unheard())
    await told(fleet, stories.until_prod())
    while await reader.turn():
        pass
    assert {each.part for each in await rows(fleet)} == {"prod-1", "prod-2"}
    story = stories.retried()
    story.good_stage("prod-2", *names_of(PROD_2))
    await told(fleet, story)
    while await reader.turn():
        pass
    assert all(each.reached_at is not None for each in await rows(fleet))


def _unheard() -> Story:
    story = Story(pipeline="unheard-of", execution=str(uuid4()))
    story.run("STARTED")
    return story


async def test_of_what_is_not_known_nothing_is_forecast(fleet: Database) -> None:
    """An execution that is not there, and one of a pipeline that nobody registered."""
    await told(fleet, story := _unheard())
    async with fleet.transaction() as session:
        assert await use_cases.record(session, uuid4(), stories.BEGIN) is None
        assert await use_cases.record(session, await key_of(fleet, story.execution), stories.BEGIN) is None
        assert await use_cases.of_executions(session, [uuid4()]) == [None]
