"""Why a service's next revision is not in an environment: whatever there is to say, and never nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.configuration.kinds import Kind
from domain.errors import NotFound, Refused
from domain.safety.why import Why
from domain.words import BlockerKind, CheckWhen, Decision, HoldKind, Progress
from models.engine import Database
from resolvers import checking
from resolvers.why import why
from tests import stories
from tests.configuring import archive, register, update
from tests.fleet import TESTER, register_fleet, register_payments
from tests.resolvers.test_entering import NEWER, NOW, baking, change, enter, entering_map, fleet, in_prod, tell

__all__ = ["fleet"]

IRELAND = "prod-eu-west-1"


async def asked(database: Database, environment: str = IRELAND, service: str = "payments") -> Why:
    async with database.snapshot() as session:
        return await why(session, service, environment, now=NOW)


async def said(database: Database, environment: str = IRELAND) -> tuple[Progress, str]:
    found = await asked(database, environment)
    return found.progress, found.sentence


async def test_a_revision_that_waits(fleet: Database) -> None:
    """What it would be told now, whatever it was told last; nothing is started or kept by asking."""
    hold = {"environment": "prod-us-east-1", "kind": HoldKind.HOLD, "reason": "Audit"}
    await change(fleet, Kind.HOLD, name="audit", **hold)
    await enter(fleet)
    found = await asked(fleet)
    assert found.sentence == "wave 1 of prod: prod-us-east-1 holds every revision back by audit: Audit"
    assert (found.progress, found.decision, found.asked_at) == (Progress.WAITING, Decision.WAIT, NOW)
    assert (found.revision, found.execution, found.deployed) == ("9f2c1ab", stories.EXECUTION, None)
    async with fleet.transaction() as session:
        await archive(session, Kind.HOLD, "audit")
    assert await said(fleet) == (Progress.WAITING, "wave 1 of prod: nothing holds it back")


async def test_a_revision_that_has_not_asked_yet(fleet: Database) -> None:
    """It is said where it is, and what would hold it back besides: the window has its time zone."""
    await change(fleet, Kind.WINDOW, name="office", cron="0 9 * * 1-5", minutes=480, wave="prod-2")
    found = await asked(fleet, "prod-ap-south-1")
    assert found.progress is Progress.COMING
    assert [each.kind for each in found.blockers] == [BlockerKind.PRIOR_WAVE, BlockerKind.WINDOW]
    assert found.sentence == (
        "wave 2 of prod: prod-1 has not passed: it is being deployed; "
        "the window office opens Tue 09:00 Asia/Kolkata for prod-ap-south-1"
    )


async def test_a_revision_that_is_baking(database: Database) -> None:
    """Where it bakes, and where it will come next: what is missing of the bake is said as it was seen last."""
    async with database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.STAGE, "prod", production=True)
        await update(session, Kind.WAVE, "prod-1", bake_minutes=720)
        await register_payments(session, entering_map())
    await tell(database, baking(stories.EXECUTION, "c" * 40, stories.BEGIN))
    async with database.transaction() as session:
        given = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        (run,) = await checking.start_check_runs(session, TESTER, now=NOW - timedelta(hours=8, minutes=48), **given)
        run.detail = {"reasons": ["bake 3 h 12 min left", "41 of 100 requests in prod-eu-west-1"]}
    missing = "bake 3 h 12 min left; 41 of 100 requests in prod-eu-west-1"
    assert await said(database) == (
        Progress.WATCHED,
        f"wave 1 of prod: cccccccc is deployed, and watched: {missing}",
    )
    assert await said(database, "prod-ap-south-1") == (
        Progress.COMING,
        f"wave 2 of prod: prod-1 has not passed: {missing}",
    )


async def test_a_revision_that_has_entered(fleet: Database) -> None:
    """From the decision on it is being deployed."""
    await enter(fleet)
    assert await said(fleet) == (Progress.DEPLOYING, "wave 1 of prod: 9f2c1ab is being deployed")


async def test_nothing_is_under_way(fleet: Database) -> None:
    """What is there is said with since when, in the Region's own time."""
    await tell(fleet, stories.retried())
    progress, sentence = await said(fleet)
    assert progress is Progress.DEPLOYED
    assert sentence.startswith("wave 1 of prod: 9f2c1ab is deployed since Sun 23:00 Europe/Dublin")
    assert sentence.endswith("and nothing newer is under way")


async def test_an_execution_that_ended_before_it_was_there(fleet: Database) -> None:
    """Failed, or stopped by a decision: why, as far as that is known."""
    await tell(fleet, stories.failed())
    progress, sentence = await said(fleet, "prod-us-east-1")
    assert progress is Progress.ENDED
    assert (
        sentence == f"wave 1 of prod: 9f2c1ab did not get there: its execution is FAILED in prod-1: {stories.FAILURE}"
    )
    story = in_prod(execution=NEWER, begin=stories.BEGIN + timedelta(hours=1))
    await tell(fleet, story)
    hold = {"environment": "prod-us-east-1", "kind": HoldKind.VETO, "revision": "9f2c1ab", "reason": "Bad"}
    await change(fleet, Kind.HOLD, name="bad", **hold)
    assert (await enter(fleet, execution=NEWER)).entry.decision is Decision.STOP
    story.run("STOPPED")
    await tell(fleet, story)
    assert (await asked(fleet)).reasons == [
        "its execution was stopped before prod-1: prod-us-east-1 is closed to 9f2c1ab by bad: Bad"
    ]


async def test_a_rollback_is_said_to_be_one(fleet: Database) -> None:
    """While it runs, in the part that it returns."""
    await tell(fleet, stories.retried())
    story = stories.rolled_back(of=NEWER)
    begun = [each for each in story.envelopes if each["detail"]["state"] == "STARTED"][:3]
    async with fleet.transaction() as session:
        from resolvers.recording import record_envelopes

        await record_envelopes(session, begun)
    assert await said(fleet) == (
        Progress.DEPLOYING,
        "wave 1 of prod: 9f2c1ab is being deployed: it is a rollback",
    )


async def test_no_pipeline_and_none_that_goes_there(database: Database) -> None:
    """Each says what to do."""
    async with database.transaction() as session:
        await register_fleet(session)
    assert await said(database) == (
        Progress.UNKNOWN,
        "wave 1 of prod: no pipeline of payments is known: deploy its pipeline's stack once",
    )
    async with database.transaction() as session:
        await register_payments(session, {**stories.MAP, "stages": stories.MAP["stages"][:4]})
    assert "was built before it went there: let it run" in (await asked(database)).sentence
    async with database.transaction() as session:
        await register_payments(session, entering_map())
    assert await said(database) == (Progress.UNKNOWN, "wave 1 of prod: it never ran")


async def test_names_that_there_are_not(fleet: Database) -> None:
    """The nearest are suggested; what the service does not go to is refused as such."""
    with pytest.raises(NotFound) as service:
        await asked(fleet, service="paymets")
    assert service.value.suggestions == ["payments"]
    with pytest.raises(NotFound) as environment:
        await asked(fleet, "prod-eu-wst-1")
    assert environment.value.suggestions[0] == IRELAND
    async with fleet.transaction() as session:
        await register(session, Kind.SERVICE, name="ledger", repository="acme/ledger", placement=["alpha-*"])
    with pytest.raises(Refused) as refused:
        await asked(fleet, service="ledger")
    assert refused.value.code == "NOT_PLACED"
