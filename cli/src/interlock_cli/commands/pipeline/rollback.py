"""`interlock pipeline rollback`."""

from __future__ import annotations

import click

from interlock_cli.acting import Action, acting_options, consider, effect_of, pipeline_for
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.naming import SERVICE, unknown
from interlock_cli.output import short


@click.command("rollback")
@click.argument("pipeline", required=False, type=SERVICE)
@click.option("--stage", required=True, metavar="NAME", help="CodePipeline's name of the stage that is returned.")
@click.option(
    "--to", "to", metavar="ID", help="To this execution, or revision; the latest that is possible, if unsaid."
)
@acting_options
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    pipeline: str | None,
    stage: str,
    to: str | None,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """Return a stage to an earlier revision.

    What is in the stage now is taken back, by CodePipeline, to an execution that succeeded there with the pipeline's
    present structure. --dry-run with another --to shows what else is possible.
    """
    with Client(connection) as client:
        found = pipeline_for(client, pipeline)
        asked = {"executionId": _occupant(found, stage)["executionId"], "stage": stage}
        target = _target(effect_of(client, "rollBack", asked), to)
        action = Action(
            "rollBack",
            "roll_back_stage",
            "rollBackStage",
            {**asked, "targetExecutionId": target["executionId"]},
            f"returns {stage} of {found['name']} to {short(target['revision'])}",
            f"{found['name']} is asked to return {stage} to {short(target['revision'])}.",
        )
        consider(client, action, reason, yes=yes, dry_run=dry_run, output=output)


def _occupant(pipeline: Data, stage: str) -> Data:
    """The newest execution that has entered the stage. Raises CommandError."""
    executions: list[Data] = pipeline["executions"]["nodes"]
    stages = list(dict.fromkeys(each["name"] for of in executions for each in of["stages"]["nodes"]))
    found = next((of for of in executions if any(each["name"] == stage for each in of["stages"]["nodes"])), None)
    if found is None:
        raise unknown(f"stage of {pipeline['name']}", stage, stages, "interlock status")
    return found


def _target(effect: Data, wanted: str | None) -> Data:
    """The target that is wanted, or the latest that is possible. Raises CommandError."""
    possible: list[Data] = [each for each in effect["targets"] if each["possible"]]
    if wanted is None:
        return possible[0]
    found = [
        each
        for each in effect["targets"]
        if each["executionId"] == wanted or str(each["revision"] or "").startswith(wanted)
    ]
    if found:
        return next((each for each in found if each["possible"]), found[0])
    told = ", ".join(f"{each['executionId']} ({short(each['revision'])})" for each in possible)
    raise CommandError(f"Nothing to which it could be returned is called {wanted!r}.", f"Possible: {told}.")
