"""Sessions of browsers: begun with a login, asked about again while they last, and ended."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.authentication import sessions as rules
from domain.authentication.logins import Login
from domain.authentication.refusals import IssuerUnavailable, Unauthenticated
from domain.authentication.sessions import Ending
from graph.authentication.provider import Provider, Vouched
from graph.authentication.remembering import Remembered
from graph.authentication.sealing import Tokens, opened, sealed
from models import sessions
from models.engine import Database
from models.sessions import Kept
from resolvers import sessions as use_cases

LOOK_SECONDS = 0.1
"""How often it is looked whether another process has asked the issuer."""

log = structlog.get_logger("interlock.authentication")


class Sessions:
    """The sessions of one service. clock: the world's time, UTC. life: of a session, whatever the issuer says."""

    def __init__(
        self,
        database: Database,
        provider: Provider,
        life: timedelta,
        clock: Callable[[], datetime],
        holds: Callable[[], bool] = lambda: False,
    ) -> None:
        """holds: whether anything may be remembered now."""
        self._database, self._life, self._clock = database, life, clock
        self._remembered: Remembered[str, Kept | None] = Remembered(holds)
        self.provider = provider
        self._renewals: dict[UUID, asyncio.Task[None]] = {}

    async def begin(self, code: str, login: Login, issuer: str | None, source: str) -> str:
        """The cookie of a new session, for whoever the issuer says came back with the code.

        Raises Unauthenticated and IssuerUnavailable.
        """
        now = self._clock()
        vouched = await self.provider.logged_in(code, login, issuer, now)
        cookie, id_, ends_at = secrets.token_urlsafe(rules.BYTES), use_cases.new_id(), now + self._life
        who = use_cases.SignedIn(
            id_,
            rules.digest(cookie),
            vouched.subject,
            vouched.person.actor,
            vouched.person.groups,
            source,
            rules.vouched_until(vouched.person.ends_at, now, ends_at),
            ends_at,
            sealed(vouched.tokens, cookie, id_),
        )
        async with self._database.transaction() as session:
            await use_cases.begin(session, who, now)
        return cookie

    def forget(self) -> None:
        """Some session has ended."""
        self._remembered.forget()

    async def known(self, cookie: str, *, afresh: bool = False) -> Kept:
        """The session of a cookie, for which the issuer vouches. Raises Unauthenticated and IssuerUnavailable."""
        kept = await self._by_cookie(cookie, afresh=afresh)
        if kept.vouched_until <= self._clock():
            await self._renew(cookie, kept.id)
            self._remembered.forget(rules.digest(cookie))
            kept = await self._by_cookie(cookie)
            if kept.vouched_until <= self._clock():
                raise IssuerUnavailable("Somebody else's question to the issuer was not answered.", remedy="Try again.")
        if kept.last_used_at < self._clock() - rules.USED_EVERY:
            await self._used(kept.id)
            self._remembered.forget(rules.digest(cookie))
        return kept

    async def _used(self, id_: UUID) -> None:
        """A database that only reads is no reason to let nobody in."""
        try:
            async with self._database.transaction() as session:
                await sessions.used(session, id_, self._clock())
        except SQLAlchemyError as error:
            log.warning("when a session was used is not kept", error=type(error).__name__)

    async def over(self, ids: Collection[UUID]) -> Collection[UUID]:
        """Those of the sessions that have ended, before their time or with it."""
        async with self._database.reading() as connection:
            return {*ids} - await sessions.going_on_of(connection, ids, self._clock())

    async def end(self, cookie: str, everywhere: bool) -> Tokens | None:
        """Signs the person out; what the issuer had given, where there is something. Nothing where there is no session.

        A session is ended whether or not the issuer vouches for it still.
        """
        try:
            kept = await self._by_cookie(cookie, afresh=True)
        except Unauthenticated:
            return None
        async with self._database.transaction() as session:
            if everywhere:
                await use_cases.end_everywhere(session, kept.subject, kept.id, self._clock())
            else:
                await use_cases.end(session, kept.id, Ending.SIGNED_OUT, self._clock())
        return opened(kept.sealed, cookie, kept.id) if kept.sealed else None

    async def _by_cookie(self, cookie: str, *, afresh: bool = False) -> Kept:
        digest = rules.digest(cookie)
        kept = await self._remembered.of(digest, partial(self._read, digest), afresh=afresh)
        if kept is None:
            raise Unauthenticated("You are not signed in.", error=None, remedy=rules.REMEDY)
        rules.require_live(kept.ending, kept.ends_at, self._clock())
        return kept

    async def _read(self, digest: str) -> Kept | None:
        async with self._database.reading() as connection:
            return await sessions.by_digest(connection, digest)

    async def _renew(self, cookie: str, id_: UUID) -> None:
        """Asks the issuer once for all who wait; who goes away meanwhile does not lose the answer for the others."""
        task = self._renewals.get(id_)
        if task is None:
            task = asyncio.create_task(self._renewal(cookie, id_), name="ask the issuer again")
            self._renewals[id_] = task
            task.add_done_callback(lambda done: self._over(id_, done))
        await asyncio.shield(task)

    def _over(self, id_: UUID, done: asyncio.Task[None]) -> None:
        del self._renewals[id_]
        if not done.cancelled():
            done.exception()  # it is told to those who wait, if any still do

    async def _renewal(self, cookie: str, id_: UUID) -> None:
        ends = self._clock() + rules.RENEWED_WITHIN
        while self._clock() < ends:
            async with self._database.transaction() as session:
                kept = await sessions.claim_renewal(session, id_, self._clock())
            if kept is not None:
                await self._ask_again(cookie, kept)
                return
            async with self._database.reading() as connection:
                there = await sessions.by_id(connection, id_)
            if there is None or there.ending is not None or there.vouched_until > self._clock():
                return  # another process has asked
            await asyncio.sleep(LOOK_SECONDS)

    async def _ask_again(self, cookie: str, kept: Kept) -> None:
        """What the issuer says is written down; no transaction is open while it is asked."""
        tokens = opened(kept.sealed, cookie, kept.id) if kept.sealed else None
        try:
            if tokens is None:
                raise Unauthenticated("What the issuer gave cannot be read.")
            vouched = await self.provider.vouches(tokens, kept.subject, self._clock())
        except Unauthenticated as refused:
            log.info("the issuer does not vouch for a session", session=str(kept.id), reason=refused.message)
            async with self._database.transaction() as session:
                await use_cases.end(session, kept.id, Ending.NOT_VOUCHED, self._clock())
            return
        except Exception:
            async with self._database.transaction() as session:
                await sessions.put_back(session, kept.id)
            raise
        async with self._database.transaction() as session:
            await sessions.renewed(session, kept.id, **self._said(vouched, cookie, kept))

    def _said(self, vouched: Vouched, cookie: str, kept: Kept) -> dict[str, object]:
        return {
            "actor": vouched.person.actor,
            "groups": list(vouched.person.groups),
            "vouched_until": rules.vouched_until(vouched.person.ends_at, self._clock(), kept.ends_at),
            "sealed": sealed(vouched.tokens, cookie, kept.id),
        }
