"""`interlock env extend`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.moments import local
from interlock_cli.naming import ENVIRONMENT
from interlock_cli.output import emit, format_option, notice
from interlock_cli.test_environments import changed


@click.command("extend")
@click.argument("name", type=ENVIRONMENT)
@click.option("--days", type=click.IntRange(min=1), metavar="N", help="To so many days from now; the most, if unsaid.")
@click.option("--reason", metavar="TEXT", help="Why: kept with the change.")
@format_option
@click.pass_obj
def command(connection: Connection, name: str, days: int | None, reason: str | None, output: str) -> None:
    """Put the end of a test environment off.

    The organisation says for how many days at most, and how often.
    """
    with Client(connection) as client:
        found = changed(client, "extend", {"name": name, "days": days, "reason": reason})
    emit(found, output, list)
    notice(f"{name} ends {local(found['expiresAt'])}; it was put off {_times(found['extensions'])}.")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
