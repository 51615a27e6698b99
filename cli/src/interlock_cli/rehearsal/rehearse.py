"""A whole rehearsal, from the app to the outcome: each step's order, and what is stopped at the end."""

from __future__ import annotations

import contextlib
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.rehearsal import pipeline_stack
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.actions import Performer
from interlock_cli.rehearsal.assembly import Assembly
from interlock_cli.rehearsal.assets import find_assets, publish
from interlock_cli.rehearsal.commit import trigger_of
from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.envelopes import Subject
from interlock_cli.rehearsal.hub import Hub
from interlock_cli.rehearsal.places import is_loopback
from interlock_cli.rehearsal.progress import Progress
from interlock_cli.rehearsal.relay import Intake, Relay
from interlock_cli.rehearsal.stacks import Stacks
from interlock_cli.rehearsal.walk import Outcome, Walk

Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What the person asked for. `action_seconds` is how long a validation machine may run."""

    app: Path
    connection: Connection
    fail_at: str | None = None
    commit: str | None = None
    action_seconds: float = 600.0


@dataclass
class Report:
    """What came of it; `to_json` is what `-o json` prints."""

    pipeline: str
    execution: str
    revision: str
    started: datetime
    outcome: Outcome
    emulator: Emulator
    left_out: Mapping[str, int]
    events: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values: the outcome of each stage and action, what was emitted, what the emulator lacks."""
        return {
            "pipeline": self.pipeline,
            "executionId": self.execution,
            "status": self.outcome.status,
            "revision": self.revision,
            "startedAt": self.started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "seconds": round(self.outcome.seconds, 3),
            "stages": [_rounded(asdict(stage)) for stage in self.outcome.stages],
            "events": self.events,
            "emulator": asdict(self.emulator),
            "leftOut": dict(self.left_out),
        }


def require_local(connection: Connection, *, remote: bool) -> None:
    """Refuses a service elsewhere, unless that is meant. Raises InputError."""
    if not (remote or is_loopback(connection.url)):
        raise InputError(
            f"A rehearsal writes executions into the records of the service, and {connection.url} is not this machine.",
            "Give --url http://127.0.0.1:8400, or --report-to-remote if that is meant.",
        )


def require_service(connection: Connection) -> None:
    """Raises CommandError when no service answers: the gate asks it, and the events are for it."""
    with Client(connection) as client:
        client.ask("service_answers")


def rehearse(request: Request, assembly: Assembly, emulator: Emulator, say: Say) -> Report:
    """Deploys what the pipeline needs, walks it, and reports. Raises CommandError for what is not its own failure."""
    require_environment(assembly, request.fail_at)
    try:
        return _rehearse(request, assembly, emulator, say)
    except ClientError as error:
        said = error.response["Error"].get("Message", str(error))
        raise CommandError(f"The emulator refused {error.operation_name}: {said}") from error
    except BotoCoreError as error:
        raise CommandError(f"The emulator at {emulator.endpoint} could not be asked: {error}") from error


def require_environment(assembly: Assembly, fail_at: str | None) -> None:
    """Refuses an environment that the pipeline does not reach. Raises InputError with those it does."""
    names = assembly.actions.names
    if fail_at is not None and fail_at not in names:
        listed = ", ".join(names) or "none: the app was not made with pipelinekit"
        raise InputError(f"The pipeline reaches no environment {fail_at!r}.", f"Give --fail-at one of: {listed}.")


def _rehearse(request: Request, assembly: Assembly, emulator: Emulator, say: Say) -> Report:
    accounts, stop = Accounts(emulator.endpoint), threading.Event()
    stacks = Stacks(accounts, stop)
    accounts.prepare(assembly.place)
    assets = find_assets(assembly.folder)
    count, places = publish(accounts, assets), len({asset.place for asset in assets})
    say(f"Published {count} assets to {places} accounts and Regions, as the stage Assets would.")
    stack = pipeline_stack.deploy(assembly, stacks)
    say(f"Deployed {assembly.stack} to {assembly.place}, without {_listed(stack.left_out)}: the emulator has none.")
    hub = Hub(accounts, assembly.place, *pipeline_stack.bus_rule(assembly, stack))
    subject = _subject(request, assembly)
    say(f"Walking {subject.pipeline}, execution {subject.execution}, commit {subject.trigger.commit[:8]}.")
    with Relay(hub, request.connection) if emulator.own else Intake(hub, emulator.endpoint) as way:
        performer = Performer(
            assembly,
            stack.scope,
            accounts,
            stacks,
            subject.execution,
            subject.trigger,
            request.fail_at,
            request.action_seconds,
            way.settle,
            stop,
        )
        with Progress(assembly.actions, assembly.stages) as progress, _interruptible(stop):
            outcome = Walk(assembly, subject, performer, way.emit, progress, stop).run()
        counts = way.counts()
    return Report(
        pipeline=subject.pipeline,
        execution=subject.execution,
        revision=subject.trigger.commit,
        started=subject.started,
        outcome=outcome,
        emulator=emulator,
        left_out=stack.left_out,
        events={"emitted": hub.sent, "unmatched": hub.dropped, **counts},
    )


def _subject(request: Request, assembly: Assembly) -> Subject:
    name = assembly.definition.get("Name", assembly.pipeline)
    trigger = trigger_of(assembly, request.app, request.commit)
    return Subject(str(name), assembly.place, str(uuid.uuid4()), datetime.now(UTC), trigger)


@contextlib.contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM asks the walk to end in order; another one interrupts at once."""

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    orders = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(order, ask) for order in orders]
    try:
        yield
    finally:
        for order, handler in zip(orders, before, strict=True):
            signal.signal(order, handler)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within the block SIGTERM is Ctrl-C: what was started is stopped before the program ends."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listed(left_out: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(left_out.items())) or "leaving anything out"


def _rounded(stage: dict[str, Any]) -> dict[str, Any]:
    stage["seconds"] = round(stage["seconds"], 3)
    for action in stage["actions"]:
        action["seconds"] = round(action["seconds"], 3)
    return stage
