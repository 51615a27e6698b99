"""GraphQL over HTTP, from the outside, against the real program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.version import VERSION
from graph.app import application
from graph.well_known import document
from interlock_cli import __version__
from models.engine import Database
from models.settings import Settings
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.service import environment, free_port, running

RESPONSE = "application/graphql-response+json"


def _ask(service: str, document: str, **variables: Any) -> Any:
    answer = httpx.post(f"{service}/graphql", json={"query": document, "variables": variables})
    return answer.raise_for_status().json()


def test_the_standard_s_media_type_and_statuses(service: str) -> None:
    """`application/graphql-response+json`: 200 with data, 400 without; plain JSON stays 200 for refused documents."""
    url = f"{service}/graphql"
    good = httpx.post(url, json={"query": "{ __typename }"}, headers={"accept": RESPONSE})
    assert (good.status_code, good.headers["content-type"]) == (200, RESPONSE)
    assert good.json() == {"data": {"__typename": "Query"}}
    bad = httpx.post(url, json={"query": "{ nothing }"}, headers={"accept": RESPONSE})
    assert bad.status_code == 400
    assert "data" not in bad.json()
    assert httpx.post(url, json={"query": "{ nothing }"}).status_code == 200

    unparsable = httpx.post(url, json={"query": "{"}, headers={"accept": RESPONSE})
    assert unparsable.status_code == 400


def test_what_is_no_graphql_request_is_refused_in_graphql_s_shape(service: str) -> None:
    """Other methods, media types and bodies: a 4xx with `errors`, never a crash."""
    url = f"{service}/graphql"
    refused = [
        (httpx.get(url), 405),
        (httpx.post(url, content=b"query={a}", headers={"content-type": "application/x-www-form-urlencoded"}), 415),
        *(
            (httpx.post(url, content=body, headers={"content-type": "application/json"}), 400)
            for body in (b"", b"null", b'"x"', b"[]", b"\xff\xfe", b"{}", b'{"query": 1}', b"[" * 5000)
        ),
        (httpx.post(url, content=b" " * 6_000_000, headers={"content-type": "application/json"}), 413),
    ]
    for answer, status in refused:
        assert answer.status_code == status, answer.request.content[:40]
        assert answer.json()["errors"][0]["message"]
    assert _ask(service, "{ __typename }")


def test_another_site_cannot_pose_as_the_service(service: str) -> None:
    """A name that is not the service's own is refused: DNS rebinding."""
    answer = httpx.post(f"{service}/graphql", json={"query": "{ __typename }"}, headers={"host": "evil.example"})
    assert answer.status_code == 400


async def test_probes_ask_by_the_address_of_a_pod(database: Database) -> None:
    """Health is answered under whatever name; the metrics where it is said who may read them; nothing else is."""
    default, said = Settings(), Settings(metrics_access="open")
    for settings, metrics in ((default, 400), (said, 200)):
        app = application(settings, database)
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
            for path, status in (
                ("/healthz", 200),
                ("/readyz", 200),
                ("/metrics", metrics),
                ("/", 400),
                ("/healthz/", 400),
                ("/healthz/../graphql", 400),
                ("/.well-known/interlock", 400),
            ):
                answer = await client.get(f"http://10.1.2.3:8400{path}")
                assert (path, answer.status_code) == (path, status)
            asked = {"query": "{ __typename }"}
            assert (await client.post("http://10.1.2.3:8400/graphql", json=asked)).status_code == 400


async def test_a_feed_that_has_ended_is_neither_ready_nor_alive(database: Database) -> None:
    """Subscriptions would end as soon as they begin, for ever: whoever watches over the process starts it again."""
    app = application(Settings(), database)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
        assert (await client.get("http://localhost/readyz")).status_code == 200
        async with database.transaction() as session:
            await session.execute(text("alter table event rename column payload to gone"))
            await append_plainly(session)
        async with asyncio.timeout(30):
            while (await client.get("http://localhost/healthz")).status_code != 503:  # noqa: ASYNC110 - of the application
                await asyncio.sleep(0.02)
        answer = await client.get("http://localhost/readyz")
        assert (answer.status_code, answer.json()) == (503, {"service": "the feed of the log has ended"})


async def append_plainly(session: AsyncSession) -> None:
    """An event, whatever the columns are called."""
    await session.execute(
        text(
            "insert into event (epoch, type, actor, subject_type, subject_id, gone)"
            " values (1, 'a', 'a', 'a', gen_random_uuid(), '{}')"
        )
    )


def test_health_and_readiness(service: str) -> None:
    """The process answers, and the database behind it does."""
    assert httpx.get(f"{service}/healthz").text == "ok\n"
    assert httpx.get(f"{service}/readyz").json() == {"database": "ok"}


def test_anybody_learns_where_to_log_in(service: str) -> None:
    """The version, and null where no issuer is set; never from a cache."""
    answer = httpx.get(f"{service}/.well-known/interlock")
    nothing = dict.fromkeys(("issuer", "clientId", "audience", "login"))
    assert answer.json() == {"version": VERSION, "command": __version__, **nothing}
    assert answer.headers["cache-control"] == "no-store"
    issuer = "https://sso.example.com/"
    settings = Settings(oidc_issuer=issuer, oidc_client_id="interlock", oidc_audience="api")
    said = document(settings)
    assert (said["issuer"], said["clientId"], said["audience"]) == (issuer, "interlock", "api")
    assert said["login"] == "/login"


@asynccontextmanager
async def _socket(service: str) -> AsyncIterator[Any]:
    address = service.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        yield socket


async def _subscribe(socket: Any, document: str, **variables: Any) -> None:
    payload = {"query": document, "variables": variables}
    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))


async def _next(socket: Any) -> Any:
    message = json.loads(await asyncio.wait_for(socket.recv(), 30))
    assert message["type"] == "next", message
    return message["payload"]


REGISTER = "mutation ($i: RegisterAccountInput!) { registerAccount(input: $i) { errors { message } } }"
EVENTS = """subscription ($after: String) { events(after: $after, filter: {types: ["account.registered"]}) {
  cursor type subject { ... on Account { name } } } }"""


async def _register(service: str, number: int) -> None:
    account = {"awsId": f"{number:012}", "name": f"account-{number}"}
    async with httpx.AsyncClient(timeout=30) as client:
        body = {"query": REGISTER, "variables": {"i": account}}
        (await client.post(f"{service}/graphql", json=body)).raise_for_status()


async def test_a_subscription_is_live_and_resumes_behind_its_cursor(service: str) -> None:
    """Events come as they are committed; a reader that was away gets what it missed, then what is live."""
    async with _socket(service) as socket:
        await _subscribe(socket, EVENTS)
        await asyncio.sleep(0.2)  # until the subscription has begun: the protocol says nothing when it has
        await _register(service, 1)
        first = (await _next(socket))["data"]["events"]
        assert first["subject"] == {"name": "account-1"}
    await _register(service, 2)
    async with _socket(service) as socket:
        await _subscribe(socket, EVENTS, after=first["cursor"])
        assert (await _next(socket))["data"]["events"]["subject"] == {"name": "account-2"}
        await _register(service, 3)
        assert (await _next(socket))["data"]["events"]["subject"] == {"name": "account-3"}


async def test_a_wrong_cursor_is_refused_in_words(service: str) -> None:
    """The subscription ends with an error that has a code and a remedy; the socket stays open."""
    async with _socket(service) as socket:
        await _subscribe(socket, EVENTS, after="nonsense")
        message = json.loads(await asyncio.wait_for(socket.recv(), 30))
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert "cursor" in errors[0]["message"]
        assert errors[0]["extensions"]["code"] == "INVALID_VALUE"


def test_a_port_in_use_is_told_in_one_sentence(
    service: str, database_url: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """What uses the port is to be stopped, or another one chosen; nothing else was started."""
    port = service.rsplit(":", 1)[1]
    with running("serve", environment(database_url, INTERLOCK_PORT=port)) as second:
        assert second.wait(60) == 1
    said = capfd.readouterr().err
    assert f"Port {port} of 127.0.0.1 cannot be listened on" in said
    assert "Traceback" not in said


@pytest.mark.database
@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"INTERLOCK_HOST": "0.0.0.0"}, "without INTERLOCK_OIDC_ISSUER the service knows no authentication"),
        ({"INTERLOCK_PORT": "http"}, "INTERLOCK_PORT is 'http'"),
        ({"INTERLOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/interlock"}, "cannot be reached"),
        ({"INTERLOCK_DATABASE_URL": "mysql://x/y"}, "INTERLOCK_DATABASE_URL"),
    ],
)
def test_what_cannot_be_served_is_told_in_words(
    settings: dict[str, str], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Wrong settings and a database that is not there: a sentence and status 1, never a traceback."""
    with running("serve", environment(**{"INTERLOCK_PORT": str(free_port()), **settings})) as process:
        assert process.wait(60) == 1
    said = capfd.readouterr().err
    assert says in said
    assert "Traceback" not in said


PIPELINES = """subscription ($service: String) { pipelineChanged(service: $service) {
  cursor event { type payload } pipeline { name latestExecution { status traceId } } } }"""
DEPLOYMENTS = """subscription { deploymentChanged(service: "payments") {
  event { type } deployment { status revision environment { name } } } }"""
REPORT = "mutation ($e: [JSON!]!) { reportEvents(input: {envelopes: $e}) { accepted duplicates setAside } }"


async def test_pipelines_and_deployments_are_watched(service: str, database: Database) -> None:
    """What happened reaches those who watch a service, with the pipeline and the deployment as they are now."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    async with _socket(service) as pipelines, _socket(service) as deployments, _socket(service) as others:
        await _subscribe(pipelines, PIPELINES, service="payments")
        await _subscribe(others, PIPELINES, service="orders")
        await _subscribe(deployments, DEPLOYMENTS)
        await asyncio.sleep(0.2)
        told = stories.failed().envelopes
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(f"{service}/graphql", json={"query": REPORT, "variables": {"e": told}})
        assert answer.json() == {"data": {"reportEvents": {"accepted": len(told), "duplicates": 0, "setAside": 0}}}
        change = (await _next(pipelines))["data"]["pipelineChanged"]
        assert change["event"]["payload"]["service"] == "payments"
        trace = stories.EXECUTION.replace("-", "")
        assert change["pipeline"] == {"name": "payments", "latestExecution": {"status": "FAILED", "traceId": trace}}
        seen = {}
        while len(seen) < len(stories.ENVIRONMENTS):
            deployment = (await _next(deployments))["data"]["deploymentChanged"]["deployment"]
            seen[deployment["environment"]["name"]] = deployment["status"]
        assert seen["prod-us-east-1"] == "FAILED"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(others.recv(), 0.5)
