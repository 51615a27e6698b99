"""Who is not taken any more: a token or a session was ended, its time is over, or what they may do has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from domain.authentication.groups import RoleGroups
from domain.permissions import Viewer
from graph.authentication.callers import Caller
from graph.authentication.sessions import Sessions
from graph.authentication.standing import Standing
from models import api_tokens
from models.engine import Database


class Ending:
    """Of the bearers of one service. clock: the world's time, UTC. sessions, roles: None where nobody has any."""

    def __init__(
        self,
        database: Database,
        standing: Standing,
        sessions: Sessions | None,
        roles: RoleGroups | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._standing, self._sessions = database, standing, sessions
        self._roles, self._clock = roles, clock

    async def ended(self, callers: Sequence[Caller]) -> list[str | None]:
        """Of each, why it is not taken any more, in a few words; None while it is. Three statements for all of them."""
        gone = await self._gone(callers)
        unchanged = await self._unchanged([each.viewer for each in callers])
        return [
            gone.get(each.key) or (None if same else "access changed") or self._over(each)
            for each, same in zip(callers, unchanged, strict=True)
        ]

    async def _gone(self, callers: Sequence[Caller]) -> dict[UUID | None, str]:
        """Of tokens that were revoked and sessions that have ended, what is told."""
        programs = {each.token for each in callers if each.token is not None}
        browsers = {each.session.id for each in callers if each.session is not None}
        gone: dict[UUID | None, str] = {}
        if programs:
            async with self._database.reading() as connection:
                gone |= dict.fromkeys(await api_tokens.revoked(connection, programs), "token revoked")
        if browsers and self._sessions is not None:
            gone |= dict.fromkeys(await self._sessions.over(browsers), "session ended")
        return gone

    async def _unchanged(self, viewers: Sequence[Viewer]) -> list[bool]:
        """Whether people may still what they could: a grant may have been given, taken, changed, or have ended."""
        if self._roles is None or all(each.groups is None for each in viewers):
            return [True] * len(viewers)
        now_of = await self._standing.people(self._roles)
        return [each.groups is None or now_of(each.actor, each.groups) == each for each in viewers]

    def _over(self, caller: Caller) -> str | None:
        if self.left(caller) > 0:
            return None
        return "token expired" if caller.session is None else "session to be renewed"

    def left(self, caller: Caller) -> float:
        """Seconds until the caller's token ends; infinite for whoever has none."""
        if caller.ends_at is None:
            return float("inf")
        now = self._clock() if caller.token is None else self._database.clock.now()
        return (caller.ends_at - now).total_seconds()
