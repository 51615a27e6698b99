"""What an override would do, before anybody grants it: the decision of now, with it and without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from domain.safety import overriding as rules
from domain.safety.blockers import Blocker, Entry, Override
from domain.safety.way import parts, place_of
from domain.words import BlockerKind, Decision
from models import entering
from models.configuration import current
from resolvers.why import why


@dataclass(frozen=True, slots=True)
class Scope:
    """What an override would be for. kinds: none for all that may be overridden; the others: names, None for any."""

    kinds: tuple[BlockerKind, ...] = ()
    service: str | None = None
    environment: str | None = None
    wave: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """taken: what would lose its force. left: what would hold still. decision: with it; None where nobody asks."""

    taken: Sequence[Blocker]
    left: Sequence[Blocker]
    decision: Decision | None


async def effect(session: AsyncSession, scope: Scope, service: str, environment: str, *, now: datetime) -> Effect:
    """What an override would do to the service's next revision for an environment. Nothing is kept.

    Raises what `why` raises, and InvalidValue for kinds that nobody may override, and for everything everywhere.
    """
    kinds = frozenset(rules.kinds(scope.kinds))
    rules.require_scope((scope.service, scope.environment, scope.wave), kinds)
    found = await why(session, service, environment, now=now)
    environments = await _entered_with(session, service, environment)
    override = Override("", "", "", now, now + rules.LONGEST, kinds, scope.service, scope.environment, scope.wave)
    holding = Entry(found.blockers).holding
    taken = [each for each in holding if override.covers(each, service, found.wave, environments, now)]
    left = [each for each in holding if each not in taken]
    return Effect(taken, left, Entry(left).decision if found.decision is not None else None)


async def _entered_with(session: AsyncSession, service: str, environment: str) -> Sequence[str]:
    """The environments that are entered together with this one."""
    row = (await current(session)).rows[Kind.SERVICE][service]
    for pipeline in await entering.pipelines_of(session, row.id):
        way = parts(pipeline.structure)
        place = place_of(way, environment=environment)
        if place is not None:
            return way[place].environments
    return [environment]
