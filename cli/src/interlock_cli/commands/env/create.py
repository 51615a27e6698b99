"""`interlock env create`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from interlock_cli.cdk.tool import require_app
from interlock_cli.client import Client, Data
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.connection import Connection
from interlock_cli.creating import Creation, Wish
from interlock_cli.environment_steps import EnvironmentStep, steps_of
from interlock_cli.errors import CommandError
from interlock_cli.moments import local
from interlock_cli.naming import SERVICE
from interlock_cli.options import app_option
from interlock_cli.output import emit, format_option, notice
from interlock_cli.own_service import service_for
from interlock_cli.permitted import NOBODY_IN_PARTICULAR

NEEDED = "MANAGE_TEST_ENVIRONMENTS"


@click.command("create")
@click.option("--stage", required=True, metavar="NAME", help="The stage, outside production, that it is made after.")
@click.option("--region", metavar="REGION", help="Where; that of the stage's first environment, if unsaid.")
@click.option("--owner", metavar="PERSON", help="Whose it is, as they sign in. [default: you]")
@click.option("--team", metavar="NAME", help="The team that it counts for.")
@click.option("--purpose", metavar="TEXT", help="What it is for.")
@click.option(
    "--days", type=click.IntRange(min=1), metavar="N", help="How long it lives; as long as may be, if unsaid."
)
@click.option("--name", metavar="NAME", help="Its name. [default: test-OWNER-NUMBER]")
@click.option("--service", type=SERVICE, metavar="NAME", help="Deploy this service to it, from the CDK app here.")
@app_option
@yes_option
@format_option
@click.pass_obj
def command(connection: Connection, /, *, service: str | None, app: Path, yes: bool, output: str, **given: Any) -> None:
    """Create a test environment, with all that belongs to it.

    One command does all of it: the service registers it and chooses its account; that is bootstrapped for CDK, where it
    is not; the organisation's own steps are run on this machine; and with --service that is deployed there.
    When one of them fails, those before it are taken back, the last first. Interrupted, it says what was done, and
    `interlock env delete` takes it back.
    """
    if service is not None:
        require_app(app)
    with Client(connection) as client:
        asked = client.ask("environment_steps")
        _require_permitted(asked["viewer"])
        chosen = service_for(client, service, app) if service is not None else None
        steps = steps_of(asked["organisation"])
        given["owner"] = given["owner"] or _owner(asked["viewer"])
        confirm(_what(given, steps, chosen), yes, otherwise="Nothing was created.", look="Give --yes.")
        creation = Creation(client, Wish(given, steps, chosen, app))
        try:
            creation.work.run()
        finally:
            emit(creation.to_json(), output, lambda: [creation.work.grid("Test environment")])
            _tell_interrupted(creation)
    made = creation.node
    name, end = made["name"], local(made["expiresAt"])
    notice(f"{name} is there until {end}. `interlock env delete {name}` ends it.")


def _require_permitted(viewer: Data) -> None:
    if NEEDED not in viewer["permissions"]:
        roles = ", ".join(viewer["roles"])
        raise CommandError(
            f"You are {viewer['actor']} ({roles}) and may not create test environments: that needs {NEEDED}.",
            "Ask an ADMIN for the role DEVELOPER.",
        )


def _owner(viewer: Data) -> str:
    """Who asks; where everybody is `local`, who is logged in to this machine."""
    actor = str(viewer["actor"])
    return getpass.getuser() if actor == NOBODY_IN_PARTICULAR else actor


def _what(given: dict[str, Any], steps: list[EnvironmentStep], service: Data | None) -> str:
    parts = [f"creates a test environment of {given['owner']} in stage {given['stage']}"]
    if steps:
        parts.append(f"runs on this machine {'; '.join(each.sentence for each in steps)}")
    if service:
        parts.append(f"deploys {service['name']} to it")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _tell_interrupted(creation: Creation) -> None:
    """Where it did not come to its end, and something stays: how to take that back."""
    if creation.stays:
        notice(f"`interlock env delete {creation.node['name']}` takes back what stays.")
    elif creation.uncertain:
        notice("Whether it was registered is not known: `interlock env list` shows what there is.")
