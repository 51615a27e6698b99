"""Sessions of browsers, ended by whoever looks after the service."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.context import Info
from graph.mutations.configuring import author
from graph.mutations.outcome import Payload, outcome
from resolvers import sessions
from resolvers.configuring import Author


@strawberry.input(description="Whose sessions are to end.")
class RevokeSessionsInput:
    actor: str = strawberry.field(description="Who signed in, as the log calls them.")
    reason: str | None = strawberry.field(default=None, description="Why: the log keeps it.")


@strawberry.type
class RevokeSessionsPayload(Payload):
    """How many sessions ended, or why none did."""

    @strawberry.field(description="Sessions that ended; 0 where there were none. Null where it was refused.")
    def ended(self) -> int | None:
        return None if self.errors else int(self.produced)


@strawberry.type
class SessionMutations:
    """What keeps people signed in in their browsers."""

    @strawberry.mutation(
        description="Ends all of a person's sessions in browsers: the next request is refused, sockets end within"
        " seconds. Whoever the issuer knows still may sign in again."
    )
    async def revoke_sessions(self, info: Info, input: RevokeSessionsInput) -> RevokeSessionsPayload:
        by = author(info, input.reason)
        return await outcome(info, RevokeSessionsPayload, _revoke, by=by, of=input.actor)


async def _revoke(session: Any, _actor: str, *, by: Author, of: str) -> int:
    return await sessions.revoke(session, by, of)
