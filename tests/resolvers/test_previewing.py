"""A preview is what the change then does: entries, plans, placements; and what it says of limits and of oversights."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.configuration.changing import Operation
from domain.configuration.configuration import Configuration
from domain.configuration.impact import PipelineImpact
from domain.configuration.kinds import Kind
from domain.configuration.planning import Planner
from domain.limits import Limit
from domain.plans import Plan
from domain.words import OperationKind
from models import changes
from models.configuration import current
from models.engine import Database
from resolvers.configuring import Asked, change
from resolvers.differences import plan_difference
from resolvers.plans import AsOf
from resolvers.previewing import Preview, preview
from tests.configurations import configurations, operations
from tests.configuring import URL, apply, author, creating, empty, register
from tests.entity_fields import NOW
from tests.fleet import register_fleet, register_payments

ORGANISATION = {
    "name": "acme",
    "pipeline_account": "9" * 12,
    "pipeline_region": "eu-west-1",
    "connection_arn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/x",
    "event_bus_arn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
}


async def previewed(database: Database, *wanted: Operation, **asked: Any) -> Preview:
    """What a change would do."""
    async with database.snapshot() as session:
        given = asked or {"operations": wanted}
        return await preview(session, Asked(**given), url=URL, now=NOW)


async def configuration_of(database: Database) -> Configuration:
    """The configuration as it is kept."""
    async with database.snapshot() as session:
        session.info.clear()
        return (await current(session)).configuration


def plans(configuration: Configuration) -> dict[str, Plan | None]:
    """The plan of each service."""
    planner = Planner(configuration, URL)
    return {name: planner.plan_of(name) for name in configuration.services}


def environments(plan: Plan | None) -> dict[str, str]:
    """The part of the wave in which each environment of a plan is."""
    waves = [wave for stage in plan.stages for wave in stage.waves] if plan else []
    return {each.name: wave.name for wave in waves for each in wave.environments}


def check_impact(told: PipelineImpact, before: Plan | None, after: Plan | None) -> None:
    """What is told of a pipeline is what its two plans say."""
    assert (told.before, told.after) == (before, after)
    old, new = environments(before), environments(after)
    assert set(told.added) == new.keys() - old.keys()
    assert set(told.removed) == old.keys() - new.keys()
    assert {(each.environment, each.before, each.after) for each in told.moved} == {
        (name, old[name], new[name]) for name in old.keys() & new.keys() if old[name] != new[name]
    }
    if before and after:
        assert told.added or told.removed or told.moved or told.settings


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
async def test_a_preview_is_what_the_change_does(database: Database, data: st.DataObject) -> None:
    """The entries of the history, and the plans that are others then; what is refused, with the same words."""
    await empty(database)
    before = data.draw(configurations())
    if before.organisation is None:
        before = dataclasses.replace(before, organisations=_organisations())
    async with database.transaction() as session:
        await apply(session, *creating(before))
    wanted = tuple(data.draw(operations(before)) for _ in range(data.draw(st.integers(1, 4))))
    told = await previewed(database, *wanted)
    problems: list[str] = []
    try:
        async with database.transaction() as session:
            done = await change(session, author(now=NOW, reason="as drawn"), Asked(operations=wanted))
            entries = [entry for entry, *_ in await changes.entries_of(session, done.number)] if done.id else []
    except Exception as raised:
        problems, entries = [each.message for each in getattr(raised, "problems", [raised])], []
    after = await configuration_of(database)
    assert [each.message for each in told.problems] == problems
    assert list(told.entries) == entries
    old, new = plans(before), plans(after)
    differing = [name for name in sorted({**old, **new}) if old.get(name) != new.get(name)]
    assert [each.service for each in told.pipelines] == differing
    for each in told.pipelines:
        check_impact(each, old.get(each.service), new.get(each.service))


def _organisations() -> Any:
    from domain.configuration.changing import changed
    from domain.configuration.changing import register as registering

    return changed(Configuration(), [registering(Kind.ORGANISATION, ORGANISATION)], NOW).organisations


async def _fleet(database: Database) -> None:
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.ORGANISATION, **ORGANISATION)


def _update(kind: Kind, key: str, /, **fields: Any) -> Operation:
    return Operation(OperationKind.UPDATE, kind, key, fields)


async def test_a_preview_changes_nothing(database: Database) -> None:
    """Nor does it take a number."""
    await _fleet(database)
    before = await configuration_of(database)
    first = await previewed(database, _update(Kind.WAVE, "prod-1", bake_minutes=5))
    again = await previewed(database, _update(Kind.WAVE, "prod-1", bake_minutes=5))
    assert first == again
    assert await configuration_of(database) == before
    (impact,) = first.pipelines
    assert impact.settings == ("waves.prod-1.bakeMinutes",)
    assert (impact.minutes_after or 0) - (impact.minutes_before or 0) == 5


async def test_an_environment_that_goes_to_another_account_is_told(database: Database) -> None:
    """It stays in its wave, under its name: only its account differs, and the plan says so."""
    await _fleet(database)
    async with database.transaction() as session:
        await register(session, Kind.ACCOUNT, aws_id="222222222222", name="others")
    found = await previewed(database, _update(Kind.ENVIRONMENT, "prod-eu-west-1", account="222222222222"))
    (impact,) = found.pipelines
    assert (impact.added, impact.removed, impact.moved) == ((), (), ())
    assert impact.settings == ("environments.prod-eu-west-1.account",)


async def test_stacks_are_counted_as_the_pipeline_has_them(database: Database) -> None:
    """A service of many stacks reaches CodePipeline's limits sooner; one whose pipeline nobody knows has one stack."""
    await _fleet(database)
    wanted = _update(Kind.WAVE, "prod-1", bake_minutes=5)
    (unknown,) = (await previewed(database, wanted)).pipelines
    assert (unknown.exceeds, unknown.pipelines) == ((), 1)
    action = {"account": "1" * 12, "region": "eu-west-1", "environment": "prod-eu-west-1", "kind": "DEPLOY"}
    actions = [{**action, "name": f"a{number}", "stack": f"s{number}"} for number in range(120)]
    prepared = {**actions[0], "name": "p", "kind": "PREPARE"}
    structure = {"stages": [{"name": "prod-1", "actions": [prepared, *actions, {"name": "source", "kind": "SOURCE"}]}]}
    async with database.transaction() as session:
        await register_payments(session, structure)
    (known,) = (await previewed(database, wanted)).pipelines
    places = len(environments(known.after))
    (actions_of_pipeline,) = [each for each in known.exceeds if each.limit is Limit.ACTIONS_OF_PIPELINE]
    assert actions_of_pipeline.count >= places * 120 * 2
    assert known.pipelines > 1
    async with database.snapshot() as session:
        since = AsOf(change=0)
        found = await plan_difference(session, "acme/payments", since, None, url=URL, now=NOW)
    assert found.impact is not None
    assert found.impact.pipelines == known.pipelines


async def test_a_difference_of_plans_knows_public_holidays(database: Database) -> None:
    """As a preview does: the window that a country's holiday closes opens the day after."""
    await _fleet(database)
    calendar = {"name": "german", "country": "DE"}
    window = {"name": "daily", "cron": "0 0 * * *", "minutes": 1440, "time_zone": "UTC", "stage": "prod"}
    async with database.transaction() as session:
        await register(session, Kind.CALENDAR, **calendar)
        first = (await apply(session, _update(Kind.WAVE, "prod-1", bake_minutes=1))).number
        await register(session, Kind.WINDOW, **window, calendars=["german"])
    christmas = NOW.replace(month=12, day=25, hour=1)
    async with database.snapshot() as session:
        found = await plan_difference(session, "acme/payments", AsOf(change=first), None, url=URL, now=christmas)
    assert found.impact is not None
    assert found.impact.minutes_before is not None
    assert found.impact.minutes_after is not None
    assert found.impact.minutes_after >= found.impact.minutes_before + 24 * 60


async def test_what_nobody_is_likely_to_want_is_told(database: Database) -> None:
    """A wave without environments, a term that matches nothing."""
    await _fleet(database)
    wave = {"name": "prod-3", "stage": "prod", "position": 3}
    found = await previewed(
        database,
        Operation(OperationKind.REGISTER, Kind.WAVE, "prod-3", wave),
        _update(Kind.SERVICE, "payments", placement=["*", "prd-*"]),
    )
    assert [(each.code, each.key) for each in found.cautions] == [("EMPTY", "prod-3"), ("UNMATCHED_TERM", "payments")]
    assert all(each.remedy for each in found.cautions)


async def test_a_preview_of_a_revert_and_of_a_document(database: Database) -> None:
    """The same door, whatever is asked; what is wrong is in the answer."""
    await _fleet(database)
    async with database.transaction() as session:
        number = (await apply(session, _update(Kind.WAVE, "prod-1", bake_minutes=5))).number
    back = await previewed(database, revert=number)
    assert [(each.before.bake_minutes, each.after.bake_minutes) for each in back.entries] == [(5, 0)]
    assert back.base == number
    wrong = await previewed(database, document={"teams": [{"name": "Ours"}]})
    assert [each.path for each in wrong.problems] == [["teams", "0", "name"]]
    assert (await previewed(database, revert=number, document={})).problems[0].code == "INVALID_VALUE"
