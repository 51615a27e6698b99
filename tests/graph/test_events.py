"""`POST /events`: EventBridge's API destinations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.envelopes.reading import LARGEST_BODY
from graph.app import application
from models.engine import Database
from models.settings import Settings, SettingsError, load
from tests import mixed
from tests.domain.test_envelopes import JSON
from tests.resolvers.test_recording import rows

pytestmark = pytest.mark.database

KEY = "a key of twenty characters"
HEADERS = {"X-Api-Key": KEY, "Content-Type": "application/json"}


@pytest.fixture
def with_key(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a key."""
    monkeypatch.setenv("INTERLOCK_INTAKE_KEY", KEY)
    return load()


@pytest.fixture
async def client(database: Database, with_key: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, whose key is known."""
    async with _client(with_key, database) as opened:
        yield opened


def _client(settings: Settings, database: Database) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(settings, database))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400", timeout=30)


async def sent(client: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    """The answer to a body, which is JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/events", content=content, headers=HEADERS | headers)


async def test_one_envelope_or_a_list(client: httpx.AsyncClient, database: Database) -> None:
    """Both are recorded as the queue's are; what comes again is a duplicate; what is none is set aside."""
    told = mixed.others().envelopes
    answer = await sent(client, told[0])
    assert (answer.status_code, answer.json()) == (
        200, {"accepted": 1, "duplicates": 0, "setAside": 0, "ignored": 0}
    )  # fmt: skip
    assert (await sent(client, told)).json()["accepted"] == len(told) - 1
    assert (await sent(client, [told[0], {"detail": 1}, 7])).json() == {
        "accepted": 0,
        "duplicates": 1,
        "setAside": 2,
        "ignored": 0,
    }
    assert (await sent(client, [])).json()["accepted"] == 0
    assert (await sent(client, b"not JSON")).json()["setAside"] == 1
    assert await rows(database, "select count(*) from set_aside") == [(3,)]
    assert ("events.endpoint",) in await rows(database, "select distinct actor from event")


@pytest.mark.parametrize(
    ("status", "method", "headers", "body"),
    [
        (405, "GET", {}, b""),
        (405, "DELETE", {}, b""),
        (401, "POST", {"X-Api-Key": None}, b"{}"),
        (403, "POST", {"X-Api-Key": "another"}, b"{}"),
        (403, "POST", {"X-Api-Key": ""}, b"{}"),
        (403, "POST", {"X-Api-Key": "\udcff"}, b"{}"),
        (415, "POST", {"Content-Type": "text/plain"}, b"{}"),
        (413, "POST", {}, b" " * (LARGEST_BODY + 1)),
        (413, "POST", {}, json.dumps([{}] * 101).encode()),
    ],
)
async def test_refusals(
    client: httpx.AsyncClient, database: Database, status: int, method: str, headers: dict[str, Any], body: bytes
) -> None:
    """Each with its status and a sentence that says why; nothing is kept."""
    given = {name: value for name, value in (HEADERS | headers).items() if value is not None}
    raw = {name.encode(): value.encode(errors="surrogateescape") for name, value in given.items()}
    answer = await client.request(method, "/events", content=body, headers=raw)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]
    assert KEY not in answer.text
    assert await rows(database, "select count(*) from set_aside") == [(0,)]


async def test_without_a_key_there_is_no_such_page(database: Database) -> None:
    """404, whatever is sent: nobody can send events to a service that was given no key."""
    async with _client(Settings(), database) as client:
        assert (await sent(client, {})).status_code == 404


def test_a_key_that_is_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused when the service starts, and not repeated."""
    monkeypatch.setenv("INTERLOCK_INTAKE_KEY", "hunter2")
    with pytest.raises(SettingsError, match="INTERLOCK_INTAKE_KEY") as refused:
        load()
    assert "hunter2" not in str(refused.value)


async def test_many_at_once(client: httpx.AsyncClient, database: Database) -> None:
    """Each is answered for its own envelope, and all but the first share transactions."""
    told = [*mixed.others().envelopes, *mixed.pipeline().envelopes]
    answers = await asyncio.gather(*(sent(client, each) for each in [*told, told[0], {"detail": 1}]))
    counts = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert [each["accepted"] for each in counts] == [*[1] * len(told), 0, 0]
    assert [(each["duplicates"], each["setAside"]) for each in counts[-2:]] == [(1, 0), (0, 1)]
    ((transactions,),) = await rows(database, "select count(distinct xmin::text) from envelope")
    assert transactions < len(told) / 2


async def test_the_database_is_away(with_key: Settings, database_url: Any) -> None:
    """503 with a time to wait for all who asked, after which EventBridge sends the same again."""
    async with (
        Database(database_url.set(port=1, host="127.0.0.1", query={})) as nowhere,
        _client(with_key, nowhere) as client,
    ):
        answers = await asyncio.gather(*(sent(client, each) for each in mixed.others().envelopes))
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert answer.json()["errors"][0]["message"] == "The service cannot record events now. Send them again."


@given(body=st.binary() | JSON.map(lambda body: json.dumps(body).encode()))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_body(client: httpx.AsyncClient, body: bytes) -> None:
    """Whatever is sent, the answer is that it was received."""
    answer = await sent(client, body)
    assert answer.status_code == 200
    assert sum(answer.json().values()) >= 0
