"""Grants: who is let in by them, what they may and where, and that what is taken back ends what was open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from domain.permissions import PERMISSIONS, Granted, Permission, Role, Scope, Viewer
from graph.authentication import sockets
from graph.authentication.bearers import Bearers
from graph.authentication.keys import Keys
from models.engine import Database
from models.settings import Settings
from tests.graph.conftest import Graph
from tests.graph.issuer import SETTINGS, Issuer, token
from tests.graph.permitted import fill, sent
from tests.graph.sockets import Service, until
from tests.graph.test_authentication import ask, asking

pytestmark = pytest.mark.database

ONLY_ADMINS = SETTINGS.model_copy(update={"role_groups": "admin=platform-admins"})
WHO = "{ viewer { actor roles permissions everywhere grants { role teams services stages accounts } } }"
MAY = """query ($t: String, $s: String, $g: String, $a: String, $e: String) {
  viewer { may(team: $t, service: $s, stage: $g, account: $a, environment: $e) } }"""
ADMIN = Viewer("root", frozenset({Role.ADMIN}))


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """The issuer of the services of a test."""
    made = Issuer()
    monkeypatch.setattr("graph.authentication.bearers.Keys", lambda url: Keys(url, made.fetch))
    return made


@pytest.fixture
async def filled(graph: Graph) -> Graph:
    """Payments of the team money, and parcels of the team ship."""
    await fill(graph)
    return graph


async def grant(graph: Graph, name: str, **given: Any) -> None:
    """An administrator grants it."""
    assert await sent(graph, "registerGrant", {"name": name, **given}, ADMIN) == []


async def seen(client: httpx.AsyncClient, bearer: str, query: str = WHO, **variables: Any) -> Any:
    """What the viewer is told of themselves."""
    answer = await ask(client, bearer, {"query": query, "variables": variables})
    return answer.json()["data"]["viewer"] if answer.status_code == 200 else answer.status_code


async def test_who_has_only_a_grant_is_let_in_until_it_ends(filled: Graph, issuer: Issuer) -> None:
    """By name, however it is written, or by a group; nobody else is, and an ended one is none."""
    async with asking(filled.context.database, ONLY_ADMINS) as client:
        assert await seen(client, token()) == 403
        await grant(filled, "sre-money", group="sre", role="OPERATOR", teams=["money"], stages=["prod"])
        told = await seen(client, token())
        assert (told["actor"], told["roles"], told["everywhere"]) == ("ada@example.com", [], [])
        [one] = told["grants"]
        assert one == {"role": "OPERATOR", "teams": ["money"], "services": [], "stages": ["prod"], "accounts": []}
        assert set(told["permissions"]) == PERMISSIONS[Role.OPERATOR]
        assert await seen(client, token(groups=["staff"])) == 403

        await grant(filled, "ada", person="Ada@Example.com", role="VIEWER")
        assert [each["role"] for each in (await seen(client, token(groups=["staff"])))["grants"]] == ["VIEWER"]
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        assert await sent(filled, "updateGrant", {"name": "ada", "until": past}, ADMIN) == []
        assert await seen(client, token(groups=["staff"])) == 403
        assert await sent(filled, "archiveGrant", {"name": "sre-money"}, ADMIN) == []
        assert await seen(client, token()) == 403


async def test_a_group_is_not_the_word_for_everybody(filled: Graph, issuer: Issuer) -> None:
    """A token that names the group `*` is in no group of that name; and `*` is whoever the issuer knows."""
    async with asking(filled.context.database, ONLY_ADMINS) as client:
        assert await seen(client, token(groups=["*"])) == 403
        await grant(filled, "all", group="*", role="VIEWER", teams=["ship"])
        assert len((await seen(client, token(groups=[])))["grants"]) == 1


async def test_what_may_be_done_is_said_of_a_place(filled: Graph, issuer: Issuer) -> None:
    """Of a service its team is found, of an environment its stage and account; what is left out is all of it."""
    await grant(filled, "money", group="sre", role="DEVELOPER", teams=["money"], stages=["prod"])
    developer = [each for each in Permission if each in PERMISSIONS[Role.DEVELOPER]]
    async with asking(filled.context.database, ONLY_ADMINS) as client:
        for where, may in (
            ({"s": "payments", "g": "prod"}, developer),
            ({"s": "payments", "e": "prod-us-east-1"}, developer),
            ({"s": "payments", "e": "alpha-eu-west-1"}, []),
            ({"s": "payments"}, []),
            ({"s": "parcels", "g": "prod"}, []),
            ({"t": "money", "g": "prod"}, developer),
            ({}, []),
        ):
            assert (await seen(client, token(), MAY, **where))["may"] == may, where


async def test_only_administrators_grant(filled: Graph) -> None:
    """By whatever mutation; and what a grant names is not archived under it."""
    given = {"name": "mine", "group": "sre", "role": "ADMIN"}
    operator = Viewer("olga", frozenset({Role.OPERATOR}))
    for name, asked in (
        ("registerGrant", given),
        ("applyChange", {"operations": [{"registerGrant": given}]}),
        ("applyChange", {"document": {"grants": [given]}}),
    ):
        [error] = await sent(filled, name, asked, operator)
        assert error["code"] == "FORBIDDEN", name
    for wrong, path in (
        ({"role": "PIPELINE"}, "role"),
        ({"person": "ada"}, "group"),
        ({"group": None}, "group"),
        ({"teams": ["money"]}, "teams"),
        ({"role": "VIEWER", "teams": ["nobody"]}, "teams"),
    ):
        [error] = await sent(filled, "registerGrant", {**given, **wrong}, ADMIN)
        assert path in error["path"], (wrong, error)
    await grant(filled, "ship", group="sre", role="VIEWER", teams=["ship"])
    await sent(filled, "archiveService", {"name": "parcels"}, ADMIN)
    [error] = await sent(filled, "archiveTeam", {"name": "ship"}, ADMIN)
    assert (error["code"], "grant ship" in error["message"]) == ("IN_USE", True)


async def test_a_mutation_is_asked_about_by_what_is_granted_when_it_is_done(filled: Graph) -> None:
    """Not by what was granted when the request came: a grant that was taken back meanwhile holds no longer."""
    scope = Scope(teams=frozenset({"money"}))
    hold = {"name": "own", "kind": "HOLD", "environment": "prod-us-east-1", "service": "payments", "reason": "x"}
    stale = Viewer("ada@example.com", frozenset(), frozenset({Granted(Role.DEVELOPER, scope)}), frozenset({"sre"}))
    [error] = await sent(filled, "registerHold", hold, stale)
    assert error["code"] in ("FORBIDDEN", "NOT_FOUND")
    await grant(filled, "money", group="sre", role="DEVELOPER", teams=["money"])
    assert await sent(filled, "registerHold", hold, stale) == []


async def test_a_token_is_narrowed_as_its_maker_is(filled: Graph, issuer: Issuer) -> None:
    """It bears its scope: the program may there, and nowhere else."""
    document = "mutation ($i: CreateApiTokenInput!) { createApiToken(input: $i) { secret errors { message } } }"
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    given = {"name": "ci", "roles": ["DEVELOPER"], "expiresAt": soon, "services": ["payments"]}
    secret = (await filled(document, i=given))["createApiToken"]["secret"]
    async with asking(filled.context.database, ONLY_ADMINS) as client:
        told = await seen(client, secret)
        assert (told["actor"], told["roles"]) == ("token:ci", [])
        assert told["grants"][0]["services"] == ["payments"]
        assert (await seen(client, secret, MAY, s="payments"))["may"]
        assert not (await seen(client, secret, MAY, s="parcels"))["may"]
    listed = await filled("{ apiTokens { nodes { name services teams } } }")
    assert {"name": "ci", "services": ["payments"], "teams": []} in listed["apiTokens"]["nodes"]


@pytest.fixture
async def service(filled: Graph, issuer: Issuer) -> AsyncIterator[Service]:
    """The view over a log, which wants to know who speaks."""
    made = Service(filled, Bearers(ONLY_ADMINS, filled.context.database))
    yield made
    for socket in made.sockets:
        await socket.close()


@pytest.mark.parametrize("what", ["archiveGrant", "updateGrant", "registerGrant"])
async def test_a_socket_ends_when_what_is_granted_changes(
    service: Service, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Taken back, made another, or given more: whoever watches comes back as what they are now; others stay."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.01)
    await grant(service.graph, "money", group="sre", role="VIEWER", teams=["money"])
    socket = service.socket(token())
    other = service.socket(token(groups=["platform-admins"], email="root@example.com"))
    for each in (socket, other):
        each.subscribe()
    await until(lambda: service.members() == 2)
    given: dict[str, Any] = {
        "archiveGrant": {"name": "money"},
        "updateGrant": {"name": "money", "teams": ["ship"]},
        "registerGrant": {"name": "more", "person": "ada@example.com", "role": "DEVELOPER", "teams": ["ship"]},
    }[what]
    assert await sent(service.graph, what, given, ADMIN) == []
    await until(lambda: socket.ended is not None)
    assert socket.ended == (4403, "access changed")
    assert other.ended is None


async def test_without_an_issuer_nothing_is_granted(filled: Graph) -> None:
    """Nobody is told apart: whoever asks is what the setting says."""
    await grant(filled, "all", group="*", role="OPERATOR")
    async with asking(filled.context.database, Settings(local_role="viewer")) as client:
        told = await seen(client, "whatever")
        assert (told["actor"], told["roles"], told["grants"]) == ("local", ["VIEWER"], [])


async def test_nobody_is_looked_up_while_the_database_is_away(issuer: Issuer) -> None:
    """503, and when to ask again: a person may be who they say, and their grants are not known."""
    assert issuer is not None
    async with (
        Database("postgresql+psycopg://nobody@127.0.0.1:1/none") as away,
        asking(away, ONLY_ADMINS) as client,
    ):
        answer = await ask(client, token())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
