"""What a second person confirms, in a real database: without effect before, in force after, and told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.configuration.changing import Operation
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Refused
from domain.safety.score_rules import SafetyRule
from domain.words import BlockerKind, Decision, HoldKind, OperationKind
from models import overrides as kept
from models import scores
from models.engine import Database
from models.tables import Event, Override, OverrideUse, Waiver
from resolvers import overrides, waivers
from resolvers.confirming import confirm_override, confirm_waiver
from resolvers.overrides import Granted
from resolvers.waivers import Granting
from resolvers.why import why
from tests.configuring import apply, author, update
from tests.resolvers.test_entering import NOW, change, enter, fleet

__all__ = ["fleet"]

pytestmark = pytest.mark.database

VIRGINIA = "prod-us-east-1"
LATER = NOW + timedelta(minutes=2)
END = NOW + timedelta(hours=4)


@pytest.fixture
async def two(fleet: Database) -> Database:
    """Production needs two persons, and an environment of it is held."""
    async with fleet.transaction() as session:
        await update(session, Kind.STAGE, "prod", two_persons=True)
    await change(fleet, Kind.HOLD, name="audit", environment=VIRGINIA, kind=HoldKind.HOLD, reason="Audit")
    return fleet


async def grant(database: Database, **scope: str) -> Override:
    async with database.transaction() as session:
        granted = Granted("the fix", END, (BlockerKind.HOLD,), **scope)
        return await overrides.grant(session, author(now=NOW), granted)


async def confirm(database: Database, name: str = "override-1", **given: Any) -> Override:
    async with database.transaction() as session:
        return await confirm_override(session, author(**{"now": LATER, "actor": "grace", **given}), name)


async def waive(database: Database, **scope: str) -> Waiver:
    async with database.transaction() as session:
        by = author(now=NOW, reason="migration")
        return await waivers.grant(session, by, Granting(SafetyRule.ROLLBACK, END, **scope))


async def confirm_it(database: Database, **given: Any) -> Waiver:
    async with database.transaction() as session:
        return await confirm_waiver(session, author(**{"now": LATER, "actor": "grace", **given}), "waiver-1")


async def told(database: Database, *types: str) -> Sequence[Any]:
    async with database.transaction() as session:
        of = select(Event.type, Event.actor, Event.payload).where(Event.type.in_(types)).order_by(Event.id)
        return (await session.execute(of)).all()


async def test_an_unconfirmed_override_lets_nothing_pass(two: Database) -> None:
    """The wave waits, and `why` names it; a second person confirms; the wave is entered because of it."""
    await grant(two, service="payments")
    entry = (await enter(two)).entry
    assert (entry.decision, [each.override for each in entry.blockers]) == (Decision.WAIT, [None])
    async with two.snapshot() as session:
        assert [each.unconfirmed for each in (await why(session, "payments", VIRGINIA, now=NOW)).blockers] == [
            "override-1"
        ]
        assert await session.scalar(select(func.count()).select_from(OverrideUse)) == 0
    await confirm(two)
    entry = (await enter(two, now=LATER)).entry
    assert (entry.decision, [each.override for each in entry.blockers]) == (Decision.PROCEED, ["override-1"])


async def test_it_is_kept_and_told(two: Database) -> None:
    """Who, when, and of whom; its end stays; said again, nothing is new."""
    assert (await grant(two, service="payments")).needs_confirmation
    made = await confirm(two)
    assert (made.confirmed_by, made.confirmed_at, made.expires_at) == ("grace", LATER, END)
    again = await confirm(two, actor="linus", now=LATER + timedelta(minutes=1))
    assert (again.confirmed_by, again.confirmed_at) == ("grace", LATER)
    [(_, granter, granted), (_, second, confirmed)] = await told(two, "override.granted", "override.confirmed")
    assert (granter, granted["waitsForSecondPerson"]) == ("tester", True)
    assert (second, confirmed["grantedBy"], confirmed["waitsForSecondPerson"]) == ("grace", "tester", False)
    async with two.snapshot() as session:
        assert await kept.in_force(session, NOW) == []
        assert [each.name for each in await kept.in_force(session, LATER)] == ["override-1"]


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ({"actor": "tester"}, "SECOND_PERSON"),
        ({"actor": "Tester"}, "SECOND_PERSON"),
        ({"actor": "token:deployer"}, "NOT_A_PERSON"),
        ({"actor": "interlock"}, "NOT_A_PERSON"),
        ({"now": END}, "ALREADY_EXPIRED"),
    ],
)
async def test_who_may_not_and_when(two: Database, by: dict[str, Any], code: str) -> None:
    """Whoever granted it, a program, and anybody when it is over: nothing is kept, nor told."""
    await grant(two, service="payments")
    with pytest.raises(Refused) as refused:
        await confirm(two, **by)
    assert refused.value.code == code
    assert await told(two, "override.confirmed") == []


async def test_what_was_revoked_is_not_confirmed(two: Database) -> None:
    """Nor what there is not."""
    await grant(two, service="payments")
    async with two.transaction() as session:
        await overrides.revoke(session, author(now=NOW), "override-1")
    with pytest.raises(Refused, match="was revoked by tester"):
        await confirm(two)
    with pytest.raises(NotFound, match="override-1"):
        await confirm(two, "override-2")


@pytest.mark.parametrize(
    ("scope", "needs"),
    [
        ({"service": "payments"}, True),
        ({"environment": VIRGINIA}, True),
        ({"wave": "prod-1"}, True),
        ({}, True),
        ({"wave": "alpha-1"}, False),
        ({"environment": "alpha-eu-west-1", "service": "payments"}, False),
    ],
)
async def test_what_concerns_such_a_stage(two: Database, scope: dict[str, str], needs: bool) -> None:
    """What is for it, or for all; what is for another stage alone is in force, and there is nothing to confirm."""
    assert (await grant(two, **scope)).needs_confirmation is needs
    if not needs:
        with pytest.raises(Refused, match="needs no confirmation"):
            await confirm(two)


async def test_that_is_decided_when_it_is_granted(two: Database) -> None:
    """The rule is taken away, for a reason: what waits still waits, and what comes after does not."""
    await grant(two, service="payments")
    async with two.transaction() as session:
        with pytest.raises(InvalidValue, match="prod needs two persons"):
            await update(session, Kind.STAGE, "prod", two_persons=False)
    async with two.transaction() as session:
        operation = Operation(OperationKind.UPDATE, Kind.STAGE, "prod", {"two_persons": False})
        await apply(session, operation, reason="one person is on call over the holidays")
    assert not (await grant(two, service="payments")).needs_confirmation
    async with two.snapshot() as session:
        assert [each.name for each in await kept.in_force(session, LATER)] == ["override-2"]


async def test_a_waiver_waits_as_well(two: Database) -> None:
    """It allows nothing before; who granted it may not confirm it; after, it holds, and is told."""
    assert (await waive(two, stage="prod")).needs_confirmation
    with pytest.raises(Refused, match="a second person confirms it"):
        await confirm_it(two, actor="tester")
    async with two.snapshot() as session:
        assert await scores.waivers(session) == []
    assert (await confirm_it(two)).confirmed_by == "grace"
    assert (await confirm_it(two, actor="linus")).confirmed_by == "grace"
    async with two.snapshot() as session:
        assert [each.name for each in await scores.waivers(session)] == ["waiver-1"]
    [(_, actor, payload)] = await told(two, "waiver.confirmed")
    assert (actor, payload["grantedBy"], payload["waitsForSecondPerson"]) == ("grace", "tester", False)


@pytest.mark.parametrize(
    ("scope", "needs"), [({"service": "payments"}, True), ({"wave": "prod-1"}, True), ({"stage": "alpha"}, False)]
)
async def test_what_a_waiver_concerns(two: Database, scope: dict[str, str], needs: bool) -> None:
    """A service passes every stage; a stage or a wave speaks for itself."""
    assert (await waive(two, **scope)).needs_confirmation is needs
