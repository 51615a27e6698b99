"""`interlock doctor`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

import click

from interlock_cli import __version__
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.contexts import read_configuration
from interlock_cli.doctor.finding import Finding, Look, long, many
from interlock_cli.errors import CommandError, Exit, InputError
from interlock_cli.moments import instant
from interlock_cli.output import Grid, emit, for_people, format_option, notice

FINDERS = (
    "configuration",
    "plugin",
    "login",
    "version",
    "service",
)
"""Modules of `interlock_cli.doctor`, in the order in which their findings are shown."""
OF_AWS = ("tools", "accounts")
"""Those that look at the way into AWS, which takes its time."""


@click.command("doctor")
@click.option("--aws", is_flag=True, help="Look at this machine's way into AWS, too.")
@click.option("--trust", is_flag=True, help="As --aws, and whether the bootstraps trust the pipelines' account.")
@format_option
@click.pass_context
def command(ctx: click.Context, aws: bool, trust: bool, output: str) -> None:
    """Say what is wrong with the service and with this command, and what mends it.

    Looks at the configuration, the login, and the versions of both; whether the service and its database answer,
    whether clocks agree, how far the readers of the log are behind, what holds the log back, what was set aside or
    waits to be sent, and who takes no notifications. Changes nothing.

    With --aws also whether the AWS CLI, Node.js and the CDK are there and new enough, whether AWS's configuration has
    the profiles that the service says, whether you are logged in, and for every account and Region of an environment
    whether you can enter it, whether its clock is this machine's, and whether it is bootstrapped for the CDK.

    Exit code 0: nothing was found; 1: something was, or the service does not answer.
    """
    connection: Connection = ctx.obj
    look = _look(connection)
    found = list(findings(replace(look, trust=trust), FINDERS + (OF_AWS if aws or trust else ())))
    health: Data = look.health or {}
    data = {"service": connection.url, "command": __version__, **health, "findings": [asdict(each) for each in found]}
    emit(data, output, lambda: grids(health, found))
    if for_people(output):
        notice(_verdict(look, found))
        if health and health["clock"]["rehearsal"]:
            notice(_rehearsing(health["clock"]))
    if found:
        ctx.exit(Exit.FAILED)


def _look(connection: Connection) -> Look:
    """Asks the service how it is; not one that nobody meant, where the configuration cannot be read."""
    asked = datetime.now(UTC)
    health, lost = None, None
    try:
        if connection.origin == "the default":
            read_configuration()
        with Client(connection) as client:
            asked = datetime.now(UTC)
            health = client.ask("health")["health"]
    except InputError:
        pass  # the finder of configurations says it
    except CommandError as error:
        lost = error
    return Look(connection, asked, datetime.now(UTC), health, lost)


def findings(look: Look, finders: Sequence[str] = FINDERS) -> Iterator[Finding]:
    """What every finder finds; one that fails is a finding."""
    for name in finders:
        finder = importlib.import_module(f"interlock_cli.doctor.{name}")
        try:
            yield from finder.findings(look)
        except CommandError as error:
            yield Finding(name, error.message, error.remedy)


def grids(health: Data, found: list[Finding]) -> list[Grid]:
    """The readers, and what was found."""
    known = health.get("readers", ())
    readers = [(each["name"], many(each["eventsBehind"]), long(each["secondsBehind"])) for each in known]
    rows = [(each.check, each.problem, each.mend) for each in found]
    tables = [Grid(("READER", "EVENTS BEHIND", "FOR"), readers, "Readers of the log")] if readers else []
    return [*tables, Grid(("CHECK", "PROBLEM", "MEND"), rows, "Findings")] if rows else tables


def _verdict(look: Look, found: list[Finding]) -> str:
    counted = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    if look.health is None:
        asked = f"The service at {look.connection.url} does not answer" if look.lost else "No service was asked"
        return f"{asked}; {counted}."
    service = f"The service {look.health['version']} at {look.connection.url}"
    return f"{service} answers; {counted}." if found else f"{service} is well."


def _rehearsing(clock: Data) -> str:
    """Whoever looks at such a service must not take its times for the world's."""
    return f"It is for rehearsals: its clock shows {instant(clock['now']):%Y-%m-%d %H:%M} UTC" + (
        f" and passes {clock['speed']:,.0f} s in a second." if clock["speed"] != 1 else "."
    )
