"""What rollbacks have taken out of environments, of constructed histories."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from domain.safety.entering import TakenBack
from domain.words import DeploymentStatus
from models.engine import Database
from models.queries import find
from models.returning import taken_back
from models.tables import Service
from tests.deliveries import AP, EU, US, History, at

pytestmark = pytest.mark.database

OK, FAILED = DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED


@pytest.fixture
async def history(database: Database) -> History:
    """The fleet, to which a first revision was delivered."""
    history = await History(database).begin()
    await history.run("first", (EU, 10, OK), (US, 10, OK), (AP, 10, OK))
    return history


async def found(history: History, *environments: str) -> Collection[TakenBack]:
    """What was taken back; of all three environments if nothing is said."""
    async with history.database.snapshot() as session:
        service = await find(session, Service, name="payments")
        assert service is not None
        return await taken_back(session, service.id, environments or (EU, US, AP))


async def test_a_rollback_holds_what_it_took_out(history: History) -> None:
    """By environment, with the revision that was taken back and when its deployment began."""
    await history.run("second", (EU, 20, OK), (US, 20, FAILED))
    await history.run("back", (EU, 30, OK), (US, 30, OK), rolls_back_to="first", revision="revision-of-first")
    expected = {(EU, "revision-of-second", at(29)), (US, "revision-of-second", at(29))}
    assert {(each.environment, each.revision, each.at) for each in await found(history)} == expected
    assert [each.environment for each in await found(history, US)] == [US]


async def test_a_rollback_that_has_failed_holds_as_well(history: History) -> None:
    """And so does the next, which takes nothing else back."""
    await history.run("second", (EU, 20, OK))
    await history.run("back", (EU, 30, FAILED), rolls_back_to="first", revision="revision-of-first")
    await history.run("again", (EU, 40, OK), rolls_back_to="first", revision="revision-of-first")
    assert [(each.revision, each.at) for each in await found(history)] == [("revision-of-second", at(39))]


async def test_a_newer_revision_lifts_it(history: History) -> None:
    """Once it has succeeded there: not the same revision once more."""
    await history.run("second", (EU, 20, OK))
    await history.run("back", (EU, 30, OK), rolls_back_to="first", revision="revision-of-first")
    await history.run("same", (EU, 40, OK), revision="revision-of-second")
    assert len(await found(history)) == 1
    await history.run("third", (EU, 50, FAILED))
    assert len(await found(history)) == 1
    await history.run("fourth", (EU, 60, OK))
    assert await found(history) == []


async def test_what_was_not_touched_is_not_held(history: History) -> None:
    """An environment that was at the target's revision already, or whose change set could not be made."""
    await history.run("second", (EU, 20, FAILED), before_deploying=True)
    await history.run("back", (EU, 30, OK), (US, 30, OK), rolls_back_to="first", revision="revision-of-first")
    assert await found(history) == []
