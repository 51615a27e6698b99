"""Keeping `placement` true: each service's globs evaluated over the environments there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import EventType, Happening
from domain.placement import goes_to
from models import placement
from models.event_log import append
from models.queries import everything, take_turns
from models.tables import Environment, Service

PLACING = "placing"
"""A service and an environment that are registered at the same time cannot see each other: one waits."""


async def place_service(session: AsyncSession, actor: str, service: Service) -> None:
    """One service over all environments."""
    await take_turns(session, PLACING)
    await _place(session, actor, [service], await everything(session, Environment))


async def place_everywhere(session: AsyncSession, actor: str, environment: Environment) -> None:
    """All services over one new environment."""
    await take_turns(session, PLACING)
    await _place(session, actor, await everything(session, Service), [environment])


async def _place(
    session: AsyncSession, actor: str, services: Sequence[Service], environments: Sequence[Environment]
) -> None:
    names = {each.id: each.name for each in environments}
    wanted = {
        (service.id, environment.id)
        for service in services
        for environment in environments
        if goes_to(service.placement, environment.name, environment.kind)
    }
    there = {pair for pair in await placement.placed(session, [each.id for each in services]) if pair[1] in names}
    added, removed = wanted - there, there - wanted
    await placement.change(session, added, removed)
    happenings = []
    for service in services:
        gained = sorted(names[environment] for owner, environment in added if owner == service.id)
        lost = sorted(names[environment] for owner, environment in removed if owner == service.id)
        if gained or lost:
            payload = {"service": service.name, "added": gained, "removed": lost}
            happenings.append(Happening(EventType.SERVICE_PLACED, "Service", service.id, payload))
    await append(session, happenings, actor)
