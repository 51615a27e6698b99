"""A whole rehearsal, from the apps to the outcome: each step's order, and what is stopped at the end."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.rehearsal import api, pipeline_stack, proxy
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import Assembly
from interlock_cli.rehearsal.assets import find_assets, publish
from interlock_cli.rehearsal.clock import Clock, SimulatedClock
from interlock_cli.rehearsal.commit import triggers_of
from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.faults import Fault, Faults, Kind, require_known
from interlock_cli.rehearsal.hub import Hub
from interlock_cli.rehearsal.pipelines import App, Play, Rehearsed
from interlock_cli.rehearsal.places import is_loopback
from interlock_cli.rehearsal.progress import Progress
from interlock_cli.rehearsal.relay import Intake, Relay
from interlock_cli.rehearsal.report import Played, Report
from interlock_cli.rehearsal.stacks import Stacks
from interlock_cli.rehearsal.waiting import Waiting

Say = Callable[[str], None]
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Request:
    """What the person asked for. apps: their folders. commits: what was pushed, or `count` of them that are made up.

    every: simulated time between two pushes. in_turn: each is pushed when all that came of the one before has ended.
    action_seconds: how long a state machine may run, in real time. stay: whether the pipelines go on answering when
    all is over, until the person ends it. port: of CodePipeline's API; None for the one after the service's.
    """

    apps: Sequence[Path]
    connection: Connection
    faults: Sequence[Fault] = ()
    seed: int = 1
    commits: Sequence[str] = ()
    count: int = 1
    every: timedelta = timedelta()
    in_turn: bool = False
    action_seconds: float = 600.0
    stay: bool = False
    port: int | None = None

    @property
    def number(self) -> int:
        """How many commits there are."""
        return len(self.commits) or self.count


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


def rehearse(request: Request, assemblies: Sequence[Assembly], emulator: Emulator, clock: Clock, say: Say) -> Report:
    """Deploys what the pipelines need, walks them, and reports. Raises CommandError for what is not their own failure.

    clock: entered already.
    """
    faults = Faults(request.faults, request.seed, request.number)
    require_known(faults, [each.actions for each in assemblies], [name for each in assemblies for name in each.checks])
    try:
        return _rehearse(request, assemblies, emulator, clock, faults, say)
    except ClientError as error:
        said = error.response["Error"].get("Message", str(error))
        raise CommandError(f"The emulator refused {error.operation_name}: {said}") from error
    except BotoCoreError as error:
        raise CommandError(f"The emulator at {emulator.endpoint} could not be asked: {error}") from error


def _rehearse(
    request: Request, assemblies: Sequence[Assembly], emulator: Emulator, clock: Clock, faults: Faults, say: Say
) -> Report:
    accounts, pipelines = Accounts(emulator.endpoint), api.CodePipeline()
    between = proxy.Proxy(request.connection.url, faults.of(Kind.FAILING_CHECK), request.number)
    port = _port(request, clock)
    with api.serving(pipelines, port) as codepipeline, proxy.serving(between) as service:
        if port and urlsplit(codepipeline).port != port:
            say(f"Port {port} is taken, so nobody can act on this rehearsal from the service: --codepipeline-port.")
        settings = {
            "AWS_ENDPOINT_URL_CODEPIPELINE": codepipeline,
            "INTERLOCK_URL": service,
            "INTERLOCK_REHEARSAL": "1",
        }
        apps = [
            _deployed(folder, assembly, accounts, settings, say)
            for folder, assembly in zip(request.apps, assemblies, strict=True)
        ]
        hub = Hub(accounts, _bus(apps))
        way = Relay(hub, request.connection, between.down) if emulator.own else Intake(hub, emulator.endpoint)
        progress = Progress({each.name: (each.assembly.actions, each.assembly.stages) for each in apps}, clock.now)
        with way:
            play = Play(accounts, clock, faults, way, progress, request.action_seconds, _ordinals(between))
            running = [Rehearsed(each, play) for each in apps]
            for each in running:
                pipelines.add(each.line, each.artifacts.bucket)
            between.looked = functools.partial(_look, running)
            whole = Whole(request, running, clock, between, progress, say)
            whole.run(faults)
            counts = way.counts()
    return whole.report(emulator, faults, {"emitted": hub.sent, "unmatched": hub.dropped, **counts})


@dataclass
class Whole:
    """The pipelines of a rehearsal, side by side, from the first push to the end of the last execution."""

    request: Request
    running: Sequence[Rehearsed]
    clock: Clock
    between: proxy.Proxy
    progress: Progress
    say: Say
    interrupted: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self, faults: Faults) -> None:
        """Pushes every commit, and waits for all that comes of it. Raises what an execution's walk raised."""
        self._began, self._first = time.monotonic(), self.clock.now()
        ending = threading.Event()
        down = [self._aside(functools.partial(self._down, fault, ending)) for fault in faults.of(Kind.SERVICE_DOWN)]
        try:
            why = Waiting(self.request.connection, self.running, self.progress)
            with self.progress, _interruptible(self._stop), why:
                for each in self.running:
                    self._push(each)
                while self._moving() or self._stays():
                    for each in self.running:
                        each.join(LOOK_SECONDS)
                ending.set()
                for each in self.running:
                    each.finish()
        finally:
            ending.set()
            for thread in down:
                thread.join()
            self.between.down.clear()
        self._last, self._seconds = self.clock.now(), time.monotonic() - self._began
        for error in [error for each in self.running for error in each.errors]:
            raise error

    def _moving(self) -> bool:
        return any(each.running() for each in self.running)

    def _stays(self) -> bool:
        """Whether to wait for a person still, who may retry, roll back, start, or end it; until there is something."""
        if not self.request.stay or self._ended.is_set():
            return False
        self.say("All is over. CodePipeline goes on answering until Ctrl-C.")
        self.clock.rest(True)
        while not self._moving() and not self._ended.wait(LOOK_SECONDS):
            pass
        self.clock.rest(False)
        return not self._ended.is_set()

    def report(self, emulator: Emulator, faults: Faults, events: Mapping[str, int]) -> Report:
        """What came of it."""
        played = [
            Played(
                pipeline=each.line.name,
                outcomes=sorted(each.outcomes, key=lambda outcome: outcome.began),
                started=each.rules.started,
                returned=each.returned,
                left_out=each.app.stack.left_out,
                notes=each.health.told,
            )
            for each in self.running
        ]
        astray: dict[str, int] = {}
        for each in self.running:
            for name, count in each.delivery.counts.items():
                astray[name] = astray.get(name, 0) + count
        more = {name: count for name, count in astray.items() if count}
        if self.between.refused:
            more["refusedWhileDown"] = self.between.refused
        return Report(
            played=played,
            began=self._first,
            ended=self._last,
            speed=self.clock.speed,
            seconds=self._seconds,
            interrupted=self.interrupted.is_set(),
            emulator=emulator,
            faults=[each.sentence() for each in faults.wanted],
            events={**events, **more},
        )

    def _push(self, each: Rehearsed) -> None:
        request, app = self.request, each.app
        triggers = triggers_of(app.assembly, app.folder, request.commits, request.count, self.clock.now())
        commits = ", ".join(trigger.commit[:8] for trigger in triggers)
        self.say(f"Walking {app.name}, commit {commits}.")
        each.begin(triggers, request.every, in_turn=request.in_turn)

    def _stop(self) -> None:
        if self._moving() or not self.request.stay:
            self.interrupted.set()
        self._ended.set()
        for each in self.running:
            each.stop()

    def _down(self, fault: Fault, ending: threading.Event) -> None:
        """Takes the service down for a while, for the gates and for the events."""
        if self.clock.wait(timedelta(minutes=fault.after), ending):
            self.between.down.set()
            self.clock.wait(timedelta(minutes=fault.length or 0), ending)
            self.between.down.clear()

    def _aside(self, run: Callable[[], Any]) -> threading.Thread:
        thread = threading.Thread(target=run, name="service down", daemon=True)
        thread.start()
        return thread


def _deployed(folder: Path, assembly: Assembly, accounts: Accounts, settings: Mapping[str, str], say: Say) -> App:
    """The app's assets and its pipeline's own stack, in the emulator."""
    accounts.prepare(assembly.place)
    assets = find_assets(assembly.folder)
    count, places = publish(accounts, assets), len({asset.place for asset in assets})
    say(f"Published {count} assets to {places} accounts and Regions, as the stage Assets would.")
    stack = pipeline_stack.deploy(assembly, Stacks(accounts, threading.Event()), settings)
    say(f"Deployed {assembly.stack} to {assembly.place}, without {_listed(stack.left_out)}: the emulator has none.")
    return App(folder, assembly, stack)


def _port(request: Request, clock: Clock) -> int:
    """Where a service for rehearsals looks for CodePipeline; 0 for any port, where the service is none."""
    if request.port is not None:
        return request.port
    parts = urlsplit(request.connection.url)
    beside = isinstance(clock, SimulatedClock) and is_loopback(request.connection.url) and parts.port
    return parts.port + 1 if beside and parts.port else 0


def _bus(apps: Sequence[App]) -> str:
    """The hub's bus. Raises InputError where the pipelines do not tell the same one, or are one pipeline twice."""
    buses = {pipeline_stack.bus_rule(each.assembly, each.stack)[1] for each in apps}
    names = [each.name for each in apps]
    if len(set(names)) < len(names):
        raise InputError(f"The apps make one pipeline twice: {', '.join(names)}.", "Give each --app once.")
    if len(buses) > 1:
        raise InputError(f"The pipelines tell different hubs: {', '.join(sorted(buses))}.", "Rehearse them one by one.")
    return buses.pop()


def _look(running: Sequence[Rehearsed], told: datetime) -> None:
    for each in running:
        each.health.look(told)


def _ordinals(between: proxy.Proxy) -> Callable[[Execution], None]:
    def began(execution: Execution) -> None:
        between.ordinals[execution.identity] = execution.ordinal

    return began


@contextlib.contextmanager
def _interruptible(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM asks the walks to end in order; another one interrupts at once."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        stop()

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
