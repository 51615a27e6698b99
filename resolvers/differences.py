"""What differs between a plan at two times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.impact import PipelineImpact
from domain.configuration.planning import Planner
from domain.plans import Plan
from resolvers.plans import AsOf, configuration_as_of, service_of
from resolvers.previewing import pipelines_between


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """A service's plan at two times. impact: what differs; None where nothing does."""

    service: str
    from_change: int
    to_change: int
    before: Plan | None
    after: Plan | None
    impact: PipelineImpact | None


async def plan_difference(
    session: AsyncSession, repository: str, since: AsOf, until: AsOf | None, *, url: str, now: datetime
) -> PlanDifference:
    """The plan of the service that the repository deploys, or deployed at either time. Raises NotFound."""
    old, new = await configuration_as_of(session, since), await configuration_as_of(session, until)
    there = next((each for each in old.configuration.services.values() if each.repository == repository), None)
    service = there or service_of(new.configuration, repository)
    before, after = (Planner(each.configuration, url).plan_of(service.name) for each in (old, new))
    given: Any = {"url": url, "now": now, "services": [service.name]}
    found = await pipelines_between(session, old.configuration, new.configuration, **given)
    return PlanDifference(service.name, old.number, new.number, before, after, next(iter(found), None))
