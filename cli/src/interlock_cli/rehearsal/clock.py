"""The clock of a rehearsal: the service's, which runs as fast as it is told, and by which everything told is stamped.

Two speeds. While every execution only waits (for its state machine: a bake, a closed window; or for a stage), simulated
time passes at the speed that was asked for. While anything else is done it passes at WORKING at most, because work is
not compressed: a deployment that takes half a second here takes minutes in AWS, not hours.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.moments import instant

SPEED = 43_200.0
"""Twelve hours in a second: what a bake of production's first wave takes."""
WORKING = 600.0
"""Ten minutes in a second."""
FASTEST = 1_000_000.0
LOOK_SECONDS = 0.02


class Clock:
    """The world's clock: `--real-time`, where a wait takes as long as it takes."""

    speed = 1.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was set."""

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC)

    @property
    def wait_scale(self) -> float:
        """What the emulator's state machines multiply their waits by."""
        return 1.0 / self.speed

    @contextmanager
    def working(self) -> Iterator[None]:
        """Something is done meanwhile that takes its real time."""
        yield

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Within `working`: what is done meanwhile is waiting."""
        yield

    def rest(self, resting: bool) -> None:
        """Nothing is under way, and it is waited for a person: simulated time passes as the world's does."""

    def wait(self, length: timedelta, stop: threading.Event) -> bool:
        """Waits so long by this clock; False where it was stopped before."""
        end = self.now() + length
        while (left := (end - self.now()).total_seconds()) > 0:
            if stop.wait(min(left / self.speed, 1.0) if left / self.speed > LOOK_SECONDS else LOOK_SECONDS):
                return False
        return True


class SimulatedClock(Clock):
    """The clock of a service for rehearsals, for as long as the block lasts; then it runs as the world's again.

    Between two answers of the service it goes on by itself, a little behind the service's and never ahead of it: what
    is told must not lie in the future. Safe to share among threads. It never goes back.
    """

    def __init__(self, connection: Connection, speed: float = SPEED, start_at: datetime | None = None) -> None:
        """Sets nothing yet."""
        self.speed = speed
        self._start_at = start_at
        self._client = Client(connection)
        self._lock = threading.RLock()
        self._workers, self._resting = 0, False
        self._base, self._read_at, self._running = datetime.min.replace(tzinfo=UTC), 0.0, 1.0
        self._latest = self._base

    def __enter__(self) -> Self:
        self._client.__enter__()
        try:
            self._set(self.speed, self._start_at)
        except BaseException:
            self._client.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The clock goes on as the world's does, from where it is."""
        try:
            self._set(1.0)
        finally:
            self._client.__exit__(kind, error, trace)

    def now(self) -> datetime:
        """The simulated time, UTC."""
        with self._lock:
            passed = timedelta(seconds=(time.monotonic() - self._read_at) * self._running)
            self._latest = max(self._latest, self._base + passed)
            return self._latest

    @contextmanager
    def working(self) -> Iterator[None]:
        """Time passes at WORKING at most until the last of those who work is done."""
        self._work(1)
        try:
            yield
        finally:
            self._work(-1)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Whoever works only waits meanwhile."""
        self._work(-1)
        try:
            yield
        finally:
            self._work(1)

    def rest(self, resting: bool) -> None:
        """A second in a second, whoever works, until it is said that nobody rests any more."""
        with self._lock:
            if resting != self._resting:
                self._resting = resting
                self._set(self._wanted())

    def _work(self, more: int) -> None:
        with self._lock:
            before = self._wanted()
            self._workers += more
            if self._wanted() != before:
                self._set(self._wanted())

    def _wanted(self) -> float:
        if self._resting:
            return 1.0
        return min(self.speed, WORKING) if self._workers > 0 else self.speed

    def _set(self, speed: float, at: datetime | None = None) -> None:
        given: dict[str, Any] = {"speed": speed} | ({"at": at.isoformat()} if at else {})
        with self._lock:
            payload: Data = self._client.ask("set_clock", input=given)["setClock"]
            if payload["errors"]:
                raise_typed(payload["errors"])
            self._base, self._read_at, self._running = instant(payload["clock"]["now"]), time.monotonic(), speed


def clock_for(connection: Connection, speed: float, start_at: datetime | None, *, real_time: bool) -> Clock:
    """The clock to rehearse by. Raises InputError for a service whose clock is the world's, unless that is meant."""
    with Client(connection) as client:
        found = client.ask("clock")["clock"]
    if real_time and start_at is not None:
        raise InputError("--start-at sets a rehearsal's clock, and --real-time leaves it alone.", "Give one of them.")
    if real_time and found["rehearsal"]:
        return SimulatedClock(connection, 1.0)
    if real_time:
        return Clock()
    if not found["rehearsal"]:
        raise InputError(
            f"The service at {connection.url} goes by the world's clock, so a bake of 12 hours would take 12 hours.",
            "Start one with INTERLOCK_REHEARSAL=1 and a database of its own (INTERLOCK_DATA=.rehearsal), "
            "or give --real-time.",
        )
    return SimulatedClock(connection, speed, start_at)
