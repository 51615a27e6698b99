"""What is told of executions whose envelopes were dropped, and readers that begin where the log does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from models.engine import Database
from models.event_log import Cursor, Head
from reporting.reader import BEGINNING, resumed
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.models.test_partitions import dropped, rows

pytestmark = pytest.mark.database

EXECUTION = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"


async def test_what_comes_too_late_for_an_execution_is_set_aside(database: Database) -> None:
    """Folded by itself it would say something false: the execution stays as it was, and the message says why."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    told = stories.failed(pipeline="payments", execution=EXECUTION, begin=datetime(2026, 11, 2, tzinfo=UTC)).envelopes
    *early, late = told
    async with database.transaction() as session:
        await record_envelopes(session, early)
    await rows(database, "update pipeline_execution set status = 'FAILED', ended_at = now()")
    state = "select execution_id, status, attempt, started_at from pipeline_execution"
    before = await rows(database, state)
    await dropped(database, "envelope")
    assert await rows(database, "select count(*) from envelope") == [(0,)]
    async with database.transaction() as session:
        counts = await record_envelopes(session, [late])
    assert (counts.accepted, counts.set_aside) == (0, 1)
    assert f"The execution {EXECUTION} ended so long ago that its envelopes are dropped" in counts.reasons[0]
    assert await rows(database, state) == before
    other = stories.failed(
        pipeline="payments", execution=EXECUTION.replace("0b", "1c"), begin=datetime.now(UTC)
    ).envelopes
    async with database.transaction() as session:
        assert (await record_envelopes(session, other[:3])).set_aside == 0
    async with database.reading() as connection:
        assert (await connection.execute(text("select count(*) from pipeline_execution"))).scalar_one() == 2


def test_a_new_reader_begins_where_the_log_does() -> None:
    """What was dropped before it came is not read; one that has read goes on behind its cursor."""
    beginning, end = Cursor(1, 50, 7), Cursor(1, 90, 9)
    head = Head(end, False, 1, 100, beginning)
    assert resumed(None, head, BEGINNING) == beginning
    assert resumed(str(Cursor(1, 60, 1)), head, BEGINNING) == Cursor(1, 60, 1)
    assert resumed(None, head, end) == end
    assert resumed(str(Cursor(1, 1, 1)), head, BEGINNING) == beginning
