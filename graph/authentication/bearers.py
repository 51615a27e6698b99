"""From what a request bears to who asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from domain.authentication import machines, proofs
from domain.authentication import sessions as rules
from domain.authentication.claims import person
from domain.authentication.groups import nobody
from domain.authentication.refusals import INVALID_REQUEST, REFUSALS, NoRole, Unauthenticated, Unavailable
from domain.events import EventType
from domain.permissions import Denial, Target, Viewer
from graph.authentication import tokens
from graph.authentication.callers import Caller, Session, local
from graph.authentication.ending import Ending
from graph.authentication.keys import Keys
from graph.authentication.policy import Policy, pipeline_policy, policy
from graph.authentication.programs import Programs
from graph.authentication.provider import Client, Provider
from graph.authentication.sessions import Sessions
from graph.authentication.standing import Standing
from graph.authentication.watching import Watch
from graph.authentication.workloads import Workloads
from graph.denials import Denials
from models.engine import Database
from models.faults import unavailable
from models.settings import Settings
from subscriptions.feed import Feed

log = structlog.get_logger("interlock.authentication")
CALLBACK = "/login/callback"
"""Where the issuer sends browsers back to."""
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*)")
"""RFC 6750, section 2.1."""
_ENDING = frozenset({EventType.API_TOKEN_REVOKED, EventType.SESSION_ENDED}) | {
    EventType.GRANT_REGISTERED,
    EventType.GRANT_UPDATED,
    EventType.GRANT_ARCHIVED,
}
"""After which a socket may have to end."""


class Bearers:
    """The bearers of one service. clock: the world's time, UTC."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        keys: Keys | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        denials: Denials | None = None,
        feed: Feed | None = None,
    ) -> None:
        """denials: where people are told of who have no role. feed: while it runs, what was read is remembered for a
        moment; without it, it is read at each request. Raises SettingsError for settings that do not fit.
        """
        self._policy = policy(settings)
        self._local = local(settings)
        self._database, self._clock = database, clock
        self._denials = denials or Denials()
        self.refused: Counter[str] = Counter()
        self._keys = keys or (Keys(self._policy.expected.issuer) if self._policy else None)
        self._people = tokens.Verified(self._keys) if self._keys else None
        self._feed = feed
        self._standing = Standing(database, self.remembers)
        self._programs = Programs(database, self.remembers)
        self._base_url = settings.base_url
        self.cookies = rules.cookies(settings.base_url)
        self.sessions = self._sessions(settings)
        self._workloads = Workloads(pipeline_policy(settings), database, self._standing, clock)
        roles = self._policy.roles if self._policy else None
        ending = Ending(database, self._standing, self.sessions, roles, clock)
        self.watch = Watch(ending.ended, ending.left)
        if feed is not None:
            feed.hearing.append(lambda event: self.changed({event.type}))
            database.committed.append(self.changed)

    def remembers(self) -> bool:
        """Whether what was read a moment ago is taken: while the log tells of what has changed."""
        return self._feed is not None and self._feed.running

    def changed(self, types: Collection[str]) -> None:
        """Forgets what events of these types are about, and looks at what is open. Whoever asks next is looked up."""
        if EventType.CONFIGURATION_CHANGED in types:
            self._standing.forget()
        if EventType.API_TOKEN_REVOKED in types:
            self._programs.forget()
        if EventType.SESSION_ENDED in types and self.sessions is not None:
            self.sessions.forget()
        if not _ENDING.isdisjoint(types):
            self.watch.stir()

    @property
    def required(self) -> bool:
        """Whether whoever asks must say who it is."""
        return self._policy is not None

    def _sessions(self, settings: Settings) -> Sessions | None:
        """None where nobody signs in in a browser: without an issuer, or without a client of it."""
        if self._policy is None or self._keys is None or self._policy.browser is None:
            return None
        provider = Provider(_client(settings, self._policy), self._keys)
        life = timedelta(hours=settings.session_hours)
        return Sessions(self._database, provider, life, self._clock, self.remembers)

    def cookie(self, connection: HTTPConnection) -> str | None:
        """The cookie of the session that speaks for a request or a handshake of the service's own pages.

        Empty where such a page has none; None for whoever else asks.
        """
        headers = connection.headers
        origin, site, host = (headers.get(each) for each in ("origin", "sec-fetch-site", "host"))
        own = self.sessions is not None and rules.own_page(origin, site, host, self._base_url)
        return connection.cookies.get(self.cookies.session, "") if own else None

    async def caller(self, headers: Sequence[str], cookie: str | None = None, *, afresh: bool = False) -> Caller:
        """Who asks. headers: every `Authorization` that was sent. cookie: of a session; not looked at beside those.

        afresh: by what is in the database now, and not a moment ago: for what changes something. Without an issuer it
        is whoever is on this machine, unless it bears one of the service's own tokens. Raises
        Unauthenticated, NoRole and IssuerUnavailable.
        """
        try:
            return await self._caller(headers, cookie, afresh)
        except REFUSALS as refused:
            self.refused[refused.code] += 1
            log.info("a bearer is not accepted", code=refused.code, because=refused.message)
            await self._tell(refused)
            raise
        except (SQLAlchemyError, OSError) as error:
            if (reason := unavailable(error)) is None:
                raise
            log.warning("nobody can be looked up", error=type(error).__name__, reason=reason)
            raise Unavailable(
                f"The service cannot answer now. {reason}", remedy="Ask again in a few seconds."
            ) from error

    async def _tell(self, refused: Exception) -> None:
        """Of one of the issuer's people the log tells; of others anybody could make as many as they like."""
        if isinstance(refused, NoRole) and refused.person is not None:
            denial = Denial(refused.person, "entry", (), Target())
            await self._denials.note(self._database, denial, None)

    async def _caller(self, headers: Sequence[str], cookie: str | None, afresh: bool) -> Caller:
        if self._policy is None and not any(each.split(" ")[-1].startswith(machines.PREFIX) for each in headers):
            return Caller(self._local)
        if not headers and cookie is not None and self.sessions is not None:
            return await self._signed_in(self.sessions, cookie, afresh)
        token = _token(headers)
        if token.startswith(machines.PREFIX):
            return await self._programs.of(token, afresh=afresh)
        if self._people is not None and self._people.known(token) is not None:
            return await self._person(token, afresh)
        return await self._pipeline(token, afresh) or await self._person(token, afresh)

    async def _pipeline(self, token: str, afresh: bool) -> Caller | None:
        """The pipeline that bears a proof, or a token of an issuer of AWS; None for any other token."""
        if token.startswith(proofs.PREFIX):
            return Caller(*await self._workloads.by_proof(token))
        issuer = tokens.issuer_of(token)
        if issuer is None or not self._workloads.speaks(issuer):
            return None
        viewer, ends_at = await self._workloads.by_token(token, issuer, afresh=afresh)
        return Caller(viewer, ends_at, remembered=not afresh)

    async def _person(self, token: str, afresh: bool) -> Caller:
        if self._policy is None or self._people is None:
            raise Unauthenticated("No issuer of tokens is set: the service's own alone are taken.")
        said = await self._people.claims(token)
        known = person(said, self._policy.expected, self._policy.groups_claim, self._clock())
        viewer = await self.viewer_of(known.actor, known.groups, afresh=afresh)
        return Caller(viewer, known.ends_at, remembered=not afresh)

    async def viewer_of(self, actor: str, groups: Collection[str], *, afresh: bool = False) -> Viewer:
        """One of the issuer's people: the roles of their groups, and what is granted to them.

        Raises NoRole for whoever has neither.
        """
        assert self._policy is not None, "there are people where there is an issuer"
        viewer = await self._standing.of(actor, groups, self._policy.roles, afresh=afresh)
        if not viewer.roles and not viewer.granted:
            raise nobody(actor, viewer.groups or (), self._policy.groups_claim)
        return viewer

    async def _signed_in(self, sessions: Sessions, cookie: str, afresh: bool) -> Caller:
        kept = await sessions.known(cookie, afresh=afresh)
        viewer = await self.viewer_of(kept.actor, kept.groups, afresh=afresh)
        session = Session(kept.id, kept.ends_at)
        return Caller(viewer, kept.vouched_until, session=session, remembered=not afresh)


def _client(settings: Settings, known: Policy) -> Client:
    """What the service is to the issuer."""
    assert known.browser is not None, "there are no sessions without a client"
    secret = settings.oidc_client_secret
    return Client(
        known.browser,
        known.groups_claim,
        redirect=f"{settings.base_url}{CALLBACK}",
        home=f"{settings.base_url}/",
        secret=secret.get_secret_value() if secret else None,
        scopes=settings.oidc_scopes,
    )


def _token(headers: Sequence[str]) -> str:
    """The bearer token of a request. Raises Unauthenticated where there is none, or more than one."""
    if not headers:
        raise Unauthenticated(
            "Nobody is let in without a bearer token.",
            error=None,
            remedy="Run `interlock login`, or put a token of `interlock token create` into INTERLOCK_TOKEN.",
        )
    if len(headers) > 1:
        raise Unauthenticated("More than one Authorization header was sent.", error=INVALID_REQUEST)
    found = _BEARER.fullmatch(headers[0].strip())
    if found is None:
        raise Unauthenticated("The Authorization header holds no bearer token: `Bearer TOKEN` is wanted.")
    return found[1]
