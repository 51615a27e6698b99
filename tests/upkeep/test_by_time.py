"""What is due by time alone: warnings, and holds whose time is over. AWS is not asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.safety.score_rules import SafetyRule
from models.tables import Change, Environment, Hold
from models.upkeep import elected
from resolvers import test_environments, waivers
from resolvers.waivers import Granting
from tests.configuring import update
from tests.upkeep.conftest import DAY, NOW, World

pytestmark = pytest.mark.database
HOUR = timedelta(hours=1)


async def test_a_waiver_whose_time_is_over_is_told_once(world: World) -> None:
    """Not before, and not again."""
    await world.register(Kind.SERVICE, name="payments", repository="acme/payments", placement=["nowhere"])
    granting = Granting(SafetyRule.ROLLBACK, world.now + DAY, service="payments")
    async with world.database.transaction() as session:
        await waivers.grant(session, world.by(reason="moving"), granting)
    await world.turn()
    assert await world.told("waiver.expired") == []
    await world.turn(DAY)
    await world.turn(DAY)
    [(_, payload)] = await world.told("waiver.expired")
    assert (payload["waiver"], payload["rule"], payload["service"]) == ("waiver-1", "ROLLBACK", "payments")


async def test_its_owner_is_told_once_a_day_before(world: World) -> None:
    """Not earlier, not again; and once more of the new end, where it was put off."""
    name = await world.create(days=3, team="payments")
    await world.turn(2 * DAY - HOUR)
    assert await world.told("environment.ending") == []
    await world.turn(HOUR)
    await world.turn(HOUR)
    ends = (NOW + 3 * DAY).isoformat()
    said = {"environment": name, "owner": "ada", "team": "payments", "expiresAt": ends}
    assert await world.told("environment.ending") == [("environment.ending", said)]
    async with world.database.transaction() as session:
        await test_environments.extend(session, world.by(), name, 2)
    await world.turn()
    assert len(await world.told("environment.ending")) == 1
    await world.turn(DAY)
    assert len(await world.told("environment.ending")) == 2


async def test_an_end_that_was_edited_is_told_again(world: World) -> None:
    """Whichever way it was put off: the warning is of an end, not of an environment."""
    name = await world.create(days=1)
    await world.turn()
    async with world.database.transaction() as session:
        await update(session, Kind.ENVIRONMENT, name, expires_at=NOW + 3 * DAY)
    await world.turn()
    assert len(await world.told("environment.ending")) == 1
    await world.turn(2 * DAY)
    assert len(await world.told("environment.ending")) == 2


async def test_a_hold_ends_by_itself(world: World) -> None:
    """All that are due in one change, with its reason; one without an end stays."""
    for name, expires in (("one", NOW + HOUR), ("two", NOW + HOUR), ("later", NOW + DAY), ("ever", None)):
        given = {"environment": "alpha-eu", "reason": "Peak season", "expires_at": expires}
        await world.register(Kind.HOLD, name=name, kind="HOLD", **given)
    changes = len(await world.scalars(select(Change.id)))
    await world.turn()
    assert len(await world.scalars(select(Change.id))) == changes
    await world.turn(HOUR)
    await world.turn()
    living = select(Hold.name).where(Hold.archived_at.is_(None)).order_by(Hold.name)
    assert await world.scalars(living) == ["ever", "later"]
    made = await world.scalars(select(Change).order_by(Change.number))
    assert [(each.actor, each.reason) for each in made[changes:]] == [("interlock", "expired")]


async def test_one_that_fails_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings cannot be given: holds end all the same, and warnings are given at the next turn."""
    await world.create(days=1)
    given = {"environment": "alpha-eu", "reason": "Peak season", "expires_at": NOW}
    await world.register(Kind.HOLD, name="one", kind="HOLD", **given)

    async def fails(*_: object) -> int:
        raise ConnectionError("gone")

    with monkeypatch.context() as patched:
        patched.setattr("resolvers.upkeep.warn", fails)
        await world.turn()
    assert await world.scalars(select(Hold.name).where(Hold.archived_at.is_(None))) == []
    assert await world.told("environment.ending") == []
    await world.turn()
    assert len(await world.told("environment.ending")) == 1


async def test_one_worker_at_a_time(world: World) -> None:
    """Whoever is not elected does nothing; when the first is gone, the next one is."""
    async with elected(world.database) as first, elected(world.database) as second:
        assert (first, second) == (True, False)
    async with elected(world.database) as third:
        assert third


async def test_a_worker_that_is_to_stop_begins_nothing(world: World) -> None:
    """What is due is done by the next one."""
    await world.create(days=1)
    world.stop.set()
    await world.turn(2 * DAY)
    assert await world.told("environment.ending") == []
    assert await world.scalars(select(Environment.cleaning_at).where(Environment.kind == "TEST")) == [None]
