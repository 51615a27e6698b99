"""`interlock pipeline stop`."""

from __future__ import annotations

import click

from interlock_cli.acting import Action, acting_options, consider, execution_of, pipeline_for
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.naming import SERVICE


@click.command("stop")
@click.argument("pipeline", required=False, type=SERVICE)
@click.option(
    "--execution", metavar="ID", help="The execution, or the first digits of its revision; the newest, if unsaid."
)
@click.option("--abandon", is_flag=True, help="Leave what is in progress, instead of waiting for its end.")
@acting_options
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    pipeline: str | None,
    execution: str | None,
    abandon: bool,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """Stop an execution.

    What is in progress goes on to its end, unless --abandon leaves it. A stop is no failure: nothing is rolled back.
    """
    with Client(connection) as client:
        found = pipeline_for(client, pipeline)
        which = execution_of(found, execution)["executionId"]
        action = Action(
            "stop",
            "stop_execution",
            "stopExecution",
            {"executionId": which, "abandon": abandon},
            f"stops the execution {which} of {found['name']}",
            f"{found['name']} is asked to stop {which}.",
        )
        consider(client, action, reason, yes=yes, dry_run=dry_run, output=output)
