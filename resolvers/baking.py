"""The bake of a wave: the pipeline's gate tells what it sees, and the service judges.

What was seen last, and what it came to, is kept in the run's `detail`: {status, reasons, kinds, dataPoints,
minimumDataPoints, endsAt, oneBoxEndsAt (null without one), exposed (ONE_BOX while nothing else is, then ALL),
askAgainSeconds, observedAt, observations}. An event is written where the status changes, or what the reasons are about:
not with every look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import moments, signals
from domain.errors import InvalidValue, NotFound
from domain.events import EventType, Happening
from domain.safety import observing, team_alarms
from domain.safety.baking import Bake, Baked, Observation, judge
from domain.safety.team_alarms import FRESH, Known, Where
from domain.words import CheckKind, CheckRunStatus, ExecutionStatus
from models import baking
from models.event_log import append
from models.queries import locked
from models.tables import CheckRun
from resolvers import check_runs
from resolvers.check_runs import Place

NAME = "bake"
"""Of the runs of a wave's own bake time."""
SLACK_MINUTES = 15
"""What a bake may take beside its time: the service may be away, and the last look is a little late."""


@dataclass(frozen=True, slots=True)
class BakeNow:
    """How far a bake is. ask_again_seconds: until the next look; 0 when it has ended."""

    status: CheckRunStatus
    reasons: Sequence[str]
    ask_again_seconds: int
    data_points: int


async def observe_bake(
    session: AsyncSession, actor: str, *, now: datetime, check_run: UUID, observations: object
) -> BakeNow:
    """Judges a bake by what was seen; where it is decided, its run has ended. Said after that, it changes nothing.

    observations: see domain/safety/observing.py; an environment that is not among them has not been looked at.
    """
    run = await locked(session, CheckRun, id=check_run)
    if run is None:
        raise NotFound("check run", str(check_run), field="checkRun")
    if run.kind is not CheckKind.BAKE:
        raise InvalidValue("checkRun", f"{check_run}, of kind {run.kind}", "the id of a run of kind BAKE")
    at = await check_runs.place_of(session, run)
    seen = observing.observations(observations, at.environments)
    if run.status is not CheckRunStatus.RUNNING:
        return _ended(run)
    if at.execution.status.ended and at.execution.status is not ExecutionStatus.SUCCEEDED:
        because = f"the execution is {at.execution.status}"
        await check_runs.end(session, actor, run, at, now, CheckRunStatus.CANCELLED, because)
        return _ended(run)
    baked = await _judged(session, run, at, seen, now)
    await _keep(session, actor, run, at, baked, seen, now)
    wait = _wait(_bake(run, at), baked, now)
    return BakeNow(baked.status, list(baked.reasons), wait, baked.data_points)


async def outcome_of(
    session: AsyncSession, run: CheckRun, at: Place, now: datetime
) -> tuple[CheckRunStatus, str | None]:
    """What a bake comes to of which a pipeline says that it passed: the service judges by what it was told last.

    Pipelines of before 0.4.0 only wait. Theirs passes where no data are demanded and no alarm of the team speaks
    against it. What was seen long ago says nothing of now.
    """
    detail = run.detail or {}
    seen_at = moments.parse_or_none(detail.get("observedAt"))
    fresh = seen_at is not None and now - FRESH <= seen_at <= now
    seen = observing.observations((detail.get("observations") if fresh else None) or [], at.environments)
    baked = await _judged(session, run, at, seen, now)
    if baked.status is not CheckRunStatus.RUNNING:
        return baked.status, "; ".join(baked.reasons) or None
    return CheckRunStatus.INCONCLUSIVE, "; ".join(baked.reasons)


async def configuration(session: AsyncSession, at: Place, given: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the run of a BAKE check, or of the wave's own bake time, is configured with.

    {minutes, minimumDataPoints, oneBoxMinutes, deployedFrom, bakesFrom}: the times are ISO 8601. What was deployed is
    compared with the time before `deployedFrom`, and counted from `bakesFrom`.
    """
    began = await baking.deployed_from(session, at.execution.id, at.environments) or now
    times = {"deployedFrom": began.isoformat(), "bakesFrom": now.isoformat()}
    return {"minimumDataPoints": 0, "oneBoxMinutes": 0, **given, **times}


def own(at: Place) -> dict[str, Any]:
    """The configuration of the wave's own bake time."""
    structure = at.pipeline.structure or {}
    return {
        "minutes": at.wave.bake_minutes,
        "minimumDataPoints": at.wave.minimum_data_points,
        "oneBoxMinutes": signals.one_box_minutes(structure, at.environments),
    }


def timeout_minutes(configured: dict[str, Any]) -> int:
    """Within which a bake has come to an end: its time, as long again for data that are missing, and a little more."""
    anywhen = Bake(_EPOCH, configured["minutes"], configured["minimumDataPoints"])
    waits = anywhen.given_up_at - anywhen.began_at
    one_box: int = configured["oneBoxMinutes"]
    return math.ceil(waits / timedelta(minutes=1)) + one_box + SLACK_MINUTES


_EPOCH = moments.parse("epoch", "1970-01-01T00:00:00Z")


async def _judged(session: AsyncSession, run: CheckRun, at: Place, seen: Sequence[Observation], now: datetime) -> Baked:
    return judge(_bake(run, at), seen, now, await _elsewhere(session, at, seen, now))


def _bake(run: CheckRun, at: Place) -> Bake:
    """The run as the rules have it; one that an older service has started has its minutes alone."""
    structure, configured = at.pipeline.structure or {}, run.configuration
    boxed = timedelta(minutes=configured.get("oneBoxMinutes") or 0)
    deployed = moments.parse_or_none(configured.get("deployedFrom")) or run.started_at
    return Bake(
        began_at=run.started_at,
        minutes=configured["minutes"],
        minimum_data_points=configured.get("minimumDataPoints") or 0,
        environments=sorted(at.environments),
        one_box_until=deployed + boxed if boxed else None,
        watched=signals.watched(structure, at.environments),
        uncounted=signals.uncounted(structure, at.environments),
        alarms=signals.alarms(structure, at.environments),
    )


async def _elsewhere(session: AsyncSession, at: Place, seen: Sequence[Observation], now: datetime) -> list[str]:
    """What the alarms of the team say against the wave, and those of its own that were not seen."""
    declaring = await baking.signals_of_team(session, at.service)
    names = {environment for _, found in declaring for environment in found} | at.environments
    places = await baking.places_beside(session, at.wave, names)
    regions = {places[each][1] for each in at.environments if each in places}
    fresh = set(_known(seen, places, now))
    looked_at = {each.where for each in fresh if each.state is not None}
    alarms = [
        alarm
        for service, found in declaring
        for alarm in team_alarms.declared({"signals": found}, service, places)
        if alarm.where not in looked_at
    ]
    told = await baking.alarms_named(session, {alarm.where.name for alarm in alarms}, regions) if alarms else ()
    known = [Known(Where(a.account_id, a.region_name, a.name), a.state, a.changed_at, a.reason or "") for a in told]
    details = await baking.seen_by_team(session, at.service, now - FRESH) if alarms else ()
    known += [each for detail in details for each in _remembered(detail, places, now)]
    team = await baking.team_named(session, at.service) if at.service.team_id else None
    concerned = team_alarms.Concerned(at.service.name, team, at.environments, regions)
    return team_alarms.against(alarms, concerned, known)


def _remembered(detail: dict[str, Any], places: dict[str, tuple[str, str]], now: datetime) -> Iterator[Known]:
    """What another bake of the team has seen, where that was lately."""
    seen_at = moments.parse_or_none(detail.get("observedAt"))
    if seen_at is not None and now - FRESH <= seen_at <= now:
        found = detail.get("observations") or []
        yield from _known(observing.observations(found, {each["environment"] for each in found}), places, seen_at)


def _known(seen: Iterable[Observation], places: dict[str, tuple[str, str]], at: datetime) -> Iterator[Known]:
    for each in seen:
        if each.environment in places:
            for alarm in each.alarms:
                yield Known(Where(*places[each.environment], alarm.name), alarm.state, at, alarm.reason)


async def _keep(
    session: AsyncSession,
    actor: str,
    run: CheckRun,
    at: Place,
    baked: Baked,
    seen: Sequence[Observation],
    now: datetime,
) -> None:
    """The newest look into the run's detail; an event where it says something new."""
    bake, kinds = _bake(run, at), sorted(baked.kinds)
    told = (run.detail or {}).get("kinds")
    running = baked.status is CheckRunStatus.RUNNING
    run.detail = {
        "status": baked.status,
        "reasons": list(baked.reasons),
        "kinds": kinds,
        "dataPoints": baked.data_points,
        "minimumDataPoints": bake.minimum_data_points,
        "endsAt": bake.ends_at.isoformat(),
        "oneBoxEndsAt": bake.one_box_until and bake.one_box_until.isoformat(),
        "exposed": "ONE_BOX" if now < bake.exposed_at else "ALL",
        "askAgainSeconds": _wait(bake, baked, now),
        "observedAt": now.isoformat(),
        "observations": [observing.document(each) for each in seen],
    }
    if not running:
        await check_runs.end(session, actor, run, at, now, baked.status, "; ".join(baked.reasons) or None)
    elif kinds != told:
        shared = {name: run.detail[name] for name in ("status", "reasons", "kinds", "dataPoints", "endsAt")}
        payload = {**at.told, "check": run.name, "subject": run.subject, **shared}
        await append(session, [Happening(EventType.BAKE_OBSERVED, "CheckRun", run.id, payload, at.trace_id)], actor)


def _wait(bake: Bake, baked: Baked, now: datetime) -> int:
    """Seconds until the next look."""
    if baked.status is not CheckRunStatus.RUNNING:
        return 0
    return max(1, math.ceil(bake.ask_again(now).total_seconds()))


def _ended(run: CheckRun) -> BakeNow:
    """A bake that is over: as it was judged last, or in its cause."""
    detail = run.detail or {}
    reasons = detail.get("reasons") if detail.get("status") == run.status else None
    return BakeNow(run.status, reasons or ([run.cause] if run.cause else []), 0, int(detail.get("dataPoints") or 0))
