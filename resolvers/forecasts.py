"""Forecasts: made anew whenever something has moved, kept when they have changed, and compared with what came.

Whoever decides whether a revision may enter a wave calls `record` with what the decision rests on; a named reader of
the log calls `follow` with what has moved since. Both say the same of the same execution at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.safety import forecasting
from domain.safety.blockers import Blocker, Entry
from domain.safety.entering import Facts
from domain.safety.forecasting import BUILDS, CHECKS, DEPLOYS, Ahead, Course, Durations, Expected, Forecast
from domain.safety.way import Part, parts
from domain.words import BlockerKind, CheckWhen, Decision, DeploymentStatus, ExecutionStatus, Milestone
from models import entering, forecasts, overrides
from models.configuration import current
from models.event_log import EventRow
from models.forecasts import Reached, StageRow, Usual, WaveRow
from models.tables import Pipeline, PipelineExecution, WaveEntry
from resolvers.way_ahead import WayAhead


async def record(
    session: AsyncSession,
    execution: UUID,
    now: datetime,
    facts: Facts | None = None,
    entry: Entry | None = None,
    part: str | None = None,
) -> Forecast | None:
    """Makes the forecast of an execution, and keeps what has changed by more than a little since it was said last.

    execution: its row's key. facts, entry: of a decision that was just made before `part`, the wave's name or its
    part's; the wave's name where nothing is said. Without them, what was decided last holds. None where the service or
    the pipeline's map is not known.
    """
    course = await _course(session, execution, now)
    if course is None:
        return None
    if facts is not None and entry is not None:
        course = _asking(course, part or facts.wave, facts, entry, now)
    else:
        course = _decided(course, await entering.entries_of(session, [execution]))
    found = forecasting.forecast(course, now)
    await _keep(session, execution, found, now)
    return found


async def follow(session: AsyncSession, events: Sequence[EventRow], now: datetime) -> None:
    """Makes the forecasts of the executions that something has moved of, each once."""
    named = {str(each.payload["executionId"]) for each in events if each.payload.get("executionId")}
    for key in await forecasts.named(session, named):
        await record(session, key, now)


async def of_executions(session: AsyncSession, keys: Sequence[UUID]) -> list[dict[str, Any] | None]:
    """What is expected of each execution, as it was said last; None of one of which nothing was said."""
    found = await forecasts.of_executions(session, keys)
    return [_shown(found[key]) if key in found else None for key in keys]


async def accuracy(session: AsyncSession, services: Sequence[UUID]) -> list[dict[str, Any] | None]:
    """How each service's forecasts compared with what happened; None where nothing can be compared yet."""
    found = await forecasts.accuracy(session, services)
    return [found[key]._asdict() if key in found else None for key in services]


def _asking(course: Course, part: str, facts: Facts, entry: Entry, now: datetime) -> Course:
    """The course, with what holds the part back that asks, or lets it in now."""
    known = [
        _waiting(each, facts, entry, now) if each.name == part and each.entered_at is None else each
        for each in course.parts
    ]
    return replace(course, parts=known, asking=part, entry=entry)


def _waiting(part: Ahead, facts: Facts, entry: Entry, now: datetime) -> Ahead:
    """The part that asks. Its checks before it have run once they have said yes."""
    ran = facts.checks is not None and facts.checks.passed
    durations = replace(part.durations, before=timedelta(0)) if ran else part.durations
    entered_at = now if entry.decision is Decision.PROCEED else None
    return replace(part, facts=forecasting.of_time(facts), durations=durations, entered_at=entered_at)


def _decided(course: Course, entries: Mapping[Any, WaveEntry]) -> Course:
    """The course, with what was decided last: which parts were let in, and which one waits with what holds it."""
    now = [each for each in entries.values() if each.attempt == course.attempt]
    let_in = {each.part: each.since for each in now if each.decision is Decision.PROCEED}
    known = [each if each.entered_at else replace(each, entered_at=let_in.get(each.name)) for each in course.parts]
    waits = {each.part: each for each in now if each.decision is not Decision.PROCEED}
    part = next((each.name for each in known if each.entered_at is None and each.name in waits), None)
    entry = Entry([_blocker(each) for each in waits[part].blockers]) if part else None
    return replace(course, parts=known, asking=part, entry=entry)


def _blocker(kept: Mapping[str, Any]) -> Blocker:
    since, clears_at = (
        datetime.fromisoformat(kept[name]) if kept.get(name) else None for name in ("since", "clearsAt")
    )
    final, override = bool(kept.get("final")), kept.get("override")
    return Blocker(BlockerKind(kept["kind"]), kept["sentence"], kept["subject"], since, clears_at, final, override)


async def _course(session: AsyncSession, key: UUID, now: datetime) -> Course | None:
    found = await forecasts.execution(session, key)
    if found is None:
        return None
    execution, pipeline, name = found
    stored = await current(session)
    service = stored.configuration.services.get(name or "")
    way = parts(pipeline.structure)
    if service is None or not way:
        return None
    waves = await forecasts.waves(session, {each.wave for each in way})
    ahead = WayAhead(stored.configuration, service, pipeline, execution, await overrides.in_force(session, now), now)
    there = [each for each in way if each.wave in waves]
    came = {each.environment: each for each in await forecasts.reached(session, key)}
    stages, usual = await forecasts.stages(session, key), await forecasts.usual(session, pipeline.id)
    return Course(
        [_ahead(each, waves[each.wave], ahead, came, stages, usual) for each in there],
        (execution.started_at or now) + (usual.beginning or BUILDS),
        attempt=execution.attempt,
        over=_over(execution, pipeline),
    )


def _ahead(
    part: Part,
    wave: WaveRow,
    way: WayAhead,
    came: Mapping[str, Reached],
    stages: Mapping[str, StageRow],
    usual: Usual,
) -> Ahead:
    deployments = [came[name] for name in part.environments if name in came]
    began = [each.started_at for each in deployments if each.started_at is not None]
    all_there = bool(deployments) and all(each.status is DeploymentStatus.SUCCEEDED for each in deployments)
    ended = [each.ended_at for each in deployments if each.ended_at is not None]
    last = stages.get(part.stages[-1])
    done = last is not None and last.status is ExecutionStatus.SUCCEEDED
    return Ahead(
        part.name,
        way.facts(part, wave),
        _durations(part, wave, way, usual),
        entered_at=min(began, default=None),
        reached_at=max(ended) if all_there and ended else None,
        done_at=last.ended_at if last is not None and done else None,
    )


def _durations(part: Part, wave: WaveRow, way: WayAhead, usual: Usual) -> Durations:
    """The longest of its environments, which are deployed at once; of what was never seen, what is usual anywhere."""
    known = [usual.deploying[name] for name in part.environments if name in usual.deploying]
    unseen = DEPLOYS + timedelta(minutes=wave.one_box_bake_minutes)
    checks = {
        when: usual.checks.get((part.name, when), CHECKS) if way.is_checked(wave, when) else timedelta(0)
        for when in CheckWhen
    }
    bake = timedelta(minutes=wave.bake_minutes)
    return Durations(max(known, default=unseen), checks[CheckWhen.BEFORE], checks[CheckWhen.AFTER], bake)


def _over(execution: PipelineExecution, pipeline: Pipeline) -> str | None:
    if not execution.status.ended:
        return None
    return f"the execution {execution.execution_id} of {pipeline.name} is {execution.status}"


async def _keep(session: AsyncSession, execution: UUID, found: Forecast, now: datetime) -> None:
    """What has happened is compared with all that was said of it; what is ahead is kept where it has changed."""
    happened: dict[tuple[str, Milestone], datetime] = {}
    before = await forecasts.newest(session, execution)
    waves = await forecasts.waves(session, {each.wave for each in found.waves})
    rows = []
    for position, wave in enumerate(found.waves):
        for milestone, expected in wave.milestones.items():
            said = before.get((wave.name, milestone))
            if expected.happened and expected.at is not None:
                if said is not None and said.reached_at is None:
                    happened[wave.name, milestone] = expected.at
            elif forecasting.differs(Expected(said.expected_at, said.reason) if said else None, expected, now):
                rows.append(
                    {
                        "execution_id": execution,
                        "wave_id": waves[wave.wave].id,
                        "part": wave.name,
                        "position": position,
                        "milestone": milestone,
                        "made_at": now,
                        "expected_at": expected.at,
                        "reason": expected.reason,
                    }
                )
    await forecasts.settle(session, execution, happened)
    await forecasts.keep(session, rows)


def _shown(rows: Sequence[tuple[Any, str]]) -> dict[str, Any]:
    """The waves in order, each milestone at the time at which it came or is expected."""
    waves: dict[str, dict[str, Any]] = {}
    for row, wave in rows:
        shown = waves.setdefault(row.part, {"part": row.part, "wave": wave, "unknown": None})
        when = row.reached_at or row.expected_at
        shown[_NAMES[row.milestone]] = when.isoformat() if when else None
        shown["unknown"] = shown["unknown"] or (row.reason if when is None else None)
    for shown in waves.values():
        for name in _NAMES.values():
            shown.setdefault(name, None)
    return {
        "waves": list(waves.values()),
        "last_region_at": list(waves.values())[-1]["reached_at"],
        "made_at": max(row.made_at for row, _ in rows).isoformat(),
        "unknown": next((each["unknown"] for each in waves.values() if each["unknown"]), None),
    }


_NAMES = {Milestone.ENTERED: "enters_at", Milestone.REACHED: "reached_at", Milestone.DONE: "done_at"}
