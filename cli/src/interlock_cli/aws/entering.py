"""Running a program in an environment's account: what `interlock aws` and `interlock run` share."""

from __future__ import annotations

from collections.abc import Sequence

from interlock_cli import masking, programs
from interlock_cli.aws import children, manual_changes
from interlock_cli.aws.emulation import emulated
from interlock_cli.aws.manual_changes import Manner
from interlock_cli.aws.targets import Target, target
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.notices import notice

SHOWN = ("AWS_REGION",)


def run(connection: Connection, environment: str, program: Sequence[str], how: Manner) -> int:
    """The program's exit code, run in the environment: what it would change is recorded before.

    Raises CommandError where the environment, its credentials or the program cannot be had, or nothing was recorded.
    """
    with Client(connection) as client:
        where = target(client, environment)
        variables = children.variables(where, write=how.write)  # a login that is missing comes before the record
        manual_changes.begin(client, where, how, program)
    notice(entered(where, how.write))
    return programs.run(program, variables, shown=SHOWN, secrets=masking.secrets(program))


def entered(where: Target, write: bool) -> str:
    """In which account a person is, and as whom: the line before whatever is done there."""
    role = "on an emulator" if emulated() else f"as {where.role(write) or 'yourself'}"
    stage = f"stage {where.stage}{', production' if where.production else ''}"
    return f"In {where.environment} ({stage}; account {where.account} {where.account_name}, {where.region}) {role}:"
