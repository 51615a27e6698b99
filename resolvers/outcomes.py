"""What executions come to, told as events of their own: the log says it once, for everybody who reads it.

`derive` is what a named reader of the log does with each change of an execution, in the transaction that moves its
cursor. What does not move is found by time, and told once for each attempt, stage and number of minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import outcomes
from domain.events import EventType, Happening
from domain.outcomes import Execution, Standing
from domain.words import ExecutionKind, ExecutionStatus
from models import telling
from models.configuration import current
from models.event_log import EventRow, append
from models.queries import take_turns

ACTOR = "interlock"
WAITING = "executions that wait"
"""Whoever tells of them takes turns: no two tell the same."""
_WAITING = EventType.EXECUTION_WAITING.value
_STANDING = (EventType.PIPELINE_BROKEN, EventType.PIPELINE_RECOVERED)


async def derive(session: AsyncSession, events: Sequence[EventRow]) -> None:
    """Tells what changes of executions mean: each event is handled once, in order."""
    for event in events:
        found = await telling.of_key(session, event.subject_id)
        if found is not None:
            pipeline, execution = found
            if execution.kind is ExecutionKind.ROLLBACK:
                await _rollback(session, event, execution)
            await _pipeline(session, event, pipeline, execution)


async def _pipeline(session: AsyncSession, event: EventRow, pipeline: UUID, execution: Execution) -> None:
    """Broken by each failure; recovered by the next revision that goes through. A rollback brings none through."""
    status, previous = event.payload["status"], event.payload["previous"]
    if status == previous or status not in (ExecutionStatus.FAILED, ExecutionStatus.SUCCEEDED):
        return
    before = await telling.last_told(session, pipeline, _STANDING)
    was_broken = before is not None and before.type == EventType.PIPELINE_BROKEN
    since = before.payload.get("since") if before is not None and was_broken else None
    if status == ExecutionStatus.FAILED:
        spot = outcomes.failed(
            await telling.failures(session, event.subject_id), await telling.failed_checks(session, event.subject_id)
        )
        first = datetime.fromisoformat(since) if since else event.time
        payload = outcomes.broken(execution, spot, first, again=was_broken)
        await _tell(session, EventType.PIPELINE_BROKEN, "Pipeline", pipeline, payload, execution)
    elif status == ExecutionStatus.SUCCEEDED and was_broken and execution.kind is ExecutionKind.STANDARD:
        payload = outcomes.recovered(execution, since)
        await _tell(session, EventType.PIPELINE_RECOVERED, "Pipeline", pipeline, payload, execution)


async def _rollback(session: AsyncSession, event: EventRow, execution: Execution) -> None:
    """That it is one may be known later than that it began."""
    key, status = event.subject_id, ExecutionStatus(event.payload["status"])
    payload = outcomes.rolled_back(execution, await telling.place(session, key))
    if not await telling.was_told(session, key, EventType.ROLLBACK_STARTED, {}):
        await _tell(session, EventType.ROLLBACK_STARTED, "PipelineExecution", key, payload, execution)
    if status.ended and event.payload["previous"] != status:
        payload = {**payload, "status": status}
        await _tell(session, EventType.ROLLBACK_ENDED, "PipelineExecution", key, payload, execution)


async def tell_waiting(session: AsyncSession, now: datetime) -> int:
    """Tells of executions of which nothing has moved for as long as some route asks; how many are new."""
    routes = (await current(session)).configuration.notification_routes.values()
    minutes = {each.waiting_minutes for each in routes if any(fnmatchcase(_WAITING, glob) for glob in each.events)}
    if not minutes or not await _untold(session, minutes, now):
        return 0
    await take_turns(session, WAITING)
    untold = await _untold(session, minutes, now)
    for standing, each in untold:
        found = replace(standing, spot=await telling.place(session, standing.key))
        payload = outcomes.waiting(found, each)
        await _tell(
            session, EventType.EXECUTION_WAITING, "PipelineExecution", standing.key, payload, standing.execution
        )
    return len(untold)


async def _untold(session: AsyncSession, minutes: set[int], now: datetime) -> list[tuple[Standing, int]]:
    """Executions of which nothing has moved, with each of the numbers of minutes for which that was not told."""
    standing = await telling.standing(session, now - timedelta(minutes=min(minutes)), now)
    told = await telling.waits_told(session, [each.key for each in standing])
    return [
        (each, number)
        for each in standing
        for number in outcomes.thresholds(each, minutes, now)
        if (each.key, each.spot.pipeline_stage, each.execution.attempt, number) not in told
    ]


async def _tell(
    session: AsyncSession, type_: EventType, subject: str, key: UUID, payload: dict[str, Any], execution: Execution
) -> None:
    trace_id = execution.id.replace("-", "")
    await append(session, [Happening(type_, subject, key, payload, trace_id)], ACTOR)
