"""`interlock pipeline start`."""

from __future__ import annotations

from typing import Any

import click

from interlock_cli.acting import LOOK, NOTHING, acting_options, pipeline_for, show
from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.confirming import confirm
from interlock_cli.connection import Connection
from interlock_cli.naming import SERVICE
from interlock_cli.output import emit, notice, short


@click.command("start")
@click.argument("pipeline", required=False, type=SERVICE)
@acting_options
@click.pass_obj
def command(
    connection: Connection, /, pipeline: str | None, reason: str | None, dry_run: bool, yes: bool, output: str
) -> None:
    """Start a pipeline with its branch's last commit.

    PIPELINE is its service's name or its own. It goes the whole way, and every check and window holds as for a push.
    """
    with Client(connection) as client:
        found = pipeline_for(client, pipeline)
        show(list(_sentences(found)), output)
        answer: dict[str, Any] = {"pipeline": found["name"], "startedAt": None}
        if not dry_run:
            confirm(f"starts the pipeline {found['name']}", yes, otherwise=NOTHING, look=LOOK)
            payload: Data = client.change("start_pipeline", "startPipeline", {"arn": found["arn"], "reason": reason})
            if payload["errors"]:
                raise_typed(payload["errors"])
            answer["startedAt"] = payload["pipeline"]["startedAt"]
    emit(answer, output, list)
    done = f"{found['name']} is started. What comes of it: `interlock watch`."
    notice("Nothing was done: this is a dry run." if dry_run else done)


def _sentences(pipeline: Data) -> list[str]:
    """What it starts with, and what is in it now."""
    service = pipeline["service"]
    of = f" with the last commit of {service['branch']} in {service['repository']}" if service else ""
    said = [f"{pipeline['name']} in {pipeline['accountId']}, {pipeline['regionName']} starts{of}."]
    if pipeline["executions"]["nodes"]:
        last = pipeline["executions"]["nodes"][0]
        said.append(f"Its last execution, of {short(last['revision'])}, is {last['status']}.")
    if pipeline["staleAt"]:
        said.append("Its plan has changed since it was built: its first stage brings it up to date.")
    return said
