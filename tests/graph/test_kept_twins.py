"""Whatever happens in two processes: what may be kept is always what is answered anew."""

from __future__ import annotations

import asyncio
from typing import cast
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.events import EventType, Happening
from domain.permissions import Viewer
from models import event_log
from models.engine import Database
from tests.graph.conftest import Doors
from tests.graph.keepers import ANEW, ENTITY, EVENTS, FLEET, NAMES, REGISTER, Process, processes
from tests.graph.test_narrowed import ADMIN, RED

__all__ = ["processes"]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("event", "row", "mutation", "read", "read", "read", "together")),
        st.integers(0, 1),
        st.sampled_from((NAMES, FLEET, EVENTS, ENTITY)),
        st.sampled_from((ADMIN, RED)),
    ),
    min_size=5,
    max_size=12,
)


class Twins:
    """Two processes, and what is done in them."""

    def __init__(self, processes: tuple[Process, Process]) -> None:
        self.processes = [{viewer.actor: each.seen_by(viewer) for viewer in (ADMIN, RED)} for each in processes]
        self.databases = [cast("Database", each.view.context.database) for each in processes]

    async def agree(self, place: int, asked: str, viewer: Viewer) -> None:
        """What may be kept is what is made anew. Asked again where it is not: a stale answer would stay one."""
        process, given = self.processes[place][viewer.actor], {"name": "red-shop"} if asked == ENTITY else {}
        for _ in range(3):  # the server's own upkeep may end between the two, and with it what holds events back
            answers = [await process.bytes(asked, headers, **given) for headers in (None, ANEW)]
            if answers[0] == answers[1]:
                return
        assert answers[0] == answers[1]

    async def event(self, place: int) -> None:
        """Something happens to a service, and no row changes."""
        async with self.databases[place].transaction() as session:
            key = await session.scalar(text("select id from service where name = 'red-shop'"))
            await event_log.append(session, [Happening(EventType.SERVICE_UPDATED, "Service", key, {})], "x")

    async def row(self, place: int) -> None:
        """A row changes, and nothing is said of it."""
        async with self.databases[place].transaction() as session:
            changed = "update service set repository = :told where name in ('red-shop', 'blue-shop') and id is not null"
            await session.execute(text(changed.replace(":told", "'acme/' || name || :told")), {"told": str(uuid4())})

    async def mutation(self, place: int) -> None:
        """A client registers a service; who has its answer reads it in both processes, whatever was kept there."""
        name = f"s-{uuid4()}"
        given = {"name": name, "repository": f"acme/{name}", "team": "red", "placement": ["*"]}
        answer = await self.processes[place][ADMIN.actor].post(REGISTER, input=given)
        assert answer.json()["data"]["registerService"] == {"service": {"name": name}, "errors": []}
        for each in self.processes:
            for viewer in (ADMIN, RED):
                found = await each[viewer.actor].post(ENTITY, name=name)
                assert found.json()["data"]["service"]["name"] == name

    async def step(self, what: str, place: int, asked: str, viewer: Viewer) -> None:
        """One step, after which everybody agrees."""
        if what == "together":
            await asyncio.gather(
                self.event(place),
                self.mutation(1 - place),
                *(self.processes[1][viewer.actor].post(asked) for _ in "ab"),
            )
        elif what != "read":
            await getattr(self, what)(place)
        for each in (0, 1):
            await self.agree(each, asked, viewer)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(steps=STEPS)
async def test_always_what_is_answered_anew(
    processes: tuple[Process, Process], doors: Doors, steps: list[tuple[str, int, str, Viewer]]
) -> None:
    """Two processes, two sights, rows that change with an event and without, by mutations and beside them.

    After each step an answer that may be kept is, byte for byte, the one that is made anew.
    """
    twins = Twins(processes)
    for what, place, asked, viewer in steps:
        await twins.step(what, place, asked, viewer)
