"""The facts for a decision that the configuration alone gives, by no statement: windows, freezes, holds, checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.configuration.configuration import Configuration, concerns
from domain.configuration.entities import Service, Window
from domain.cron import Cron
from domain.freezes import FreezeTimes
from domain.regions import KNOWN_REGIONS
from domain.safety.entering import HoldOn, Place
from domain.windows import OpenTimes
from domain.words import CheckWhen
from resolvers.calendars import closed_days


@dataclass(frozen=True, slots=True)
class Configured:
    """What the configuration says of a service in a wave. stage, wave: our names."""

    configuration: Configuration
    service: Service
    stage: str
    wave: str

    def requires_checks(self, when: CheckWhen) -> bool:
        """Whether the wave requires checks before, or after it."""
        checks = self.configuration.checks.values()
        return any(each.when is when and self._concerned(each) for each in checks)

    def places(self, environments: Sequence[str], structure: Mapping[str, Any] | None, now: datetime) -> list[Place]:
        """The environments with their windows. One that has left the fleet is where the pipeline's map says."""
        windows = [each for _, each in sorted(self.configuration.windows.items()) if self._concerned(each)]
        mapped = _mapped(structure)
        found = []
        for name in environments:
            there, told = self.configuration.environments.get(name), mapped.get(name, {})
            account = there.account if there else str(told.get("account") or "")
            region = there.region if there else str(told.get("region") or "")
            found.append(Place(name, account, region, [self._open_times(each, region, now) for each in windows]))
        return found

    def freezes(self) -> list[FreezeTimes]:
        """All of them: each says itself what it is about."""
        return [
            FreezeTimes(each.name, each.scope, each.target, each.starts_at, each.ends_at, each.reason)
            for each in self.configuration.freezes.values()
        ]

    def holds(self, environments: Collection[str]) -> list[HoldOn]:
        """Those of the environments that are about the service, or about all services."""
        return [
            HoldOn(each.name, each.environment, each.kind, each.revision, each.reason, expires_at=each.expires_at)
            for _, each in sorted(self.configuration.holds.items())
            if each.environment in environments and each.service in (None, self.service.name)
        ]

    def _concerned(self, scoped: Any) -> bool:
        """Whether a check or a window is for the wave, or its stage, and for the service."""
        return (scoped.stage == self.stage or scoped.wave == self.wave) and concerns(scoped, self.service)

    def _open_times(self, window: Window, region: str, now: datetime) -> OpenTimes:
        known = self.configuration.regions.get(region) or KNOWN_REGIONS.get(region)
        zone = window.time_zone or (known.time_zone if known else "UTC")
        closed: frozenset[date] = frozenset()
        for name in window.calendars:
            closed |= frozenset(closed_days(self.configuration.calendars[name], now))
        return OpenTimes(window.name, Cron.parse(window.cron), window.minutes, zone, closed)


def _mapped(structure: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """What a pipeline's map says of each environment that it deploys to."""
    actions: Iterator[Mapping[str, Any]] = (
        action for stage in (structure or {}).get("stages", ()) for action in stage["actions"]
    )
    return {each["environment"]: each for each in actions if each["environment"] and each.get("region")}
