"""`interlock pipeline retry`."""

from __future__ import annotations

import click

from interlock_cli.acting import Action, acting_options, consider, execution_of, pipeline_for, stage_of
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.naming import SERVICE


@click.command("retry")
@click.argument("pipeline", required=False, type=SERVICE)
@click.option(
    "--execution", metavar="ID", help="The execution, or the first digits of its revision; the newest, if unsaid."
)
@click.option("--stage", metavar="NAME", help="CodePipeline's name of the stage; the one that failed, if unsaid.")
@click.option(
    "--all-actions", is_flag=True, help="Every action of the stage, so that it is decided anew whether to enter."
)
@acting_options
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    pipeline: str | None,
    execution: str | None,
    stage: str | None,
    all_actions: bool,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """Try a stage that has failed again.

    What has not succeeded is done again. Whether the revision may enter is not asked again, unless --all-actions is
    given.
    """
    with Client(connection) as client:
        found = pipeline_for(client, pipeline)
        of = execution_of(found, execution)
        name = stage_of(of, stage, "FAILED")
        mode = "ALL_ACTIONS" if all_actions else "FAILED_ACTIONS"
        action = Action(
            "retry",
            "retry_stage",
            "retryStage",
            {"executionId": of["executionId"], "stage": name, "mode": mode},
            f"tries {name} of {found['name']} again",
            f"{found['name']} is asked to try {name} again.",
        )
        consider(client, action, reason, yes=yes, dry_run=dry_run, output=output)
