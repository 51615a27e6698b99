"""The one policy: whether whoever asks may do what a use-case is about to do, to what it is done.

Every use-case that people ask for takes an `Author`, and asks its permit before anything is done, in the transaction of
the act: over what is granted by now, and of which team and stage things are by now. `graph` rolls back what was never
asked (`graph/mutations/outcome.py`). What the service's own programs do has no permit: they do it by its rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.authentication.machines import require_within
from domain.configuration.configuration import Configuration
from domain.configuration.targets import Asked
from domain.grants import renewed
from domain.permissions import EVERYTHING, Denial, Permission, Scope, Target, Viewer, missing_of, require
from models.configuration import current


@dataclass(frozen=True, slots=True)
class Permit:
    """What one mutation wants to do, and for whom. needed: where the use-case names nothing else.

    asked: what was asked for so far, but for what is only named; a use-case that asks for nothing is not carried out.
    """

    viewer: Viewer
    mutation: str
    needed: frozenset[Permission] = frozenset()
    asked: list[Target] = field(default_factory=list, compare=False)

    async def at(
        self, session: AsyncSession, now: datetime, wanted: Iterable[Asked], needed: Iterable[Permission] = ()
    ) -> None:
        """Raises Denied where the viewer may not, and what is `absent` where they do not even see it."""
        wants = frozenset(needed) or self.needed
        assert wants, f"{self.mutation} asks for nothing: whoever asked would be let"
        viewer = await self.renewed(session, now)
        for each in wanted:
            self.asked.extend([] if each.named else [each.target])
            self._one(viewer, each, wants)

    def _one(self, viewer: Viewer, wanted: Asked, needed: frozenset[Permission]) -> None:
        if viewer.narrowed and wanted.absent is not None and not (wanted.there and viewer.sees(wanted.target)):
            if wanted.there:
                missing = missing_of(viewer, needed, wanted.target)
                wanted.absent.denial = Denial(viewer.actor, self.mutation, missing, wanted.target)
            raise wanted.absent
        if not wanted.named:
            require(viewer, needed, self.mutation, wanted.target)

    async def within(self, session: AsyncSession, now: datetime, scope: Scope) -> Viewer:
        """Who asks, with all of what is needed in all of a scope. Raises Denied where they have it in less."""
        viewer = await self.renewed(session, now)
        self.asked.append(EVERYTHING)
        require_within(viewer, self.needed, self.mutation, scope)
        return viewer

    async def renewed(self, session: AsyncSession, now: datetime) -> Viewer:
        """Who asks, with what is granted to them as the transaction sees it."""
        if self.viewer.groups is None:
            return self.viewer
        return renewed(self.viewer, (await current(session)).configuration, now)


async def configured(session: AsyncSession) -> Configuration:
    """What says of which team, stage and account things are."""
    return (await current(session)).configuration


__all__ = ["Asked", "Permit", "configured"]
