"""The way of a revision through the waves of one pipeline, as the pipeline's map of actions has it.

A part is what is deployed together: a wave, or what the service's wave size cuts out of one. CDK may render it as
several stages of CodePipeline; it is one part all the same, with one decision before it and one verdict after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.words import AlarmRole


@dataclass(frozen=True, slots=True)
class Part:
    """A wave, or a part of it. stages: CodePipeline's names, in order; environments: those that it deploys, by name."""

    name: str
    wave: str
    stages: tuple[str, ...]
    environments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """An alarm that a service declares for an environment."""

    environment: str
    name: str
    role: AlarmRole


def parts(structure: Mapping[str, Any] | None) -> tuple[Part, ...]:
    """The parts in the order in which a revision passes them; none where no map is known, or it has no waves."""
    found: dict[str, tuple[str, list[str], set[str]]] = {}
    for stage in structure["stages"] if structure else ():
        if stage.get("wave"):
            name = str(stage.get("part") or stage["wave"])
            _, stages, environments = found.setdefault(name, (stage["wave"], [], set()))
            stages.append(stage["name"])
            environments |= {action["environment"] for action in stage["actions"] if action.get("environment")}
    return tuple(
        Part(name, wave, tuple(stages), tuple(sorted(environments)))
        for name, (wave, stages, environments) in found.items()
    )


def place_of(way: Sequence[Part], *, stage: str = "", environment: str = "") -> int | None:
    """The place in the way of the part that has CodePipeline's stage, or deploys the environment; None for neither."""
    for place, part in enumerate(way):
        if stage in part.stages or environment in part.environments:
            return place
    return None


def declared(structure: Mapping[str, Any] | None, environments: Sequence[str]) -> list[Declared]:
    """The alarms that the map declares for these environments; what is not understood of it is left out."""
    signals = (structure or {}).get("signals")
    return [each for name in environments for each in _declared(name, signals)]


def _declared(environment: str, signals: Any) -> Iterator[Declared]:
    of_environment = signals.get(environment) if isinstance(signals, dict) else None
    alarms = of_environment.get("alarms") if isinstance(of_environment, dict) else None
    for alarm in alarms if isinstance(alarms, list) else ():
        if isinstance(alarm, dict) and isinstance(alarm.get("name"), str) and alarm.get("role") in list(AlarmRole):
            yield Declared(environment, alarm["name"], AlarmRole(alarm["role"]))
