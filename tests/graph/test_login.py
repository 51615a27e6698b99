"""A browser's login and session, against a real OpenID provider, without a browser: what each door says and keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import psycopg
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from graph.app import application
from graph.authentication import sockets
from graph.authentication.bearers import Bearers
from graph.authentication.sealing import Tokens, opened, sealed
from models.engine import Database
from models.settings import Settings
from models.tables import BrowserSession, Event
from tests.graph.conftest import Graph
from tests.graph.issuer import SETTINGS
from tests.graph.sockets import Service, until
from tests.openid import OpenId, Person, provider
from upkeep.turn import Turn

pytestmark = [pytest.mark.slow]

SERVICE = "http://127.0.0.1:8400"
WHO = {"query": "{ viewer { actor roles session { endsAt } } }"}
OWN = {"Origin": SERVICE, "Sec-Fetch-Site": "same-origin"}
COOKIE = "interlock-session"
REVOKE = """mutation ($input: RevokeSessionsInput!) { revokeSessions(input: $input) {
  ended errors { code message path } } }"""


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OpenId]:
    """One for all tests: it takes seconds to start."""
    with provider(SERVICE) as running:
        yield running


@pytest.fixture
def openid(running_provider: OpenId) -> OpenId:
    """A provider that knows everybody, and has granted nothing yet."""
    running_provider.begin_anew()
    return running_provider


class Tab:
    """A browser as the service sees it: its cookies, and what its pages ask."""

    def __init__(self, client: httpx.AsyncClient, person: Person) -> None:
        self.client, self.person = client, person

    async def begin(self, next_: str = "/") -> str:
        """Where the service sends it to log in."""
        answer = await self.client.get("/login", params={"next": next_})
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        return str(answer.headers["location"])

    async def back(self, address: str) -> str:
        """Where it is led with the provider's answer."""
        answer = await self.client.get(address)
        assert answer.status_code == 303
        return str(answer.headers["location"])

    async def sign_in(self, next_: str = "/") -> str:
        """From the first page to the last."""
        return await self.back(await asyncio.to_thread(self.person.agree, await self.begin(next_)))

    async def ask(self, query: Any = None, **headers: str) -> httpx.Response:
        """A question of the service's own page."""
        return await self.client.post("/graphql", json=query or WHO, headers=OWN | headers)

    async def who(self) -> Any:
        """Who it is to the service."""
        return (await self.ask()).json()["data"]["viewer"]

    async def sign_out(self, **given: Any) -> httpx.Response:
        """The press of the button."""
        return await self.client.post("/logout", json=given, headers=OWN)

    @property
    def cookie(self) -> str | None:
        """That of its session."""
        return self.client.cookies.get(COOKIE)


@asynccontextmanager
async def tab(database: Database, settings: Settings, person: Person | None = None) -> AsyncIterator[Tab]:
    """A browser with no cookies, at a whole service in this process: another process, to other tabs."""
    transport = httpx.ASGITransport(application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        yield Tab(client, person or Person())


async def _an_hour_passes(database: Database) -> None:
    """What the issuer has vouched for is over, for all."""
    async with database.transaction() as session:
        await session.execute(update(BrowserSession).values(vouched_until=datetime.now(UTC)))


async def _row(database: Database) -> Any:
    async with database.reading() as connection:
        return (await connection.execute(select(BrowserSession).order_by(BrowserSession.id.desc()).limit(1))).one()


async def _told(database: Database) -> list[tuple[str, str, Any]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(Event.type, Event.actor, Event.payload).order_by(Event.id))
        return [(row.type, row.actor, row.payload.get("ending")) for row in rows if row.type.startswith("session.")]


async def test_a_person_signs_in_and_is_known(database: Database, openid: OpenId) -> None:
    """Under a cookie of 256 bits that no script and no other site is given; the database has nothing to use of it."""
    async with tab(database, openid.settings()) as ada:
        address = await ada.begin("/pipelines/payments?step=prod-1")
        asked = parse_qs(urlsplit(address).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["scope"] == ["openid profile email offline_access"]
        answer = await ada.client.get(await asyncio.to_thread(ada.person.agree, address))
        assert (answer.status_code, answer.headers["location"]) == (303, "/pipelines/payments?step=prod-1")
        kept, dropped = answer.headers.get_list("set-cookie")
        assert (COOKIE in kept, "HttpOnly" in kept, "Path=/" in kept, "SameSite=strict" in kept) == (True,) * 4
        assert "interlock-login" in dropped
        assert "Max-Age=0" in dropped
        known = await ada.who()
        assert (known["actor"], known["roles"]) == ("ada@example.com", ["VIEWER", "ADMIN"])
        assert datetime.fromisoformat(known["session"]["endsAt"]) > datetime.now(UTC) + timedelta(hours=11)
        row = await _row(database)
        assert ada.cookie is not None
        assert len(ada.cookie) == 43
        assert ada.cookie not in str(row)
        assert row.vouched_until <= datetime.now(UTC) + timedelta(hours=1)
        tokens = opened(row.sealed, ada.cookie, row.id)
        assert tokens is not None
        assert tokens.refresh is not None
        assert tokens.refresh.encode() not in row.sealed
        assert opened(row.sealed, "A" * 43, row.id) is None
        assert await _told(database) == [("session.began", "ada@example.com", None)]


async def test_over_tls_the_cookies_are_this_host_s_alone(database: Database, openid: OpenId) -> None:
    """`__Host-` and Secure, so that no other host of the domain can set or read them."""
    async with tab(database, openid.settings(public_url="https://interlock.example.com")) as ada:
        answer = await ada.client.get("/login")
        [cookie] = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-interlock-login=")
        assert "; Secure" in cookie
        assert "SameSite=lax" in cookie
        assert (await ada.client.get("http://127.0.0.1:8400/login")).headers["location"].startswith(openid.url)
        there = parse_qs(urlsplit(answer.headers["location"]).query)
        assert there["redirect_uri"] == ["https://interlock.example.com/login/callback"]


async def test_a_cookie_speaks_for_the_service_s_own_pages_alone(database: Database, openid: OpenId) -> None:
    """Not for another origin, not for one of the same site, not where no origin is said, not beside a bearer."""
    async with tab(database, openid.settings(allowed_origins="https://portal.example.com")) as ada:
        await ada.sign_in()
        for headers in (
            {},
            {"Sec-Fetch-Site": "same-origin"},
            {"Origin": "https://portal.example.com"},
            OWN | {"Sec-Fetch-Site": "same-site"},
            OWN | {"Authorization": "Bearer nonsense"},
            OWN | {"Authorization": ""},
        ):
            answer = await ada.client.post("/graphql", json=WHO, headers=headers)
            assert answer.status_code in (401, 403), headers
        assert (await ada.client.get("/metrics", headers=OWN)).status_code == 200
        assert (await ada.client.get("/metrics")).status_code == 401
        assert (await ada.client.post("/graphql", data={"query": "{ viewer }"}, headers=OWN)).status_code == 415
        assert (await ada.client.get("/graphql?query={viewer{actor}}", headers=OWN)).status_code == 405
        assert (await ada.who())["actor"] == "ada@example.com"


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
        "",
    ],
)
async def test_nobody_is_led_to_another_site(next_: str, database: Database, openid: OpenId) -> None:
    """What is no path of the service is the console."""
    async with tab(database, openid.settings()) as ada:
        assert await ada.sign_in(next_) == "/"


async def test_an_answer_belongs_to_the_browser_that_asked(database: Database, openid: OpenId) -> None:
    """A made-up state, another browser's login (login CSRF), an answer said twice: nobody is signed in."""
    async with tab(database, openid.settings()) as ada, tab(database, openid.settings(), Person("eve")) as eve:
        address = await asyncio.to_thread(eve.person.agree, await eve.begin())
        assert await ada.back(address) == "/#sign-in=stale&next=%2F"
        await ada.begin()
        assert await ada.back(address) == "/#sign-in=stale&next=%2F"
        for state in ("", "x", "a.b.c.d", "é.1.x.y", address.split("state=")[1].split("&")[0][:-1] + "A"):
            wrong = f"{SERVICE}/login/callback?{urlencode({'code': 'x', 'state': state})}"
            assert await eve.back(wrong) == "/#sign-in=stale&next=%2F"
        assert await eve.back(f"{address}&code=another") == "/#sign-in=stale&next=%2F"
        assert (ada.cookie, eve.cookie) == (None, None)
        assert openid.granted() == []
        assert await eve.back(address) == "/"
        assert (await eve.who())["actor"] == "eve@example.com"


async def test_a_code_is_taken_once(database: Database, openid: OpenId) -> None:
    """Who comes with it again has no login under way any more; with another browser's secret neither."""
    async with tab(database, openid.settings()) as ada:
        login = (await ada.client.get("/login")).headers
        secret = ada.client.cookies.get("interlock-login")
        address = await asyncio.to_thread(ada.person.agree, login["location"])
        assert await ada.back(address) == "/"
        first = ada.cookie
        assert await ada.back(address) == "/#sign-in=stale&next=%2F"
        ada.client.cookies.set("interlock-login", str(secret), domain="127.0.0.1", path="/")
        assert await ada.back(address) == "/#sign-in=refused&next=%2F"
        assert ada.cookie == first
        assert openid.granted()[0] == "authorization_code"


async def test_an_id_token_of_another_login_is_refused(database: Database, openid: OpenId) -> None:
    """Its nonce is another; likewise an answer that names another issuer, or none (RFC 9207)."""
    async with tab(database, openid.settings()) as ada:
        address = await ada.begin()
        nonce = parse_qs(urlsplit(address).query)["nonce"][0]
        back = await asyncio.to_thread(ada.person.agree, address.replace(nonce, "of-another-login"))
        assert await ada.back(back) == "/#sign-in=refused&next=%2F"
        back = await asyncio.to_thread(ada.person.agree, await ada.begin())
        issuer = urlencode({"iss": openid.url})
        assert issuer in back
        assert await ada.back(back.replace(issuer, "iss=https%3A%2F%2Fevil.example")) == "/#sign-in=refused&next=%2F"
        assert await ada.back(back.replace(f"&{issuer}", "")) == "/#sign-in=refused&next=%2F"
        assert ada.cookie is None


async def test_the_provider_s_no_is_said(database: Database, openid: OpenId) -> None:
    """By the word that the console has a sentence for; one that is not known means that it is set up wrongly."""
    async with tab(database, openid.settings()) as ada:
        for error, why in (("access_denied", "denied"), ("server_error", "away"), ("invalid_scope", "refused")):
            state = parse_qs(urlsplit(await ada.begin("/checks")).query)["state"][0]
            answer = urlencode({"error": error, "state": state, "iss": openid.url})
            assert await ada.back(f"{SERVICE}/login/callback?{answer}") == f"/#sign-in={why}&next=%2Fchecks"


async def test_a_provider_that_is_away_is_said(database: Database, openid: OpenId) -> None:
    """At the first page, and while its code is redeemed: the same login may be tried again."""
    async with tab(database, openid.settings()) as ada:
        openid.tell(failing=True)
        assert await ada.begin("/checks") == "/#sign-in=away&next=%2Fchecks"
    async with tab(database, openid.settings()) as ada:
        openid.tell(failing=False)
        back = await asyncio.to_thread(ada.person.agree, await ada.begin())
        openid.tell(failing=True)
        assert await ada.back(back) == "/#sign-in=away&next=%2F"
        openid.tell(failing=False)
        assert await ada.back(back) == "/"


async def test_a_login_gives_a_new_cookie(database: Database, openid: OpenId) -> None:
    """Whatever a browser came with: nobody can be given a session that another knows (fixation)."""
    async with tab(database, openid.settings()) as ada:
        ada.client.cookies.set(COOKIE, "A" * 43, domain="127.0.0.1", path="/")
        assert (await ada.ask()).status_code == 401
        await ada.sign_in()
        first = ada.cookie
        assert first not in (None, "A" * 43)
        await ada.sign_in()
        assert ada.cookie != first
        for wrong in ("", "A" * 42, "a b", "A" * 5_000, f"{ada.cookie}A"):
            answer = await ada.client.post("/graphql", json=WHO, headers=OWN | {"Cookie": f"{COOKIE}={wrong}"})
            assert answer.status_code == 401


async def test_the_issuer_is_asked_again_once(database: Database, openid: OpenId) -> None:
    """When its word is an hour old, by one of all who ask, in two processes; who has other groups has other roles."""
    async with tab(database, openid.settings()) as ada, tab(database, openid.settings()) as other:
        await ada.sign_in()
        other.client.cookies = ada.client.cookies
        before = await _row(database)
        openid.tell(groups=["staff"])
        await _an_hour_passes(database)
        answers = await asyncio.gather(*(each.who() for each in [ada, other] * 5))
        assert [each["roles"] for each in answers] == [["VIEWER"]] * 10
        assert openid.granted() == ["authorization_code", "refresh_token"]
        after = await _row(database)
        assert (after.digest, after.ends_at, after.renewing_until) == (before.digest, before.ends_at, None)
        assert after.vouched_until > datetime.now(UTC)
        await _an_hour_passes(database)
        assert (await ada.who())["roles"] == ["VIEWER"]
        assert openid.granted()[2:] == ["refresh_token"]


async def test_who_has_left_is_out(database: Database, openid: OpenId) -> None:
    """The issuer does not vouch any more: the session ends, what was sealed is gone, and the log says so."""
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        openid.tell(left=True)
        assert (await ada.ask()).status_code == 200
        await _an_hour_passes(database)
        for _ in range(2):
            answer = await ada.ask()
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="interlock"')
            [error] = answer.json()["errors"]
            assert "the issuer was to be asked" in error["message"]
            assert (error["extensions"]["code"], error["extensions"]["remedy"]) == ("UNAUTHENTICATED", "Sign in again.")
        assert (await _row(database)).sealed is None
        assert (await _told(database))[1:] == [("session.ended", "interlock", "NOT_VOUCHED")]


async def test_while_the_issuer_is_away_nobody_is_vouched_for(database: Database, openid: OpenId) -> None:
    """503, and the session stays: it goes on when the issuer is back."""
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        await _an_hour_passes(database)
        openid.tell(failing=True)
        answer = await ada.ask()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        openid.tell(failing=False)
        assert (await ada.who())["actor"] == "ada@example.com"


async def test_without_a_refresh_token_it_ends_with_the_issuer_s_word(database: Database, openid: OpenId) -> None:
    """Nothing to ask again with: the person signs in again."""
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        row = await _row(database)
        async with database.transaction() as session:
            without = sealed(Tokens("id", None), str(ada.cookie), row.id)
            await session.execute(update(BrowserSession).values(sealed=without, vouched_until=datetime.now(UTC)))
        assert (await ada.ask()).status_code == 401
        assert openid.granted() == ["authorization_code"]


async def test_who_has_no_role_is_told(database: Database, openid: OpenId) -> None:
    """403 with who they are; they may sign out. Roles are those of the settings now, not of the login."""
    openid.tell(groups=["visitors"])
    async with tab(database, openid.settings()) as ada:
        assert await ada.sign_in() == "/"
        answer = await ada.ask()
        assert answer.status_code == 403
        assert "ada@example.com has no role here: none of the 1 groups" in answer.json()["errors"][0]["message"]
        async with tab(database, openid.settings(role_groups="viewer=*")) as later:
            later.client.cookies = ada.client.cookies
            assert (await later.who())["roles"] == ["VIEWER"]
        assert (await ada.sign_out()).status_code == 200


async def test_signing_out_ends_it_here_and_at_the_provider(database: Database, openid: OpenId) -> None:
    """The cookie is worth nothing at once, the refresh token is revoked, and the provider's page comes next."""
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        stolen = ada.cookie
        tokens = opened((await _row(database)).sealed, str(stolen), (await _row(database)).id)
        answer = await ada.sign_out()
        there = urlsplit(answer.json()["location"])
        assert f"{there.scheme}://{there.netloc}{there.path}" == f"{openid.url}/session/end"
        assert parse_qs(there.query)["post_logout_redirect_uri"] == [f"{SERVICE}/"]
        assert tokens is not None
        assert parse_qs(there.query)["id_token_hint"] == [tokens.id]
        assert ada.cookie is None
        again = await ada.client.post("/graphql", json=WHO, headers=OWN | {"Cookie": f"{COOKIE}={stolen}"})
        assert (again.status_code, again.json()["errors"][0]["message"]) == (401, "You have signed out.")
        form = {"grant_type": "refresh_token", "refresh_token": str(tokens.refresh)}
        own = ("interlock-console", "a+secret%3A+of+100+%25+%2B+more")
        refused = await asyncio.to_thread(httpx.post, f"{openid.url}/token", data=form, auth=own)
        assert refused.json()["error"] == "invalid_grant"
        assert (await _told(database))[1:] == [("session.ended", "ada@example.com", "SIGNED_OUT")]
        assert (await ada.sign_out()).json() == {"location": "/"}


async def test_only_the_console_signs_out(database: Database, openid: OpenId) -> None:
    """No form, no link, no page of another site; what is no JSON is told so."""
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        assert (await ada.client.get("/logout")).status_code == 405
        assert (await ada.client.post("/logout", data={"everywhere": "1"}, headers=OWN)).status_code == 415
        assert (await ada.client.post("/logout", json={})).status_code == 403
        evil = {"Origin": "https://evil.example"}
        assert (await ada.client.post("/logout", json={}, headers=evil)).status_code == 403
        for body in (b"", b"{", b"[]", b'{"everywhere": 1}', b'{"x": "' + b"a" * 2_000 + b'"}'):
            json = OWN | {"Content-Type": "application/json"}
            assert (await ada.client.post("/logout", content=body, headers=json)).status_code == 400
        assert (await ada.who())["actor"] == "ada@example.com"


async def test_everywhere_is_every_browser_of_one_person(database: Database, openid: OpenId) -> None:
    """And nobody else's."""
    set_up = openid.settings()
    async with tab(database, set_up) as one, tab(database, set_up) as two, tab(database, set_up, Person("bob")) as bob:
        for each in (one, two, bob):
            await each.sign_in()
        await one.sign_out(everywhere=True)
        answer = await two.ask()
        assert answer.json()["errors"][0]["message"] == "You have signed out everywhere."
        assert (await bob.who())["actor"] == "bob@example.com"
        endings = [ending for _, _, ending in await _told(database)]
        assert sorted(filter(None, endings)) == ["EVERYWHERE", "SIGNED_OUT"]


async def test_whoever_looks_after_the_service_ends_sessions(database: Database, openid: OpenId) -> None:
    """Of one person, all of them, with a reason in the log; who may not is refused."""
    async with tab(database, openid.settings()) as ada, tab(database, openid.settings(), Person("bob")) as bob:
        await ada.sign_in()
        await bob.sign_in()
        gone = {"query": REVOKE, "variables": {"input": {"actor": "bob@example.com", "reason": "a laptop is lost"}}}
        assert (await ada.ask(gone)).json()["data"]["revokeSessions"] == {"ended": 1, "errors": []}
        assert "ended by somebody" in (await bob.ask()).json()["errors"][0]["message"]
        assert (await ada.ask(gone)).json()["data"]["revokeSessions"]["ended"] == 0
        wrong = {"query": REVOKE, "variables": {"input": {"actor": "a\nb"}}}
        [error] = (await ada.ask(wrong)).json()["data"]["revokeSessions"]["errors"]
        assert (error["code"], error["path"]) == ("INVALID_VALUE", ["actor"])
        assert (await _told(database))[2:] == [("session.ended", "ada@example.com", "REVOKED")]
        openid.tell(groups=["staff"])
        await bob.sign_in()
        [refused] = (await bob.ask(gone)).json()["data"]["revokeSessions"]["errors"]
        assert refused["code"] == "FORBIDDEN"


async def test_its_hours_end_it_and_upkeep_forgets_it(database: Database, openid: OpenId) -> None:
    """However often the issuer would vouch; the row goes a day later, and the log keeps what it says."""
    async with tab(database, openid.settings(session_hours=0.1)) as ada:
        await ada.sign_in()
        row = await _row(database)
        assert row.vouched_until <= row.ends_at
        now = datetime.now(UTC)
        async with database.transaction() as session:
            times = {"began_at": now - timedelta(hours=1), "ends_at": now}
            await session.execute(update(BrowserSession).values(**times))
        assert (await ada.ask()).json()["errors"][0]["message"] == "Your session's hours are over."
        times_of_upkeep = iter([now + timedelta(minutes=1), now + timedelta(days=2)])
        turn = Turn(database, SERVICE, None, None, asyncio.Event(), lambda: next(times_of_upkeep))  # type: ignore[arg-type]
        await turn.prune_sessions()
        assert ((await _row(database)).ending, (await _row(database)).sealed) == ("EXPIRED", None)
        await turn.prune_sessions()
        async with database.reading() as connection:
            assert await connection.scalar(select(func.count()).select_from(BrowserSession)) == 0
        assert (await _told(database))[1:] == [("session.ended", "interlock", "EXPIRED")]
        assert (await ada.ask()).json()["errors"][0]["message"] == "You are not signed in."


async def test_another_name_of_the_service_is_left_first(database: Database, openid: OpenId) -> None:
    """A cookie is one name's: whoever asks `localhost` signs in at the address that the provider knows."""
    async with tab(database, openid.settings()) as ada:
        answer = await ada.client.get("http://localhost:8400/login?next=/checks")
        assert answer.headers["location"] == f"{SERVICE}/login?next=%2Fchecks"
        assert "set-cookie" not in answer.headers


async def test_where_nobody_signs_in_the_pages_say_so(database: Database) -> None:
    """Without an issuer, or without a client of it; and /.well-known/interlock tells programs."""
    for settings, missing in (
        (Settings(), "INTERLOCK_OIDC_ISSUER"),
        (SETTINGS.model_copy(update={"oidc_client_id": None, "oidc_audience": "x"}), "INTERLOCK_OIDC_CLIENT_ID"),
    ):
        async with tab(database, settings) as ada:
            for path in ("/login", "/login/callback?code=x"):
                answer = await ada.client.get(path)
                assert (answer.status_code, missing in answer.text) == (404, True)
            assert (await ada.sign_out()).status_code == 404
            assert (await ada.client.get("/.well-known/interlock")).json()["login"] is None
    async with tab(database, SETTINGS) as ada:
        assert (await ada.client.get("/.well-known/interlock")).json()["login"] == "/login"


async def test_a_socket_speaks_for_the_session_of_its_handshake(
    graph: Graph, openid: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the service's own pages alone; it ends within seconds when the session does, in another process too."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.01)
    database = graph.context.database
    service = Service(graph, Bearers(openid.settings(), database))
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        own = {"cookie": f"{COOKIE}={ada.cookie}", "origin": SERVICE, "host": "127.0.0.1:8400"}
        socket = service.socket(headers=own)
        socket.subscribe("{ viewer { actor session { endsAt } } }")
        [answer] = await socket.answers(1)
        assert answer["payload"]["data"]["viewer"]["actor"] == "ada@example.com"
        for other in ({"origin": "https://evil.example"}, {"origin": ""}, {"sec-fetch-site": "cross-site"}):
            refused = service.socket(headers=own | other)
            await until(lambda refused=refused: refused.ended is not None)  # type: ignore[misc]
            assert refused.ended is not None
            assert refused.ended[0] in (sockets.UNAUTHORIZED, 1008)
            assert refused.sent == []
        await ada.sign_out()
        await until(lambda: socket.ended is not None)
        assert socket.ended == (4403, "session ended")
        again = service.socket(headers=own)
        await until(lambda: again.ended is not None)
        assert again.ended == (4401, "You have signed out.")
    for each in service.sockets:
        await each.close()


async def test_a_socket_ends_when_the_issuer_is_to_be_asked_again(
    graph: Graph, openid: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4403; the page connects again, which asks, and has other roles if that is so."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.01)
    database, later = graph.context.database, [timedelta()]
    service = Service(graph, Bearers(openid.settings(), database, clock=lambda: datetime.now(UTC) + later[0]))
    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        own = {"cookie": f"{COOKIE}={ada.cookie}", "origin": SERVICE, "host": "127.0.0.1:8400"}
        first = service.socket(headers=own)
        first.subscribe("{ viewer { actor } }")
        assert len(await first.answers(1)) == 1
        later[0] = timedelta(seconds=3601)
        await until(lambda: first.ended is not None)
        assert first.ended == (4403, "session to be renewed")
        second = service.socket(headers=own)
        second.subscribe("{ viewer { actor } }")
        assert len(await second.answers(1)) == 1
        assert openid.granted() == ["authorization_code", "refresh_token"]
    for each in service.sockets:
        await each.close()


async def test_while_the_database_is_away_nobody_is_signed_out(
    graph: Graph, openid: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and UNAVAILABLE, and 1013 for a socket, of a session as of a program's token; one that only reads lets in."""
    database = graph.context.database

    async def away(*_: object) -> None:
        raise OperationalError("select", {}, psycopg.OperationalError("it is away"))

    async with tab(database, openid.settings()) as ada:
        await ada.sign_in()
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        async with database.transaction() as session:
            await session.execute(update(BrowserSession).values(last_used_at=long_ago))
        monkeypatch.setattr("models.sessions.used", away)
        assert (await ada.who())["actor"] == "ada@example.com"
        monkeypatch.setattr("models.sessions.by_digest", away)
        monkeypatch.setattr("models.api_tokens.by_digest", away)
        program = {"Authorization": f"Bearer ilk_{'A' * 43}"}
        for answer in (await ada.ask(), await ada.ask(**program), await ada.sign_out()):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        service = Service(graph, Bearers(openid.settings(), database))
        own = {"cookie": f"{COOKIE}={ada.cookie}", "origin": SERVICE, "host": "127.0.0.1:8400"}
        socket = service.socket(headers=own)
        await until(lambda: socket.ended is not None)
        assert socket.ended == (1013, "The service cannot answer now. The database cannot be reached.")
        await socket.close()
