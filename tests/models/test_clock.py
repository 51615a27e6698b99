"""The clock of a service for rehearsals: it runs as it was set, in every process alike, and never back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, select

from domain.events import EventType, Happening
from models.clock import FURTHEST, Clock, RehearsalClock, set_to
from models.engine import Database
from models.event_log import append
from models.tables import Event

LATER = datetime(2031, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def clock(database: Database) -> RehearsalClock:
    """A process's reading of the database's clock."""
    return RehearsalClock(lambda: database.address)


async def turned(database: Database, speed: float, at: datetime | None = None) -> datetime:
    """What the clock shows after it was set."""
    async with database.transaction() as session:
        return (await set_to(session, speed, at))[0]


def test_a_service_goes_by_its_machine() -> None:
    """Nothing is asked of a database, and time passes as it does."""
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert (Clock().reading().speed, Clock().rehearsal) == (1.0, False)


async def test_it_begins_at_the_time_of_the_world(database: Database, clock: RehearsalClock) -> None:
    """Until somebody sets it, a rehearsal's clock is like any other."""
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=30)
    assert clock.reading().speed == 1.0
    clock.close()


async def test_it_is_moved_forward_and_runs_as_fast_as_it_was_told(database: Database, clock: RehearsalClock) -> None:
    """From the time that it was set to, a million seconds in one."""
    assert await turned(database, 1.0, LATER) == LATER
    assert LATER <= clock.now() < LATER + timedelta(minutes=5)
    shown = await turned(database, 1_000_000.0)
    clock.forget()
    assert clock.now() > shown + timedelta(seconds=1)
    clock.close()


async def test_it_never_goes_back(database: Database, clock: RehearsalClock) -> None:
    """Neither when it is set to an earlier time, nor from one reading to the next while it is slowed down."""
    await turned(database, 1_000_000.0, LATER)
    seen = [clock.now() for _ in range(20)]
    assert await turned(database, 1.0, LATER) >= LATER
    clock.forget()
    seen += [clock.now() for _ in range(20)]
    assert seen == sorted(seen)
    clock.close()


async def test_what_others_have_told_is_judged_by_no_older_time_than_theirs(
    database: Database, clock: RehearsalClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a day in two seconds a reading of a moment ago is half an hour old: what came since looked as if to come."""
    monkeypatch.setattr("models.clock.REFRESH_SECONDS", 3600.0)
    clock.now()
    await turned(database, 1.0, LATER)
    assert clock.now() < LATER <= clock.afresh()
    assert abs(Clock().afresh() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.close()


async def test_every_process_agrees(database: Database) -> None:
    """It is PostgreSQL that computes it."""
    await turned(database, 1.0, LATER)
    first, second = RehearsalClock(lambda: database.address), RehearsalClock(lambda: database.address)
    assert abs(first.now() - second.now()) < timedelta(seconds=5)
    first.close()
    second.close()


async def test_left_running_it_stops_within_what_a_date_can_say(database: Database, clock: RehearsalClock) -> None:
    """Weeks at full speed would lead beyond the year 9999."""
    await turned(database, 1_000_000.0, datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert clock.now().isoformat() <= "9000-02"
    clock.forget()
    assert clock.reading().now.year == int(FURTHEST[:4])
    clock.close()


async def test_while_the_database_is_away_it_goes_on(database: Database, clock: RehearsalClock) -> None:
    """By what it read last; a clock that could never be read says why."""
    await turned(database, 1.0, LATER)
    clock.now()
    clock.close()
    clock._address = lambda: "postgresql://nobody@127.0.0.1:1/interlock"
    clock.forget()
    assert LATER <= clock.now() < LATER + timedelta(minutes=5)
    with pytest.raises(psycopg.Error):
        RehearsalClock(lambda: "postgresql://nobody@127.0.0.1:1/interlock").now()


async def test_the_log_tells_simulated_times(database_url: URL, database: Database) -> None:
    """An event of a rehearsal happened when its clock says so."""
    await turned(database, 1.0, LATER)
    async with Database(database_url, rehearsal=True) as rehearsing:
        async with rehearsing.transaction() as session:
            await append(
                session, [Happening(EventType.SERVICE_REGISTERED, "Service", uuid4(), {}, trace_id=None)], "tester"
            )
        async with rehearsing.reading() as connection:
            told = await connection.scalar(select(Event.time).order_by(Event.id.desc()).limit(1))
    assert told is not None
    assert LATER <= told < LATER + timedelta(minutes=5)
