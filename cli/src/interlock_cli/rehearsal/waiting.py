"""Why an execution waits, asked of the service while one of its state machines runs, for the person who watches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.executions import IN_PROGRESS
from interlock_cli.rehearsal.line import Line
from interlock_cli.rehearsal.pipelines import Rehearsed
from interlock_cli.rehearsal.progress import Progress

ASK_SECONDS = 0.5
"""Real ones: nobody reads faster, and it is the service's work."""


class Waiting:
    """Asks `why` of what every pipeline waits for, in a thread, while the block lasts. A service that cannot say is let
    be: what a person sees is no reason to end a rehearsal.
    """

    def __init__(self, connection: Connection, running: Sequence[Rehearsed], progress: Progress) -> None:
        """Asks nothing yet."""
        self._connection = connection
        self._running = running
        self._progress = progress
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="why", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with Client(self._connection, seconds=5) as client:
                while not self._ending.wait(ASK_SECONDS):
                    for each in self._running:
                        self._ask(client, each)
        except CommandError:
            return

    def _ask(self, client: Client, rehearsed: Rehearsed) -> None:
        assembly = rehearsed.app.assembly
        for execution, environment in _waiting(rehearsed.line, assembly.actions.of_stage):
            found = client.ask("why", service=assembly.service, environment=environment)["why"]
            if found.get("executionId") == execution and found["reasons"]:
                self._progress.waits(execution, list(found["reasons"]))


def _waiting(line: Line, environments: Callable[[str], list[str]]) -> Iterable[tuple[str, str]]:
    """Each execution that has a state machine running, with an environment of its stage."""
    for execution in list(line.executions):
        for run in list(execution.actions):
            if run.status == IN_PROGRESS and run.provider == "StepFunctions":
                for environment in environments(run.stage)[:1]:
                    yield execution.identity, environment
