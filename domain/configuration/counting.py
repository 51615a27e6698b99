"""What is counted of the plans of one configuration: the minutes to the last Region, and CodePipeline's limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

from domain import limits, reach
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Calendar
from domain.configuration.planning import Planner
from domain.cron import Cron
from domain.limits import Exceeded
from domain.openings import Openings, any_of, both
from domain.plans import Plan, PlanWave
from domain.windows import OpenTimes

Closed: TypeAlias = Callable[[Calendar], Collection[date]]


def own_days(calendar: Calendar) -> frozenset[date]:
    """The days that the calendar itself names."""
    return frozenset(date.fromisoformat(day) for day in calendar.dates)


@dataclass(frozen=True)
class Counted:
    """Plans of one configuration, and what is counted of them. Plans that share their waves share the counting.

    now: from when on a revision is thought to move. closed: the days of a calendar, its country's holidays included.
    stacks: how many stacks a service has in an environment, where it is not one.
    """

    configuration: Configuration
    planner: Planner
    now: datetime
    closed: Closed
    stacks: Mapping[str, int] = field(default_factory=dict)
    counted: dict[Any, Any] = field(default_factory=dict)

    def minutes(self, plan: Plan | None) -> int | None:
        if plan is None:
            return 0
        key = ("minutes", *_key(plan))
        if key not in self.counted:
            times, waves = _times(plan), {each.name: each for each in waves_of(plan)}
            self.counted[key] = reach.reach(times, self.now, lambda wave, at: self._opens(waves[wave.name], at)).minutes
        return self.counted[key]  # type: ignore[no-any-return]

    def split(self, plan: Plan | None) -> tuple[tuple[Exceeded, ...], int]:
        """The limits that refuse the pipeline, and how many pipelines there would have to be."""
        if plan is None:
            return (), 0
        stacks = min(self.stacks.get(plan.service, 1), limits.ACTIONS)
        key = ("split", stacks, *_key(plan))
        if key not in self.counted:
            shapes = [limits.WaveShape(each.name, len(each.environments), validated(each)) for each in waves_of(plan)]
            size = limits.size(shapes, stacks_per_environment=stacks)
            exceeded = tuple(each for each in limits.exceeded(size) if each.refused)
            parts = len(limits.split(shapes, stacks_per_environment=stacks)) if exceeded else 1
            self.counted[key] = exceeded, parts
        return self.counted[key]  # type: ignore[no-any-return]

    def _opens(self, wave: PlanWave, at: datetime) -> datetime | None:
        """When the wave may start: when each of its Regions has a window open."""
        if not wave.windows:
            return at
        key = ("wave", id(wave))
        if key not in self.counted:
            zones = tuple(sorted({self.configuration.regions[each.region].time_zone for each in wave.environments}))
            self.counted[key] = self._openings(zones, tuple(each.name for each in wave.windows))
        found: Openings = self.counted[key]
        return found.opening(at)

    def _openings(self, zones: tuple[str, ...], names: tuple[str, ...]) -> Openings:
        """When each of the zones has one of the windows open; waves that begin with the same zones share the work."""
        key = ("openings", zones, names)
        if key not in self.counted:
            last = any_of(tuple(self._open_times(name, zones[-1]) for name in names))
            self.counted[key] = both(self._openings(zones[:-1], names), last) if zones[1:] else last
        return self.counted[key]  # type: ignore[no-any-return]

    def _open_times(self, name: str, zone: str) -> OpenTimes:
        window = self.configuration.windows[name]
        cron = Cron.parse(window.cron)
        return OpenTimes(name, cron, window.minutes, window.time_zone or zone, self._closed(name))

    def _closed(self, window: str) -> frozenset[date]:
        key = ("closed", window)
        if key not in self.counted:
            calendars = self.configuration.windows[window].calendars
            days = (day for name in calendars for day in self.closed(self.configuration.calendars[name]))
            self.counted[key] = frozenset(days)
        return self.counted[key]  # type: ignore[no-any-return]


def waves_of(plan: Plan) -> list[PlanWave]:
    """The plan's waves, in the order in which a revision passes them."""
    return [wave for stage in plan.stages for wave in stage.waves]


def validated(wave: PlanWave) -> bool:
    """Whether something must hold after it: the pipeline then has an action that waits for that."""
    bakes = wave.bake_minutes > 0 or wave.minimum_data_points > 0
    return bakes or any(check.when == "AFTER" for check in wave.checks)


def _times(plan: Plan) -> list[reach.WaveTime]:
    return [
        reach.WaveTime(
            each.name,
            one_box_bake_minutes=each.one_box_bake_minutes,
            bake_minutes=each.bake_minutes,
            watch_minutes=reach.watch_minutes(each.checks),
        )
        for each in waves_of(plan)
    ]


def _key(plan: Plan) -> tuple[int, ...]:
    """Plans of one planner that share all of their waves."""
    return tuple(id(wave) for wave in waves_of(plan))
