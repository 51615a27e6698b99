"""A day's load leaves nothing behind but what is remembered, which is bounded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from graph import clients, reading, repeating
from graph.planner import plans
from models import statements
from models.engine import Database
from models.narrowing import seeing
from subscriptions.feed import Feed
from tests.companies import STAGES, TEAMS, Company
from tests.databases import own_database
from tests.graph.conftest import Graph
from tests.graph.soaking import SHAPES, Load, Soaked, soaked

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(7_200)]

ROUNDS = int(os.environ.get("INTERLOCK_TEST_SOAK_ROUNDS", "1"))
"""`make soak` plays 30; one shows that nobody who left is kept, and not yet that memory is flat."""
SETTLED = 4
"""Rounds after which memory is looked at: allocators have their arenas by then."""
MOST_GROWN = 0.08
"""Of what is resident then. A document, a socket or a follower kept of each request would be more."""
BOUNDS = {
    "documents": reading.DOCUMENTS,
    "tokens": reading.TOKENS_REMEMBERED,
    "plans": plans.MOST_PLANS,
    "fields": plans.MOST_FIELDS,
    "depending": plans.MOST_PLANS,
    "repeats": repeating.MOST,
    "characters": statements.MOST_CHARACTERS,
    "narrowed": statements.MOST_CHARACTERS,
    "looked at": reading.DOCUMENTS,
    "sights": seeing.MOST_SIGHTS,
    "buckets": clients.MOST_CLIENTS,
}
CREATE = "mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret errors { message } } }"


@pytest.fixture
def company_url(server_url: URL, template_with_company: tuple[str, Company], worker_id: str) -> Iterator[URL]:
    """A database with the company of two teams."""
    with own_database(server_url, f"soaked_{worker_id}", template_with_company[0]) as url:
        yield url


async def _tokens(url: URL) -> dict[str, str]:
    """Of an admin, of a viewer, and of viewers of each part of the company."""
    ends = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    found = {}
    async with Database(url) as database, Feed(database) as feed:
        graph = Graph(database, feed)
        scopes: dict[str, Any] = {"admin": {}, "viewer": {}}
        for team in TEAMS:
            scopes[f"narrow-{team}"] = {"teams": [team]}
            scopes |= {f"narrow-{team}-{stage}": {"teams": [team], "stages": [stage]} for stage in STAGES}
        for name, scope in scopes.items():
            given = {"name": name, "roles": ["ADMIN" if name == "admin" else "VIEWER"], "expiresAt": ends, **scope}
            told = (await graph(CREATE, input=given))["createApiToken"]
            assert told["secret"], told
            found[name] = told["secret"]
    return found


async def _left(running: Soaked, lasting: dict[str, int]) -> Any:
    """What it holds when everybody has left: what lasts is then as it was before anybody came."""
    for _ in range(120):
        now = running.held()
        if not (left := {what for what, count in lasting.items() if now["lasting"][what] > count}):
            return now
        await asyncio.sleep(0.5)
    raise AssertionError(f"{left} are left: {now['lasting']}, and were {lasting}")


async def _rounds(running: Soaked, tokens: dict[str, str]) -> list[Any]:
    lasting = running.held()["lasting"]
    found = []
    async with httpx.AsyncClient(base_url=running.base, timeout=60) as client:
        load = Load(client, tokens)
        if ROUNDS > SETTLED:
            await load.fill()
        for number in range(ROUNDS):
            await load.round(number)
            found.append(await _left(running, lasting))
            _tell(number + 1, found[-1])
    assert {200, 400, 401, 403, 404, 405, 406, 413, 415} <= set(load.statuses), load.statuses
    return found


def _tell(number: int, held: Any) -> None:
    stores = ", ".join(f"{count} {what}" for what, count in held["stores"].items())
    megabytes = held["resident"] / 1024
    print(f"round {number}: {megabytes:.0f} MB, {held['objects']} objects, {held['blocks']} blocks; {stores}")  # noqa: T201


def test_memory_is_flat(company_url: URL, tmp_path: Path) -> None:
    """Each round everybody has left, no store is above its bound, and what is resident does not grow with the rounds.

    Of sockets, 200 join and leave in each, with each way to leave.
    """
    assert len(SHAPES) >= 40
    tokens = asyncio.run(_tokens(company_url))
    with soaked(company_url, tmp_path / "log") as running:
        found = asyncio.run(_rounds(running, tokens))
    for held in found:
        assert all(held["stores"][what] <= most for what, most in BOUNDS.items()), held
    settled, last = found[min(SETTLED, ROUNDS) - 1], found[-1]
    for what in ("resident", "blocks", "objects"):
        assert last[what] < settled[what] * (1 + MOST_GROWN), (what, [each[what] for each in found])
