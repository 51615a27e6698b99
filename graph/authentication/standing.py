"""What people and pipelines may by the configuration, which a process remembers for a moment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from domain.authentication.groups import RoleGroups, roles_of
from domain.configuration.configuration import Configuration
from domain.grants import granted_to
from domain.permissions import Viewer
from graph.authentication.remembering import Remembered
from models.configuration import current
from models.engine import Database

MOST_PEOPLE = 10_000
"""Of one configuration: who asked first is looked up again first."""


class Standing:
    """Of one service. holds: whether anything may be remembered now."""

    def __init__(self, database: Database, holds: Callable[[], bool]) -> None:
        self._database = database
        self._remembered: Remembered[str, Configuration] = Remembered(holds)
        self._people = People()

    async def configuration(self, *, afresh: bool = False) -> Configuration:
        """As it is, or was a moment ago."""
        return await self._remembered.of("configuration", self._read, afresh=afresh)

    async def _read(self) -> Configuration:
        async with self._database.looking() as session:
            return (await current(session)).configuration

    def forget(self) -> None:
        """The configuration has changed."""
        self._remembered.forget()

    async def of(self, actor: str, groups: Collection[str], known: RoleGroups, *, afresh: bool = False) -> Viewer:
        """One of the issuer's people, with the roles of their groups and what is granted to them; perhaps neither."""
        configuration = await self.configuration(afresh=afresh)
        return self._people.of(configuration, actor, frozenset(groups), known, self._database.clock.now())

    async def people(self, known: RoleGroups) -> Callable[[str, frozenset[str]], Viewer]:
        """What gives people, by their actor and groups, as they are by what is read now: for many at once."""
        configuration, now = await self.configuration(afresh=True), self._database.clock.now()
        return lambda actor, groups: self._people.of(configuration, actor, groups, known, now)


class People:
    """Who people are by one configuration: found once each, until another configuration, or the end of a grant."""

    def __init__(self) -> None:
        self._by: tuple[Configuration, RoleGroups] | None = None
        self._from, self._until = datetime.max, datetime.min
        self._known: dict[tuple[str, frozenset[str]], Viewer] = {}

    def of(
        self, configuration: Configuration, actor: str, groups: frozenset[str], known: RoleGroups, now: datetime
    ) -> Viewer:
        """The same value again, as long as it is true."""
        if self._by is None or self._by[0] is not configuration or self._by[1] is not known or not self._true(now):
            self._begin(configuration, known, now)
        found = self._known.get((actor, groups))
        if found is None:
            granted = granted_to(actor, groups, configuration.grants.values(), now)
            found = self._known[actor, groups] = Viewer(actor, roles_of(groups, known), granted, groups)
            if len(self._known) > MOST_PEOPLE:
                del self._known[next(iter(self._known))]
        return found

    def _true(self, now: datetime) -> bool:
        """Whether no grant has ended since, and the clock was not set back."""
        return self._from <= now < self._until

    def _begin(self, configuration: Configuration, known: RoleGroups, now: datetime) -> None:
        ends = (each.until for each in configuration.grants.values() if each.until is not None and each.until > now)
        self._by, self._from = (configuration, known), now
        self._until = min(ends, default=datetime.max.replace(tzinfo=now.tzinfo))
        self._known.clear()
