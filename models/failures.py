"""The SQL of failures: noted with what told of them, claimed by whoever asks for their reasons, and explained.

Whoever waits for AWS holds no transaction: a failure that is taken in hand is leased by its `next_at`, and is due again
when the lease has ended without an answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from uuid_utils.compat import uuid7

from domain.fingerprints import Fingerprint as Common
from domain.words import FailureKind
from models.tables import (
    Account,
    ActionExecution,
    CheckRun,
    Deployment,
    Environment,
    Failure,
    Fingerprint,
    Organisation,
    Pipeline,
    PipelineExecution,
    Region,
    Service,
    StageExecution,
    Work,
)

_TOLD_LATER = (*("cause", "summary", "error_code", "provider", "external_id", "account_id", "region_name", "began_at"),)
BY_ITSELF = timedelta(minutes=1)


class Site(NamedTuple):
    """Where an action, or a stage, is. account, region: its environment's; execution_id: CodePipeline's."""

    execution_id: str
    stage: str
    action: str | None
    execution: UUID
    stage_execution: UUID
    action_execution: UUID | None
    environment: UUID | None
    deployment: UUID | None
    service: UUID | None
    account: str | None
    region: str | None
    pipeline_account: str
    pipeline_region: str


class Described(NamedTuple):
    """A failure with all that is told of it. known: whether its account is one of ours, which alone are asked."""

    id: UUID
    kind: FailureKind
    execution_id: str
    pipeline: str
    pipeline_arn: str
    pipeline_account: str
    pipeline_region: str
    service: str | None
    stage: str | None
    action: str | None
    check: str | None
    environment: str | None
    account: str
    region: str
    provider: str | None
    external_id: str | None
    summary: str | None
    error_code: str | None
    attempt: int
    began_at: datetime | None
    occurred_at: datetime
    tries: int
    known: bool


class EnvironmentPlace(NamedTuple):
    """An environment, and what an execution deploys there."""

    id: UUID
    account: str
    region: str
    deployment: UUID | None


async def sites(session: AsyncSession, execution_ids: Collection[str]) -> dict[tuple[str, str, str | None], Site]:
    """All stages and actions of these executions, by CodePipeline's id of the execution and their names."""
    of_stages = (
        select(
            PipelineExecution.execution_id,
            StageExecution.name,
            ActionExecution.name,
            PipelineExecution.id,
            StageExecution.id,
            ActionExecution.id,
            ActionExecution.environment_id,
            ActionExecution.deployment_id,
            Pipeline.service_id,
            Account.aws_id,
            Region.name,
            Pipeline.account_id,
            Pipeline.region_name,
        )
        .join(Pipeline, Pipeline.id == PipelineExecution.pipeline_id)
        .join(StageExecution, StageExecution.execution_id == PipelineExecution.id)
        .outerjoin(ActionExecution, ActionExecution.stage_execution_id == StageExecution.id)
        .outerjoin(Environment, Environment.id == ActionExecution.environment_id)
        .outerjoin(Account, Account.id == Environment.account_id)
        .outerjoin(Region, Region.id == Environment.region_id)
        .where(PipelineExecution.execution_id.in_(sorted(execution_ids)))
    )
    found: dict[tuple[str, str, str | None], Site] = {}
    for row in await session.execute(of_stages):
        site = Site._make(row)
        found[site[:3]] = site
        found.setdefault(
            (site.execution_id, site.stage, None),
            site._replace(
                action=None, action_execution=None, environment=None, deployment=None, account=None, region=None
            ),
        )
    return found


async def insert_failures(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Notes failures, all with the same columns; the keys of those that are new, or of which more is told.

    What tells of them comes in any order: until they are explained, what is told later is added.
    One that is said to be in the future is asked about now: a clock may be wrong. A stage that seems to have failed by
    itself is asked about a minute later, when the events of its actions had time to come.
    """
    if not rows:
        return set()
    given = [{"id": uuid7(), **row, "next_at": func.least(row["occurred_at"], func.now())} for row in rows]
    for each in given:
        if each["kind"] is FailureKind.CONDITION:
            each["next_at"] = each["next_at"] + BY_ITSELF
    statement = insert(Failure).values(given)
    later = {name: func.coalesce(statement.excluded[name], getattr(Failure, name)) for name in _TOLD_LATER}
    said = statement.on_conflict_do_update(
        constraint="failure_run",
        set_=later,
        where=Failure.explained_at.is_(None)
        & or_(*(getattr(Failure, name).is_distinct_from(value) for name, value in later.items())),
    )
    return set(await session.scalars(said.returning(Failure.id)))


async def follow_maps(session: AsyncSession, executions: Collection[UUID]) -> None:
    """Where an action deploys may be known later than that it failed; a stage fails by its action where it has one."""
    keys = Failure.execution_id.in_(sorted(executions))
    registered = (
        select(Pipeline.service_id)
        .join(PipelineExecution, PipelineExecution.pipeline_id == Pipeline.id)
        .where(PipelineExecution.id == Failure.execution_id)
        .scalar_subquery()
    )
    follows = {
        "environment_id": ActionExecution.environment_id,
        "deployment_id": ActionExecution.deployment_id,
        "service_id": func.coalesce(Failure.service_id, registered),
    }
    differs = or_(*(getattr(Failure, name).is_distinct_from(value) for name, value in follows.items()))
    follow = update(Failure).where(keys, Failure.action_execution_id == ActionExecution.id, differs).values(**follows)
    await session.execute(follow.execution_options(synchronize_session=False))
    other = aliased(Failure)
    by_action = exists().where(
        other.stage_execution_id == Failure.stage_execution_id,
        other.attempt == Failure.attempt,
        other.action_execution_id.is_not(None),
    )
    by_itself = (Failure.action_execution_id.is_(None), Failure.check_run_id.is_(None), Failure.explained_at.is_(None))
    gone = delete(Failure).where(keys, *by_itself, by_action)
    await session.execute(gone.execution_options(synchronize_session=False))


async def environment_of(session: AsyncSession, name: str, execution: UUID) -> EnvironmentPlace | None:
    """The environment of this name, with what the execution deploys there."""
    statement = (
        select(Environment.id, Account.aws_id, Region.name, Deployment.id)
        .join(Environment.account)
        .join(Environment.region)
        .outerjoin(Deployment, (Deployment.environment_id == Environment.id) & (Deployment.execution_id == execution))
        .where(Environment.name == name)
    )
    row = (await session.execute(statement)).one_or_none()
    return EnvironmentPlace(*row) if row else None


async def claim(session: AsyncSession, now: datetime, until: datetime) -> Described | None:
    """The failure that has been due for the longest, leased; None where none is, or others have them all in hand."""
    due = select(Failure).where(Failure.next_at <= now).order_by(Failure.next_at).limit(1)
    row = (await session.scalars(due.with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return None
    row.next_at, row.tries = until, row.tries + 1
    await session.flush()
    return (await described(session, [row.id]))[0]


async def described(session: AsyncSession, ids: Collection[UUID]) -> list[Described]:
    """These failures, in the order in which they happened."""
    ours = or_(
        exists().where(Account.aws_id == Failure.account_id, Account.archived_at.is_(None)),
        exists().where(Organisation.pipeline_account == Failure.account_id),
        (Pipeline.account_id == Failure.account_id) & Pipeline.service_id.is_not(None),
    )
    statement = (
        select(
            Failure.id,
            Failure.kind,
            PipelineExecution.execution_id,
            Pipeline.name,
            Pipeline.arn,
            Pipeline.account_id,
            Pipeline.region_name,
            Service.name,
            StageExecution.name,
            ActionExecution.name,
            CheckRun.name,
            Environment.name,
            Failure.account_id,
            Failure.region_name,
            Failure.provider,
            Failure.external_id,
            Failure.summary,
            Failure.error_code,
            Failure.attempt,
            Failure.began_at,
            Failure.occurred_at,
            Failure.tries,
            ours,
        )
        .join(Failure.execution)
        .join(PipelineExecution.pipeline)
        .outerjoin(Service, Service.id == Failure.service_id)
        .outerjoin(Failure.stage_execution)
        .outerjoin(Failure.action)
        .outerjoin(Failure.check_run)
        .outerjoin(Failure.environment)
        .where(Failure.id.in_(sorted(ids)))
        .order_by(Failure.occurred_at, Failure.id)
    )
    return [Described._make(row) for row in await session.execute(statement)]


async def fingerprint_of(session: AsyncSession, common: Common, kind: FailureKind, resource_type: str | None) -> UUID:
    """The row of a fingerprint, made where there is none."""
    given = {"digest": common.digest, "kind": kind, "resource_type": resource_type, "text": common.text}
    await session.execute(insert(Fingerprint).values(id=uuid7(), **given).on_conflict_do_nothing())
    return (await session.scalars(select(Fingerprint.id).where(Fingerprint.digest == common.digest))).one()


async def explained(session: AsyncSession, id_: UUID, values: dict[str, Any]) -> bool:
    """Writes why it failed; whether nobody had before."""
    statement = update(Failure).where(Failure.id == id_, Failure.explained_at.is_(None)).values(**values, next_at=None)
    return bool(list(await session.scalars(statement.returning(Failure.id))))


async def work_of(session: AsyncSession, failure: Described) -> Work | None:
    """The work behind the action that failed, as its own envelopes tell it; None where it has gone on to another."""
    statement = (
        select(Work)
        .join(ActionExecution, ActionExecution.work_arn == Work.arn)
        .join(Failure, Failure.action_execution_id == ActionExecution.id)
        .where(Failure.id == failure.id, ActionExecution.external_id == Failure.external_id)
        .where(Work.started_at <= failure.occurred_at + BY_ITSELF)
        .where(or_(Work.ended_at.is_(None), Work.ended_at >= (failure.began_at or failure.occurred_at) - BY_ITSELF))
    )
    return (await session.scalars(statement)).one_or_none()


async def put_off(session: AsyncSession, id_: UUID, why: str, next_at: datetime) -> None:
    """It could not be asked for: it is tried again."""
    unexplained = update(Failure).where(Failure.id == id_, Failure.explained_at.is_(None))
    await session.execute(unexplained.values(unexplained=why, next_at=next_at))
