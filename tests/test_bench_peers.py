"""What the service is measured beside: it answers the same, and it is asked and counted rightly."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.types import ASGIApp

from bench.pages import served
from bench.peers import fleet, limit, orm, usage
from bench.peers.load import Load, asked
from bench.peers.peers import BARE, LIMIT, ORM, POSTGRAPHILE_5, REST, Peer
from bench.peers.questions import Question, plain
from bench.peers.running import CannotMeasure, Running, running, same
from graph.app import application
from models.engine import Database
from models.settings import Settings

pytestmark = pytest.mark.database
ENVIRONMENTS = 7


@pytest.fixture
def filled(database_url: URL) -> str:
    """The address of a fleet of a few services."""
    url = database_url.render_as_string(hide_password=False)
    fleet.fill(fleet.libpq(url), scale=0.006, environments=ENVIRONMENTS)
    return url


@asynccontextmanager
async def here(peer: Peer, app: ASGIApp, url: str) -> AsyncIterator[Running]:
    """A competitor in this process."""
    async with served(app) as base:  # type: ignore[arg-type]  # any application of ASGI
        yield Running(peer, url, int(base.rsplit(":", 1)[1]), os.getpid(), 0)


async def test_who_is_always_there_answers_as_the_service_does(filled: str) -> None:
    """The limit and the ORM: one service's environments, and all pipelines with their stages."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(filled))
        apps: list[tuple[Peer, ASGIApp]] = [
            (BARE, application(Settings(), database)),
            (LIMIT, limit.Limit(fleet.libpq(filled))),
            (ORM, orm.View(async_sessionmaker(database.reads, expire_on_commit=False))),
        ]
        there = [await stack.enter_async_context(here(peer, app, filled)) for peer, app in apps]
        await asyncio.to_thread(same, there)
        answer = plain(await asyncio.to_thread(there[0].answer, Question.SYNTH, fleet.service(2)))
        assert len(answer["environments"]) == ENVIRONMENTS
        walls = plain(await asyncio.to_thread(there[0].answer, Question.DASHBOARD))
        assert [len(each["latestExecution"]["stages"]) for each in walls] == [fleet.STAGES] * 3


@pytest.mark.slow
@pytest.mark.parametrize("peer", [POSTGRAPHILE_5, REST], ids=lambda peer: peer.name)
def test_who_is_installed_answers_as_the_limit_does(filled: str, peer: Peer) -> None:
    """PostGraphile and Django are installed where somebody measures."""
    if peer.absent:
        pytest.skip(peer.absent)
    with running(LIMIT, filled) as wanted, running(peer, filled) as found:
        same([wanted, found])


async def test_another_answer_is_not_measured(filled: str) -> None:
    """It is said where the answers differ."""

    class Less(limit.Limit):
        async def _read(self, statement: str, value: str | int) -> bytes:
            return (await super()._read(statement, value)).replace(b"acme/service-1", b"acme/other")

    address = fleet.libpq(filled)
    async with (
        here(LIMIT, limit.Limit(address), filled) as wanted,
        here(LIMIT, Less(address), filled) as found,
    ):
        with pytest.raises(CannotMeasure, match=r"synth otherwise .* repository: acme/other, not acme/service-1"):
            await asyncio.to_thread(same, [wanted, found])


def test_who_does_not_start_is_told_with_what_it_said(filled: str) -> None:
    """The program's own words, instead of a time-out."""
    silent = Peer("silent", "Silent", lambda url, port: ["sh", "-c", "echo no such thing; exit 3"], None, lambda *_: {})
    with pytest.raises(CannotMeasure, match="no such thing"), running(silent, filled):
        pass


async def test_a_load_counts_what_was_answered(filled: str) -> None:
    """All of it well, and no connection is left; what fails ends the measurement."""
    async with here(LIMIT, limit.Limit(fleet.libpq(filled)), filled) as there:
        requests = [LIMIT.request(Question.SYNTH, fleet.service(number)) for number in (1, 2, 3)]
        answers = await asyncio.to_thread(asked, Load(there.port, requests, connections=2, seconds=0.05))
        assert answers.done >= 2
        assert answers.octets / answers.done == len(
            await asyncio.to_thread(there.answer, Question.SYNTH, fleet.service(1))
        )
        wrong = Load(there.port, [LIMIT.request(Question.SYNTH, "x/y")], connections=1, seconds=0.05, accepted=(404,))
        with pytest.raises(RuntimeError, match="failed 1"):
            await asyncio.to_thread(asked, wrong)


def test_a_process_is_counted_with_its_children() -> None:
    """Processor time and memory of whoever runs now."""
    assert usage.processor_seconds(os.getpid()) > 0
    assert usage.kibibytes(os.getpid()) > 1_000
    assert usage.processor_seconds(2**22 + 1) == 0
