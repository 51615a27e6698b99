"""Failures: noted in the transaction that records what told of them, and explained when the reason is known.

A failure is explained once, with one event: by AWS's answer, by the check's own words, or, where nobody can be asked or
answers in the end, by what the work's own envelopes told, else by CodePipeline's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.causes import LONGEST_REASON, LONGEST_TAIL, Cause, Follower, told_by_codepipeline, told_by_work
from domain.envelopes import Fact
from domain.events import EventType, Happening
from domain.failing import FailedRun, arn, failed_runs
from domain.fingerprints import fingerprint
from domain.masking import kept, kept_end
from domain.upkeep import wait
from domain.words import CheckMode, CheckRunStatus, FailureKind
from models import failures
from models.event_log import append
from models.failures import Described, Site

if TYPE_CHECKING:
    from models.tables import CheckRun, Pipeline, PipelineExecution

ACTOR = "interlock.intake"
LEASE = timedelta(minutes=5)
"""How long whoever has a failure in hand may ask for its reason, until another one does."""
MOST_TRIES = 12
"""Over some six hours: then what was told without asking is all that there will be."""
ENOUGH_TRIES = 3
"""Over some three minutes, where the envelopes of the work itself have told the reason."""
LONGEST_NAME = 1_000
_WITHOUT_WORDS = {
    CheckRunStatus.FAILED: "it said no, and not why",
    CheckRunStatus.ERRORED: "it could not be carried out",
    CheckRunStatus.TIMED_OUT: "it gave no outcome in its time",
    CheckRunStatus.INCONCLUSIVE: "it could not tell",
}


async def note(session: AsyncSession, told: Iterable[Sequence[Fact]]) -> None:
    """Notes the failures that facts tell of, and are not known yet. told: all facts of an execution, for several."""
    runs = [run for facts in told for run in failed_runs(facts)]
    if not runs:
        return
    sites = await failures.sites(session, {run.execution_id for run in runs})
    noted = [
        _noted(run, site) for run in runs if (site := sites.get((run.execution_id, run.stage, run.action))) is not None
    ]
    await failures.insert_failures(session, noted)
    await failures.follow_maps(session, {site.execution for site in sites.values()})


def _noted(run: FailedRun, site: Site) -> dict[str, Any]:
    named = arn(run.external_id)
    summary = kept(run.summary, LONGEST_REASON) if run.summary else None
    code = kept(run.error_code, LONGEST_NAME) if run.error_code else None
    return {
        "kind": FailureKind.ACTION if run.action else FailureKind.CONDITION,
        "cause": summary or code or f"{run.action or run.stage} failed",
        "resource": run.action or run.stage,
        "summary": summary,
        "error_code": code,
        "provider": run.provider or None,
        "external_id": run.external_id,
        "account_id": (named and named.account) or site.account or site.pipeline_account,
        "region_name": (named and named.region) or site.region or run.region or site.pipeline_region,
        "run": run.run,
        "attempt": run.attempt,
        "began_at": run.began_at,
        "occurred_at": run.at,
        "execution_id": site.execution,
        "stage_execution_id": site.stage_execution,
        "action_execution_id": site.action_execution,
        "environment_id": site.environment,
        "deployment_id": site.deployment,
        "service_id": site.service,
    }


async def note_check(
    session: AsyncSession,
    run: CheckRun,
    pipeline: Pipeline,
    execution: PipelineExecution,
    actor: str,
    *,
    tried_again: bool,
) -> None:
    """Notes that a check did not pass; its own words are the cause. tried_again: so it is not yet why a wave failed."""
    assert run.ended_at is not None  # it has ended
    at = await failures.environment_of(session, run.subject, execution.id)
    counts = run.mode is CheckMode.BLOCKING and not tried_again
    row = {
        "kind": FailureKind.CHECK,
        "cause": _WITHOUT_WORDS[run.status],
        "resource": run.name,
        "summary": None,
        "error_code": None,
        "provider": run.kind.value,
        "external_id": None,
        "began_at": run.started_at,
        "account_id": at.account if at else pipeline.account_id,
        "region_name": at.region if at else pipeline.region_name,
        "run": str(run.id),
        "attempt": execution.attempt,
        "occurred_at": run.ended_at,
        "execution_id": execution.id,
        "check_run_id": run.id,
        "environment_id": at.id if at else None,
        "deployment_id": at.deployment if at and counts else None,
        "service_id": pipeline.service_id,
    }
    new = await failures.insert_failures(session, [row])
    said = run.cause or _WITHOUT_WORDS[run.status]
    for each in await failures.described(session, new) if new else ():
        cause = Cause(FailureKind.CHECK, said, run.name, run.kind.value)
        await explain(session, each, cause, run.ended_at, actor)


async def claim(session: AsyncSession, now: datetime) -> Described | None:
    """The failure to explain next, for this worker alone; None where there is none."""
    return await failures.claim(session, now, now + LEASE)


async def explain(
    session: AsyncSession,
    failure: Described,
    cause: Cause,
    now: datetime,
    actor: str = ACTOR,
    unexplained: str | None = None,
) -> bool:
    """Writes why it failed, without secrets, with its fingerprint and its event; False where that was done before.

    unexplained: why the reason could not be asked for, where CodePipeline's own words have to do.
    """
    safe, unexplained = _safe(cause), kept(unexplained, LONGEST_REASON) if unexplained else None
    common = fingerprint(safe.kind, safe.resource_type, safe.reason, _names(failure, safe))
    values = {
        "kind": safe.kind,
        "cause": safe.reason,
        "resource": safe.resource,
        "resource_type": safe.resource_type,
        "physical_id": safe.physical_id,
        "stack_path": safe.stack_path,
        "cascade": [_shown(each) for each in safe.cascade],
        "log_tail": safe.log_tail,
        "explained_at": now,
        "unexplained": unexplained,
        "fingerprint_id": await failures.fingerprint_of(session, common, safe.kind, safe.resource_type),
    }
    if not await failures.explained(session, failure.id, values):
        return False
    await append(session, [_happening(failure, safe, common.digest, unexplained)], actor)
    return True


async def put_off(session: AsyncSession, failure: Described, why: str, now: datetime) -> bool:
    """The reason could not be asked for: that is tried again, later and later; False where it was tried enough.

    Then what was told without asking is the cause.
    """
    why = kept(why, LONGEST_REASON)
    told = await _told_by_work(session, failure) if failure.tries >= ENOUGH_TRIES else None
    if told or failure.tries >= MOST_TRIES:
        await explain(session, failure, told or _in_their_words(failure), now, unexplained=why)
        return False
    await failures.put_off(session, failure.id, why, now + wait(failure.tries))
    return True


async def settle(session: AsyncSession, failure: Described, why: str | None, now: datetime) -> None:
    """There is nothing to find out: what was told is the cause. why: that is so, where it could differ."""
    cause = await _told_by_work(session, failure) or _in_their_words(failure)
    await explain(session, failure, cause, now, unexplained=why)


async def _told_by_work(session: AsyncSession, failure: Described) -> Cause | None:
    work = await failures.work_of(session, failure)
    return told_by_work(work.kind, work.name, work.arn, work.cause, work.failures) if work else None


def _in_their_words(failure: Described) -> Cause:
    return told_by_codepipeline(failure.summary, failure.error_code, failure.action or failure.stage or "it")


def _safe(cause: Cause) -> Cause:
    """The cause as it may be kept: secrets masked, every text bounded."""

    def name(text: str | None) -> str | None:
        return kept(text, LONGEST_NAME) if text else None

    return Cause(
        kind=cause.kind,
        reason=kept(cause.reason, LONGEST_REASON),
        resource=name(cause.resource),
        resource_type=name(cause.resource_type),
        physical_id=name(cause.physical_id),
        stack_path=name(cause.stack_path),
        cascade=tuple(
            Follower(name(each.resource) or "", name(each.resource_type), name(each.reason)) for each in cause.cascade
        ),
        log_tail=kept_end(cause.log_tail, LONGEST_TAIL) if cause.log_tail else None,
    )


def _names(failure: Described, cause: Cause) -> list[str]:
    """What is particular to this failure, and may stand in its text."""
    given = (
        *(failure.pipeline, failure.service, failure.stage, failure.action, failure.check, failure.environment),
        *(failure.account, failure.region, cause.physical_id, *(cause.stack_path or "").split("/")),
    )
    # The phase of a build and the name of an error are not particular; a resource's logical id is.
    of_stack = cause.kind in (FailureKind.RESOURCE, FailureKind.EARLY_VALIDATION, FailureKind.HOOK)
    return [each for each in (*given, cause.resource if of_stack else None) if each]


def _shown(follower: Follower) -> dict[str, Any]:
    told = asdict(follower)
    return {"resource": told["resource"], "resourceType": told["resource_type"], "reason": told["reason"]}


def _happening(failure: Described, cause: Cause, digest: str, unexplained: str | None) -> Happening:
    payload = {
        "pipeline": failure.pipeline,
        "pipelineArn": failure.pipeline_arn,
        "service": failure.service,
        "executionId": failure.execution_id,
        "stage": failure.stage,
        "action": failure.action,
        "check": failure.check,
        "environment": failure.environment,
        "account": failure.account,
        "region": failure.region,
        "attempt": failure.attempt,
        "kind": cause.kind,
        "cause": cause.reason,
        "fingerprint": digest,
        "unexplained": unexplained,
    }
    trace_id = failure.execution_id.replace("-", "")
    return Happening(EventType.FAILURE_EXPLAINED, "Failure", failure.id, payload, trace_id)
