"""Registering a pipeline: its structure becomes known, and what its events said is read again in that light."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain import names
from domain.action_map import action_map
from domain.envelopes import PipelineName
from domain.errors import NotFound
from domain.events import EventType, Happening
from domain.regions import KNOWN_REGIONS
from models.event_log import append
from models.queries import find, locked, values
from models.recording import insert_pipelines
from models.tables import Pipeline, Service
from resolvers.recording import refold


async def register_pipeline(
    session: AsyncSession,
    actor: str,
    *,
    now: datetime,
    name: str,
    account: str,
    region: str,
    repository: str,
    plan_digest: str,
    structure: Any,
) -> Pipeline:
    """The pipeline with its map of actions. Said again, the newest map counts."""
    names.account_id("account", account)
    if region not in KNOWN_REGIONS:
        raise NotFound("region", region, KNOWN_REGIONS, field="region")
    service = await find(session, Service, repository=repository)  # not locked: recording locks pipelines first
    if service is None:
        known = await values(session, Service, "repository")
        raise NotFound("repository", repository, known, field="repository")
    known_as = PipelineName(name=names.pipeline("name", name), account=account, region=region)
    await insert_pipelines(session, [known_as])  # or nothing: its events, or the same request, may be faster
    arn = known_as.arn
    pipeline = await locked(session, Pipeline, arn=arn)
    assert pipeline is not None
    pipeline.service_id = service.id
    pipeline.plan_digest = plan_digest
    pipeline.structure = action_map(structure)
    pipeline.registered_at = now
    await session.flush()
    payload = {"pipeline": name, "pipelineArn": arn, "service": service.name, "planDigest": plan_digest}
    await append(session, [Happening(EventType.PIPELINE_REGISTERED, "Pipeline", pipeline.id, payload)], actor)
    await refold(session, pipeline)
    return pipeline
