"""Every migration, down and up again, over a database in use: what both schemas have room for is never changed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import URL

from domain.configuration.kinds import Kind
from models import migrate
from models.engine import Database
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.fleet import register_fleet, register_payments

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(600)]

Rows = list[dict[str, Any]]
DIFFERS: dict[tuple[str, str], str] = {
    ("9d3b6a51c0e4", "envelope.id"): "the key was EventBridge's id, which is event_id since",
    ("9d3b6a51c0e4", "set_aside.id"): "the key was the queue's id, which is message_id since",
}
"""What a step may change: the revision and the table, or the table and its column, with the reason."""


def revisions() -> list[tuple[str, str]]:
    """Each revision and the one before it, the newest first."""
    scripts: ScriptDirectory = migrate._scripts()
    return [(each.revision, str(each.down_revision or "base")) for each in scripts.walk_revisions()]


async def filled(url: URL) -> None:
    """A fleet, and executions that succeeded, failed and were retried, told by the suite's own helpers."""
    async with Database(url) as database:
        async with database.transaction() as session:
            await register_fleet(session)
            await register_payments(session)
            await register(session, Kind.CALENDAR, name="company", dates={"2026-12-24": "Eve"})
        for number, story in enumerate((stories.failed, stories.retried)):
            told = story(
                pipeline="payments",
                execution=f"{number}b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f",
                begin=datetime.now(UTC) - timedelta(hours=number + 1),
            )
            async with database.transaction() as session:
                await record_envelopes(session, [*told.envelopes, "no envelope"])


def contents(url: URL) -> dict[str, Rows]:
    """All rows of all tables, as JSON; parts under the name of their whole."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        named = """
            select relname from pg_class where relkind in ('r', 'p') and not relispartition
            and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
        """
        names = [name for (name,) in connection.execute(named.encode())]
        return {
            name: [
                json.loads(row) for (row,) in connection.execute(f'select to_jsonb(t)::text from "{name}" t'.encode())
            ]
            for name in names
        }


def common(revision: str, one: dict[str, Rows], other: dict[str, Rows]) -> list[str]:
    """Where tables and columns that both have differ."""
    found = []
    for table in sorted(one.keys() & other.keys()):
        if not one[table] or not other[table]:
            if len(one[table]) != len(other[table]) and (revision, table) not in DIFFERS:
                found.append(f"{table}: {len(one[table])} rows became {len(other[table])}")
            continue
        columns = sorted(one[table][0].keys() & other[table][0].keys())
        columns = [each for each in columns if (revision, f"{table}.{each}") not in DIFFERS]
        counted = [
            Counter(json.dumps([row[each] for each in columns]) for row in rows) for rows in (one[table], other[table])
        ]
        if counted[0] != counted[1] and (revision, table) not in DIFFERS:
            found.append(
                f"{table}: {list(counted[0] - counted[1])[:2]} became {list(counted[1] - counted[0])[:2]} of {columns}"
            )
    return found


async def test_every_step_down_and_up_again(database_url: URL) -> None:
    """From the newest to the first: a step down, up and down again leaves what was there, and changes nothing else."""
    await filled(database_url)
    newest = await asyncio.to_thread(contents, database_url)
    assert {"event", "envelope", "pipeline_execution", "deployment", "set_aside", "change"} <= {
        name for name, rows in newest.items() if rows
    }
    problems = await asyncio.to_thread(walk, database_url)
    assert problems == []


def walk(url: URL) -> list[str]:
    """What went wrong at which step."""
    problems: list[str] = []
    for revision, before in revisions():
        above = contents(url)
        migrate.downgrade(url, before)
        if before == "base":
            break
        below = contents(url)
        migrate.upgrade(url, revision)
        again = contents(url)
        migrate.downgrade(url, before)
        twice = contents(url)
        for step, one, other in (("down", above, below), ("up", below, again), ("down again", below, twice)):
            problems += [f"{revision} {step}: {each}" for each in common(revision, one, other)]
    return problems
