"""`interlock plan show`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.environments import plan_of
from interlock_cli.naming import SERVICE
from interlock_cli.output import Grid, emit, format_option
from interlock_cli.own_service import repository_for
from interlock_cli.snapshot import keep


@click.command("show")
@click.argument("service", required=False, type=SERVICE)
@click.option(
    "--pull",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan to FILE instead, as `interlock plan pull` does.",
)
@format_option
@click.pass_obj
def command(connection: Connection, service: str | None, pull: Path | None, output: str) -> None:
    """Show the plan of a service's pipeline.

    SERVICE is its name, or owner/name of its repository; the one of this folder's git remote, if unsaid. The plan is
    what pipelinekit asks for at synth: stages, waves, environments, checks, windows and policies, with a digest of all
    that.
    """
    with Client(connection) as client:
        plan = plan_of(client, repository_for(client, service, Path()))
    if pull is not None:
        keep(plan, pull)
        return
    emit(plan, output, lambda: [_facts(plan), _rollout(plan), _checks(plan), *_windows(plan), *_policies(plan)])


def _facts(plan: Data) -> Grid:
    pipeline = plan["pipeline"]
    rows = [
        ("service", plan["service"]),
        ("repository", f"{plan['repository']} ({plan['branch']})"),
        ("pipeline", f"{pipeline['name']} in {pipeline['account']}, {pipeline['region']}"),
        ("connection", plan["connectionArn"]),
        ("events to", plan["hub"]["eventBusArn"]),
        ("digest", plan["digest"]),
    ]
    return Grid(("PLAN", ""), rows, f"Plan of {plan['repository']}")


def _rollout(plan: Data) -> Grid:
    rows = [
        (
            stage["name"] + (" (production)" if stage["production"] else ""),
            wave["name"],
            environment["name"],
            environment["account"],
            environment["region"],
            f"{wave['bakeMinutes']} min" if wave["bakeMinutes"] else "-",
            stage["onFailure"],
        )
        for stage in plan["stages"]
        for wave in stage["waves"]
        for environment in wave["environments"]
    ]
    columns = ("STAGE", "WAVE", "ENVIRONMENT", "ACCOUNT", "REGION", "BAKE", "ON FAILURE")
    return Grid(columns, rows, "Environments, in the order of deployment")


def _checks(plan: Data) -> Grid:
    rows = [
        (
            wave["name"],
            check["when"],
            check["name"],
            check["kind"],
            check["mode"],
            f"{check['timeoutMinutes']} min",
        )
        for stage in plan["stages"]
        for wave in stage["waves"]
        for check in wave["checks"]
    ]
    return Grid(("WAVE", "WHEN", "CHECK", "KIND", "MODE", "TIMEOUT"), rows, "Checks")


def _windows(plan: Data) -> list[Grid]:
    """When its waves may start; no table where they always may."""
    rows = [
        (
            wave["name"],
            window["name"],
            window["cron"],
            f"{window['minutes']} min",
            window["timeZone"] or "each Region's own",
        )
        for stage in plan["stages"]
        for wave in stage["waves"]
        for window in wave["windows"]
    ]
    return [Grid(("WAVE", "WINDOW", "OPENS", "FOR", "TIME ZONE"), rows, "Windows")] if rows else []


def _policies(plan: Data) -> list[Grid]:
    rows = [
        (each["name"], each["kind"], each["mode"], json.dumps(each["configuration"], ensure_ascii=False))
        for each in plan["policies"]
    ]
    return [Grid(("POLICY", "KIND", "MODE", "CONFIGURATION"), rows, "Policies")] if rows else []
