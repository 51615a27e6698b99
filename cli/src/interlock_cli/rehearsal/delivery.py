"""How events go astray between AWS and the service: lost, twice, late. AWS promises at least once, in no order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.envelopes import Envelope
from interlock_cli.rehearsal.faults import Faults, Kind

DUE_SECONDS = 5.0
"""How long the end of a rehearsal waits for events that are late."""


class Delivery:
    """Passes envelopes to `emit`, with what the faults do to them. Safe to share among threads.

    The same seed decides the same for the same number of events; which event it meets depends on who was faster.
    """

    def __init__(self, emit: Callable[[Envelope], None], faults: Faults, clock: Clock) -> None:
        self._emit = emit
        self._faults = faults
        self._clock = clock
        self._lock = threading.Lock()
        self._late: list[threading.Thread] = []
        self._ending = threading.Event()
        self.counts = {"lost": 0, "duplicated": 0, "delayed": 0}

    def emit(self, envelope: Envelope) -> None:
        """Sends an envelope on its way, or not, or twice, or later."""
        if self._happens(Kind.LOST_EVENTS, "lost"):
            return
        delayed = self._happens(Kind.DELAYED_EVENTS, "delayed")
        (self._later if delayed else self._emit)(envelope)
        if self._happens(Kind.DUPLICATED_EVENTS, "duplicated"):
            self._emit(envelope)

    def finish(self) -> None:
        """Returns when nothing is late any more."""
        self._ending.set()
        for each in self._late:
            each.join(DUE_SECONDS)

    def _happens(self, kind: Kind, counted: str) -> bool:
        share = self._faults.share(kind)
        with self._lock:
            happens = share > 0 and self._faults.chance.random() < share
            self.counts[counted] += happens
        return happens

    def _later(self, envelope: Envelope) -> None:
        (fault,) = self._faults.of(Kind.DELAYED_EVENTS)[:1]

        def send() -> None:
            self._clock.wait(timedelta(minutes=fault.by), self._ending)
            self._emit(envelope)

        thread = threading.Thread(target=send, name="late event", daemon=True)
        self._late.append(thread)
        thread.start()
