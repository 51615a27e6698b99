"""The reporter as a process: `python -m graph report`, killed and stopped."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from models.engine import Database
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.reporting.conftest import Collector

pytestmark = pytest.mark.database
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def reporter(database: Database, endpoint: str) -> AsyncIterator[Process]:
    """A process that reports from this database; it is gone after the block."""
    given = {
        "INTERLOCK_DATABASE_URL": database.address,
        "INTERLOCK_SETTLE_SECONDS": "0",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{endpoint}/v1/traces",  # and no metrics among them
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "graph", "report", cwd=ROOT, env={**os.environ, **given}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_killed_while_the_collector_thinks(database: Database, collector: Collector) -> None:
    """SIGKILL between request and answer: the next process sends the same bytes, and everything once more at most."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, stories.failed().envelopes)
    collector.may_answer.clear()
    async with reporter(database, collector.url) as first:
        assert await asyncio.to_thread(collector.arrived.wait, 60)
        first.kill()
        await first.wait()
    collector.arrived.clear()
    collector.may_answer.set()
    async with database.transaction() as session:
        await session.execute(text("update span_outbox set next_at = now()"))  # the lease is over
    async with AsyncExitStack() as stack:
        second = await stack.enter_async_context(reporter(database, collector.url))
        assert await asyncio.to_thread(collector.arrived.wait, 60)
        second.terminate()
        assert await second.wait() == 0
    killed, again = collector.bodies
    assert killed == again
    async with database.reading() as connection:
        left = await connection.execute(text("select count(*) from span_outbox where sent_at is null"))
        assert left.scalar_one() == 0
