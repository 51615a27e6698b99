"""Where is a commit, a tag or a pull request? In each environment of each service whose pipeline has seen it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.revisions import search
from domain.safety.way import parts
from domain.whereabouts import Coming, Known, Step, Told, told
from domain.words import DeploymentStatus
from models import whereabouts as sql
from models.whereabouts import Found, PlaceRow
from resolvers import forecasts


@dataclass(frozen=True)
class Place:
    """An environment of the service, and what is told of it."""

    environment: str
    stage: str
    wave: str
    region: str
    told: Told


@dataclass(frozen=True)
class Whereabouts:
    """A revision of a service, and where it is. execution: the key of the one in which it was seen first."""

    service: str
    execution: UUID
    places: list[Place]


async def whereabouts(session: AsyncSession, given: str) -> list[Whereabouts]:
    """Where the revisions are that a search means, the newest first. Raises InvalidValue for what means nothing."""
    return [await _whereabouts(session, each) for each in await sql.found(session, search(given))]


async def _whereabouts(session: AsyncSession, revision: Found) -> Whereabouts:
    places = await sql.places(session, revision)
    on_their_way = await _coming(session, revision)
    return Whereabouts(
        revision.service,
        revision.execution,
        [
            Place(each.environment, each.stage, each.wave, each.region, told(_known(revision, each, on_their_way)))
            for each in places
        ],
    )


async def _coming(session: AsyncSession, revision: Found) -> Mapping[str, list[Coming]]:
    """What is on its way, by environment, with when it is expected."""
    rows = await sql.coming(session, revision)
    keys = list(dict.fromkeys(each.execution for each in rows))
    said = dict(zip(keys, await forecasts.of_executions(session, keys), strict=True)) if keys else {}
    part_of = {name: part.name for part in parts(revision.structure) for name in part.environments}
    found: dict[str, list[Coming]] = defaultdict(list)
    for each in rows:
        expected_at, unknown = _expected(said[each.execution], part_of.get(each.environment))
        found[each.environment].append(Coming(each.revision, each.deployment, expected_at, unknown))
    return found


def _expected(forecast: Mapping[str, Any] | None, part: str | None) -> tuple[datetime | None, str | None]:
    """When a forecast expects a part to be reached, or why it does not say."""
    waves: Iterable[Mapping[str, Any]] = forecast["waves"] if forecast else ()
    wave = next((each for each in waves if each["part"] == part), None)
    if wave is None:
        return None, None
    reached = wave["reached_at"]
    return (datetime.fromisoformat(reached), None) if reached else (None, wave["unknown"])


def _known(revision: Found, place: PlaceRow, coming: Mapping[str, list[Coming]]) -> Known:
    return Known(
        revision.revision,
        revision.status,
        revision.ended_at,
        there=_step(place.there),
        has=place.has,
        first=_step(place.first),
        moving=_step(place.moving),
        tried=_step(place.tried),
        coming=tuple(coming.get(place.environment, ())),
        mapped=revision.structure is not None,
    )


def _step(row: list[Any] | None) -> Step | None:
    if row is None:
        return None
    key, revision, status, at, reason = row
    when = datetime.fromisoformat(at) if at else None
    return Step(revision or "", UUID(key), DeploymentStatus(status), when, reason)
