"""The service's own tokens: which program bears one, looked up by its digest, and noted that it was used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from domain.authentication import machines
from domain.authentication.refusals import Unauthenticated
from domain.permissions import EVERYWHERE, Granted, Role, Viewer
from graph.authentication.callers import Caller
from graph.authentication.remembering import Remembered
from models import api_tokens
from models.engine import Database


class Programs:
    """Of one service. holds: whether anything may be remembered now."""

    def __init__(self, database: Database, holds: Callable[[], bool]) -> None:
        self._database = database
        self._tokens: Remembered[str, api_tokens.Kept | None] = Remembered(holds)

    def forget(self) -> None:
        """A token was revoked."""
        self._tokens.forget()

    async def of(self, token: str, *, afresh: bool) -> Caller:
        """Who bears a token of the service's own. Raises Unauthenticated where it is none, or none any more."""
        digest, now = machines.digest(token), self._database.clock.now()
        kept = await self._tokens.of(digest, partial(self._token, digest), afresh=afresh)
        if kept is None:
            raise Unauthenticated("The token is none of the service's own.", remedy=machines.REMEDY)
        machines.require_usable(kept.name, kept.expires_at, kept.revoked_at, now)
        if kept.last_used_at is None or kept.last_used_at < now - machines.USED_EVERY:
            async with self._database.transaction() as session:
                await api_tokens.used(session, kept.id, now)
            self._tokens.forget(digest)
        return Caller(_viewer_of(kept), kept.expires_at, kept.id, remembered=not afresh)

    async def _token(self, digest: str) -> api_tokens.Kept | None:
        async with self._database.reading() as connection:
            return await api_tokens.by_digest(connection, digest)


def _viewer_of(kept: api_tokens.Kept) -> Viewer:
    """Whoever bears a token of the service's own: its roles everywhere, or within its scope."""
    roles, scope = frozenset(Role(each) for each in kept.roles), kept.scope
    if scope == EVERYWHERE:
        return Viewer(machines.ACTOR + kept.name, roles)
    return Viewer(machines.ACTOR + kept.name, frozenset(), frozenset(Granted(role, scope) for role in roles))
