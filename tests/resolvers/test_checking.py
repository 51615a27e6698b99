"""The checks of a wave: started once, finished once, and the wave concluded from what was reported."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from domain.checks import Verdict
from domain.errors import InvalidValue, NotFound, Refused
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from models.engine import Database
from models.tables import CheckRun
from resolvers import checking, registration
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import TESTER, register_fleet, register_payments

WAVE = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}


@pytest.fixture
async def told(database: Database) -> Database:
    """A fleet with three checks of prod, its pipeline registered, and an execution that has begun."""
    async with database.transaction() as session:
        await register_fleet(session)
        check = {"when": CheckWhen.AFTER, "stage": "prod"}
        function = {"functionName": "{service}-{environment}"}
        await registration.register_check(
            session, TESTER, name="smoke", kind=CheckKind.LAMBDA, configuration=function, **check
        )
        await registration.register_check(session, TESTER, name="pentest", kind=CheckKind.EXTERNAL, **check)
        await registration.register_check(
            session, TESTER, name="canary", kind=CheckKind.EXTERNAL, mode=CheckMode.SHADOW, **check
        )
        await register_payments(session)
        await record_envelopes(session, stories.until_prod().envelopes)
    return database


async def _start(database: Database) -> list[CheckRun]:
    async with database.transaction() as session:
        return list(await checking.start_check_runs(session, TESTER, now=stories.BEGIN, **WAVE))


async def _finish(database: Database, run: UUID, status: CheckRunStatus, cause: str | None = None) -> CheckRun:
    async with database.transaction() as session:
        return await checking.finish_check_run(
            session, TESTER, now=stories.BEGIN, check_run=run, status=status, cause=cause
        )


async def _conclude(database: Database) -> Verdict:
    async with database.transaction() as session:
        return await checking.conclude_wave(session, TESTER, **WAVE)


async def test_a_check_that_speaks_of_environments_runs_in_each(told: Database) -> None:
    """`{environment}` makes a run for each environment of the wave, filled in; other checks run once for the wave."""
    runs = {(run.name, run.subject): run.configuration for run in await _start(told)}
    environments = [name for name in stories.ENVIRONMENTS if name.startswith("prod") and "ap-south" not in name]
    expected = {("smoke", name): {"functionName": f"payments-{name}"} for name in environments}
    assert runs == {**expected, ("pentest", "prod-1"): {}, ("canary", "prod-1"): {}}


async def test_asked_again_the_same_runs(told: Database) -> None:
    """A retried request starts nothing twice, even when some have ended."""
    first = await _start(told)
    await _finish(told, first[0].id, CheckRunStatus.PASSED)
    assert {run.id for run in await _start(told)} == {run.id for run in first}


async def test_a_retried_stage_runs_its_checks_again(told: Database) -> None:
    """After all have ended, the next question is another attempt."""
    for run in await _start(told):
        await _finish(told, run.id, CheckRunStatus.FAILED, "no")
    assert {run.attempt for run in await _start(told)} == {2}
    assert not (await _conclude(told)).passed


async def test_a_wave_passes_when_every_blocking_check_has(told: Database) -> None:
    """A shadow check that fails is in nobody's way."""
    for run in await _start(told):
        await _finish(told, run.id, CheckRunStatus.FAILED if run.name == "canary" else CheckRunStatus.PASSED)
    assert await _conclude(told) == Verdict(passed=True, reasons=[])


async def test_a_wave_whose_checks_nobody_started_has_not_passed(told: Database) -> None:
    """What it requires has not reported."""
    verdict = await _conclude(told)
    assert not verdict.passed
    assert "pentest on prod-1 has not reported" in verdict.reasons
    assert not any("canary" in reason for reason in verdict.reasons)


async def test_every_reason_is_named(told: Database) -> None:
    """What failed, could not be carried out, or has not reported: each with its cause."""
    runs = {run.name: run for run in await _start(told)}
    await _finish(told, runs["smoke"].id, CheckRunStatus.ERRORED, "no such function")
    verdict = await _conclude(told)
    assert not verdict.passed
    assert any(
        reason.startswith("smoke on prod-") and "could not be carried out: no such function" in reason for reason in verdict.reasons
    )
    assert "pentest on prod-1 has not reported" in verdict.reasons
    assert not any("canary" in reason for reason in verdict.reasons)


async def test_an_outcome_is_never_rewritten(told: Database) -> None:
    """Said again it changes nothing; another outcome is refused."""
    run = (await _start(told))[0]
    await _finish(told, run.id, CheckRunStatus.FAILED, "no")
    again = await _finish(told, run.id, CheckRunStatus.FAILED, "another cause")
    assert again.cause == "no"
    with pytest.raises(Refused, match="already ended as FAILED") as refused:
        await _finish(told, run.id, CheckRunStatus.PASSED)
    assert refused.value.code == "ALREADY_FINISHED"


async def test_what_is_not_known_is_told(told: Database) -> None:
    """An unknown execution, stage or run, and an outcome that is none."""
    async with told.transaction() as session:
        with pytest.raises(NotFound, match="execution"):
            await checking.start_check_runs(
                session, TESTER, now=stories.BEGIN, execution_id=str(uuid4()), stage="prod-1", when=CheckWhen.AFTER
            )
        with pytest.raises(NotFound, match="did you mean prod-"):
            await checking.start_check_runs(session, TESTER, now=stories.BEGIN, **{**WAVE, "stage": "prod-9"})
    with pytest.raises(NotFound, match="check run"):
        await _finish(told, uuid4(), CheckRunStatus.PASSED)
    with pytest.raises(InvalidValue):
        await _finish(told, uuid4(), CheckRunStatus.RUNNING)
