"""`interlock synth`."""

from __future__ import annotations

from pathlib import Path

import click

from interlock_cli.cdk.assembly import Stack, read_stacks
from interlock_cli.cdk.synthesis import synthesize
from interlock_cli.cdk.tool import require_app
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.options import app_option
from interlock_cli.output import Grid, emit, format_option


@click.command("synth")
@click.option(
    "--plan",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    metavar="FILE",
    help="The plan, as `interlock plan pull` wrote it: the service is not asked. [env: INTERLOCK_PLAN]",
    envvar="INTERLOCK_PLAN",
)
@click.option("--context", "-c", "given", multiple=True, metavar="KEY=VALUE", help="CDK context; may be repeated.")
@click.option(
    "--to",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    metavar="FOLDER",
    help="Where the assembly is written. [default: cdk.out in the app's folder]",
)
@app_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    plan: Path | None,
    given: tuple[str, ...],
    to: Path | None,
    app: Path,
    output: str,
) -> None:
    """Write a CDK app's cloud assembly, and list its stacks.

    The app asks the service for its plan itself; with --plan it takes the one in a file, offline. Credentials of AWS
    are taken away: a synth of a pipeline looks nothing up.
    """
    context = dict(_pair(each) for each in given)
    more = {"INTERLOCK_PLAN": str(plan)} if plan else {"INTERLOCK_URL": connection.url}
    assembly = synthesize(require_app(app), to or app / "cdk.out", connection, more, context)
    stacks = read_stacks(assembly)
    emit([_data(stack) for stack in stacks], output, lambda: [_grid(stacks)])


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise InputError(f"{text!r} is no CDK context.", "Give --context KEY=VALUE.")
    return key, value


def _data(stack: Stack) -> dict[str, object]:
    return {
        "id": stack.id,
        "name": stack.name,
        "stage": stack.stages[-1] if stack.stages else None,
        "account": stack.account or None,
        "region": stack.region or None,
    }


def _grid(stacks: list[Stack]) -> Grid:
    rows = [
        (
            stack.stages[-1] if stack.stages else None,
            stack.account or "any",
            stack.region or "any",
            stack.name,
            stack.id,
        )
        for stack in stacks
    ]
    return Grid(("ENVIRONMENT", "ACCOUNT", "REGION", "STACK", "ID"), rows, "Stacks")
