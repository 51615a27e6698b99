"""What a change would do, without making it; why a service is where it is; and what a placement or waves would be."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain import selectors, waves
from domain.configuration.changing import Entry
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Calendar
from domain.configuration.impact import PipelineImpact, impact
from domain.configuration.warnings import Caution, cautions
from domain.errors import NotFound, Problem, each
from domain.explanations import Explanation, explain
from domain.places import unmatched
from domain.safety.score import Lowered
from domain.words import EnvironmentKind
from models.configuration import current
from models.stacks import stacks_per_environment
from resolvers.calendars import closed_days
from resolvers.configuring import Asked, draft
from resolvers.scores import weigh


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. base: the change that it was drafted from. problems: why it would be refused.

    lowered: the rules of the safety score that services would no longer keep, those that are waived as well.
    """

    base: int
    entries: Sequence[Entry] = ()
    pipelines: Sequence[PipelineImpact] = ()
    cautions: Sequence[Caution] = ()
    problems: Sequence[Problem] = field(default_factory=tuple)
    lowered: Sequence[Lowered] = ()


async def preview(session: AsyncSession, asked: Asked, *, url: str, now: datetime) -> Preview:
    """The change drafted, and its impact on every pipeline, by the code that makes changes. Nothing is written."""
    try:
        drafted = await draft(session, asked, now)
    except Problem as problem:
        return Preview((await current(session)).number, problems=each(problem))
    before, after = drafted.stored.configuration, drafted.after
    pipelines = await pipelines_between(session, before, after, url=url, now=now)
    touched = [(entry.kind, entry.key) for entry in drafted.entries]
    weighing = await weigh(session, before, after, now)
    return Preview(
        drafted.stored.number,
        drafted.entries,
        pipelines,
        cautions(before, after, touched),
        problems=[weighing.problem] if weighing.problem else (),
        lowered=weighing.lowered,
    )


async def pipelines_between(
    session: AsyncSession,
    before: Configuration,
    after: Configuration,
    *,
    url: str,
    now: datetime,
    services: Iterable[str] | None = None,
) -> tuple[PipelineImpact, ...]:
    """What becomes of pipelines, with public holidays, and the stacks that each service is known to have."""

    def closed(calendar: Calendar) -> Collection[date]:
        return closed_days(calendar, now)

    stacks = await stacks_per_environment(session)

    def computed() -> tuple[PipelineImpact, ...]:
        found = tuple(impact(before, after, url=url, now=now, closed=closed, stacks=stacks, services=services))
        for plan in (plan for one in found for plan in (one.before, one.after) if plan):
            _ = plan.digest  # which it keeps
        return found

    return await to_thread(computed)


async def explanation(session: AsyncSession, service: str, environment: str) -> Explanation:
    """Why a service is, or is not, placed in an environment. Raises NotFound with suggestions."""
    configuration = (await current(session)).configuration
    there, place = configuration.services.get(service), configuration.environments.get(environment)
    if there is None:
        raise NotFound("service", service, configuration.services, field="service")
    if place is None:
        raise NotFound("environment", environment, configuration.environments, field="environment")
    return explain(selectors.parse(there.placement), configuration.place(place))


async def placement(session: AsyncSession, terms: Sequence[str]) -> tuple[list[str], list[str]]:
    """The environments that a placement would reach, and its terms that match none. Raises InvalidValue, NotFound."""
    places = (await current(session)).configuration.places
    selector = selectors.parse(terms)
    return places.names(places.mask(selector)), list(unmatched(selector, places))


async def suggested_waves(
    session: AsyncSession, stage: str, *, single_region_waves: int, largest: int
) -> tuple[waves.WaveProposal, ...]:
    """Waves of growing size for the shared environments of a stage, wherever they are now."""
    configuration = (await current(session)).configuration
    if stage not in configuration.stages:
        raise NotFound("stage", stage, configuration.stages, field="stage")
    return waves.plan_waves(_targets(configuration, stage), single_region_waves=single_region_waves, largest=largest)


def _targets(configuration: Configuration, stage: str) -> list[waves.Target]:
    return [
        waves.Target(env.name, env.account, env.region, configuration.regions[env.region].traffic_weight)
        for wave in configuration.waves_of[stage]
        for env in configuration.environments_of[wave.name]
        if env.kind is EnvironmentKind.SHARED
    ]
