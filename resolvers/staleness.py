"""Which pipelines were built from a plan that is no longer."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.configuration import Configuration
from domain.configuration.planning import Planner, differing_plans, planner_of
from domain.events import EventType, Happening
from models.event_log import append
from models.pipelines import of_services, services_with_pipelines
from models.tables import Pipeline

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.configuring import Author


async def mark_stale(
    session: AsyncSession, author: Author, number: int, before: Configuration, after: Configuration
) -> None:
    """Marks the pipelines of the services whose plan a change made another one; and those that are current again."""
    services = await services_with_pipelines(session)
    if not services:
        return
    differing = await to_thread(_digests, planner_of(before, author.url), planner_of(after, author.url), services)
    happenings = []
    for service, pipeline in await of_services(session, list(differing)):
        event = compare(pipeline, differing[service], author.now)
        payload = {"pipeline": pipeline.name, "pipelineArn": pipeline.arn, "service": service, "change": number}
        digests = {"planDigest": pipeline.plan_digest, "wantedDigest": pipeline.wanted_digest}
        if event:
            happenings.append(Happening(event, "Pipeline", pipeline.id, {**payload, **digests}))
    await session.flush()
    await append(session, happenings, author.actor)


def _digests(old: Planner, new: Planner, services: Collection[str]) -> dict[str, str | None]:
    """The new digests of the services whose plan differs; None for one that has no plan any more."""
    return {service: becomes.digest if becomes else None for service, _, becomes in differing_plans(old, new, services)}


def compare(pipeline: Pipeline, wanted: str | None, now: datetime) -> EventType | None:
    """Takes the digest of the plan as it is now over; the event of what that makes of the pipeline, if anything."""
    was, pipeline.wanted_digest = pipeline.stale_at, wanted
    if pipeline.plan_digest == wanted:
        pipeline.stale_at = None
        return EventType.PIPELINE_CURRENT if was else None
    pipeline.stale_at = was or now
    return EventType.PIPELINE_STALE
