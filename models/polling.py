"""The SQL of polling: executions of which nothing was heard, claimed by leases, and when they are asked for next."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import returned
from domain.words import ExecutionStatus
from models.tables import Account, Envelope, ExecutionPoll, Organisation, Pipeline, PipelineExecution

_RUNNING = (ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING)
MOST_NEW = 200
"""Executions that are found to be silent in one look."""


class Silent(NamedTuple):
    """An execution that is asked for. tries: in a row that told nothing new, or got no answer."""

    key: UUID
    execution_id: str
    status: ExecutionStatus
    attempt: int
    arn: str
    name: str
    account: str
    region: str
    tries: int


def _heard_after(moment: Any) -> ColumnElement[bool]:
    return exists().where(
        Envelope.pipeline_arn == Pipeline.arn,
        Envelope.execution_id == PipelineExecution.execution_id,
        Envelope.received_at > moment,
    )


def _silent(since: datetime) -> list[ColumnElement[bool]]:
    """Runs in CodePipeline, in an account that is ours, and nothing was heard of it since then."""
    ours = or_(
        Pipeline.service_id.is_not(None),
        exists().where(Account.aws_id == Pipeline.account_id, Account.archived_at.is_(None)),
        exists().where(Organisation.pipeline_account == Pipeline.account_id),
    )
    in_codepipeline = and_(
        Pipeline.arn.startswith("arn:"), PipelineExecution.trigger.is_distinct_from(returned.TRIGGER)
    )
    return [PipelineExecution.status.in_(_RUNNING), in_codepipeline, ours, ~_heard_after(since)]


async def find_silent(session: AsyncSession, now: datetime, since: datetime) -> None:
    """A row for each execution that has become silent; those of executions that have ended go."""
    over = exists().where(PipelineExecution.id == ExecutionPoll.execution_id, PipelineExecution.status.not_in(_RUNNING))
    await session.execute(delete(ExecutionPoll).where(over).execution_options(synchronize_session=False))
    there = exists().where(ExecutionPoll.execution_id == PipelineExecution.id)
    found = (
        select(PipelineExecution.id, literal(now))
        .join(Pipeline, Pipeline.id == PipelineExecution.pipeline_id)
        .where(*_silent(since), ~there)
        .limit(MOST_NEW)
    )
    rows = insert(ExecutionPoll).from_select(["execution_id", "next_at"], found, include_defaults=False)
    await session.execute(rows.on_conflict_do_nothing())


async def claim(session: AsyncSession, now: datetime, since: datetime, until: datetime) -> Silent | None:
    """The silent execution that has been due for the longest, leased; None where none is."""
    due = (
        select(ExecutionPoll, PipelineExecution, Pipeline, _heard_after(ExecutionPoll.polled_at).label("heard"))
        .join(PipelineExecution, PipelineExecution.id == ExecutionPoll.execution_id)
        .join(Pipeline, Pipeline.id == PipelineExecution.pipeline_id)
        .where(ExecutionPoll.next_at <= now, *_silent(since))
        .order_by(ExecutionPoll.next_at)
        .limit(1)
        .with_for_update(of=ExecutionPoll, skip_locked=True)
    )
    row = (await session.execute(due)).one_or_none()
    if row is None:
        return None
    poll, execution, pipeline, heard = row
    tries = 0 if heard else poll.tries
    poll.next_at, poll.tries = until, tries
    await session.flush()
    place = (pipeline.arn, pipeline.name, pipeline.account_id, pipeline.region_name)
    return Silent(execution.id, execution.execution_id, execution.status, execution.attempt, *place, tries)


async def keep(session: AsyncSession, execution: UUID, **values: Any) -> None:
    """What a poll came to."""
    await session.execute(update(ExecutionPoll).where(ExecutionPoll.execution_id == execution).values(**values))
