"""What is made to go wrong in a rehearsal: by options, or by a file of YAML or JSON.

    seed: 7
    faults:
      - {kind: failing-stack, at: prod-us-east-1}
      - {kind: alarm, at: prod-1, after: 20, for: 60}
      - {kind: service-down, after: 30, for: 90}

Minutes are simulated ones. Whatever the pipeline does not reach, or nobody knows, is refused with what there is.
"""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from interlock_cli.errors import InputError
from interlock_cli.rehearsal.assembly import ActionMap

MOST_MINUTES = 525_600
"""A year."""


class Kind(StrEnum):
    """What goes wrong."""

    FAILING_STACK = "failing-stack"
    """The environment's stacks cannot be deployed: a resource is added that CloudFormation refuses."""
    ALARM = "alarm"
    """Its alarms go off so many minutes after the deployment, and are quiet again after `for`."""
    SILENT_METRICS = "silent-metrics"
    """Its metrics have no data from the deployment on."""
    TRAFFIC = "traffic"
    """So many requests a minute, of which so many fail, and take so long, from the deployment on."""
    FAILING_CHECK = "failing-check"
    """A check says no, every time or the first `times` only: then it is flaky."""
    SERVICE_DOWN = "service-down"
    """The service answers nobody."""
    LOST_EVENTS = "lost-events"
    """A share of the events never arrives."""
    DUPLICATED_EVENTS = "duplicated-events"
    """A share of them arrives twice."""
    DELAYED_EVENTS = "delayed-events"
    """A share of them arrives `by` minutes later."""


@dataclass(frozen=True)
class Fault:
    """One of them. at: an environment or a wave. check: of a failing check. after, length, by: simulated minutes.

    commit: which of the rehearsal's commits it is about, from 1; None for the last. since: `deployment` or `start`.
    requests: a minute; faults: the share of them that fail; latency: milliseconds. share: of the events, 0 to 1.
    """

    kind: Kind
    at: str = ""
    check: str = ""
    commit: int | None = None
    after: float = 0.0
    length: float | None = None
    since: str = "deployment"
    times: int | None = None
    requests: float = 0.0
    faults: float = 0.0
    latency: float = 50.0
    share: float = 0.0
    by: float = 30.0

    def sentence(self) -> str:
        """What it is, for the report."""
        what = self.kind.replace("-", " ")
        where = f" at {self.at}" if self.at else f" {self.check}" if self.check else ""
        when = f" after {self.after:g} min" if self.after else ""
        long = f" for {self.length:g} min" if self.length is not None else ""
        share = f" {self.share:.0%}" if self.share else ""
        return f"{what}{share}{where}{when}{long}"


@dataclass(frozen=True)
class Faults:
    """All that goes wrong, and the seed of what is chosen by chance. commits: how many the rehearsal has."""

    wanted: Sequence[Fault] = ()
    seed: int = 1
    commits: int = 1
    chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chance", random.Random(self.seed))  # noqa: S311 - repeatable, not secret

    def of(self, *kinds: Kind) -> list[Fault]:
        """Those of the kinds."""
        return [each for each in self.wanted if each.kind in kinds]

    def about(self, kind: Kind, actions: ActionMap, environment: str | None, ordinal: int) -> list[Fault]:
        """Those of a kind that are about an environment, where this commit is deployed to it."""
        return [
            each
            for each in self.of(kind)
            if (each.commit or self.commits) == ordinal and environment in actions.within(each.at)
        ]

    def share(self, kind: Kind) -> float:
        """The share of the events that something happens to."""
        return max((each.share for each in self.of(kind)), default=0.0)


_FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.FAILING_STACK: frozenset({"at", "commit"}),
    Kind.ALARM: frozenset({"at", "commit", "after", "for", "since"}),
    Kind.SILENT_METRICS: frozenset({"at", "commit"}),
    Kind.TRAFFIC: frozenset({"at", "commit", "requests", "faults", "latency"}),
    Kind.FAILING_CHECK: frozenset({"check", "commit", "times"}),
    Kind.SERVICE_DOWN: frozenset({"after", "for"}),
    Kind.LOST_EVENTS: frozenset({"share"}),
    Kind.DUPLICATED_EVENTS: frozenset({"share"}),
    Kind.DELAYED_EVENTS: frozenset({"share", "by"}),
}
_NEEDED: Mapping[str, Sequence[Kind]] = {
    "at": (Kind.FAILING_STACK, Kind.ALARM, Kind.SILENT_METRICS, Kind.TRAFFIC),
    "check": (Kind.FAILING_CHECK,),
    "for": (Kind.SERVICE_DOWN,),
    "share": (Kind.LOST_EVENTS, Kind.DUPLICATED_EVENTS, Kind.DELAYED_EVENTS),
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "commit": (1, 1000),
    "after": (0, MOST_MINUTES),
    "for": (0, MOST_MINUTES),
    "times": (1, 1000),
    "requests": (0, 1_000_000),
    "faults": (0, 1),
    "latency": (0, 1_000_000),
    "share": (0, 1),
    "by": (0, MOST_MINUTES),
}


def read(file: Path) -> tuple[list[Fault], int | None]:
    """The faults of a file, and its seed where it has one. Raises InputError naming the file and the place in it."""
    try:
        given = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{file} cannot be read: {reason}", "Give --faults a file of YAML or JSON.") from error
    if not isinstance(given, dict) or not isinstance(given.get("faults"), list) or set(given) - {"faults", "seed"}:
        raise InputError(
            f"{file} is no list of faults.", "Write `faults:` with a list of {kind: …}, and `seed:` if you like."
        )
    seed = given.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise InputError(f"{file}: the seed is {seed!r}.", "Give a whole number.")
    return [fault_of(each, f"{file}, fault {number}") for number, each in enumerate(given["faults"], 1)], seed


def fault_of(given: Any, where: str) -> Fault:
    """One fault from plain values. Raises InputError, with `where` it stands."""
    if not isinstance(given, dict) or "kind" not in given:
        raise InputError(f"{where}: {given!r} is no fault.", f"Write {{kind: …}}, one of {_listed(Kind)}.")
    name = str(given["kind"])
    if name not in set(Kind):
        raise InputError(f"{where}: there is no fault {name!r}.", _meant(name, list(Kind)))
    kind = Kind(name)
    values = {str(field_): value for field_, value in given.items() if field_ != "kind"}
    for field_ in values:
        if field_ not in _FIELDS[kind]:
            raise InputError(f"{where}: {kind} has no field {field_!r}.", _meant(field_, sorted(_FIELDS[kind])))
    for field_, kinds in _NEEDED.items():
        if kind in kinds and field_ not in values:
            raise InputError(f"{where}: {kind} needs {field_!r}.", f"It takes {_listed(sorted(_FIELDS[kind]))}.")
    checked = {field_: _checked(field_, value, where) for field_, value in values.items()}
    if "for" in checked:
        checked["length"] = checked.pop("for")
    return Fault(kind, **checked)


def require_known(faults: Faults, actions: Iterable[ActionMap], checks: Iterable[str]) -> None:
    """Refuses what no pipeline reaches, and checks that nobody has. Raises InputError with what there is."""
    maps = list(actions)
    places = list(dict.fromkeys(name for each in maps for name in [*each.names, *each.waves.values()]))
    known = sorted(set(checks))
    for fault in faults.wanted:
        if fault.at and fault.at not in places:
            listed = ", ".join(places) or "none: the app was not made with pipelinekit"
            near = _near(fault.at, places)
            remedy = f"Did you mean {near}?" if near else f"Give one of: {listed}."
            raise InputError(f"The pipeline reaches no environment or wave {fault.at!r}.", remedy)
        if fault.check and fault.check not in known:
            raise InputError(f"The pipeline has no check {fault.check!r}.", _meant(fault.check, known))
        if fault.commit is not None and fault.commit > faults.commits:
            raise InputError(
                f"{fault.sentence()} is about commit {fault.commit}, and the rehearsal has {faults.commits}.",
                "Give --commits, or --commit again.",
            )


def _checked(name: str, value: Any, where: str) -> Any:
    if name == "since":
        if value not in ("deployment", "start"):
            raise InputError(f"{where}: since is {value!r}.", "Give deployment or start.")
        return value
    if name in ("at", "check"):
        return str(value)
    least, most = _RANGES[name]
    whole = name in ("commit", "times")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= value <= most or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise InputError(f"{where}: {name} is {value!r}.", f"Give {kind} from {least:g} to {most:g}.")
    return int(value) if whole else float(value)


def _near(name: str, known: Sequence[str]) -> str:
    return " or ".join(difflib.get_close_matches(name, known, n=3, cutoff=0.6))


def _meant(name: str, known: Sequence[str]) -> str:
    near = _near(name, known)
    return f"Did you mean {near}?" if near else f"There are: {_listed(known) or 'none'}."


def _listed(known: Iterable[str]) -> str:
    return ", ".join(known)
