"""What the gate sees of a wave that bakes: the declared alarms and metrics of each environment, in its role.

An observation: {environment, problem?, alarms: [{name, role, state|null, reason}], before, since, lately}. Each of the
last three is {minutes, requests, faults, latency}: sums, and milliseconds for latency; null without data.

Every environment of the stage has one: where it cannot be read, `problem` says why. What it means, the service judges.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .aws import Aws, AwsError, AwsUnavailableError, Query
from .resolving import resolved

Json = dict[str, Any]

SECONDS = 45
"""For all environments together; the machine waits two minutes for the gate."""
AT_ONCE = 16
DELAY = datetime.timedelta(minutes=3)
"""How long metrics of AWS's services take to be there whole: the last minutes are not yet asked for."""
LATELY = datetime.timedelta(minutes=10)
LEAST_BEFORE, MOST_BEFORE = datetime.timedelta(hours=1), datetime.timedelta(hours=3)
"""How far back is looked from before the deployment: as far as the wave bakes, within these."""
PERIOD = 60
MINUTE = datetime.timedelta(minutes=1)
LONGEST = 500
"""Characters of what went wrong."""

FORBIDDEN = 403
"""What AWS answers to who has no right, and of a role that is not there."""

KINDS = ("REQUESTS", "FAULTS", "LATENCY")


@dataclasses.dataclass(frozen=True)
class Times:
    """The three times over which is measured, each from and until a whole minute."""

    before: tuple[datetime.datetime, datetime.datetime]
    since: tuple[datetime.datetime, datetime.datetime]
    lately: tuple[datetime.datetime, datetime.datetime]

    @staticmethod
    def of(configuration: Json, now: datetime.datetime) -> Times:
        """Those of a bake by its configuration: {minutes, deployedFrom, bakesFrom}, the times in ISO 8601."""
        until = _minute(now - DELAY)
        bakes = min(_moment(configuration.get("bakesFrom"), until), until)
        deployed = min(_moment(configuration.get("deployedFrom"), bakes), bakes)
        length = min(max(datetime.timedelta(minutes=int(configuration.get("minutes") or 0)), LEAST_BEFORE), MOST_BEFORE)
        return Times((deployed - length, deployed), (bakes, until), (max(bakes, until - LATELY), until))


def observations(
    check: Json,
    environments: Iterable[str],
    signals: Mapping[str, Json],
    places: Mapping[str, Json],
    within: Callable[[Json], Aws],
    now: datetime.datetime,
) -> list[Json]:
    """What is seen of each environment. `within` gives AWS in the role of a place; `now` is UTC."""
    times = Times.of(check.get("configuration") or {}, now)

    def look(environment: str) -> Json:
        return _seen(environment, signals.get(environment) or {}, places.get(environment) or {}, within, times)

    return looked_at(sorted(set(environments)), look)


def alarms_of(
    environments: Iterable[str],
    signals: Mapping[str, Json],
    places: Mapping[str, Json],
    within: Callable[[Json], Aws],
) -> list[Json]:
    """The declared alarms of each environment alone, as before a wave is entered.

    One where the role, or its right to look, is not there yet is left out: a deployment brings both. Where anything
    else stood in the way, that is the environment's problem.
    """

    def look(environment: str) -> Json:
        found = {**(signals.get(environment) or {}), "metrics": {}}
        try:
            return _seen(environment, found, places.get(environment) or {}, within, None)
        except (AwsError, AwsUnavailableError) as error:
            if error.status == FORBIDDEN:
                return {}
            raise

    return [each for each in looked_at(sorted(set(environments)), look) if each]


def looked_at(environments: list[str], look: Callable[[str], Json], seconds: float = SECONDS) -> list[Json]:
    """All of them at once; one that is not there within the time has that as its problem."""
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    asked = {environment: pool.submit(look, environment) for environment in environments}
    concurrent.futures.wait(asked.values(), timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    return [_answer(environment, future, seconds) for environment, future in asked.items()]


def _answer(environment: str, future: concurrent.futures.Future[Json], seconds: float) -> Json:
    if not future.done() or future.cancelled():
        return {"environment": environment, "problem": f"no answer in {seconds:.0f} s"}
    error = future.exception()
    if error is not None:
        return {"environment": environment, "problem": (str(error) or type(error).__name__)[:LONGEST]}
    return future.result()


def _seen(environment: str, signals: Json, place: Json, within: Callable[[Json], Aws], times: Times | None) -> Json:
    """One environment, or its problem. Nothing is read where nothing is declared."""
    alarms, metrics = signals.get("alarms") or [], signals.get("metrics") or {}
    if not alarms and not any(metrics.values()):
        return {"environment": environment, "alarms": []}
    if not place:
        problem = f"this pipeline has no role for checks in {environment}: start it again to be synthesized"
        return {"environment": environment, "problem": problem}
    there = within(place)
    measured = _measured(metrics, there, times) if times else {}
    return {"environment": environment, "alarms": _alarms(alarms, there), **measured}


def _alarms(declared: list[Json], there: Aws) -> list[Json]:
    """Each declared alarm with its state: null where CloudWatch has none of that name."""
    found = there.alarms([alarm["name"] for alarm in declared])
    return [
        {
            "name": alarm["name"],
            "role": alarm["role"],
            "state": found.get(alarm["name"], {}).get("StateValue") or None,
            "reason": (found.get(alarm["name"], {}).get("StateReason") or "")[:LONGEST],
        }
        for alarm in declared
    ]


def _measured(metrics: Mapping[str, list[Json]], there: Aws, times: Times) -> Json:
    named = _named(metrics, there)
    spans = {"before": times.before, "since": times.since, "lately": times.lately}
    queries = [
        Query((name, kind, str(number)), metric, PERIOD, *span)
        for name, span in spans.items()
        if span[1] - span[0] >= MINUTE
        for kind in KINDS
        for number, metric in enumerate(named.get(kind) or [])
    ]
    scales = {query.key: query.metric.get("scale") or 1 for query in queries}
    found = {key: [value * scales[key] for value in values] for key, values in there.metrics(queries).items()}
    return {name: _numbers(name, span, found) for name, span in spans.items()}


def _named(metrics: Mapping[str, list[Json]], there: Aws) -> dict[str, list[Json]]:
    """The metrics with the names that only the deployment has given, each asked for once."""
    known: dict[str, str] = {}
    return {
        kind: [{**each, "dimensions": resolved(each.get("dimensions") or {}, there, known)} for each in some]
        for kind, some in metrics.items()
    }


def _numbers(
    name: str, span: tuple[datetime.datetime, datetime.datetime], found: Mapping[tuple[str, ...], list[float]]
) -> Json:
    """The sum of all metrics of a kind; of latency, for each metric the mean of its minutes, and the worst of them."""
    values = {kind: [points for key, points in found.items() if key[:2] == (name, kind) and points] for kind in KINDS}
    sums = {kind: sum(map(sum, values[kind])) if values[kind] else None for kind in ("REQUESTS", "FAULTS")}
    return {
        "minutes": (span[1] - span[0]) / MINUTE,
        "requests": sums["REQUESTS"],
        "faults": sums["FAULTS"],
        "latency": max((sum(points) / len(points) for points in values["LATENCY"]), default=None),
    }


def _moment(text: object, otherwise: datetime.datetime) -> datetime.datetime:
    """A time as the service writes it, from its whole minute on."""
    return _minute(datetime.datetime.fromisoformat(text)) if isinstance(text, str) else otherwise


def _minute(time: datetime.datetime) -> datetime.datetime:
    return time.replace(second=0, microsecond=0)
