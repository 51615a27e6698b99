"""Sessions of browsers: begun by a login, ended by their person, by whoever looks after the service, or by time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.authentication.sessions import Ending
from domain.errors import InvalidValue
from domain.events import EventType, Happening
from models import sessions
from models.event_log import append
from models.tables import BrowserSession
from resolvers.configuring import Author
from resolvers.repeating import require_keepable

PROGRAM = "interlock"
AT_ONCE = 500
"""Sessions whose end is told in one transaction."""
LONGEST_ACTOR = 600


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, as the issuer says. id: the new session's. digest and sealed: see `BrowserSession`."""

    id: UUID
    digest: str
    subject: str
    actor: str
    groups: Iterable[str]
    source: str
    vouched_until: datetime
    ends_at: datetime
    sealed: bytes


def new_id() -> UUID:
    """A key that no session has."""
    return uuid7()


async def begin(session: AsyncSession, who: SignedIn, now: datetime) -> None:
    """A session begins, and the log says so."""
    row = BrowserSession(
        id=who.id,
        digest=who.digest,
        subject=who.subject,
        actor=who.actor,
        groups=list(who.groups),
        source=who.source,
        began_at=now,
        last_used_at=now,
        vouched_until=who.vouched_until,
        ends_at=who.ends_at,
        sealed=who.sealed,
    )
    session.add(row)
    await session.flush()
    told = {"session": str(row.id), "source": row.source, "endsAt": row.ends_at.isoformat()}
    await append(session, [Happening(EventType.SESSION_BEGAN, "BrowserSession", row.id, told)], row.actor)


async def end(session: AsyncSession, id_: UUID, ending: Ending, now: datetime) -> None:
    """One session ends, by its person or by the issuer. Said again, it changes nothing."""
    for row in await sessions.going_on(session, id=id_):
        by = PROGRAM if ending is Ending.NOT_VOUCHED else row.actor
        await _end(session, [row], ending, by, now)


async def end_everywhere(session: AsyncSession, subject: str, by: UUID, now: datetime) -> None:
    """A person signs out of all browsers. by: the session in which they say so."""
    for row in await sessions.going_on(session, subject=subject):
        ending = Ending.SIGNED_OUT if row.id == by else Ending.EVERYWHERE
        await _end(session, [row], ending, row.actor, now)


async def revoke(session: AsyncSession, by: Author, actor: str) -> int:
    """Ends all of a person's sessions; how many. Whom it knows no session of, it says 0."""
    require_keepable(by)
    if not 0 < len(actor) <= LONGEST_ACTOR or not actor.isprintable():
        raise InvalidValue("actor", actor, f"who signed in, as the log calls them: 1 to {LONGEST_ACTOR} characters")
    rows = await sessions.going_on(session, actor=actor)
    await _end(session, rows, Ending.REVOKED, by.actor, by.now, by.reason)
    return len(rows)


async def prune(session: AsyncSession, now: datetime) -> tuple[int, int]:
    """Tells of the sessions whose time is over, and forgets those that ended long ago; how many of each."""
    rows = await sessions.overdue(session, now, AT_ONCE)
    await _end(session, rows, Ending.EXPIRED, PROGRAM, now)
    return len(rows), await sessions.forget(session, now)


async def _end(
    session: AsyncSession,
    rows: Iterable[BrowserSession],
    ending: Ending,
    by: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    happened = []
    for row in rows:
        row.ended_at, row.ending, row.sealed, row.renewing_until = now, ending, None, None
        told = {"session": str(row.id), "of": row.actor, "ending": ending, "reason": reason}
        happened.append(Happening(EventType.SESSION_ENDED, "BrowserSession", row.id, told))
    await session.flush()
    if happened:
        await append(session, happened, by)
