"""`interlock unfreeze`."""

from __future__ import annotations

import click

from interlock_cli.acts import Act, carry_out, dry_run_option
from interlock_cli.client import Client, Data
from interlock_cli.confirming import yes_option
from interlock_cli.connection import Connection
from interlock_cli.frozen import Scope, thawed, within
from interlock_cli.naming import unknown
from interlock_cli.organisation.changing import Manner, reason_option
from interlock_cli.output import format_option


@click.command("unfreeze")
@click.argument("name")
@reason_option
@dry_run_option
@yes_option
@format_option
@click.pass_obj
def command(connection: Connection, name: str, reason: str | None, dry_run: bool, yes: bool, output: str) -> None:
    """End the freeze NAME before its time.

    What it lets go, and what else holds that back, is shown first.
    """
    with Client(connection) as client:
        freeze = _freeze(client, name)
        found = within(client, Scope(freeze["scope"], freeze["target"]))
        stages = ", ".join(found.production)
        act = Act(
            [{"archiveFreeze": {"name": name}}],
            [f"Ends {name}: {freeze['reason']}", *thawed(client, name, found)],
            f"{name} holds nothing back any more.",
            grave=f"lets revisions into production (stage {stages})" if stages else "",
        )
        carry_out(client, act, Manner(dry_run, yes, reason, output))


def _freeze(client: Client, name: str) -> Data:
    """Raises CommandError for one that is not there, or was archived."""
    known = {each["name"]: each for each in client.pages("freezes", "freezes", filter={"archived": False})}
    if name not in known:
        raise unknown("freeze", name, list(known), "interlock freezes")
    return known[name]
