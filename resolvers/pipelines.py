"""Registering a pipeline: its structure becomes known, and what its events said is read again in that light."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain import names
from domain.action_map import action_map, exceptions
from domain.configuration.planning import Planner
from domain.envelopes import PipelineName
from domain.errors import NotFound, Refused
from domain.events import EventType, Happening
from domain.regions import KNOWN_REGIONS
from domain.safety.audited import Registered, declared, registered
from models import scores as kept_scores
from models.configuration import current
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.recording import insert_pipelines
from models.stacks import deployed_by_others
from models.tables import Pipeline, Service
from resolvers import scores
from resolvers.configuring import CONFIGURATION
from resolvers.recording import refold
from resolvers.staleness import compare

STACKS = "stacks"
RETURNING = timedelta(days=1)
"""How long a map may be taken back for the one before it: longer than CloudFormation takes to roll a stack back."""


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

    A stack that another service's pipeline deploys is refused, before either can overwrite what the other deployed; and
    a map after which the service's safety score would lack what it has.
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
    wanted = Planner((await current(session)).configuration, url).plan_of(service.name)
    digest = wanted.digest if wanted else None
    stale_at = None if plan_digest == digest else pipeline.stale_at or now
    new = registered(name, declared(checked), stale_at)
    weighing = await _weigh(session, service, pipeline, checked, new, now)
    pipeline.service_id = service.id
    pipeline.plan_digest = plan_digest
    if pipeline.structure != checked:
        pipeline.replaced = _digest(pipeline.structure)
    pipeline.structure = checked
    pipeline.audited = declared(checked)
    pipeline.registered_at = now
    before, pipeline.exceptions = pipeline.exceptions, exceptions(checked)
    compare(pipeline, digest, now)
    await session.flush()
    payload = {"pipeline": name, "pipelineArn": arn, "service": service.name, "planDigest": plan_digest}
    happenings = [Happening(EventType.PIPELINE_REGISTERED, "Pipeline", pipeline.id, payload)]
    if pipeline.exceptions != before:
        told = {"pipeline": name, "pipelineArn": arn, "service": service.name}
        changed = told | _difference(before, pipeline.exceptions)
        happenings.append(Happening(EventType.PIPELINE_EXCEPTIONS_CHANGED, "Pipeline", pipeline.id, changed))
    await append(session, happenings, actor)
    await scores.tell(session, actor, weighing, pipeline=name)
    await refold(session, pipeline)
    return pipeline


async def _weigh(
    session: AsyncSession, service: Service, pipeline: Pipeline, checked: dict[str, Any], new: Registered, now: datetime
) -> scores.Weighing:
    """What the map makes of the service's safety score. Raises SafetyLowered.

    A stack that is rolled back says again what it said before: that is never refused.
    """
    others = await kept_scores.other_pipelines(session, service.id, pipeline.id)
    weighing = await scores.weigh_map(session, service.name, [*others, new], now)
    since = pipeline.registered_at
    returns = since is not None and now - since <= RETURNING and pipeline.replaced == _digest(checked)
    problem = weighing.problem
    if problem and not returns:
        problem.path = ["structure"]
        raise problem
    return weighing


def _digest(structure: Mapping[str, Any] | None) -> str | None:
    """SHA-256 of a map, whatever the order of its keys; None where there is none."""
    if structure is None:
        return None
    return hashlib.sha256(json.dumps(structure, sort_keys=True).encode()).hexdigest()


def _difference(before: list[dict[str, str]], after: list[dict[str, str]]) -> dict[str, Any]:
    """{added, removed}. One whose reason changed is in both."""
    return {
        "added": [each for each in after if each not in before],
        "removed": [each for each in before if each not in after],
    }


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
