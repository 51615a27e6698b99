"""The plans of services, from the configuration alone: equal configurations, equal plans.

Plans of services that go to the same environments share their waves: a fleet's plans are quick to make and to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from domain import selectors
from domain.configuration.concerning import Concerning
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Check, Environment, Organisation, Service, Stage, Wave, Window
from domain.errors import Refused
from domain.plans import (
    Plan,
    PlanCheck,
    PlanEndpoint,
    PlanEnvironment,
    PlanHub,
    PlanPipeline,
    PlanPolicy,
    PlanStage,
    PlanWave,
    PlanWindow,
    RequiredTag,
)
from domain.words import EnvironmentKind


@dataclass(frozen=True)
class Planner:
    """Makes the plans of one configuration. url: where pipelines reach the service."""

    configuration: Configuration
    url: str

    def plan_of(self, name: str) -> Plan | None:
        """The plan of the service of this name; None where it has none: nowhere, or nothing is configured."""
        if name not in self._plans:
            there = self.configuration.services.get(name)
            try:
                self._plans[name] = self.plan(there) if there else None
            except Refused:
                self._plans[name] = None
        return self._plans[name]

    @cached_property
    def _plans(self) -> dict[str, Plan | None]:
        return {}

    def plan(self, service: Service) -> Plan:
        """The service's plan. Refused: NOT_CONFIGURED, NO_ENVIRONMENTS."""
        organisation = self._organisation()
        stages = self.stages(service)
        if not stages:
            raise Refused(
                "NO_ENVIRONMENTS",
                f"Service {service.name!r} is placed nowhere: no shared environment matches "
                f"{', '.join(service.placement) or 'nothing'}.",
                path=["repository"],
                remedy="Register an environment that matches the service's placement.",
            )
        return Plan(
            service=service.name,
            repository=service.repository,
            branch=service.branch,
            connection_arn=service.connection_arn or organisation.connection_arn,
            pipeline=PlanPipeline(service.name, organisation.pipeline_account, organisation.pipeline_region),
            hub=PlanHub(organisation.event_bus_arn),
            endpoint=PlanEndpoint(url=self.url, audience=self.url),
            stages=stages,
            required_tags=(RequiredTag("service", service.name),),
            policies=self._policies(service),
        )

    def _organisation(self) -> Organisation:
        if self.configuration.organisation is None:
            raise Refused(
                "NOT_CONFIGURED",
                "The organisation is not configured: nothing says where pipelines live.",
                path=["repository"],
                remedy="Run configureOrganisation, or `interlock apply` with an organisation.",
            )
        return self.configuration.organisation

    def stages(self, service: Service) -> tuple[PlanStage, ...]:
        """The stages that the service passes, with the waves in which it goes somewhere."""
        mask = self.configuration.places.mask(selectors.parse(service.placement))
        found = []
        for stage in self.configuration.stages_in_order:
            waves = tuple(
                part
                for wave in self.configuration.waves_of[stage.name]
                if mask & self._masks[wave.name]
                for part in self._parts(stage, wave, mask & self._masks[wave.name], service)
            )
            if waves:
                found.append(PlanStage(stage.name, stage.production, stage.on_failure, waves))
        return tuple(found)

    @cached_property
    def _masks(self) -> dict[str, int]:
        """The places of each wave."""
        places = self.configuration.places
        of = self.configuration.environments_of
        return {wave: places.mask_of(each.name for each in environments) for wave, environments in of.items()}

    @cached_property
    def _environments(self) -> dict[str, PlanEnvironment]:
        return {name: _environment(each) for name, each in self.configuration.environments.items()}

    @cached_property
    def _plan_checks(self) -> dict[str, PlanCheck]:
        return {name: _check(each) for name, each in self.configuration.checks.items()}

    @cached_property
    def _plan_windows(self) -> dict[str, PlanWindow]:
        windows = self.configuration.windows.values()
        return {each.name: PlanWindow(each.name, each.cron, each.time_zone, each.minutes) for each in windows}

    @cached_property
    def _made(self) -> dict[Any, tuple[PlanWave, ...]]:
        return {}

    def _parts(self, stage: Stage, wave: Wave, mask: int, service: Service) -> tuple[PlanWave, ...]:
        """The wave, or the parts that the service's wave size cuts it into."""
        checks, windows = self._checks(stage, wave, service), self._windows(stage, wave, service)
        size = service.wave_size or len(self.configuration.environments)
        key = (wave.name, mask, size, tuple(each.name for each in checks), tuple(each.name for each in windows))
        if key not in self._made:
            names = self.configuration.places.names(mask)
            groups = [names[start : start + size] for start in range(0, len(names), size)]
            made = tuple(
                PlanWave(
                    name=wave.name if len(groups) == 1 else f"{wave.name}-part-{number}",
                    wave=wave.name,
                    bake_minutes=wave.bake_minutes,
                    minimum_data_points=wave.minimum_data_points,
                    one_box_percent=wave.one_box_percent,
                    one_box_bake_minutes=wave.one_box_bake_minutes,
                    environments=tuple(self._environments[name] for name in group),
                    checks=tuple(self._plan_checks[each.name] for each in checks),
                    windows=tuple(self._plan_windows[each.name] for each in windows),
                )
                for number, group in enumerate(groups, start=1)
            )
            self._made.setdefault(key, made)  # another thread may have been faster
        return self._made[key]

    def _checks(self, stage: Stage, wave: Wave, service: Service) -> list[Check]:
        return [each for each in self._of_service(service)[0] if each.stage == stage.name or each.wave == wave.name]

    def _windows(self, stage: Stage, wave: Wave, service: Service) -> list[Window]:
        return [each for each in self._of_service(service)[1] if each.stage == stage.name or each.wave == wave.name]

    def _of_service(self, service: Service) -> tuple[list[Check], list[Window]]:
        """The checks and windows that concern a service, by name."""
        if service.name not in self._concerning:
            checks, windows, _ = self._scoped
            self._concerning[service.name] = checks.of(service), windows.of(service)
        return self._concerning[service.name]

    @cached_property
    def _concerning(self) -> dict[str, tuple[list[Check], list[Window]]]:
        return {}

    @cached_property
    def _scoped(self) -> tuple[Concerning, Concerning, Concerning]:
        """Checks, windows and policies."""
        of = self.configuration
        checks, windows, policies = (Concerning(each, of.services) for each in (of.checks, of.windows, of.policies))
        return checks, windows, policies

    def _policies(self, service: Service) -> tuple[PlanPolicy, ...]:
        found = self._scoped[2].of(service)
        return tuple(PlanPolicy(each.name, each.kind, each.mode, each.configuration) for each in found)


def planner_of(configuration: Configuration, url: str) -> Planner:
    """The planner of a configuration, which it keeps: what was planned once is not planned again."""
    kept: dict[str, Planner] = configuration.__dict__.setdefault("planners", {})
    return kept.setdefault(url, Planner(configuration, url))


@lru_cache(maxsize=16384)
def _environment(each: Environment) -> PlanEnvironment:
    """The same one for each configuration that has the environment, so that plans are compared at a glance."""
    return PlanEnvironment(each.name, each.account, each.region, EnvironmentKind(each.kind))


def _check(each: Check) -> PlanCheck:
    return PlanCheck(
        name=each.name,
        kind=each.kind,
        when=each.when,
        mode=each.mode,
        timeout_minutes=each.timeout_minutes,
        configuration=each.configuration,
        retries=each.retries,
        failure_limit=each.failure_limit,
    )


def differing_plans(
    old: Planner, new: Planner, services: Iterable[str] | None = None
) -> Iterator[tuple[str, Plan | None, Plan | None]]:
    """Each service, of these or of all, whose plan is another with the new planner; by name."""
    every = old.configuration.services.keys() | new.configuration.services.keys()
    for service in sorted(every if services is None else services):
        was, becomes = old.plan_of(service), new.plan_of(service)
        if was != becomes:
            yield service, was, becomes
