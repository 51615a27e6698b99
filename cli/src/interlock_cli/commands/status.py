"""`interlock status`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from interlock_cli.client import PAGE, Client, Data
from interlock_cli.connection import Connection
from interlock_cli.fleet import in_order, overview
from interlock_cli.moments import age
from interlock_cli.naming import SERVICE, service_names, unknown_service
from interlock_cli.output import Grid, clipped, emit, for_people, format_option, notice, short


@click.command("status")
@click.argument("service", required=False, type=SERVICE)
@format_option
@click.pass_obj
def command(connection: Connection, service: str | None, output: str) -> None:
    """Show what is deployed where.

    Of all services a line each: the revision in every stage, and what moves or has failed. Of SERVICE every environment
    it is placed in: the revision deployed there, the status of the newest deployment and its age; and the newest
    execution of each pipeline. JSON and YAML always have the environments.
    """
    with Client(connection) as client:
        names = [service] if service else service_names(client)
        if names and service is None and for_people(output):
            emit(None, output, lambda: [overview(client)])
            return
        found = [service_status(client, name) for name in names]
        if not found:
            notice("No services are registered. `interlock apply organisation.yaml` loads some.")
        emit(found, output, lambda: _all_grids(found, client.now()))


def _all_grids(found: list[Data], now: datetime) -> list[Grid]:
    return [grid for each in found for grid in grids(each, now)]


def service_status(client: Client, name: str) -> Data:
    """One service: its pipelines with their newest execution, its environments in the order of deployment.

    Raises CommandError for a name that is not registered.
    """
    environments: list[Data] = []
    after: str | None = None
    while True:
        service: Data | None = client.ask("status", service=name, first=PAGE, after=after)["service"]
        if service is None:
            raise unknown_service(client, name)
        page = service["environments"]
        environments += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return {
        "service": service["name"],
        "repository": service["repository"],
        "pipelines": service["pipelines"]["nodes"],
        "environments": [_environment(each) for each in sorted(environments, key=in_order)],
    }


def _environment(node: Data) -> Data:
    """An environment with its newest deployment and the newest that succeeded, or null."""
    return {
        "environment": node["name"],
        "stage": node["wave"]["stage"]["name"],
        "wave": node["wave"]["name"],
        "deployed": _only(node["deployed"]["nodes"]),
        "latest": _only(node["latest"]["nodes"]),
    }


def _only(nodes: Sequence[Data]) -> Data | None:
    return nodes[0] if nodes else None


def grids(status: Data, now: datetime) -> list[Grid]:
    """Two tables for one service: its pipelines, and its environments."""
    name = status["service"]
    pipelines = [_pipeline_row(each, now) for each in status["pipelines"]]
    rows = [_environment_row(each, now) for each in status["environments"]]
    return [
        Grid(("PIPELINE", "REVISION", "STATUS", "STARTED", "EXECUTION"), pipelines, f"{name}: pipelines"),
        Grid(
            ("STAGE", "WAVE", "ENVIRONMENT", "DEPLOYED", "STATUS", "AGE", "NOTE"),
            rows,
            f"{name}: environments",
        ),
    ]


def _pipeline_row(pipeline: Data, now: datetime) -> tuple[object, ...]:
    execution: dict[str, Any] = pipeline["latestExecution"] or {}
    return (
        pipeline["name"],
        short(execution.get("revision")),
        execution.get("status") or "never ran",
        age(execution.get("startedAt"), now),
        execution.get("executionId"),
    )


def _environment_row(environment: Data, now: datetime) -> tuple[object, ...]:
    """DEPLOYED is the newest revision that succeeded; STATUS and AGE are the newest deployment's."""
    deployed, latest = environment["deployed"] or {}, environment["latest"] or {}
    return (
        environment["stage"],
        environment["wave"],
        environment["environment"],
        short(deployed.get("revision")),
        latest.get("status") or "never deployed",
        age(latest.get("endedAt") or latest.get("startedAt"), now),
        _note(deployed.get("revision"), latest),
    )


def _note(deployed: str | None, latest: Data) -> str:
    """What the newest deployment moves, when it is not what is deployed; and why it failed."""
    moving = latest.get("revision")
    parts = [f"revision {short(moving)}"] if moving and moving != deployed else []
    if latest.get("reason"):
        parts.append(clipped(latest["reason"], 120))
    return ": ".join(parts)
