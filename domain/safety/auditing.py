"""The facts of services for their safety scores, from one configuration: made once, and kept with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Service
from domain.configuration.planning import Planner, planner_of
from domain.plans import PlanStage
from domain.safety.audited import Facts, Registered
from domain.words import ChangeKind, EnvironmentKind

NOWHERE = ""
"""What is audited of a plan does not depend on the address at which pipelines reach the service."""


@dataclass(frozen=True)
class Auditor:
    """Makes the facts of one configuration."""

    configuration: Configuration

    def facts(self, service: str, pipelines: Sequence[Registered] = ()) -> Facts:
        """A service as it is configured and registered; without stages where it is not in the fleet, or nowhere."""
        if service not in self._configured:
            there = self.configuration.services.get(service)
            self._configured[service] = Facts(service) if there is None else self._facts(there)
        return replace(self._configured[service], pipelines=tuple(pipelines))

    def _facts(self, service: Service) -> Facts:
        stages = self._stages(service)
        return Facts(
            service=service.name,
            stages=stages,
            order=self._order,
            closing=self._closing,
            drilled=self._drilled,
            depends_on=self._depends_on(service, stages),
            kinds=self._kinds.get(service.team) if service.team else None,
        )

    def _stages(self, service: Service) -> tuple[PlanStage, ...]:
        return self._planner.stages(service)

    @cached_property
    def _configured(self) -> dict[str, Facts]:
        return {}

    @cached_property
    def _planner(self) -> Planner:
        return planner_of(self.configuration, NOWHERE)

    @cached_property
    def _order(self) -> tuple[str, ...]:
        shared = {each.wave for each in self.configuration.environments.values() if each.kind is EnvironmentKind.SHARED}
        of = self.configuration.waves_of
        stages = self.configuration.stages_in_order
        return tuple(stage.name for stage in stages if any(wave.name in shared for wave in of[stage.name]))

    @cached_property
    def _closing(self) -> frozenset[str]:
        return frozenset(name for name, window in self.configuration.windows.items() if window.calendars)

    @cached_property
    def _drilled(self) -> frozenset[str]:
        """The waves that demand a drill's certificate."""
        waves = self.configuration.waves.values()
        return frozenset(wave.name for wave in waves if getattr(wave, "requires_drill", False))

    @cached_property
    def _kinds(self) -> Mapping[str, frozenset[ChangeKind]]:
        found: dict[str, set[ChangeKind]] = defaultdict(set)
        for service in self.configuration.services.values():
            if service.team:
                found[service.team].add(service.change_kind)
        return {team: frozenset(kinds) for team, kinds in found.items()}

    def _depends_on(self, service: Service, stages: Iterable[PlanStage]) -> Mapping[str, Sequence[str]] | None:
        if not service.depends_on:
            return None
        goes = _environments(stages)
        return {name: tuple(sorted(goes - self._goes(name))) for name in service.depends_on}

    def _goes(self, name: str) -> frozenset[str]:
        if name not in self._places:
            there = self.configuration.services.get(name)
            self._places[name] = frozenset(_environments(self._stages(there))) if there else frozenset()
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, frozenset[str]]:
        return {}


def _environments(stages: Iterable[PlanStage]) -> set[str]:
    return {each.name for stage in stages for wave in stage.waves for each in wave.environments}


def auditor_of(configuration: Configuration) -> Auditor:
    """The auditor of a configuration, which it keeps."""
    kept: Auditor = configuration.__dict__.setdefault("auditor", Auditor(configuration))
    return kept


def differing(before: Auditor, after: Auditor, services: Collection[str]) -> list[str]:
    """Those of the services whose configured facts are not the same, by name."""
    return sorted(name for name in services if before.facts(name) != after.facts(name))
