"""Registering a pipeline: its structure becomes known, and what its events said is read again in that light."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain import names
from domain.action_map import action_map
from domain.configuration.planning import Planner
from domain.envelopes import PipelineName
from domain.errors import NotFound, Refused
from domain.events import EventType, Happening
from domain.regions import KNOWN_REGIONS
from models.configuration import current
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.recording import insert_pipelines
from models.stacks import deployed_by_others
from models.tables import Pipeline, Service
from resolvers.configuring import CONFIGURATION
from resolvers.recording import refold
from resolvers.staleness import compare

STACKS = "stacks"


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
    url: str = "",
) -> Pipeline:
    """The pipeline with its map of actions. Said again, the newest map counts. url: where pipelines reach this service.

    A stack that another service's pipeline deploys is refused, before either can overwrite what the other deployed.
    """
    names.account_id("account", account)
    if region not in KNOWN_REGIONS:
        raise NotFound("region", region, KNOWN_REGIONS, field="region")
    known_as = PipelineName(name=names.pipeline("name", name), account=account, region=region)
    await take_turns(session, CONFIGURATION)  # a change that is being made would not see the new pipeline, nor we it
    service = await find(session, Service, repository=repository, archived_at=None)
    if service is None:
        known = await values(session, Service, "repository")
        raise NotFound("repository", repository, known, field="repository")
    await take_turns(session, STACKS)
    await insert_pipelines(session, [known_as])  # or nothing: its events, or the same request, may be faster
    arn = known_as.arn
    pipeline = await locked(session, Pipeline, arn=arn)
    assert pipeline is not None
    checked = action_map(structure)
    await _require_own_stacks(session, service, checked)
    pipeline.service_id = service.id
    pipeline.plan_digest = plan_digest
    pipeline.structure = checked
    pipeline.registered_at = now
    wanted = Planner((await current(session)).configuration, url).plan_of(service.name)
    compare(pipeline, wanted.digest if wanted else None, now)
    await session.flush()
    payload = {"pipeline": name, "pipelineArn": arn, "service": service.name, "planDigest": plan_digest}
    await append(session, [Happening(EventType.PIPELINE_REGISTERED, "Pipeline", pipeline.id, payload)], actor)
    await refold(session, pipeline)
    return pipeline


async def _require_own_stacks(session: AsyncSession, service: Service, checked: dict[str, Any]) -> None:
    """No other service deploys a stack of the map: CloudFormation would take the one for a new version of the other."""
    actions = [action for stage in checked["stages"] for action in stage["actions"] if action["stack"]]
    stacks = {(action["account"] or "", action["region"] or "", action["stack"]) for action in actions}
    other = await deployed_by_others(session, service.id, stacks)
    if other:
        raise Refused(
            "STACK_TAKEN",
            f"The stack {other.stack} in account {other.account} and Region {other.region} is deployed by the service "
            f"{other.service!r} already, and {service.name!r} would overwrite it.",
            path=["structure"],
            remedy=f"Give the stacks of one of them another id; if {other.pipeline} is gone, register it with a map "
            "without stages.",
        )
