"""`interlock run`."""

from __future__ import annotations

import click

from interlock_cli.aws import entering
from interlock_cli.aws.manual_changes import manner, manner_options
from interlock_cli.connection import Connection
from interlock_cli.naming import ENVIRONMENT


@click.command("run", context_settings={"allow_interspersed_args": False})
@manner_options
@click.argument("environment", type=ENVIRONMENT)
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- PROGRAM [ARGUMENT]...")
@click.pass_context
def command(
    ctx: click.Context, environment: str, program: tuple[str, ...], write: bool, reason: str | None, service: str | None
) -> None:
    """Run a program in an environment's account and Region.

    It finds its credentials and Region where every program that speaks to AWS looks, and none of other accounts:
    interlock run beta-1 -- terraform plan

    Production is entered to read, as with `interlock aws`: to change something by hand there, give --write --reason
    before the environment's name.

    Exit code: the program's own; 128 and the signal's number where a signal ended it.
    """
    how = manner(write, reason, service)
    program = program[1:] if program[0] == "--" else program
    if not program:
        raise click.UsageError("Missing the program: interlock run ENVIRONMENT -- PROGRAM [ARGUMENT]...")
    connection: Connection = ctx.obj
    ctx.exit(entering.run(connection, environment, list(program), how))
