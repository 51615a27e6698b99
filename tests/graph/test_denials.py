"""Denials are told, and never so many that somebody could fill the log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.permissions import Denial, Permission, Target
from graph.denials import EVERY_SECONDS, MOST_OF_ONE, Denials, kind_of
from models.engine import Database
from models.tables import Event

pytestmark = pytest.mark.database


class Clock:
    """Seconds that go forward when the test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def denial(what: str = "stopExecution", service: str = "payments", actor: str = "eve") -> Denial:
    """Somebody was not let do something."""
    return Denial(actor, what, (Permission.STOP_EXECUTION,), Target(service=service))


async def told(database: Database) -> list[tuple[str, str, int]]:
    """The denials of the log: of what service, who, and how often."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(Event.payload, Event.actor).where(Event.type == "access.denied").order_by(Event.id)
        )
        return [(payload["service"], actor, payload["count"]) for payload, actor in rows]


async def test_the_same_is_told_once_a_minute_with_how_often(database: Database) -> None:
    """What came meanwhile is counted, and told with the next."""
    clock = Clock()
    denials = Denials(clock)
    for _ in range(5):
        await denials.note(database, denial(), None)
    await denials.note(database, denial(service="orders"), None)
    clock.now += EVERY_SECONDS
    await denials.note(database, denial(), None)
    assert await told(database) == [("payments", "eve", 1), ("orders", "eve", 1), ("payments", "eve", 5)]
    assert denials.counted == 7


async def test_one_actor_does_not_fill_the_log(database: Database) -> None:
    """Whatever they try: so many different ones a minute; another actor's are told all the same."""
    clock = Clock()
    denials = Denials(clock)
    for number in range(MOST_OF_ONE * 3):
        await denials.note(database, denial(service=f"s{number}"), None)
    await denials.note(database, denial(actor="bob"), None)
    assert len(await told(database)) == MOST_OF_ONE + 1
    clock.now += EVERY_SECONDS
    await denials.note(database, denial(service=f"s{MOST_OF_ONE}"), None)
    assert (await told(database))[-1] == (f"s{MOST_OF_ONE}", "eve", 2)


async def test_a_database_that_is_away_keeps_nobody_from_being_refused() -> None:
    """It is in the service's own log."""
    async with Database("postgresql+psycopg://nobody@127.0.0.1:1/none") as away:
        await Denials().note(away, denial(), None)


@given(st.text(max_size=30))
def test_an_address_is_told_by_its_kind(text: str) -> None:
    """Whatever a client calls itself; the address itself stays in the service's log."""
    assert kind_of(text) in ("loopback", "private", "public", "unknown")
    assert kind_of(f"{text} from 127.0.0.1") == "loopback"
    assert kind_of(f"{text} from 10.1.2.3") == "private"
    assert kind_of(f"{text} from 8.8.8.8") == "public"
