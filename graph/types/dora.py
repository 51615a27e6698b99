"""DORA's measures of delivery, each with the deliveries behind it. `domain.dora` has the definitions."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable, Sequence
from datetime import datetime

import strawberry

from domain import dora
from domain.dora import DoraGrouping, Frequency, Rate, Times
from domain.periods import LONGEST_DAILY, DoraInterval, Window
from domain.words import Word
from graph.context import Info
from graph.deliveries import Delivery, Looked, page
from graph.planner.mapping import OBJECTS, WORK
from graph.types.distribution import DoraDistribution, spread
from graph.types.relay import Connection, word

word(DoraGrouping)
word(DoraInterval)


@word
class DoraUnit(Word):
    """What a value is counted in."""

    SECONDS = "SECONDS", "Seconds."
    SHARE = "SHARE", "A share, from 0 to 1."
    PER_DAY = "PER_DAY", "How many in 24 hours."


@strawberry.input(description="Which deliveries are looked at.")
class DoraFilter:
    services: list[str] | None = strawberry.field(default=None, description="Any of these services, by name.")
    team: str | None = strawberry.field(default=None, description="Services of this team alone.")
    stage: str | None = strawberry.field(default=None, description="What reached this stage alone.")
    production_only: bool = strawberry.field(default=True, description="What reached production alone.")


@strawberry.type(description="The value of a day or week. The same window asked for opens the deliveries behind it.")
class DoraPoint:
    from_: datetime = strawberry.field(name="from")
    to: datetime
    value: float | None = strawberry.field(description="Null without data.")
    count: int = strawberry.field(description="How many deliveries were measured, or count.")
    sample_size: int = strawberry.field(description="Of how many.")


POINTS = {OBJECTS: LONGEST_DAILY.days}
ALL = {WORK: 100}
"""Of a field that goes over all deliveries of a window, however little it returns: some milliseconds for a year."""
Of = Sequence[dora.Delivery]
Measured = tuple[float | None, int, int]


@strawberry.type
class DoraMeasure:
    """What every measure has behind it. looked: of which window and scope. of: the deliveries of both."""

    looked: strawberry.Private[Looked]
    of: strawberry.Private[Of]

    async def points(self, by: DoraInterval, measure: Callable[[Of, Window], Measured]) -> list[DoraPoint]:
        """The same measure of each day or week; beside the loop, as a year of a company takes part of a second."""
        return await to_thread(self._points, by, measure)

    def _points(self, by: DoraInterval, measure: Callable[[Of, Window], Measured]) -> list[DoraPoint]:
        found = []
        for part, deliveries in dora.series(self.of, self.looked.window, by):
            value, count, size = measure(deliveries, part)
            found.append(DoraPoint(from_=part.start, to=part.end, value=value, count=count, sample_size=size))
        return found


@strawberry.type(description="A measure that is a time.")
class DoraTimes(DoraMeasure):
    rule: strawberry.Private[Callable[[Of], Times]]
    found: strawberry.Private[Times]

    @strawberry.field(description="What values are counted in.")
    def unit(self) -> DoraUnit:
        return DoraUnit.SECONDS

    @strawberry.field(description="The median; null without data.")
    def value(self) -> float | None:
        return self.found.median

    @strawberry.field(description="How many were measured.")
    def sample_size(self) -> int:
        return len(self.found.measured)

    @strawberry.field(description="How many should have a value, and have none that is known, or none yet.")
    def unknown_count(self) -> int:
        return len(self.found.unknown)

    @strawberry.field(description="How the values are spread; null without data.", metadata=ALL)
    def distribution(self) -> DoraDistribution | None:
        return spread(self.found.values)

    @strawberry.field(description="The median of each day, of at most 92, or week.", metadata=POINTS)
    async def series(self, by: DoraInterval = DoraInterval.DAY) -> list[DoraPoint]:
        def measure(of: Of, _: Window) -> Measured:
            found = self.rule(of)
            return found.median, len(found.measured), len(found.measured) + len(found.unknown)

        return await self.points(by, measure)

    @strawberry.field(
        description="Those that were measured, the newest first; with values between bounds alone.", metadata=ALL
    )
    def deliveries(
        self,
        first: int | None = None,
        after: str | None = None,
        at_least_seconds: float | None = None,
        below_seconds: float | None = None,
    ) -> Connection[Delivery]:
        low = float("-inf") if at_least_seconds is None else at_least_seconds
        high = float("inf") if below_seconds is None else below_seconds
        pairs = zip(self.found.measured, self.found.values, strict=True)
        return page(self.looked, [each for each, value in pairs if low <= value < high], first, after)

    @strawberry.field(description="Those whose value is not known, or not yet, the newest first.", metadata=ALL)
    def unknown(self, first: int | None = None, after: str | None = None) -> Connection[Delivery]:
        return page(self.looked, self.found.unknown, first, after)


@strawberry.type(description="A measure that is a share of the deliveries.")
class DoraRate(DoraMeasure):
    rule: strawberry.Private[Callable[[Of], Rate]]
    found: strawberry.Private[Rate]

    @strawberry.field(description="What the value is counted in.")
    def unit(self) -> DoraUnit:
        return DoraUnit.SHARE

    @strawberry.field(description="Null without data.")
    def value(self) -> float | None:
        return self.found.value

    @strawberry.field(description="How many count.")
    def count(self) -> int:
        return len(self.found.counted)

    @strawberry.field(description="Of how many.")
    def sample_size(self) -> int:
        return len(self.found.of)

    @strawberry.field(description="The share of each day, of at most 92, or week.", metadata=POINTS)
    async def series(self, by: DoraInterval = DoraInterval.DAY) -> list[DoraPoint]:
        def measure(of: Of, _: Window) -> Measured:
            found = self.rule(of)
            return found.value, len(found.counted), len(found.of)

        return await self.points(by, measure)

    @strawberry.field(description="Those that count, the newest first.", metadata=ALL)
    def deliveries(self, first: int | None = None, after: str | None = None) -> Connection[Delivery]:
        return page(self.looked, self.found.counted, first, after)

    @strawberry.field(description="All of which they are a share, the newest first.", metadata=ALL)
    def sample(self, first: int | None = None, after: str | None = None) -> Connection[Delivery]:
        return page(self.looked, self.found.of, first, after)


@strawberry.type(description="How often something was delivered.")
class DoraFrequency(DoraMeasure):
    found: strawberry.Private[Frequency]

    @strawberry.field(description="What the value is counted in.")
    def unit(self) -> DoraUnit:
        return DoraUnit.PER_DAY

    @strawberry.field(description="Deliveries in 24 hours; null without data.")
    def value(self) -> float | None:
        return self.found.per_day

    @strawberry.field(description="Deliveries that succeeded in at least one environment.")
    def count(self) -> int:
        return len(self.found.counted)

    @strawberry.field(description="Rollbacks among them.")
    def rollback_count(self) -> int:
        return sum(each.rollback for each in self.found.counted)

    @strawberry.field(description="The same number as `count`: of nothing else.")
    def sample_size(self) -> int:
        return len(self.found.counted)

    @strawberry.field(
        description="Seconds from one delivery of a service to its next; null without two of a service.", metadata=ALL
    )
    def intervals(self) -> DoraDistribution | None:
        return spread(self.found.intervals)

    @strawberry.field(description="How often on each day, of at most 92, or in each week.", metadata=POINTS)
    async def series(self, by: DoraInterval = DoraInterval.DAY) -> list[DoraPoint]:
        def measure(of: Of, part: Window) -> Measured:
            found = dora.deployment_frequency(of, part)
            return found.per_day, len(found.counted), len(found.counted)

        return await self.points(by, measure)

    @strawberry.field(description="The deliveries, the newest first.", metadata=ALL)
    def deliveries(self, first: int | None = None, after: str | None = None) -> Connection[Delivery]:
        return page(self.looked, self.found.counted, first, after)


@strawberry.type(description="DORA's five measures.")
class DoraMetrics:
    """Of the deliveries of one window and scope, or of a group of them."""

    looked: strawberry.Private[Looked]
    of: strawberry.Private[Of]

    @strawberry.field(
        description="From a change's commit until it was first deployed; unknown without commit time.", metadata=ALL
    )
    async def change_lead_time(self) -> DoraTimes:
        return await to_thread(self._times, dora.change_lead_time)

    @strawberry.field(description="How often a revision was deployed.", metadata=ALL)
    async def deployment_frequency(self) -> DoraFrequency:
        found = await to_thread(dora.deployment_frequency, self.of, self.looked.window)
        return DoraFrequency(looked=self.looked, of=self.of, found=found)

    @strawberry.field(description="The share of deliveries with evidence of failure.", metadata=ALL)
    async def change_fail_rate(self) -> DoraRate:
        return await to_thread(self._rate, dora.change_fail_rate)

    @strawberry.field(
        description="From the first evidence of failure until recovery; unknown are those still open.", metadata=ALL
    )
    async def failed_deployment_recovery_time(self) -> DoraTimes:
        return await to_thread(self._times, dora.failed_deployment_recovery_time)

    @strawberry.field(description="The share of deliveries that were rollbacks, or an incident's fix.", metadata=ALL)
    async def deployment_rework_rate(self) -> DoraRate:
        return await to_thread(self._rate, dora.deployment_rework_rate)

    def _times(self, rule: Callable[[Of], Times]) -> DoraTimes:
        return DoraTimes(looked=self.looked, of=self.of, rule=rule, found=rule(self.of))

    def _rate(self, rule: Callable[[Of], Rate]) -> DoraRate:
        return DoraRate(looked=self.looked, of=self.of, rule=rule, found=rule(self.of))


@strawberry.type(description="The measures of one service, team or stage.")
class DoraGroup:
    name: str | None = strawberry.field(description="Null for services without a team.")
    metrics: DoraMetrics


@strawberry.type(description="DORA's measures of a window: from a time up to, and without, another.")
class Dora:
    """Deliveries are read when the first of the fields needs them, once for all."""

    looked: strawberry.Private[Looked]

    @strawberry.field(name="from", description="Where the window begins.")
    def from_(self) -> datetime:
        return self.looked.window.start

    @strawberry.field(description="Where it ends: never later than the time of asking.")
    def to(self) -> datetime:
        return self.looked.window.end

    @strawberry.field(description="Of everything that is looked at.")
    async def total(self, info: Info) -> DoraMetrics:
        return DoraMetrics(looked=self.looked, of=await self.looked.deliveries(info, by_stage=False))

    @strawberry.field(description="By service, team or stage, by name: 50 of them when nothing is said, 100 at most.")
    async def groups(
        self, info: Info, by: DoraGrouping, first: int | None = None, after: str | None = None
    ) -> list[DoraGroup]:
        by_stage = by is DoraGrouping.STAGE
        found = dora.groups(await self.looked.deliveries(info, by_stage=by_stage), by)
        names = [name for name in found if after is None or name is None or name > after]
        looked = self.looked.by_stage() if by_stage else self.looked
        return [
            DoraGroup(name=name, metrics=DoraMetrics(looked=looked, of=found[name]))
            for name in names[: dora.groups_asked(first)]
        ]
