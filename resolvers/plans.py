"""The plan of a repository, from the facts that are kept."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from domain.errors import NotFound, Refused
from domain.plans import (
    Plan,
    PlanCheck,
    PlanEndpoint,
    PlanEnvironment,
    PlanHub,
    PlanPipeline,
    PlanStage,
    PlanWave,
    RequiredTag,
    require_contract,
    require_environments,
)
from domain.words import CheckKind, CheckMode, CheckWhen, EnvironmentKind, OnFailure
from models import plans
from models.engine import Database
from models.queries import values
from models.tables import Service


async def plan(database: Database, repository: str, contract: int, url: str) -> Plan:
    """The plan of the service that the repository deploys. url: where pipelines reach this service.

    Raises UpgradeRequired, NotFound with suggestions, or Refused: NOT_CONFIGURED, NO_ENVIRONMENTS.
    """
    require_contract(contract)
    async with database.reads.connect() as reader:
        facts = await plans.facts(reader, repository)
    if facts is None:
        async with database.transaction() as session:
            raise NotFound("repository", repository, await values(session, Service, "repository"), field="repository")
    if facts["organisation"] is None:
        raise Refused(
            "NOT_CONFIGURED",
            "The organisation is not configured: nothing says where pipelines live.",
            path=["repository"],
            remedy="Run configureOrganisation, or `interlock apply` with an organisation.",
        )
    require_environments(facts["name"], facts["placement"], len(facts["environments"]))
    return _plan(facts, url)


def _plan(facts: dict[str, Any], url: str) -> Plan:
    organisation = facts["organisation"]
    return Plan(
        service=facts["name"],
        repository=facts["repository"],
        branch=facts["branch"],
        connection_arn=facts["connection_arn"] or organisation["connection_arn"],
        pipeline=PlanPipeline(facts["name"], organisation["pipeline_account"], organisation["pipeline_region"]),
        hub=PlanHub(organisation["event_bus_arn"]),
        endpoint=PlanEndpoint(url=url, audience=url),
        stages=_stages(facts["environments"], facts["checks"]),
        required_tags=(RequiredTag("service", facts["name"]),),
    )


def _stages(environments: list[dict[str, Any]], checks: list[dict[str, Any]]) -> tuple[PlanStage, ...]:
    stages = []
    for name, members in groupby(environments, lambda each: each["stage"]):
        found = list(members)
        waves = tuple(_wave(name, list(of_wave), checks) for _, of_wave in groupby(found, lambda each: each["wave"]))
        production = found[0]["production"]
        stages.append(PlanStage(name, production, OnFailure.ROLLBACK if production else OnFailure.NONE, waves))
    return tuple(stages)


def _wave(stage: str, environments: list[dict[str, Any]], checks: list[dict[str, Any]]) -> PlanWave:
    first = environments[0]
    return PlanWave(
        name=first["wave"],
        bake_minutes=first["bake_minutes"],
        minimum_data_points=first["minimum_data_points"],
        environments=tuple(
            PlanEnvironment(each["name"], each["account"], each["region"], EnvironmentKind(each["kind"]))
            for each in environments
        ),
        checks=tuple(_check(each) for each in checks if each["stage"] == stage or each["wave"] == first["wave"]),
    )


def _check(facts: dict[str, Any]) -> PlanCheck:
    return PlanCheck(
        name=facts["name"],
        kind=CheckKind(facts["kind"]),
        when=CheckWhen(facts["when"]),
        mode=CheckMode(facts["mode"]),
        timeout_minutes=facts["timeout_minutes"],
        configuration=facts["configuration"],
    )
