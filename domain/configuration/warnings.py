"""What a change leaves that is allowed, and that nobody is likely to want."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from domain import selectors
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Wave
from domain.configuration.kinds import Kind
from domain.places import unmatched
from domain.waves import NamedWave, Target, early_waves_with_several_regions
from domain.words import CheckMode, CheckWhen, EnvironmentKind, OnFailure

Touched = Sequence[tuple[Kind, str]]


@dataclass(frozen=True, slots=True)
class Caution:
    """code: stable, upper case. kind, key: whom it is about."""

    code: str
    message: str
    remedy: str
    kind: Kind
    key: str


def cautions(before: Configuration, configuration: Configuration, touched: Touched) -> list[Caution]:
    """What is worth a look in what a change touched, and in the stages around it, where it was and where it is."""
    sides = (before, configuration)
    around = {stage for side in sides for kind, key in touched if (stage := _stage_of(side, kind, key))}
    stages = sorted(around & configuration.stages.keys())
    found = [each for name in stages for rule in _OF_STAGES for each in rule(configuration, name)]
    services = [key for kind, key in touched if kind is Kind.SERVICE and key in configuration.services]
    return [*found, *(each for name in services for each in _terms(configuration, name))]


def _stage_of(configuration: Configuration, kind: Kind, key: str) -> str | None:
    """The stage that an entity is or stands in."""
    if kind is Kind.ENVIRONMENT and key in configuration.environments:
        kind, key = Kind.WAVE, configuration.environments[key].wave
    if kind is Kind.WAVE and key in configuration.waves:
        kind, key = Kind.STAGE, configuration.waves[key].stage
    return key if kind is Kind.STAGE and key in configuration.stages else None


def _early_waves(configuration: Configuration, stage: str) -> Iterator[Caution]:
    """The first waves of a production stage reach one Region each."""
    if not configuration.stages[stage].production:
        return
    waves = [NamedWave(each.name, _targets(configuration, each.name)) for each in configuration.waves_of[stage]]
    for each in early_waves_with_several_regions(waves):
        yield Caution(each.rule.value, each.message, each.remedy, Kind.WAVE, each.wave)


def _targets(configuration: Configuration, wave: str) -> list[Target]:
    return [
        Target(each.name, each.account, each.region, configuration.regions[each.region].traffic_weight)
        for each in configuration.environments_of[wave]
        if each.kind is EnvironmentKind.SHARED
    ]


def _unguarded(configuration: Configuration, stage: str) -> Iterator[Caution]:
    """A production stage rolls back, and each of its waves has to hold before the next one starts."""
    there = configuration.stages[stage]
    if not there.production:
        return
    if there.on_failure is OnFailure.NONE:
        message = f"Stage {stage} is production, and a wave of it that fails is left as it is."
        yield Caution("NO_ROLLBACK", message, "Give it onFailure ROLLBACK.", Kind.STAGE, stage)
    for wave in configuration.waves_of[stage]:
        if not wave.bake_minutes and not _checked(configuration, wave):
            message = f"Wave {wave.name} of production stage {stage} does not bake, and no check blocks after it."
            yield Caution("UNGUARDED_WAVE", message, "Give it bakeMinutes, or a check.", Kind.WAVE, wave.name)


def _checked(configuration: Configuration, wave: Wave) -> bool:
    """Whether a check after the wave holds every service back."""
    return any(
        wave.name == each.wave or wave.stage == each.stage
        for each in configuration.checks.values()
        if each.when is CheckWhen.AFTER and each.mode is CheckMode.BLOCKING
    )


def _empty(configuration: Configuration, stage: str) -> Iterator[Caution]:
    """A stage has waves, and a wave environments."""
    waves = configuration.waves_of[stage]
    remedy = "Give it environments, or archive it."
    if not waves:
        yield Caution("EMPTY", f"Stage {stage} has no waves: nothing is deployed to it.", remedy, Kind.STAGE, stage)
    for wave in waves:
        if not configuration.environments_of[wave.name]:
            message = f"Wave {wave.name} has no environments: nothing is deployed to it."
            yield Caution("EMPTY", message, remedy, Kind.WAVE, wave.name)


def _terms(configuration: Configuration, service: str) -> Iterator[Caution]:
    """Each term of a placement says something of the environments that there are."""
    selector = selectors.parse(configuration.services[service].placement)
    for term in unmatched(selector, configuration.places):
        message = f"The term {term!r} of service {service}'s placement matches no environment."
        remedy = "Correct it, or take it out; it holds for environments that are added later."
        yield Caution("UNMATCHED_TERM", message, remedy, Kind.SERVICE, service)


_OF_STAGES: tuple[Callable[[Configuration, str], Iterator[Caution]], ...] = (_early_waves, _unguarded, _empty)
