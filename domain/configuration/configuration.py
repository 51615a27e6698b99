"""The configuration as one value: every entity of the fleet, by kind and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from domain.configuration.entities import (
    CLASSES,
    Account,
    Calendar,
    Check,
    Entity,
    Environment,
    Freeze,
    Grant,
    Hold,
    NotificationRoute,
    Organisation,
    Policy,
    Region,
    Service,
    Stage,
    Team,
    Wave,
    Window,
)
from domain.configuration.fields import Field, fields_of
from domain.configuration.kinds import ORGANISATION_KEY, Kind
from domain.places import Places
from domain.regions import KNOWN_REGIONS
from domain.selectors import Place, matcher

Named = Mapping[str, Any]


def _shipped() -> dict[str, Region]:
    return {
        each.name: Region(name=each.name, time_zone=each.time_zone, traffic_weight=each.traffic_weight)
        for each in KNOWN_REGIONS.values()
    }


@dataclass(frozen=True)
class Configuration:
    """Entities that are in the fleet, by key; archived ones are not there. Never changed: `changed` makes the next."""

    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    regions: Mapping[str, Region] = field(default_factory=_shipped)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    waves: Mapping[str, Wave] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)
    freezes: Mapping[str, Freeze] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    notification_routes: Mapping[str, NotificationRoute] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    grants: Mapping[str, Grant] = field(default_factory=dict)

    @property
    def organisation(self) -> Organisation | None:
        """What holds for all services; None until it is configured."""
        return self.organisations.get(ORGANISATION_KEY)

    def of(self, kind: Kind) -> Mapping[str, Any]:
        """The entities of a kind by key."""
        found: Mapping[str, Any] = getattr(self, kind.plural)
        return found

    def get(self, kind: Kind, key: str) -> Any:
        """The entity, or None."""
        return self.of(kind).get(key)

    @cached_property
    def stages_in_order(self) -> tuple[Stage, ...]:
        """Stages as a revision passes them."""
        return tuple(sorted(self.stages.values(), key=lambda each: (each.position, each.name)))

    @cached_property
    def waves_of(self) -> Mapping[str, tuple[Wave, ...]]:
        """The waves of each stage, as a revision passes them."""
        found: dict[str, list[Wave]] = {name: [] for name in self.stages}
        for wave in sorted(self.waves.values(), key=lambda each: (each.position, each.name)):
            found.setdefault(wave.stage, []).append(wave)
        return {stage: tuple(waves) for stage, waves in found.items()}

    @cached_property
    def environments_of(self) -> Mapping[str, tuple[Environment, ...]]:
        """The environments of each wave by name, test environments too."""
        found: dict[str, list[Environment]] = {name: [] for name in self.waves}
        for environment in sorted(self.environments.values(), key=lambda each: each.name):
            found.setdefault(environment.wave, []).append(environment)
        return {wave: tuple(environments) for wave, environments in found.items()}

    @cached_property
    def places(self) -> Places:
        """The environments as selectors see them."""
        return Places([self.place(each) for _, each in sorted(self.environments.items())])

    def place(self, environment: Environment) -> Place:
        """One environment as selectors see it."""
        account, wave = self.accounts[environment.account], self.waves[environment.wave]
        return Place(
            environment=environment.name,
            stage=wave.stage,
            wave=wave.name,
            region=environment.region,
            account_id=account.aws_id,
            account_name=account.name,
            organizational_unit=account.organizational_unit,
            tags=account.tags,
            shared=environment.kind == "SHARED",
        )


def key_of(entity: Any) -> str:
    """The key of an entity: what others call it by, never changed."""
    return ORGANISATION_KEY if entity.KEY is None else str(getattr(entity, entity.KEY))


def key_field(kind: Kind) -> Field | None:
    """The field that is the key; None for the organisation, of which there is one."""
    name = CLASSES[kind].KEY
    return fields_of(CLASSES[kind])[name] if name else None


def references(entity: Entity) -> Iterator[tuple[Field, Kind, str]]:
    """What the entity refers to: the field, the other's kind and its key."""
    for each in fields_of(type(entity)).values():
        if each.told.refers is not None:
            value = getattr(entity, each.name)
            for key in value if isinstance(value, tuple) else [value] if value is not None else []:
                yield each, Kind(each.told.refers), key


def concerns(scoped: Any, service: Service) -> bool:
    """Whether a check, window, route or policy is about the service: all it says of services must hold."""
    if getattr(scoped, "service", None) not in (None, service.name):
        return False
    if scoped.team not in (None, service.team):
        return False
    return not scoped.services or any(matcher(glob)(service.name) for glob in scoped.services)
