"""A fleet that keeps every rule of the safety score, as a document; and the map that its pipeline registers."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import changed
from domain.configuration.configuration import Configuration
from domain.configuration.wanted import operations
from domain.safety.audited import Facts, Registered, declared, registered
from domain.safety.auditing import auditor_of
from models.tables import Pipeline
from resolvers.configuring import Asked, Done, change
from resolvers.pipelines import register_pipeline
from tests.configuring import author

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PIPELINES = "999999999999"
_ALARM = {"kind": "ALARM", "configuration": {"alarmName": "{service}-{environment}"}}
_SMOKE = {"kind": "LAMBDA", "configuration": {"functionName": "{service}-{environment}"}}


def _wave(name: str, *regions: str, **more: Any) -> dict[str, Any]:
    stage = name.partition("-")[0]
    return {"name": name, "environments": [place(f"{stage}-{region}", region) for region in regions], **more}


def place(name: str, region: str, account: str = "1" * 12) -> dict[str, str]:
    """An environment."""
    return {"name": name, "account": account, "region": region}


def document(*services: str) -> dict[str, Any]:
    """The fleet with these services, payments where none is named."""
    named = services or ("payments",)
    return {
        "organisation": {
            "name": "acme",
            "pipelineAccount": PIPELINES,
            "pipelineRegion": "eu-west-1",
            "connectionArn": f"arn:aws:codeconnections:eu-west-1:{PIPELINES}:connection/x",
            "eventBusArn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
        },
        "accounts": [{"awsId": "1" * 12, "name": "workloads"}, {"awsId": "2" * 12, "name": "cells"}],
        "calendars": [{"name": "german", "country": "DE"}],
        "teams": [{"name": "pay"}],
        "stages": [
            {"name": "beta", "waves": [_wave("beta-1", "eu-west-1")]},
            {"name": "gamma", "waves": [_wave("gamma-1", "eu-west-1", "us-east-1", oneBoxPercent=10)]},
            {
                "name": "prod",
                "production": True,
                "waves": [
                    _wave("prod-1", "sa-east-1"),
                    _wave("prod-2", "us-east-1"),
                    _wave("prod-3", "eu-west-1", "eu-central-1"),
                ],
            },
        ],
        "services": [
            {"name": name, "repository": f"acme/{name}", "team": "pay", "placement": ["*"], "changeKind": kind}
            for name, kind in zip(named, ["APPLICATION", *["INFRASTRUCTURE"] * len(named)], strict=False)
        ],
        "checks": [
            {"name": "smoke", **_SMOKE, "stage": "beta"},
            {"name": "watch-gamma", **_ALARM, "stage": "gamma"},
            {"name": "watch-prod", **_ALARM, "stage": "prod"},
            {"name": "quiet-gamma", **_ALARM, "when": "BEFORE", "stage": "gamma"},
            {"name": "quiet-prod", **_ALARM, "when": "BEFORE", "stage": "prod"},
        ],
        "windows": [
            {"name": "office", "cron": "0 9 * * MON-THU", "minutes": 420, "stage": "prod", "calendars": ["german"]}
        ],
    }


def configuration(given: dict[str, Any] | None = None) -> Configuration:
    """The document as a configuration."""
    start = Configuration()
    wanted, wrong = operations(start, given or document(), prune=False)
    return changed(start, wanted, NOW, wrong)


def signals(environment: str) -> dict[str, Any]:
    """What the stacks of one environment declare when nothing is missing."""
    roles = ("HIGH_SEVERITY", "AGGREGATE", "ONE_BOX")
    metric = {"namespace": "acme", "name": "Requests", "dimensions": {"environment": environment}, "stat": "Sum"}
    return {
        "alarms": [{"name": f"{role.lower()}-{environment}", "role": role} for role in roles],
        "metrics": {"REQUESTS": [metric]},
        "oneBox": {"percent": 10, "bakeMinutes": 60, "how": "LAMBDA"},
    }


def action_map(fleet: Configuration, service: str = "payments", **more: Any) -> dict[str, Any]:
    """The map of the service's pipeline, with its signals in production, and no exceptions."""
    waves = [(stage, wave) for stage in auditor_of(fleet).facts(service).stages for wave in stage.waves]
    names = [each.name for stage, wave in waves if stage.production for each in wave.environments]
    stages = [
        {
            "name": wave.name,
            "stage": stage.name,
            "wave": wave.name,
            "actions": [
                {
                    "name": f"{each.name}.Deploy",
                    "kind": "DEPLOY",
                    "environment": each.name,
                    "account": each.account,
                    "region": each.region,
                    "stack": f"{service}-{each.name}",
                }
                for each in wave.environments
            ],
        }
        for stage, wave in waves
    ]
    return {"stages": stages, "signals": {name: signals(name) for name in names}, "exceptions": [], **more}


def pipeline(structure: dict[str, Any], stale_at: datetime | None = None) -> Registered:
    """A pipeline that has registered this map."""
    return registered("payments", declared(structure), stale_at)


def facts(given: dict[str, Any] | None = None, structure: dict[str, Any] | None = None) -> Facts:
    """Payments, as a document has it, with its pipeline registered as the safe document's was, or with a map."""
    fleet = configuration(given)
    return auditor_of(fleet).facts("payments", [pipeline(structure or action_map(configuration()))])


def edited(*path: str | int, **fields: Any) -> dict[str, Any]:
    """The document with fields of what the path leads to replaced; None takes one out."""
    made = copy.deepcopy(document())
    there: Any = made
    for step in path:
        there = there[step]
    for name, value in fields.items():
        if value is None:
            there.pop(name, None)
        else:
            there[name] = value
    return made


async def load(session: AsyncSession, given: dict[str, Any] | None = None, **by: Any) -> Done:
    """The document applied, as one change."""
    return await change(session, author(now=NOW, **by), Asked(document=given or document()))


async def registers(
    session: AsyncSession, structure: dict[str, Any] | None = None, service: str = "payments", **given: Any
) -> Pipeline:
    """The pipeline of a service registers a map; the safe one when nothing is said."""
    return await register_pipeline(
        session,
        "tester",
        name=service,
        account=PIPELINES,
        region="eu-west-1",
        repository=f"acme/{service}",
        structure=structure or action_map(configuration(document(service)), service),
        **{"now": NOW, "plan_digest": "sha256:" + "0" * 64, **given},
    )
