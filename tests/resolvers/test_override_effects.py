"""An override from before it is granted until it has let a revision in: the effect, the decision, and the forecast."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Refused
from domain.words import BlockerKind, Decision, HoldKind, Milestone
from models import tables
from models.engine import Database
from resolvers import forecasts
from resolvers import overrides as use_cases
from resolvers.override_effects import Effect, Scope, effect
from resolvers.overrides import Granted
from tests.configuring import author, update
from tests.resolvers.test_entering import NOW, change, enter, fleet

__all__ = ["fleet"]

pytestmark = pytest.mark.database

IRELAND, VIRGINIA = "prod-eu-west-1", "prod-us-east-1"
HOLD = {"environment": VIRGINIA, "kind": HoldKind.HOLD, "reason": "Audit"}


async def asked(database: Database, *kinds: BlockerKind, environment: str = IRELAND, **scope: str) -> Effect:
    async with database.snapshot() as session:
        return await effect(session, Scope(tuple(kinds), **scope), "payments", environment, now=NOW)


async def grant(database: Database, *kinds: BlockerKind, **scope: str) -> None:
    granted = Granted("the fix", NOW + timedelta(hours=4), tuple(kinds), **scope)
    async with database.transaction() as session:
        await use_cases.grant(session, author(now=NOW), granted)


async def expected(database: Database, milestone: Milestone = Milestone.ENTERED) -> list[tables.Forecast]:
    async with database.transaction() as session:
        of = select(tables.Forecast).filter_by(part="prod-1", milestone=milestone)
        return list(await session.scalars(of.order_by(tables.Forecast.id)))


async def follow(database: Database, minutes: int) -> None:
    """Something has moved, so many minutes later."""
    async with database.transaction() as session:
        for key in await session.scalars(select(tables.PipelineExecution.id)):
            await forecasts.record(session, key, NOW + timedelta(minutes=minutes))


async def test_the_effect_is_known_before(fleet: Database) -> None:
    """What it takes and what it leaves, by its kinds, and by its environment: another one's hold it does not reach."""
    await change(fleet, Kind.HOLD, name="audit", **HOLD)
    await change(fleet, Kind.WINDOW, name="night", cron="0 2 * * *", minutes=60, stage="prod", time_zone="UTC")
    both = await asked(fleet, service="payments")
    assert [each.kind for each in both.taken] == [BlockerKind.WINDOW, BlockerKind.WINDOW, BlockerKind.HOLD]
    assert (both.left, both.decision) == ([], Decision.PROCEED)
    held = await asked(fleet, BlockerKind.HOLD, service="payments")
    assert [each.kind for each in held.taken] == [BlockerKind.HOLD]
    assert held.decision is Decision.WAIT
    assert [each.subject for each in (await asked(fleet, environment=IRELAND, wave="prod-1")).taken] == [
        IRELAND,
        VIRGINIA,
        VIRGINIA,
    ]
    async with fleet.snapshot() as session:
        there = await effect(session, Scope(environment=IRELAND), "payments", IRELAND, now=NOW)
    assert {each.subject for each in there.taken} == {IRELAND}
    assert (await asked(fleet, service="orders")).taken == []


async def test_a_question_that_makes_no_sense_is_refused(fleet: Database) -> None:
    """As the grant would be, and as `why` is."""
    with pytest.raises(InvalidValue, match="nobody may override"):
        await asked(fleet, BlockerKind.SUPERSEDED)
    with pytest.raises(InvalidValue, match="everything everywhere"):
        await asked(fleet)
    with pytest.raises(NotFound, match="did you mean"):
        await asked(fleet, environment="prod-eu-west-2", service="payments")
    async with fleet.transaction() as session:
        await update(session, Kind.SERVICE, "payments", placement=["alpha-*"])
    with pytest.raises(Refused, match="does not go to"):
        await asked(fleet, service="payments")


async def test_what_holds_a_revision_back_is_passed_and_told(fleet: Database) -> None:
    """It waits; a person lets it pass; it enters, on the record; and each time the forecast says what is so."""
    await change(fleet, Kind.HOLD, name="audit", **HOLD)
    assert (await enter(fleet)).entry.decision is Decision.WAIT
    (unknown,) = await expected(fleet)
    assert unknown.reason == "prod-1 is not entered while prod-us-east-1 holds every revision back by audit: Audit"
    await follow(fleet, 1)
    assert len(await expected(fleet)) == 1
    await grant(fleet, BlockerKind.HOLD, service="payments")
    entered = (await enter(fleet, now=NOW + timedelta(minutes=2))).entry
    assert (entered.decision, [each.override for each in entered.blockers]) == (Decision.PROCEED, ["override-1"])
    async with fleet.transaction() as session:
        uses = (await session.scalars(select(tables.OverrideUse))).all()
    assert len(uses) == 2
    assert {each.blockers[0]["kind"] for each in uses} == {"HOLD"}
    came = await expected(fleet)
    assert [each.reached_at for each in came] == [NOW + timedelta(minutes=2)]
    reached = (await expected(fleet, Milestone.REACHED))[-1]
    assert (reached.reason, reached.expected_at) == (None, NOW + timedelta(minutes=17))
