"""`interlock trace`."""

from __future__ import annotations

from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.moments import instant, lasted
from interlock_cli.naming import ENVIRONMENT, SERVICE
from interlock_cli.output import Grid, console, emit, format_option, plain, short
from interlock_cli.subjects import subject
from interlock_cli.waterfall import Row, lines, rows, status_of

ALL = 100  # deeper than any trace


@click.command("trace")
@click.argument("what", type=SERVICE, metavar="EXECUTION|DEPLOYMENT|SERVICE")
@click.argument("environment", type=ENVIRONMENT, required=False)
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Show only so many levels, and count the rest.")
@format_option
@click.pass_obj
def command(connection: Connection, what: str, environment: str | None, depth: int | None, output: str) -> None:
    """Show where an execution or a deployment spent its time.

    A tree of stages, deployments, actions and checks, each with a bar from when it began to when it ended; what has not
    ended is drawn until now. An execution is named by its id or the beginning of one, by a commit, or by its service:
    then it is the newest one. A deployment is named by its id, or by SERVICE ENVIRONMENT: the newest.
    """
    with Client(connection) as client:
        meant = subject(client, what, environment)
        found: Data | None
        if meant.deployment:
            found = client.ask("deployment_trace", id=meant.deployment)["deployment"]
        else:
            found = client.ask("trace", execution=meant.execution)["execution"]
        if found is None:
            raise CommandError(f"There is no execution {meant.execution!r} any more.")
        shown, now = rows(found["trace"]["spans"], depth or ALL), client.now()
    if output == "table":
        _draw(_title(found, now), shown, now)
        return
    emit(found, output, lambda: [_grid(found, shown, now)])


def _draw(title: str, shown: list[Row], now: datetime) -> None:
    """The tree; then what failed, in the words of whoever said it."""
    screen = console()
    screen.print(plain(title), soft_wrap=True, markup=False)
    screen.print()
    for line in lines(shown, now, min(screen.width, 160)):
        screen.print(line, soft_wrap=True)
    screen.print()
    for name, message in _messages(shown):
        screen.print(plain(f"{name}: {message}"), soft_wrap=True, markup=False, style="red")


def _messages(shown: list[Row]) -> list[tuple[str, str]]:
    """Who said what of a failure: what contains it repeats it, and is left out."""
    said = [(str(row.span["name"]), str(row.span["statusMessage"])) for row in shown if row.span["statusMessage"]]
    return [(name, words) for at, (name, words) in enumerate(said) if not _repeated(words, said[at + 1 :])]


def _repeated(words: str, later: list[tuple[str, str]]) -> bool:
    return any(words.endswith(other) for _, other in later)


def _title(found: Data, now: datetime) -> str:
    if "environment" in found:
        whose = f"{found['service']['name']} {short(found['revision']) or ''} -> {found['environment']['name']}"
    else:
        pipeline = found["pipeline"]
        whose = f"{(pipeline['service'] or pipeline)['name']} {short(found['revision']) or ''} ({found['executionId']})"
    if not found["startedAt"]:
        return f"{whose}: {found['status']}, not begun"
    end = instant(found["endedAt"]) if found["endedAt"] else now
    took = lasted((end - instant(found["startedAt"])).total_seconds())
    return f"{whose}: {found['status']} {'after' if found['endedAt'] else 'for'} {took}"


def _grid(found: Data, shown: list[Row], now: datetime) -> Grid:
    """The same without bars, for a format that has none."""
    return Grid(
        ("SPAN", "STATUS", "STARTED", "TOOK", "MESSAGE"), [_row(each, now) for each in shown], _title(found, now)
    )


def _row(row: Row, now: datetime) -> tuple[object, ...]:
    span = row.span
    took = (instant(span["endedAt"]) if span["endedAt"] else now) - instant(span["startedAt"])
    name = f"{'· ' * row.depth}{span['name']}"
    return name, status_of(span), span["startedAt"], lasted(took.total_seconds()), span["statusMessage"]
