"""What the safety score is made of: how a service reaches production, and what its pipelines have registered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.plans import PlanStage, PlanWave
from domain.words import AlarmRole, ChangeKind, SignalKind

Missing = Sequence[str] | None
"""What an audit says: what is missing, a sentence each; nothing where it is met; None where it has nothing to say."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the stacks of one environment declare. one_box: whether a one-box is built there."""

    roles: frozenset[AlarmRole] = frozenset()
    metrics: frozenset[SignalKind] = frozenset()
    one_box: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """A pipeline that has registered its map. environments: those that it deploys to; none for one that is gone.

    signals: by environment; None for a map that says nothing of them. exceptions: from policies; None as well.
    stale_at: since when it is built from a plan that is no longer.
    """

    name: str
    environments: frozenset[str]
    signals: Mapping[str, Signals] | None = None
    exceptions: int | None = None
    stale_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A service as it is audited. stages: those that it passes, with its waves, as its plan has them.

    order: every stage in which there is a shared environment, as a revision would pass them. closing: the windows that
    some calendar closes. drilled: the waves, as the graph names them, that demand a drill's certificate. depends_on:
    by service, the environments of this one to which that one does not go. kinds: what the services of its team change;
    None without a team.
    """

    service: str
    stages: Sequence[PlanStage] = ()
    order: Sequence[str] = ()
    closing: Collection[str] = frozenset()
    drilled: Collection[str] = frozenset()
    depends_on: Mapping[str, Sequence[str]] | None = None
    kinds: Collection[ChangeKind] | None = None
    pipelines: Sequence[Registered] = ()

    @property
    def production(self) -> Sequence[PlanStage]:
        """The stages from which customers are served."""
        return [stage for stage in self.stages if stage.production]

    @property
    def production_waves(self) -> Sequence[PlanWave]:
        """Their waves, in order."""
        return [wave for stage in self.production for wave in stage.waves]

    @property
    def gamma(self) -> PlanStage | None:
        """The last stage before production; None where there is no production, or nothing before it."""
        first = next((place for place, stage in enumerate(self.stages) if stage.production), 0)
        return self.stages[first - 1] if first else None

    @property
    def live(self) -> Sequence[Registered]:
        """The pipelines that deploy something of a service that goes somewhere."""
        return [each for each in self.pipelines if each.environments and self.stages]

    @property
    def guarded(self) -> bool:
        """Whether its safety may be lowered only with a waiver: what nothing deploys can hurt nobody."""
        return bool(self.live)


def declared(structure: Mapping[str, Any]) -> dict[str, Any]:
    """What is audited of a registered map, in few words, as it is kept beside it; `registered` reads it.

    {"environments": […], "signals": {environment: {"roles": […], "metrics": […], "oneBox": true}} | null,
     "exceptions": 2 | null}

    What is not as it should be counts as not declared.
    """
    actions = (action for stage in structure["stages"] for action in stage["actions"])
    signals, exceptions = structure.get("signals"), structure.get("exceptions")
    return {
        "environments": sorted({each["environment"] for each in actions if each.get("environment")}),
        "signals": {name: _signals(each) for name, each in signals.items()} if isinstance(signals, dict) else None,
        "exceptions": len(exceptions) if isinstance(exceptions, list) else None,
    }


def _signals(given: Any) -> dict[str, Any]:
    said = given if isinstance(given, dict) else {}
    alarms = said.get("alarms")
    metrics = said.get("metrics")
    named = metrics.items() if isinstance(metrics, dict) else ()
    return {
        "roles": sorted({role for each in _objects(alarms) if (role := each.get("role")) in list(AlarmRole)}),
        "metrics": sorted({kind for kind, of in named if kind in list(SignalKind) and any(_objects(of))}),
        "oneBox": isinstance(said.get("oneBox"), dict),
    }


def _objects(given: Any) -> Iterator[dict[str, Any]]:
    return (each for each in (given if isinstance(given, list) else ()) if isinstance(each, dict))


def registered(name: str, kept: Mapping[str, Any], stale_at: datetime | None = None) -> Registered:
    """The pipeline of this name, of which `declared` has been kept."""
    signals = kept["signals"]
    return Registered(
        name,
        frozenset(kept["environments"]),
        None if signals is None else {environment: _read(each) for environment, each in signals.items()},
        kept["exceptions"],
        stale_at,
    )


def _read(kept: Mapping[str, Any]) -> Signals:
    return Signals(
        frozenset(map(AlarmRole, kept["roles"])), frozenset(map(SignalKind, kept["metrics"])), bool(kept["oneBox"])
    )
