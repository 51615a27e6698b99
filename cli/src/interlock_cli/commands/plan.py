"""`interlock plan`."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import click

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.output import Grid, emit, format_option, notice


@click.command("plan")
@click.argument("repository", metavar="REPOSITORY")
@click.option(
    "--pull",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan to FILE, the snapshot that INTERLOCK_PLAN names for a synth without the service.",
)
@format_option
@click.pass_obj
def command(connection: Connection, repository: str, pull: Path | None, output: str) -> None:
    """Show the plan of a repository's pipeline, or pull it to a file.

    REPOSITORY is owner/name, such as acme/payments. The plan is what pipelinekit asks for at synth: stages,
    waves, environments, checks, windows and policies, with a digest of all that.
    """
    with Client(connection) as client:
        plan = client.ask("plan", repository=repository)["plan"]
    if plan.pop("__typename") != "Plan":
        raise_typed([plan])
    if pull is not None:
        write_snapshot(pull, plan)
        notice(f"Wrote {pull}: {plan['digest']}. Use it with INTERLOCK_PLAN={pull} cdk synth.")
        return
    emit(plan, output, lambda: [_facts(plan), _rollout(plan), _checks(plan), *_windows(plan), *_policies(plan)])


def snapshot(plan: Data) -> bytes:
    """The plan as pipelinekit itself keeps it: sorted keys, two spaces, UTF-8, one final newline."""
    return (json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def write_snapshot(path: Path, plan: Data) -> None:
    """Writes the snapshot whole or not at all: into a file beside it, then renamed."""
    try:
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(snapshot(plan))
            Path(beside).chmod(0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(
            f"Cannot write {path}: {error.strerror}.", "Give --pull a file in a folder you may write to."
        ) from error


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
