"""How PostgreSQL reads what is asked about one service: by an index, however much happened elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.event import listen, remove

from domain.permissions import Role, Viewer
from models.engine import Database
from models.partitions import PARTITION
from tests.graph.conftest import Doors
from tests.graph.test_narrowed import QUERIES, documents

ADMIN = Viewer("admin", frozenset({Role.ADMIN}))
OF_ONE = (
    "service", "pipeline", "execution", "deployment", "why", "plan", "placement", "overrideEffect", "fingerprint",
    "incident", "check", "policy",
)  # fmt: skip
"""Root fields that are about one service, or one thing of one."""
GROWING = {
    "pipeline_execution", "stage_execution", "action_execution", "deployment", "check_run", "wave_entry", "failure",
    "failure_evidence", "notification", "envelope", "event", "change_entry", "metric_point", "span_outbox",
}  # fmt: skip
"""Tables that grow with each deployment."""


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database in the block, with its parameters by name."""
    found: list[tuple[str, Any]] = []

    def seen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        found.append((statement, parameters))

    def read(statement: str, values: Sequence[Any], *_: Any) -> None:
        named = re.sub(r"\$(\d+)", r"%(value_\1)s", statement.replace("%", "%%"))
        found.append((named, {f"value_{number}": each for number, each in enumerate(values, 1)}))

    listen(database.engine.sync_engine, "before_cursor_execute", seen)
    database.direct.told.append(read)
    try:
        yield found
    finally:
        database.direct.told.remove(read)
        remove(database.engine.sync_engine, "before_cursor_execute", seen)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def table(node: dict[str, Any]) -> str:
    """What a step reads; a part of a table counts as the table."""
    name = str(node.get("Relation Name", ""))
    return re.sub(r"_\d.*", "", name) if PARTITION.fullmatch(name) else name


@pytest.mark.parametrize("name", OF_ONE)
async def test_one_service_is_read_by_indexes(doors: Doors, name: str) -> None:
    """Where a scan of a whole table is the last resort, none of a table that grows is in any plan.

    The tables are small here: PostgreSQL is told to avoid such scans, so that one is left only where no index fits.
    """
    for asked in documents(name, QUERIES[name], doors.company, "red"):
        with statements(doors.graph.context.database.whole) as sent:
            answer = await doors.bytes(ADMIN, asked)
        assert b'"code":"' not in answer, answer[:500]
        for statement, parameters in sent:
            assert await read_whole(doors, statement, parameters) & GROWING == set(), (asked, statement)


async def read_whole(doors: Doors, statement: str, parameters: Any) -> set[str]:
    """The tables that a question reads whole, though PostgreSQL was told to avoid it."""
    if not re.match(r"\s*(select|with)\b", statement, re.IGNORECASE):
        return set()
    async with doors.graph.context.database.whole.snapshot() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("set local enable_seqscan = off")
        told = (await connection.exec_driver_sql(f"explain (format json) {statement}", parameters)).scalar_one()
    plan = (told if isinstance(told, list) else json.loads(told))[0]["Plan"]
    return {table(node) for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
