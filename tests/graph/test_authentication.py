"""Who asks, from the outside: what is open, what is refused and how it is said, and sockets that end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.authentication.refusals import Unauthenticated
from domain.permissions import Permission, Role
from graph.app import application
from graph.authentication import sockets
from graph.authentication.answers import refusal
from graph.authentication.bearers import Bearers
from graph.authentication.fetching import Unfetchable
from graph.authentication.keys import Keys
from graph.authentication.policy import policy
from models.engine import Database
from models.settings import Settings, SettingsError
from models.tables import Event
from tests.graph.conftest import Graph
from tests.graph.issuer import CLIENT, SETTINGS, URL, Issuer, token
from tests.graph.sockets import Service, until

VIEWER = {"query": "{ viewer { actor roles } }"}
CREATE = """mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  secret apiToken { name roles createdBy lastUsedAt } errors { code message path remedy } } }"""
REVOKE = """mutation ($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) {
  apiToken { name revokedBy revocation } errors { code message } } }"""


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """The issuer of the services of a test."""
    made = Issuer()
    monkeypatch.setattr("graph.authentication.bearers.Keys", lambda url: Keys(url, made.fetch))
    return made


@asynccontextmanager
async def asking(database: Database, set_up: Settings = SETTINGS) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a whole service in this process."""
    transport = httpx.ASGITransport(application(set_up, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
        yield client


async def ask(client: httpx.AsyncClient, bearer: str | None, query: Any = None) -> httpx.Response:
    """The answer to who asks, or to another query."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer is not None else {}
    return await client.post("/graphql", json=query or VIEWER, headers=headers)


async def test_a_person_is_who_the_issuer_says(database: Database, issuer: Issuer) -> None:
    """Their name and roles; what is said to whoever is not known or has no role, which the log tells once a minute."""
    async with asking(database) as client:
        known = await ask(client, token())
        assert known.json()["data"]["viewer"] == {"actor": "ada@example.com", "roles": ["DEVELOPER", "OPERATOR"]}

        unsaid = await ask(client, None)
        assert (unsaid.status_code, unsaid.headers["www-authenticate"]) == (401, 'Bearer realm="interlock"')
        [error] = unsaid.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert "interlock login" in error["extensions"]["remedy"]

        expired = await ask(client, token(exp=time.time() - 61))
        assert expired.status_code == 401
        assert (
            'error="invalid_token", error_description="The token has expired."' in expired.headers["www-authenticate"]
        )

        twice = await client.post("/graphql", json=VIEWER, headers=[("authorization", f"Bearer {token()}")] * 2)
        assert (twice.status_code, "invalid_request" in twice.headers["www-authenticate"]) == (400, True)
        basic = await client.post("/graphql", json=VIEWER, headers={"Authorization": "Basic YTpi"})
        assert basic.status_code == 401
    async with asking(database, SETTINGS.model_copy(update={"role_groups": "admin=ops"})) as client:
        nobody = await ask(client, token())
        assert (nobody.status_code, nobody.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
        assert 'error="insufficient_scope"' in nobody.headers["www-authenticate"]
        await ask(client, token())
    async with database.reading() as connection:
        denied = await connection.execute(select(Event.actor, Event.payload).where(Event.type == "access.denied"))
        [(actor, payload)] = denied.all()
    assert (actor, payload["what"], payload["permissions"]) == ("ada@example.com", "entry", [])


async def test_nobody_is_recognised_while_the_issuer_is_away(database: Database, issuer: Issuer) -> None:
    """503 and when to try again: the token may be good."""
    issuer.failing = Unfetchable("it is away")
    async with asking(database) as client:
        answer = await ask(client, token())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_what_is_open_and_what_is_not(database: Database, issuer: Issuer) -> None:
    """Health, where to log in and the console's pages are for anybody; metrics and GraphiQL as the settings say."""
    async with asking(database) as client:
        for path in ("/healthz", "/readyz", "/.well-known/interlock"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("/")).status_code in (200, 503)  # 503: it is not built
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {token()}"})).status_code == 200
        refused = await client.get("/graphql", headers={"Authorization": f"Bearer {token()}"})
        assert refused.status_code == 405
    update = {"metrics_access": "open", "graphiql": False}
    async with asking(database, SETTINGS.model_copy(update=update)) as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/graphiql")).status_code == 404


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda some: b"Bearer " + some))
async def test_no_bytes_in_the_header_break_it(header: bytes) -> None:
    """401, whatever is sent; the challenge is one line of printable characters."""
    bearers = Bearers(SETTINGS, cast("Any", None), Keys(URL, Issuer().fetch))
    with pytest.raises(Unauthenticated) as refused:
        await bearers.caller([header.decode("latin-1")])
    answer = refusal(refused.value)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].isascii()
    assert answer.headers["www-authenticate"].isprintable()


async def test_a_program_bears_a_token_of_its_own(database: Database, issuer: Issuer) -> None:
    """Made by a person, told once, used, listed, revoked; the log has its name and never itself."""
    soon = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    asked = {"name": "ci", "roles": ["DEVELOPER"], "expiresAt": soon}
    async with asking(database) as client:
        made = await ask(client, token(), {"query": CREATE, "variables": {"input": asked}})
        payload = made.json()["data"]["createApiToken"]
        secret = payload["secret"]
        assert (secret[:4], len(secret)) == ("ilk_", 47)
        assert payload["apiToken"] == {
            "name": "ci",
            "roles": ["DEVELOPER"],
            "createdBy": "ada@example.com",
            "lastUsedAt": None,
        }
        known = await ask(client, secret)
        assert known.json()["data"]["viewer"] == {"actor": "token:ci", "roles": ["DEVELOPER"]}

        seen = {"query": "{ apiTokens { nodes { name lastUsedAt } } events { nodes { type actor payload } } }"}
        everything = await ask(client, secret, seen)
        assert everything.json()["data"]["apiTokens"]["nodes"][0]["lastUsedAt"]
        assert secret not in everything.text
        event = everything.json()["data"]["events"]["nodes"][-1]
        assert (event["type"], event["actor"]) == ("api_token.created", "ada@example.com")

        gone = {"query": REVOKE, "variables": {"input": {"name": "ci", "reason": "leaked"}}}
        assert (await ask(client, secret, gone)).json()["data"]["revokeApiToken"]["errors"][0]["code"] == "FORBIDDEN"
        done = (await ask(client, token(), gone)).json()["data"]["revokeApiToken"]
        assert done["apiToken"] == {"name": "ci", "revokedBy": "ada@example.com", "revocation": "leaked"}
        again = await ask(client, secret)
        assert (again.status_code, "'ci' is revoked" in again.text) == (401, True)
        for other in (f"ilk_{'A' * 43}", "ilk_", secret[:-1], secret + "A"):
            assert (await ask(client, other)).status_code == 401


async def test_on_this_machine_a_token_of_the_service_s_own_says_who_asks(database: Database) -> None:
    """Without an issuer others are not looked at, and whoever has none is `local`."""
    async with asking(database, Settings()) as client:
        soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        asked = {"name": "reader", "roles": ["VIEWER"], "expiresAt": soon}
        made = await ask(client, None, {"query": CREATE, "variables": {"input": asked}})
        secret = made.json()["data"]["createApiToken"]["secret"]
        for bearer, actor in ((secret, "token:reader"), (None, "local"), ("whatever", "local")):
            assert (await ask(client, bearer)).json()["data"]["viewer"]["actor"] == actor
        assert (await ask(client, f"ilk_{'A' * 43}")).status_code == 401


def _as(graph: Graph, actor: str, *roles: Role) -> None:
    viewer = type(graph.context.viewer)(actor, frozenset(roles))
    graph.context = type(graph.context)(
        database=graph.context.database, feed=graph.context.feed, settings=graph.context.settings, viewer=viewer
    )


async def test_a_token_may_no_more_than_who_makes_it(graph: Graph) -> None:
    """Nor be made by a program, for ever, or under a name that was given before."""
    soon = datetime.now(UTC) + timedelta(days=1)
    good = {"name": "ci", "roles": ["VIEWER"], "expiresAt": soon.isoformat()}

    async def refused(**other: Any) -> tuple[str, list[str]]:
        [error] = (await graph(CREATE, input={**good, **other}))["createApiToken"]["errors"]
        return error["code"], error["path"]

    _as(graph, "ann", Role.OPERATOR)
    assert (await graph(CREATE, input=good))["createApiToken"]["errors"] == []
    assert await refused() == ("ALREADY_EXISTS", ["name"])
    for roles in (["ADMIN"], ["VIEWER", "ADMIN"], ["PIPELINE"]):
        assert await refused(name="more", roles=roles) == ("FORBIDDEN", ["roles"])
    assert await refused(name="none", roles=[]) == ("INVALID_VALUE", ["roles"])
    for name in ("", "CI", "a b", "a" * 51, "token:x"):
        assert await refused(name=name) == ("INVALID_VALUE", ["name"])
    for days in (-1, 366):
        late = (soon + timedelta(days=days - 1)).isoformat() if days < 0 else (soon + timedelta(days=days)).isoformat()
        assert await refused(name="late", expiresAt=late) == ("INVALID_VALUE", ["expiresAt"])
    for program in ("token:ci", "aws:999999999999:role/interlock-gate-payments-eu-west-1"):
        _as(graph, program, Role.ADMIN)
        assert await refused(name="next") == ("NOT_A_PERSON", [])
    _as(graph, "ann", Role.DEVELOPER)
    assert (await refused(name="mine"))[0] == "FORBIDDEN"
    assert Permission.MANAGE_TOKENS not in graph.context.viewer.permissions
    unknown = (await graph(REVOKE, input={"name": "cj"}))["revokeApiToken"]["errors"]
    assert unknown[0]["code"] == "FORBIDDEN"


@pytest.fixture
async def service(graph: Graph, issuer: Issuer) -> AsyncIterator[Service]:
    """The view over a log, which wants to know who speaks."""
    made = Service(graph, Bearers(SETTINGS, graph.context.database))
    yield made
    for socket in made.sockets:
        await socket.close()


WHO = "{ viewer { actor } }"


async def test_a_socket_says_who_it_is_first(service: Service) -> None:
    """By `connection_init`: a browser can set no header. Without, or with a bad one, it ends, and is told nothing."""
    socket = service.socket(token())
    socket.subscribe(WHO)
    [answer] = await socket.answers(1)
    assert answer["payload"]["data"]["viewer"]["actor"] == "ada@example.com"
    for bearer, because in ((None, "without a bearer token"), ("x.y.z", "not a signed JSON Web Token")):
        refused = service.socket(bearer)
        refused.subscribe(WHO)
        await until(lambda refused=refused: refused.ended is not None)  # type: ignore[misc]
        assert refused.ended is not None
        assert refused.ended[0] == sockets.UNAUTHORIZED
        assert because in refused.ended[1]
        assert refused.sent == []


async def test_a_socket_ends_with_its_token(service: Service) -> None:
    """4403, and its subscriptions with it."""
    socket = service.socket(token(exp=time.time() - 59.8))
    socket.subscribe()
    await service.follow(1)
    await until(lambda: socket.ended is not None)
    assert socket.ended == (4403, "token expired")
    await service.follow(0)


async def test_a_socket_ends_when_its_token_is_revoked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked for every few seconds."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.01)
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = {"name": "watcher", "roles": ["VIEWER"], "expiresAt": soon}
    secret = (await service.graph(CREATE, input=asked))["createApiToken"]["secret"]
    socket = service.socket(secret)
    socket.subscribe()
    await service.follow(1)
    assert socket.ended is None
    await service.graph(REVOKE, input={"name": "watcher"})
    await until(lambda: socket.ended is not None)
    assert socket.ended == (4403, "token revoked")


@pytest.mark.parametrize(
    ("given_", "because"),
    [
        (
            {"oidc_issuer": URL, "role_groups": "admin=a"},
            "neither INTERLOCK_OIDC_CLIENT_ID nor INTERLOCK_OIDC_AUDIENCE",
        ),
        ({"oidc_issuer": URL, "oidc_client_id": CLIENT}, "INTERLOCK_ROLE_GROUPS is not: nobody would have a role"),
        ({"oidc_issuer": "http://sso.example.com", "oidc_client_id": CLIENT, "role_groups": "admin=a"}, "http://sso"),
        ({"role_groups": "admin=a"}, "INTERLOCK_OIDC_ISSUER is not"),
        ({"oidc_client_secret": "s"}, "INTERLOCK_OIDC_CLIENT_SECRET is set, and INTERLOCK_OIDC_ISSUER is not"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(given_: dict[str, str], because: str) -> None:
    """At the start, each in a line that says what to set."""
    with pytest.raises(SettingsError, match=because):
        policy(Settings(**given_))  # type: ignore[arg-type]  # pydantic reads them
    assert policy(Settings()) is None
