"""The checks of a wave: started once, finished once, and the wave concluded from what was reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checks import Verdict
from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Refused
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen, WaveOutcome
from models.engine import Database
from models.queries import everything
from models.tables import CheckRun
from resolvers import baking, checking
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import apply, archive, register, update
from tests.fleet import TESTER, register_fleet, register_payments

WAVE = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}


async def _check(session: AsyncSession, **fields: Any) -> None:
    await apply(session, changing.register(Kind.CHECK, fields))


@pytest.fixture
async def told(database: Database) -> Database:
    """A fleet with three checks of prod, its pipeline registered, and an execution that has begun."""
    async with database.transaction() as session:
        await register_fleet(session)
        check = {"when": CheckWhen.AFTER, "stage": "prod"}
        function = {"functionName": "{service}-{environment}"}
        await _check(session, name="smoke", kind=CheckKind.LAMBDA, configuration=function, **check)
        await _check(session, name="pentest", kind=CheckKind.EXTERNAL, **check)
        await _check(session, name="canary", kind=CheckKind.EXTERNAL, mode=CheckMode.SHADOW, **check)
        await register_payments(session)
        await record_envelopes(session, stories.until_prod().envelopes)
    return database


async def _start(database: Database, **place: Any) -> list[CheckRun]:
    async with database.transaction() as session:
        return list(await checking.start_check_runs(session, TESTER, now=stories.BEGIN, **{**WAVE, **place}))


async def _finish(database: Database, run: UUID, status: CheckRunStatus, cause: str | None = None) -> CheckRun:
    async with database.transaction() as session:
        return await checking.finish_check_run(
            session, TESTER, now=stories.BEGIN, check_run=run, status=status, cause=cause
        )


async def _conclude(database: Database, **place: Any) -> Verdict:
    async with database.transaction() as session:
        return await checking.conclude_wave(session, TESTER, now=stories.BEGIN, **{**WAVE, **place})


async def _subjects(database: Database, **place: Any) -> set[tuple[str, str]]:
    return {(run.name, run.subject) for run in await _start(database, **place)}


async def test_a_check_that_speaks_of_environments_runs_in_each(told: Database) -> None:
    """`{environment}` makes a run for each environment of the wave, filled in; other checks run once for the wave."""
    runs = {(run.name, run.subject): run.configuration for run in await _start(told)}
    environments = [name for name in stories.ENVIRONMENTS if name.startswith("prod") and "ap-south" not in name]
    expected = {("smoke", name): {"functionName": f"payments-{name}"} for name in environments}
    assert runs == {**expected, ("pentest", "prod-1"): {}, ("canary", "prod-1"): {}}


async def test_what_a_check_says_is_kept_without_secrets(told: Database) -> None:
    """It is told in events, traces and notifications: cut, and masked, before any of that."""
    run = (await _start(told))[0]
    ended = await _finish(told, run.id, CheckRunStatus.FAILED, "token=hunter2 is refused " + "x" * 9_000)
    assert ended.cause is not None
    assert ended.cause.startswith("token=*** is refused")
    assert len(ended.cause) == checking.LONGEST_CAUSE


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


async def test_what_ran_when_the_execution_ended_is_no_evidence_after_a_retry(told: Database) -> None:
    """Its machine was abandoned: the stage's next attempt runs all of them again, and its bake begins anew."""
    first = await _start(told)
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    story.run("STOPPED")
    async with told.transaction() as session:
        await record_envelopes(session, story.envelopes)
        before = {run.id: run.status for run in await everything(session, CheckRun)}
    assert before == {run.id: CheckRunStatus.CANCELLED for run in first}
    story.retry()
    async with told.transaction() as session:
        await record_envelopes(session, story.envelopes)
    assert {run.attempt for run in await _start(told)} == {2}


async def test_a_wave_that_was_returned_meanwhile_has_not_passed(told: Database) -> None:
    """Checked again after a redeployment, which CodePipeline knows nothing of, it has another revision."""
    failed, rollback = stories.failed(), stories.rolled_back(str(uuid4()), begin=stories.BEGIN + timedelta(hours=1))
    async with told.transaction() as session:
        await record_envelopes(session, failed.envelopes)
        await record_envelopes(session, rollback.envelopes)
    for run in await _start(told):
        await _finish(told, run.id, CheckRunStatus.PASSED)
    verdict = await _conclude(told)
    assert (verdict.passed, verdict.outcome) == (False, WaveOutcome.FAILED)
    assert verdict.reasons[0] == "prod-eu-west-1 was returned to 9f2c1ab since this revision was deployed"


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
        reason.startswith("smoke on prod-") and "could not be carried out: no such function" in reason
        for reason in verdict.reasons
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


SILENT = (CheckRunStatus.ERRORED, CheckRunStatus.TIMED_OUT, CheckRunStatus.INCONCLUSIVE)


async def _configure(database: Database, check: str, **fields: Any) -> None:
    async with database.transaction() as session:
        await update(session, Kind.CHECK, check, **fields)


@pytest.mark.parametrize("silent", SILENT)
async def test_a_run_without_a_verdict_is_followed_by_another(told: Database, silent: CheckRunStatus) -> None:
    """As often as the check's retries say, within the same attempt; the last try is what counts."""
    await _configure(told, "pentest", retries=2)
    runs = {run.name: run for run in await _start(told) if run.name != "smoke"}
    tried = [runs["pentest"]]
    for number in (1, 2):
        await _finish(told, tried[-1].id, silent, "no answer")
        open_ = [run for run in await _start(told) if (run.name, run.status) == ("pentest", CheckRunStatus.RUNNING)]
        tried += open_
        assert [(run.retry_of_id, run.try_number, run.attempt) for run in open_] == [(tried[-2].id, number + 1, 1)]
        assert open_[0].configuration == tried[0].configuration
    await _finish(told, tried[-1].id, silent, "no answer")
    assert "in 3 tries: no answer" in "; ".join((await _conclude(told)).reasons)


async def test_a_later_try_may_pass(told: Database) -> None:
    """What an earlier try could not tell holds nothing back."""
    await _configure(told, "pentest", retries=1)
    for run in await _start(told):
        await _finish(told, run.id, CheckRunStatus.ERRORED if run.name == "pentest" else CheckRunStatus.PASSED)
    assert (await _conclude(told)).reasons == ["pentest on prod-1 has not reported"]
    (again,) = [run for run in await _start(told) if run.status is CheckRunStatus.RUNNING]
    await _finish(told, again.id, CheckRunStatus.PASSED)
    assert (await _conclude(told)).passed


async def test_a_no_is_final(told: Database) -> None:
    """FAILED is an answer: it is not asked for again, whatever the retries."""
    await _configure(told, "pentest", retries=10)
    for run in await _start(told):
        await _finish(told, run.id, CheckRunStatus.FAILED if run.name == "pentest" else CheckRunStatus.PASSED)
    assert (await _conclude(told)).reasons == ["pentest on prod-1 failed"]


async def test_an_outcome_said_twice_starts_one_try(told: Database) -> None:
    """A report that is repeated, because its answer was lost, finds the run that the first one started."""
    await _configure(told, "pentest", retries=5)
    (run,) = [run for run in await _start(told) if run.name == "pentest"]
    for _ in range(2):
        await _finish(told, run.id, CheckRunStatus.ERRORED)
    assert [run.try_number for run in await _start(told) if run.name == "pentest"] == [1, 2]


async def test_as_many_environments_may_fail_as_the_check_allows(told: Database) -> None:
    """One of two is forgiven with a limit of one; an outcome without a verdict is not."""
    await _configure(told, "smoke", failure_limit=1)
    runs = await _start(told)
    smoke = [run for run in runs if run.name == "smoke"]
    for run in runs:
        await _finish(told, run.id, CheckRunStatus.FAILED if run is smoke[0] else CheckRunStatus.PASSED)
    assert (await _conclude(told)).passed
    for run in await _start(told):
        silent = (run.name, run.subject) == ("smoke", smoke[0].subject)
        await _finish(told, run.id, CheckRunStatus.INCONCLUSIVE if silent else CheckRunStatus.PASSED)
    assert not (await _conclude(told)).passed


async def test_a_check_is_for_those_that_it_names(told: Database) -> None:
    """One service, services by globs, a team's, or all; and what is archived is for nobody."""
    async with told.transaction() as session:
        await register(session, Kind.TEAM, name="money")
        await register(session, Kind.TEAM, name="maps")
        await register(session, Kind.SERVICE, name="orders", repository="acme/orders", placement=["alpha-*"])
        await update(session, Kind.SERVICE, "payments", team="money")
        whom: dict[str, dict[str, Any]] = {
            "its-own": {"service": "payments"},
            "of-another": {"service": "orders"},
            "by-glob": {"services": ["x", "pay*"]},
            "by-another-glob": {"services": ["order?"]},
            "its-team-s": {"team": "money"},
            "another-team-s": {"team": "maps"},
        }
        for name, of in whom.items():
            await _check(session, name=name, kind=CheckKind.EXTERNAL, wave="prod-1", **of)
        for name in ("smoke", "canary"):
            await archive(session, Kind.CHECK, name)
    assert {name for name, _ in await _subjects(told)} == {"pentest", "its-own", "by-glob", "its-team-s"}


PARTS = {
    **stories.MAP,
    "stages": [
        stories.ALPHA,
        {**stories.wave("prod-1-part-1", "prod", "prod-eu-west-1"), "wave": "prod-1", "part": "prod-1-part-1"},
        # The CDK spreads a part of more than 50 actions over several stages, and validates in the last one.
        {**stories.wave("prod-1-part-2.1", "prod", "prod-us-east-1"), "wave": "prod-1", "part": "prod-1-part-2"},
        {**stories.wave("prod-1-part-2.2", "prod", "prod-ap-south-1"), "wave": "prod-1", "part": "prod-1-part-2"},
    ],
}


@pytest.fixture
async def in_parts(told: Database) -> Database:
    """The same pipeline, with prod-1 in two parts."""
    async with told.transaction() as session:
        await register_payments(session, PARTS)
        await update(session, Kind.WAVE, "prod-1", bake_minutes=60)
    return told


async def _bake_to_the_end(database: Database, run: CheckRun) -> None:
    async with database.transaction() as session:
        over = stories.BEGIN + timedelta(minutes=60)
        await baking.observe_bake(session, TESTER, now=over, check_run=run.id, observations=[])


async def test_a_part_is_checked_where_it_was_deployed(in_parts: Database) -> None:
    """Checks of environments run in those of the part, the others once for the part; so does the bake time."""
    of_the_part = {(name, "prod-1-part-1") for name in ("pentest", "canary", "bake")}
    assert await _subjects(in_parts, stage="prod-1-part-1") == {("smoke", "prod-eu-west-1"), *of_the_part}


async def test_cdk_s_own_split_is_checked_as_one(in_parts: Database) -> None:
    """The last stage of a part that was too large for one covers the environments of all of them."""
    found = await _subjects(in_parts, stage="prod-1-part-2.2")
    assert {subject for name, subject in found if name == "smoke"} == {"prod-us-east-1", "prod-ap-south-1"}
    assert ("bake", "prod-1-part-2") in found


async def test_each_part_has_its_own_verdict(in_parts: Database) -> None:
    """What one part did says nothing of the next one, and a retry of one makes no new attempt of the other."""
    for run in await _start(in_parts, stage="prod-1-part-1"):
        if run.kind is CheckKind.BAKE:
            await _bake_to_the_end(in_parts, run)
        await _finish(in_parts, run.id, CheckRunStatus.PASSED)
    assert (await _conclude(in_parts, stage="prod-1-part-1")).passed
    second = await _start(in_parts, stage="prod-1-part-2.2")
    assert {(run.attempt, run.part) for run in second} == {(1, "prod-1-part-2")}
    assert not (await _conclude(in_parts, stage="prod-1-part-2.2")).passed
    assert (await _conclude(in_parts, stage="prod-1-part-1")).passed


async def test_checks_run_where_the_pipeline_deploys(told: Database) -> None:
    """An environment that came after the last synth is not deployed to, and not looked at."""
    async with told.transaction() as session:
        new = {"account": "111111111111", "region": "eu-central-1", "wave": "prod-1"}
        await register(session, Kind.ENVIRONMENT, name="prod-eu-central-1", **new)
    assert {subject for name, subject in await _subjects(told) if name == "smoke"} == {
        "prod-eu-west-1",
        "prod-us-east-1",
    }


async def test_an_environment_may_come_to_another_part(in_parts: Database) -> None:
    """The pipeline changed itself while the execution ran: what is deployed again is checked again."""
    assert ("smoke", "prod-eu-west-1") in await _subjects(in_parts, stage="prod-1-part-1")
    parts: Any = [
        {**stories.wave("prod-1-part-2.2", "prod", "prod-eu-west-1"), "wave": "prod-1", "part": "prod-1-part-2"}
    ]
    async with in_parts.transaction() as session:
        await register_payments(session, structure={"stages": parts})
    assert ("smoke", "prod-eu-west-1") in await _subjects(in_parts, stage="prod-1-part-2.2")


async def test_a_check_named_as_the_bake_time_is_beside_it(told: Database) -> None:
    """Both run, and the verdict is on both."""
    async with told.transaction() as session:
        await _check(session, name="bake", kind=CheckKind.EXTERNAL, when=CheckWhen.AFTER, stage="prod")
        await update(session, Kind.WAVE, "prod-1", bake_minutes=10)
    runs = {run.kind: run for run in await _start(told) if run.name == "bake"}
    assert runs.keys() == {CheckKind.EXTERNAL, CheckKind.BAKE}
    for run in await _start(told):
        failed = run.id == min(each.id for each in runs.values())  # the one that another would hide
        await _finish(told, run.id, CheckRunStatus.FAILED if failed else CheckRunStatus.PASSED)
    assert not (await _conclude(told)).passed
