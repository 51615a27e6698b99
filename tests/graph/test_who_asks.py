"""Who asks is remembered for a moment: what is taken back elsewhere ends it, told by the log or by the clock."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from domain.authentication import sessions as rules
from domain.authentication.refusals import Unauthenticated
from domain.authentication.sessions import Ending
from graph.authentication import remembering, sockets
from graph.authentication.bearers import Bearers
from graph.authentication.keys import KEPT_SECONDS, Keys
from models.clock import Clock
from models.engine import Database
from resolvers import sessions as use_cases
from subscriptions.feed import Feed
from tests.graph.conftest import Graph
from tests.graph.issuer import URL, Issuer, jwk, token
from tests.graph.permitted import sent
from tests.graph.sockets import Service, Socket, until
from tests.graph.test_authentication import CREATE, REVOKE, VIEWER, ask
from tests.graph.test_grants import ADMIN, ONLY_ADMINS, grant

pytestmark = pytest.mark.database
FOREVER = 3600.0
HOST = "127.0.0.1:8400"


class Process:
    """One process of the service, with a feed of its own. elsewhere: the graph at another one."""

    def __init__(self, database: Database, feed: Feed, elsewhere: Graph, issuer: Issuer) -> None:
        self.database, self.feed, self.elsewhere = database, feed, elsewhere
        self.later, self.seconds = timedelta(), 0.0
        self.bearers = Bearers(
            ONLY_ADMINS,
            database,
            Keys(URL, issuer.fetch, lambda: self.seconds),
            clock=lambda: datetime.now(UTC) + self.later,
            feed=feed,
        )
        self.graph = Graph(database, feed)
        self.service = Service(self.graph, self.bearers)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.service.view), base_url=f"http://{HOST}/graphql"
        )

    async def status(self, bearer: str, query: Any = None) -> int:
        """What a request is answered."""
        return (await ask(self.client, bearer, query)).status_code

    async def until_status(self, bearer: str, status: int) -> None:
        """Asks until it is answered by this."""
        while await self.status(bearer) != status:
            pass

    def deaf(self) -> None:
        """From now on the log tells this process nothing of who asks."""
        self.feed.hearing.clear()


@pytest.fixture(autouse=True)
def told_by_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the age of what is remembered nor a look from time to time helps, where a test does not say so."""
    monkeypatch.setattr(remembering, "AGE_SECONDS", FOREVER)
    monkeypatch.setattr(sockets, "LOOK_SECONDS", FOREVER)


@pytest.fixture
def issuer() -> Issuer:
    """The issuer of the people of a test."""
    return Issuer()


@pytest.fixture
async def process(graph: Graph, issuer: Issuer) -> AsyncIterator[Process]:
    """A process beside the one of `graph`, over the same database, in which there is a team."""
    await graph.change("registerTeam team", name="money")
    async with Database(graph.context.database.whole.url) as own, Feed(own) as feed:
        made = Process(own, feed, graph, issuer)
        yield made
        await made.client.aclose()
        for socket in made.service.sockets:
            await socket.close()


async def _token(process: Process, name: str = "ci") -> str:
    """One of the service's own, made elsewhere."""
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = {"name": name, "roles": ["DEVELOPER"], "expiresAt": soon}
    return str((await process.elsewhere(CREATE, input=asked))["createApiToken"]["secret"])


async def _session(process: Process) -> tuple[dict[str, str], Any]:
    """The headers of a browser that has signed in elsewhere, and the session's key."""
    cookie, id_, now = secrets.token_urlsafe(rules.BYTES), use_cases.new_id(), datetime.now(UTC)
    soon = now + timedelta(minutes=30)
    who = use_cases.SignedIn(
        id_, rules.digest(cookie), "1", "ada@example.com", ["platform-admins"], "a browser", soon, soon, b""
    )
    async with process.elsewhere.context.database.transaction() as session:
        await use_cases.begin(session, who, now)
    name = process.bearers.cookies.session
    return {"cookie": f"{name}={cookie}", "origin": f"http://{HOST}", "host": HOST}, id_


async def _connected(process: Process, bearer: str | None, headers: dict[str, str] | None = None) -> Socket:
    socket = process.service.socket(bearer, headers)
    socket.subscribe("{ viewer { actor } }")
    await socket.answers(1)
    return socket


async def test_what_was_read_a_moment_ago_is_not_read_again(process: Process) -> None:
    """Twenty requests of a person, a program and a browser read what one does."""
    program, (browser, _) = await _token(process), await _session(process)
    admin = token(groups=["platform-admins"])

    async def all_ask() -> None:
        assert await process.status(admin) == await process.status(program) == 200
        assert (await process.client.post("", json=VIEWER, headers=browser)).status_code == 200

    for _ in range(2):  # that a token was used is written at first, and what was read is read again
        await all_ask()
    process.graph.statements.clear()
    for _ in range(20):
        await all_ask()
    assert process.graph.statements == []


def _told_by(process: Process, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """Before anybody asks: by what it is noticed that something was taken back."""
    if by == "the clock":
        process.deaf()
        monkeypatch.setattr(remembering, "AGE_SECONDS", 0.05)
        monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.05)


@pytest.mark.parametrize("by", ["the log", "the clock"])
async def test_a_grant_that_is_taken_back_elsewhere_holds_no_longer(
    process: Process, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Requests are refused and sockets closed: when the log tells of it; where it does not, within the moment."""
    _told_by(process, monkeypatch, by)
    await grant(process.elsewhere, "money", group="sre", role="DEVELOPER", teams=["money"])
    ada = token()
    await process.until_status(ada, 200)
    socket = await _connected(process, ada)
    assert await sent(process.elsewhere, "archiveGrant", {"name": "money"}, ADMIN) == []
    await process.until_status(ada, 403)
    await until(lambda: socket.ended is not None)
    assert socket.ended == (4403, "access changed")


@pytest.mark.parametrize("by", ["the log", "the clock"])
async def test_a_token_that_is_revoked_elsewhere_is_none(
    process: Process, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """As with a grant; another program's token is not concerned."""
    _told_by(process, monkeypatch, by)
    ci, other = await _token(process), await _token(process, "other")
    assert [await process.status(each) for each in (ci, other)] == [200, 200]
    socket, stays = await _connected(process, ci), await _connected(process, other)
    await process.elsewhere(REVOKE, input={"name": "ci"})
    await process.until_status(ci, 401)
    await until(lambda: socket.ended is not None)
    assert socket.ended == (4403, "token revoked")
    assert await process.status(other) == 200
    assert stays.ended is None


@pytest.mark.parametrize("by", ["the log", "the clock"])
async def test_a_session_that_ends_elsewhere_has_ended(
    process: Process, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """As with a grant."""
    _told_by(process, monkeypatch, by)
    browser, id_ = await _session(process)
    assert (await process.client.post("", json=VIEWER, headers=browser)).status_code == 200
    socket = await _connected(process, None, browser)
    async with process.elsewhere.context.database.transaction() as session:
        await use_cases.end(session, id_, Ending.REVOKED, datetime.now(UTC))
    while (await process.client.post("", json=VIEWER, headers=browser)).status_code != 401:
        pass
    await until(lambda: socket.ended is not None)
    assert socket.ended == (4403, "session ended")


async def test_what_a_process_takes_back_itself_holds_no_longer(process: Process) -> None:
    """The very next request there is refused, whatever the log tells, and when."""
    process.deaf()
    ci, admin = await _token(process), token(groups=["platform-admins"])
    assert await process.status(ci) == 200
    done = await ask(process.client, admin, {"query": REVOKE, "variables": {"input": {"name": "ci"}}})
    assert done.json()["data"]["revokeApiToken"]["errors"] == []
    assert await process.status(ci) == 401


async def test_a_change_is_decided_by_what_is_read_for_it(process: Process) -> None:
    """Who was let in by what is remembered reads on for a moment, and changes nothing."""
    process.deaf()
    ci, ada = await _token(process), token()
    await grant(process.elsewhere, "all", group="sre", role="ADMIN")
    assert [await process.status(each) for each in (ci, ada, ci)] == [200] * 3  # the first notes that it was used
    await process.elsewhere(REVOKE, input={"name": "ci"})
    assert await sent(process.elsewhere, "archiveGrant", {"name": "all"}, ADMIN) == []
    assert [await process.status(each) for each in (ci, ada)] == [200, 200]
    change = {"query": 'mutation { registerTeam(input: {name: "blue"}) { errors { code } } }'}
    assert [await process.status(each, change) for each in (ci, ada)] == [401, 403]
    assert not [each for each in (await process.elsewhere("{ teams { nodes { name } } }"))["teams"]["nodes"]
                if each["name"] == "blue"]  # fmt: skip


async def test_without_a_feed_that_runs_everything_is_read(process: Process) -> None:
    """One that has ended tells of nothing any more: what is remembered is not taken from then on."""
    ci = await _token(process)
    assert await process.status(ci) == 200
    await process.feed.close()
    await process.elsewhere(REVOKE, input={"name": "ci"})
    assert await process.status(ci) == 401


async def test_what_has_expired_is_refused_at_once(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's token, with the skew that clocks may have, and a program's: remembered or not."""
    ada, ci = token(exp=time.time() + 10, groups=["platform-admins"]), await _token(process)
    assert [await process.status(each) for each in (ada, ci)] == [200, 200]
    process.later = timedelta(seconds=69)
    assert await process.status(ada) == 200
    process.later = timedelta(seconds=71)
    assert await process.status(ada) == 401
    process.later = timedelta(seconds=-3600)
    assert await process.status(ada) == 401  # it is not good yet

    class Tomorrow(Clock):
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(days=1, seconds=1)

    monkeypatch.setattr(process.database, "clock", Tomorrow())
    assert await process.status(ci) == 401


async def test_a_signature_is_good_as_long_as_its_key_is(process: Process, issuer: Issuer) -> None:
    """Remembered until the issuer's keys are read again; a key that is not among them then is none."""
    ada, bob = token(groups=["platform-admins"]), token("ES256", groups=["platform-admins"], email="bob@example.com")
    assert [await process.status(each) for each in (ada, bob, ada, bob)] == [200] * 4
    issuer.keys = [jwk("p256")]
    assert await process.status(ada) == 200
    process.seconds = KEPT_SECONDS + 1
    assert [await process.status(each) for each in (ada, bob)] == [401, 200]
    with pytest.raises(Unauthenticated, match="a key that"):
        await process.bearers.caller([f"Bearer {ada}"])
    forged = f"{bob[:-4]}AAAA"
    assert await process.status(forged) == 401
