"""What is to be reached, as ratios between what was measured side by side: each with the part that measures it.

An entry is a sentence, a bound, and how its figure is found in the part's result. Where a target holds in several
places, its figure is the worst of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench import event_log
from bench.peers import intakes
from bench.peers.results import Result

CONNECTIONS = (1, 8, 64)


class Verdict(StrEnum):
    """What became of a target."""

    REACHED = "reached"
    NOT_REACHED = "not reached"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Target:
    """says: the sentence. bound: in the figure's unit. least: whether it is to be at least that, or at most."""

    says: str
    part: str
    bound: float
    figure: Callable[[Result], float | None]
    least: bool = True
    unit: str = ""

    def of(self, results: Mapping[str, Result]) -> float | None:
        """The figure; None where it was not measured."""
        result = results.get(self.part)
        return self.figure(result) if result else None

    def verdict(self, results: Mapping[str, Result]) -> Verdict:
        """Whether it is reached."""
        found = self.of(results)
        if found is None:
            return Verdict.NOT_MEASURED
        return Verdict.REACHED if (found >= self.bound if self.least else found <= self.bound) else Verdict.NOT_REACHED


def _worst(found: Iterable[float | None], *, least: bool = True) -> float | None:
    """None where one of them is missing: the others might be the good ones."""
    values = list(found)
    known = [each for each in values if each is not None]
    if not values or len(known) < len(values):
        return None
    return min(known) if least else max(known)


def _beside(
    other: str, question: str, *connections: int, figure: str = "per_second", least: bool = True
) -> Callable[[Result], float | None]:
    def found(result: Result) -> float | None:
        ratios = (result.ratio("interlock", other, figure, question=question, connections=each) for each in connections)
        return _worst(ratios, least=least)

    return found


def _kept(question: str) -> Callable[[Result], float | None]:
    """The better of what is kept and what is known by its ETag."""

    def found(result: Result) -> float | None:
        uncached = {"question": question, "kept": "again"}
        ratios = [
            _between(result, ("interlock", {"question": question, "kept": kept}), ("limit", uncached), "per_second")
            for kept in ("again", "known")
        ]
        return max((each for each in ratios if each is not None), default=None)

    return found


def _between(
    result: Result, ours: tuple[str, Mapping[str, str | int]], theirs: tuple[str, Mapping[str, str | int]], figure: str
) -> float | None:
    mine, its = result.middle(ours[0], figure, **ours[1]), result.middle(theirs[0], figure, **theirs[1])
    return mine / its if mine is not None and its else None


def _doors(result: Result) -> float | None:
    """Per cent of processor time of server and database together, that the service has above its endpoint alone."""
    more = []
    for at in result.places("bare"):
        shipped, bare = (_processor(result, name, at) for name in ("interlock", "bare"))
        more.append(100 * (shipped / bare - 1) if shipped is not None and bare else None)
    return _worst(more, least=False)


def _processor(result: Result, name: str, at: Mapping[str, str | int]) -> float | None:
    parts = [result.middle(name, figure, **at) for figure in ("server_ms", "database_ms")]
    return None if None in parts else sum(each for each in parts if each is not None)


def _of_sockets(
    found: Callable[[Result, Mapping[str, str | int]], float | None], of: str = "interlock"
) -> Callable[[Result], float | None]:
    """The worst of what was found with any number of sockets, as far as a competitor was measured with as many."""
    return lambda result: _worst((found(result, at) for at in result.places(of)), least=False)


def _added(ratio: float | None) -> float | None:
    """Per cent that come on top of what the other takes; below nothing where it takes more."""
    return None if ratio is None else 100 * (ratio - 1)


def _grown(question: str, figure: str) -> Callable[[Result], float | None]:
    def found(result: Result) -> float | None:
        twice, once = ({"question": question, "size": size} for size in (2, 1))
        return _between(result, ("interlock", twice), ("interlock", once), figure)

    return found


TARGETS: Sequence[Target] = (
    Target(
        "Synth query, beside the limit, at 1, 8 and 64 at once", "peers", 0.8, _beside("limit", "synth", *CONNECTIONS)
    ),
    Target(
        "Its p99, beside the limit's",
        "peers",
        1.5,
        _beside("limit", "synth", *CONNECTIONS, figure="p99", least=False),
        least=False,
    ),
    Target("Synth query, beside PostGraphile, one at a time", "peers", 4, _beside("postgraphile", "synth", 1)),
    Target("Synth query, beside PostGraphile, 8 at once", "peers", 6, _beside("postgraphile", "synth", 8)),
    Target("Synth query that was asked before, beside the limit", "caching", 20, _kept("synth")),
    Target(
        "Dashboard, beside the limit, at 1, 8 and 64 at once", "peers", 0.8, _beside("limit", "dashboard", *CONNECTIONS)
    ),
    Target(
        "Dashboard, beside PostGraphile, at 1, 8 and 64 at once",
        "peers",
        3,
        _beside("postgraphile", "dashboard", *CONNECTIONS),
    ),
    Target(
        "Dashboard under 100 events a second, beside the limit",
        "live",
        20,
        lambda result: result.ratio("interlock", "limit", "per_second", events=100),
    ),
    Target(
        "What authentication, limits and telemetry add to a request's processor time",
        "doors",
        15,
        _doors,
        least=False,
        unit="%",
    ),
    Target(
        "Subscriptions: processor time of a delivery, beside stock Strawberry's",
        "sockets",
        1 / 6,
        _of_sockets(lambda result, at: result.ratio("interlock", "stock", "delivery_us", **at), "stock"),
        least=False,
    ),
    Target(
        "10,000 sockets of one process: p99 from the commit",
        "sockets",
        1_000,
        lambda result: result.middle("interlock", "p99", sockets=10_000),
        least=False,
        unit="ms",
    ),
    Target(
        "10,000 sockets of one process: what each holds",
        "sockets",
        35,
        lambda result: result.middle("interlock", "socket_kib", sockets=10_000),
        least=False,
        unit="KiB",
    ),
    Target(
        "The event log's commits, beside plain inserts, by 1, 4 and 16 writers",
        "event_log",
        0.9,
        lambda result: _worst(
            result.ratio(event_log.OURS, event_log.PLAIN, "per_second", writers=writers)
            for writers in event_log.WRITERS
        ),
    ),
    Target(
        "Beside NOTIFY in the transaction, by 16 writers",
        "event_log",
        10,
        lambda result: result.ratio(event_log.OURS, event_log.NOTIFY, "per_second", writers=16),
    ),
    Target(
        "From a commit until a follower has the event: p99",
        "event_log",
        10,
        lambda result: result.middle(event_log.OURS, "p99"),
        least=False,
        unit="ms",
    ),
    Target(
        "Envelopes, 200 at a time, beside one statement of SQL each",
        "intake",
        1.8,
        lambda result: result.ratio("batches", "sql", "per_second", commit=intakes.FAST),
    ),
    Target(
        "Envelopes, one by one over HTTP, 64 at once, beside the same where a commit takes 3.5 ms",
        "intake",
        0.8,
        lambda result: result.ratio("single", "sql", "per_second", commit=intakes.SLOW),
    ),
    Target(
        "What pipelinekit adds to CDK Pipelines' processor time, for 300 environments",
        "synth",
        5,
        lambda result: _added(result.ratio("pipelinekit", "plain", "processor_s", environments=300)),
        least=False,
        unit="%",
    ),
    Target(
        "Twice the fleet: the whole fleet's dashboard", "growth", 2.1, _grown("whole fleet", "whole_ms"), least=False
    ),
    Target("Twice the fleet: one service's query", "growth", 1.1, _grown("one service", "mean"), least=False),
)
