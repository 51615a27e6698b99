"""The last part of the way, from the hub's queue to the service.

On a shared emulator the service's intake reads the queue. An own emulator's queue nobody knows of, so one thread takes
the envelopes off it and reports them by the mutation `reportEvents`, the same use-case as intake's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.envelopes import Envelope
from interlock_cli.rehearsal.hub import QUEUE, Hub, Rule

WAIT_SECONDS = 1
SETTLE_SECONDS = 20.0


class Intake:
    """A shared emulator's way: the service's own intake."""

    def __init__(self, hub: Hub, endpoint: str) -> None:
        """`endpoint` is the emulator's, for the advice when nobody reads the queue."""
        self._hub = hub
        self._endpoint = endpoint
        self._unread = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def emit(self, envelope: Envelope, rule: Rule | None = None) -> None:
        """Sends an envelope on its way."""
        self._hub.emit(envelope, rule)

    def settle(self) -> None:
        """Returns once the service has taken everything. Raises CommandError when nobody does."""
        left = self._hub.await_empty(SETTLE_SECONDS)
        if left:
            self._unread = True
            place = self._hub.place
            raise CommandError(
                f"{left} events wait on the queue {QUEUE} in {place}, and nobody reads them.",
                f"Start the service's intake with INTERLOCK_QUEUE_URL={self._hub.queue_url} "
                f"AWS_ENDPOINT_URL={self._endpoint} AWS_DEFAULT_REGION={place.region} "
                f"AWS_ACCESS_KEY_ID={place.account} AWS_SECRET_ACCESS_KEY=any.",
            )

    def counts(self) -> Mapping[str, int]:
        """How many envelopes nobody has taken."""
        return {"onQueue": self._hub.await_empty(0 if self._unread else SETTLE_SECONDS)}


class Relay:
    """An own emulator's way: reports while the `with` block lasts, and what is left at its end."""

    def __init__(self, hub: Hub, connection: Connection, down: threading.Event | None = None) -> None:
        """Starts nothing yet. down: while it is set the service answers nobody, and events stay on the queue."""
        self._hub = hub
        self._down = down or threading.Event()
        self._connection = connection
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._failure: Exception | None = None
        self._counts = {"accepted": 0, "duplicates": 0, "setAside": 0}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Reports what is left on the queue, then ends."""
        self._ending.set()
        self._thread.join()

    def emit(self, envelope: Envelope, rule: Rule | None = None) -> None:
        """Sends an envelope on its way. Raises CommandError when reporting has failed."""
        self._check()
        self._hub.emit(envelope, rule)

    def settle(self) -> None:
        """Returns once the service knows of everything. Raises CommandError when reporting has failed."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._failure is None and self._hub.waiting() and time.monotonic() < deadline:
            if self._down.is_set():
                return  # who asks is told so, and asks again
            time.sleep(0.02)
        self._check()

    def counts(self) -> Mapping[str, int]:
        """What the service said of the envelopes, once it has all of them."""
        self.settle()
        return dict(self._counts)

    def _check(self) -> None:
        """Nobody would see the rest of the rehearsal."""
        if self._failure is not None:
            raise CommandError(f"The rehearsal's events could not be reported. {self._failure}") from self._failure

    def _run(self) -> None:
        try:
            with Client(self._connection) as client:
                while self._once(client) or not self._ending.is_set():
                    pass
        except Exception as error:  # whatever ended the thread, `_check` tells the person
            self._failure = error

    def _once(self, client: Client) -> bool:
        if self._down.is_set():
            time.sleep(0.02)
            return not self._ending.is_set()
        received = self._hub.receive(0 if self._ending.is_set() else WAIT_SECONDS)
        if not received:
            return False
        answer = client.ask("report_events", input={"envelopes": [envelope for _, envelope in received]})
        self._count(answer["reportEvents"])
        self._hub.delete([receipt for receipt, _ in received])
        return True

    def _count(self, payload: Data) -> None:
        if payload["errors"]:
            raise_typed(payload["errors"])
        for name in self._counts:
            self._counts[name] += payload[name]
