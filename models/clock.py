"""What time it is: by the machine's own clock, or by that of a service for rehearsals, which is kept in the database.

A rehearsal compresses days into seconds, and its decisions must be those that would be made on those days. So a service
that was started for rehearsals takes no time from its machine: one row says that at a real time it was some simulated
time, and how fast that has run since. PostgreSQL computes it: every process agrees, whatever its own clock says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

SLOWEST, FASTEST = 1.0, 1_000_000.0
"""Simulated seconds in a real one: never slower than the world, and a year in half a minute at most."""
REFRESH_SECONDS = 0.05
"""How long a process goes on by what it read last: at a day in two seconds, half an hour of simulated time."""
FURTHEST = "9000-01-01T00:00:00+00"
"""Where the clock stops: a rehearsal that was left running must not leave what a date can say."""
CLOCK = "clock"
"""The key in `session.info` of the clock that the log is written by; none where that is the database's own."""

_NOW = f"""least(cast('{FURTHEST}' as timestamptz),
              simulated_at + make_interval(secs => speed * extract(epoch from clock_timestamp() - real_at)))"""
_BEGIN = """
    insert into clock (id, simulated_at, real_at, speed) values (1, clock_timestamp(), clock_timestamp(), 1)
    on conflict do nothing
"""
_READ = f"select {_NOW}, speed from clock"  # noqa: S608 - constants of this module
_LOCK = text("select from clock for update")
_SET = text(f"""
    update clock set simulated_at = greatest({_NOW}, cast(:at as timestamptz)), real_at = clock_timestamp(),
                     speed = :speed
    returning simulated_at, speed
""")  # noqa: S608 - as above
_log = structlog.get_logger("interlock.clock")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows. speed: simulated seconds in a real one. read_at: this process's monotonic time, seconds."""

    now: datetime
    speed: float
    read_at: float

    def later(self, monotonic: float) -> datetime:
        """What it shows at a later time of this process."""
        return self.now + timedelta(seconds=self.speed * max(0.0, monotonic - self.read_at))


class Clock:
    """The machine's own clock: what every service goes by that is not for rehearsals."""

    rehearsal = False

    def now(self) -> datetime:
        """The time that decisions are made at, UTC."""
        return datetime.now(UTC)

    def reading(self) -> Reading:
        """The time, and how fast it runs."""
        return Reading(self.now(), 1.0, time.monotonic())

    def forget(self) -> None:
        """The clock was set: the next time is read anew."""

    def afresh(self) -> datetime:
        """The time by which it is judged what others have told, who may know a later one: read now, and not before."""
        self.forget()
        return self.now()

    def close(self) -> None:
        """Nothing is open."""


class RehearsalClock(Clock):
    """The clock of a service for rehearsals, as the database has it. Safe to share among threads; it never goes back.

    address: the database as libpq names it. Between two readings a process goes on by the last one; while the database
    is away as well. Raises psycopg.Error where it could never be read.
    """

    rehearsal = True

    def __init__(self, address: Callable[[], str]) -> None:
        """address: what gives libpq's connection string, asked for each connection."""
        self._address = address
        self._connection: psycopg.Connection[Any] | None = None
        self._last: Reading | None = None
        self._due = True
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The simulated time, UTC."""
        return self.reading().now

    def reading(self) -> Reading:
        """The simulated time, and how fast it runs."""
        with self._lock:
            last = self._current()
            monotonic = time.monotonic()
            self._latest = max(self._latest, last.later(monotonic))
            return Reading(self._latest, last.speed, monotonic)

    def forget(self) -> None:
        """The clock was set: the next time is read anew."""
        with self._lock:
            self._due = True

    def close(self) -> None:
        """Closes the connection; another reading opens one again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _current(self) -> Reading:
        last = self._last
        if last is not None and not self._due and time.monotonic() - last.read_at < REFRESH_SECONDS:
            return last
        try:
            self._last = self._read()
        except psycopg.Error as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if last is None:
                raise
            _log.warning("the rehearsal's clock goes on by what it read last", reason=type(error).__name__)
            return last
        self._due = False
        return self._last

    def _read(self) -> Reading:
        if self._connection is None:
            self._connection = psycopg.connect(self._address(), autocommit=True, application_name="interlock clock")
            self._connection.execute(_BEGIN)
        found = self._connection.execute(_READ).fetchone()
        assert found, "the clock's row is made with the connection, and never deleted"
        return Reading(found[0].astimezone(UTC), float(found[1]), time.monotonic())


async def set_to(session: AsyncSession, speed: float, at: datetime | None) -> tuple[datetime, float]:
    """Sets the speed, and the time where it lies ahead of the clock's; what it shows then. It never goes back."""
    await session.execute(text(_BEGIN))
    await session.execute(_LOCK)
    now, kept = (await session.execute(_SET, {"at": at, "speed": speed})).one()
    return now.astimezone(UTC), float(kept)


def now_of(session: AsyncSession) -> datetime:
    """The time by the clock that the session has at hand; where it has none, the machine's."""
    clock = session.info.get(CLOCK)
    now: datetime = clock.now() if clock else datetime.now(UTC)
    return now
