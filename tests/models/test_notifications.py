"""What is to be sent next is found by looking at what is open, once, however long a thread is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from models import notifications
from models.engine import Database
from tests.configuring import register

pytestmark = pytest.mark.database
OPEN = 2_000
_FILL = text("""
    insert into notification (id, route_id, event_id, type, about, state, thread, title, urgent, document, status,
                              created_at, not_before, next_at)
    select gen_random_uuid(), id, place, 'alarm.changed', 'a', 's',
           case when :spread then place::text else 'one thread' end, 't', false, '{}', :status,
           now(), now(), now()
    from notification_route, generate_series(1, :count) as place
""")


async def nodes(session: AsyncSession, statement: TextClause, **given: Any) -> Iterator[dict[str, Any]]:
    """The nodes of the plan with which a statement was run."""
    explained = text(f"explain (analyze, format json) {statement.text}")
    (plan,) = (await session.execute(explained, given)).scalar_one()

    def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for child in node.get("Plans", ()):
            yield from walk(child)

    return walk(plan["Plan"])


async def test_a_long_thread_is_looked_at_once(database: Database) -> None:
    """No step sees more rows than a few times those that are open: neither pairs of them, nor all that was sent."""
    async with database.transaction() as session:
        await register(session, Kind.NOTIFICATION_ROUTE, name="all", channel="SLACK", address="#a", events=["alarm.*"])
        route = (await session.execute(text("select id from notification_route"))).scalar_one()
        now = datetime.now(UTC)
        await notifications.ensure_targets(session, [route], now)
        for status, spread in (("SENT", True), ("SENT", False), ("PENDING", False)):
            await session.execute(_FILL, {"status": status, "spread": spread, "count": OPEN})
        await session.execute(text("analyze"))
        at = {"now": now, "beyond": now + notifications.BEYOND}
        target = (await session.execute(text("select id from notification_target"))).scalar_one()
        for statement, given in ((notifications._TARGET, {"route": None}), (notifications._NEXT, {"target": target})):
            for node in await nodes(session, statement, **at, **given):
                removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
                assert (node["Actual Rows"] + removed) * node["Actual Loops"] <= 3 * OPEN, str(node)


async def test_a_thread_begins_anew_where_a_route_leads_elsewhere(database: Database) -> None:
    """The first receipt of the address that the route has now, whatever was sent to the one before."""
    async with database.transaction() as session:
        await register(session, Kind.NOTIFICATION_ROUTE, name="all", channel="SLACK", address="#a", events=["alarm.*"])
        route = (await session.execute(text("select id from notification_route"))).scalar_one()
        now = datetime.now(UTC)
        await notifications.ensure_targets(session, [route], now)
        for address in ("#old", "#a", "#a"):
            await session.execute(_FILL, {"status": "SENT", "spread": False, "count": 1})
            made = "jsonb_build_object('address', cast(:at as text), 'ts', number)"
            receipt = f"update notification set receipt = {made} where receipt is null"
            await session.execute(text(receipt), {"at": address})
        await session.execute(_FILL, {"status": "PENDING", "spread": False, "count": 1})
    async with database.transaction() as session:
        later = datetime.now(UTC)
        claimed = await notifications.claim(session, later, later)
    assert claimed is not None
    assert claimed.first == {"address": "#a", "ts": 2}
