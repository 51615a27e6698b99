"""How the deployed environments fare in a rehearsal: the traffic that their metrics tell of, and their alarms.

Nobody sends requests to a rehearsal. So each environment whose metrics the map declares gets healthy traffic, put
into the emulator's CloudWatch at simulated times, some hours of it before its deployment. The faults make it silent,
faulty or slow from a deployment on, and set alarms off. The next deployment there, as a rollback is one, mends it. What
has passed is put when a gate is about to look: a second of rehearsal may be half a day.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import ActionMap
from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.envelopes import Envelope, alarm_event
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.faults import Fault, Faults, Kind
from interlock_cli.rehearsal.physical import Names
from interlock_cli.rehearsal.places import Place

HISTORY = timedelta(hours=26)
"""How much traffic there was before the rehearsal: what came before a deployment is compared with what comes after."""
STEP = timedelta(minutes=5)
"""Simulated time that a point of data stands for."""
MOST_DATA = 500
"""Of one PutMetricData."""


@dataclass(frozen=True)
class Rate:
    """Traffic: requests a minute, the share of them that fail, and their latency in milliseconds."""

    requests: float = 20.0
    faults: float = 0.0
    latency: float = 50.0

    def of(self, kind: str, minutes: float) -> dict[str, Any]:
        """The values of one metric over some minutes, as a statistic set."""
        requests = self.requests * minutes
        if kind == "LATENCY":
            return _set(max(requests, 1.0), self.latency)
        return _set(1.0, requests if kind == "REQUESTS" else requests * self.faults)


HEALTHY = Rate()


@dataclass
class Standing:
    """How an environment fares now. rate: None for silence. alarmed: the alarms that a fault has set off.

    until: up to when its metrics have data. watched: whether somebody may look at it.
    """

    place: Place
    until: datetime
    rate: Rate | None = HEALTHY
    watched: bool = False
    stacks: set[str] = field(default_factory=set)
    alarmed: list[str] = field(default_factory=list)
    mended: threading.Event = field(default_factory=threading.Event)


class Health:
    """The environments of one pipeline. Safe to share among threads.

    alarms_of: the alarms of a stack. emit: tells the hub, as each account's rule for alarms would.
    """

    def __init__(
        self,
        accounts: Accounts,
        actions: ActionMap,
        faults: Faults,
        clock: Clock,
        alarms_of: Callable[[Place, str], list[str]],
        emit: Callable[[Envelope], None],
    ) -> None:
        self._accounts = accounts
        self._actions = actions
        self._faults = faults
        self._clock = clock
        self._alarms_of = alarms_of
        self._emit = emit
        self._names = Names(accounts)
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        began = clock.now()
        self._standing = {name: Standing(place, began - HISTORY) for name, place in actions.places.items()}
        self.told: list[str] = []

    def begin(self) -> None:
        """Sets off what is set off from the start."""
        for fault in self._faults.of(Kind.ALARM):
            if fault.since == "start":
                for name in self._actions.within(fault.at):
                    self._start(functools.partial(self._alarm, name, fault, threading.Event()))

    def deployed(self, environment: str, execution: Execution, place: Place, stack: str | None) -> None:
        """Another revision is there now: what was wrong is mended, and what is wrong with this one begins."""
        with self._lock:
            standing = self._standing.setdefault(environment, Standing(place, self._clock.now()))
            standing.stacks |= {stack} if stack else set()
            self._mend(environment, standing)
            standing.until = max(standing.until, self._clock.now() - HISTORY)
            self._put(environment, standing, self._clock.now())
            standing.watched = True
            standing.rate = self._rate(environment, execution.ordinal)
            standing.mended = threading.Event()
        for fault in self._faults.about(Kind.ALARM, self._actions, environment, execution.ordinal):
            if fault.since == "deployment":
                self._start(functools.partial(self._alarm, environment, fault, standing.mended))

    def look(self, now: datetime) -> None:
        """Somebody is about to look at what bakes, by the time that the service has told: there are data up to it."""
        with self._lock:
            for name, standing in self._standing.items():
                if standing.watched:
                    self._put(name, standing, now)

    def rest(self, environments: Iterable[str]) -> None:
        """Nobody looks at these any more, until they are deployed to again."""
        with self._lock:
            for name in environments:
                if name in self._standing:
                    self._standing[name].watched = False

    def finish(self) -> None:
        """Nothing is put any more."""
        self._ending.set()
        for each in self._threads:
            each.join()

    def _rate(self, environment: str, ordinal: int) -> Rate | None:
        if self._faults.about(Kind.SILENT_METRICS, self._actions, environment, ordinal):
            return None
        for fault in self._faults.about(Kind.TRAFFIC, self._actions, environment, ordinal):
            return Rate(fault.requests, fault.faults, fault.latency)
        return HEALTHY

    def _start(self, run: Callable[[], None]) -> None:
        def quietly() -> None:
            try:
                run()
            except (ClientError, BotoCoreError) as error:
                self.told.append(f"The emulator's CloudWatch refused: {error}")

        thread = threading.Thread(target=quietly, name="health", daemon=True)
        self._threads.append(thread)
        thread.start()

    # --- alarms -----------------------------------------------------------------------------------------------------

    def _alarm(self, environment: str, fault: Fault, mended: threading.Event) -> None:
        """Sets the environment's alarms off when their time has come, and back after `length`."""
        if not self._wait(timedelta(minutes=fault.after), mended):
            return
        standing = self._standing[environment]
        names = self._alarm_names(environment, standing)
        if not names:
            self.told.append(f"{environment} has no alarm that could go off.")
            return
        with self._lock:
            standing.alarmed = names
            self._set(standing.place, names, "ALARM", "the rehearsal has set it off")
        if fault.length is not None and self._wait(timedelta(minutes=fault.length), mended):
            with self._lock:
                self._mend(environment, standing)

    def _wait(self, length: timedelta, mended: threading.Event) -> bool:
        """False where the environment was mended, or the rehearsal has ended, before."""
        end = self._clock.now() + length
        while self._clock.now() < end:
            if mended.is_set() or not self._clock.wait(min(timedelta(minutes=10), length), self._ending):
                return False
        return not mended.is_set()

    def _mend(self, environment: str, standing: Standing) -> None:
        standing.mended.set()
        if standing.alarmed:
            self._set(standing.place, standing.alarmed, "OK", f"another revision is in {environment}, or it has passed")
            standing.alarmed = []

    def _alarm_names(self, environment: str, standing: Standing) -> list[str]:
        """Those that the map declares; where it declares none, those of the environment's stacks."""
        signals = self._actions.signals.get(environment, {})
        named = (self._names.name(standing.place, each["name"]) for each in signals.get("alarms", []))
        declared = [name for name in named if name is not None]
        if declared:
            found = self._accounts.cloudwatch(standing.place).describe_alarms(
                AlarmNames=declared, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
            return [each["AlarmName"] for each in (*found["MetricAlarms"], *found.get("CompositeAlarms", []))]
        return [name for stack in sorted(standing.stacks) for name in self._alarms_of(standing.place, stack)]

    def _set(self, place: Place, names: list[str], state: str, reason: str) -> None:
        client = self._accounts.cloudwatch(place)
        for name in names:
            client.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)
            self._emit(alarm_event(place, name, state, reason, self._clock.now()))

    # --- traffic ----------------------------------------------------------------------------------------------------

    def _put(self, environment: str, standing: Standing, now: datetime) -> None:
        """What has passed since the last time, up to now. While a fault has set an alarm off its metrics are left
        alone: the emulator would evaluate it by them.
        """
        since = max(standing.until, now - HISTORY)
        if now <= since:
            return
        standing.until, metrics = now, self._metrics(environment, standing.place)
        if not metrics or standing.rate is None or standing.alarmed:
            return
        data = list(_data(metrics, standing.rate, since, now))
        for namespace, each in _batches(data):
            self._accounts.cloudwatch(standing.place).put_metric_data(Namespace=namespace, MetricData=each)

    def _metrics(self, environment: str, place: Place) -> dict[str, list[dict[str, Any]]]:
        """Those that the map declares, by kind, with the names of their dimensions; without those not there yet."""
        found: dict[str, list[dict[str, Any]]] = {}
        for kind, declared in self._actions.signals.get(environment, {}).get("metrics", {}).items():
            for metric in declared:
                dimensions = self._names.dimensions(place, metric.get("dimensions", {}))
                if dimensions is not None:
                    found.setdefault(kind, []).append({**metric, "dimensions": dimensions})
        return found


def _data(
    metrics: Mapping[str, list[dict[str, Any]]], rate: Rate, since: datetime, now: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A point for each step of each metric, with its namespace. Traffic is spread over the metrics of a kind."""
    length = now - since
    count = max(1, length // STEP)
    step = length / count
    for kind, declared in metrics.items():
        for metric in declared:
            share = 1.0 if kind == "LATENCY" else 1.0 / len(declared)
            values = rate.of(kind, step.total_seconds() / 60 * share)
            for number in range(count):
                yield (
                    metric["namespace"],
                    {
                        "MetricName": metric["name"],
                        "Dimensions": [
                            {"Name": name, "Value": value} for name, value in metric.get("dimensions", {}).items()
                        ],
                        "Timestamp": since + step * number,
                        "StatisticValues": values,
                    },
                )


def _batches(data: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for namespace in sorted({each[0] for each in data}):
        own = [datum for space, datum in data if space == namespace]
        for start in range(0, len(own), MOST_DATA):
            yield namespace, own[start : start + MOST_DATA]


def _set(count: float, value: float) -> dict[str, Any]:
    return {"SampleCount": count, "Sum": value * count, "Minimum": value, "Maximum": value}
