"""Keeping the rows of `placement` true: what a change of the configuration makes of where services go."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.configuration.placing import moved
from domain.events import EventType, Happening
from models import placement
from models.configuration import Row
from models.event_log import append

Rows = Mapping[Kind, Mapping[str, Row]]


async def place(
    session: AsyncSession, actor: str, before: Configuration, after: Configuration, old: Rows, new: Rows
) -> None:
    """Writes the placements that differ. old, new: the rows of the two configurations."""
    added, removed, happenings = [], [], []
    for service, each in (await to_thread(moved, before, after)).items():
        row = (new[Kind.SERVICE].get(service) or old[Kind.SERVICE][service]).id
        added += [(row, new[Kind.ENVIRONMENT][name].id) for name in each.added]
        removed += [(row, old[Kind.ENVIRONMENT][name].id) for name in each.removed]
        payload = {"service": service, "added": list(each.added), "removed": list(each.removed)}
        happenings.append(Happening(EventType.SERVICE_PLACED, "Service", row, payload))
    await placement.change(session, added, removed)
    await append(session, happenings, actor)
