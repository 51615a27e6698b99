"""The plan of a repository, as the configuration is now or was at some time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Service
from domain.configuration.planning import planner_of
from domain.errors import InvalidValue, NotFound
from domain.plans import Plan, require_contract
from models import changes
from models.configuration import current
from models.event_log import Cursor, check_known, read_head
from resolvers.unseen import seen_in


@dataclass(frozen=True, slots=True)
class AsOf:
    """A time of the configuration: after a change, at a time, or at an event's cursor; none of them is now."""

    change: int | None = None
    time: datetime | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """The configuration as it was after a change. number: that change's; 0 before the first."""

    configuration: Configuration
    number: int


async def configuration_as_of(session: AsyncSession, as_of: AsOf | None) -> Dated:
    """The configuration of that time. Raises NotFound for a change that there is not, InvalidValue for a cursor."""
    seen = seen_in(session)
    if seen is not None:  # what is theirs of it, by what is known of the whole
        async with seen.whole() as whole:
            dated = await configuration_as_of(whole, as_of)
        return Dated(seen.of(dated.configuration), dated.number)
    stored = await current(session)
    if as_of is None or as_of == AsOf():
        return Dated(stored.configuration, stored.number)
    number = await _number(session, as_of, stored.number)
    if number == stored.number:
        return Dated(stored.configuration, number)
    return Dated(await changes.configuration_after(session, number), number)


async def _number(session: AsyncSession, as_of: AsOf, last: int) -> int:
    if as_of.change is not None:
        if not 0 <= as_of.change <= last:
            raise InvalidValue("asOf", as_of.change, f"the number of a change: 0 to {last}")
        return as_of.change
    if as_of.event is not None:
        cursor = Cursor.parse(as_of.event, "asOf")
        check_known(cursor, await read_head(session), "asOf")
        return await changes.change_by(session, cursor)
    if as_of.time is None or as_of.time.tzinfo is None:
        raise InvalidValue("asOf", as_of.time, "a time with its zone: '2027-01-31T12:00:00Z'")
    return await changes.change_at(session, as_of.time)


async def plan(session: AsyncSession, repository: str, contract: int, url: str, as_of: AsOf | None = None) -> Plan:
    """The plan of the service that the repository deploys. url: where pipelines reach this service.

    A narrowed viewer has the plans of services that are theirs everywhere, whole: with a part of a plan, a pipeline
    would be built that leaves stages out. Raises UpgradeRequired, NotFound with suggestions, or Refused:
    NOT_CONFIGURED, NO_ENVIRONMENTS.
    """
    require_contract(contract)
    seen = seen_in(session)
    if seen is not None:
        async with seen.whole() as whole:
            dated = await configuration_as_of(whole, as_of)
        asked = service_of(dated.configuration, repository, lambda each: seen.sight.wholly(each.name))
        return planner_of(dated.configuration, url).plan(asked)
    dated = await configuration_as_of(session, as_of)
    return planner_of(dated.configuration, url).plan(service_of(dated.configuration, repository))


def service_of(
    configuration: Configuration, repository: str, theirs: Callable[[Service], bool] = lambda _: True
) -> Service:
    """The service that the repository deploys, of those that are theirs; NotFound with suggestions."""
    services = [each for each in configuration.services.values() if theirs(each)]
    for service in services:
        if service.repository == repository:
            return service
    known = [each.repository for each in services]
    raise NotFound("repository", repository, known, field="repository")
