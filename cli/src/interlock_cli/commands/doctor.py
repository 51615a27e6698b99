"""`interlock doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import click

from interlock_cli import __version__
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import Exit
from interlock_cli.output import Grid, emit, format_option, instant, notice

CLOCK_SECONDS = 30.0
"""Times of AWS and of ours are compared; half a minute is visible in every list."""
READER_SECONDS = 300.0
"""A reader may wait: traces do for a minute after an end. Five are more than anything needs."""
HOLD_SECONDS = 60.0
"""Our own transactions are ended after 30."""
WAITING_SECONDS = 600.0
"""Senders try again after five minutes at the latest: ten are two failures in a row."""


@dataclass(frozen=True)
class Finding:
    """What is not as it should be, and what mends it. check: which of the checks found it."""

    check: str
    problem: str
    mend: str


@click.command("doctor")
@format_option
@click.pass_context
def command(ctx: click.Context, output: str) -> None:
    """Say what is wrong with the service, and what mends it.

    Looks whether the service and its database answer, whether clocks agree, how far the readers of the log are behind,
    what holds the log back, what was set aside or waits to be sent, and who takes no notifications. Changes nothing.

    Exit code 0: nothing was found; 1: something was, or the service does not answer.
    """
    connection: Connection = ctx.obj
    with Client(connection) as client:
        asked = datetime.now(UTC)
        health: Data = client.ask("health")["health"]
        answered = datetime.now(UTC)
    found = list(findings(health, asked, answered))
    data = {"service": connection.url, "command": __version__, **health, "findings": [asdict(each) for each in found]}
    emit(data, output, lambda: grids(health, found))
    if output == "table":
        notice(_verdict(connection.url, health["version"], found))
    if found:
        ctx.exit(Exit.FAILED)


def findings(health: Data, asked: datetime, answered: datetime) -> Iterator[Finding]:
    """What is wrong. asked and answered: this machine's time before and after the service said how it is."""
    yield from _clocks(instant(health["databaseTime"]), asked, answered)
    yield from _held(health["hold"])
    for reader in health["readers"]:
        yield from _behind(reader)
    yield from _set_aside(health["setAside"])
    yield from _unsent(
        "spans",
        health["spans"],
        "Look at the log of `python -m graph report` for why: the collector that OTEL_EXPORTER_OTLP_ENDPOINT names.",
    )
    yield from _unsent(
        "CloudWatch",
        health["metricPoints"],
        "Look at the reporter's log for why: its credentials need cloudwatch:PutMetricData, and "
        "INTERLOCK_CLOUDWATCH_NAMESPACE must still be set.",
    )
    for target in health["failingTargets"]:
        yield from _failing(target)


def _clocks(database: datetime, asked: datetime, answered: datetime) -> Iterator[Finding]:
    """The database's time lies between asking and answer, where the clocks agree."""
    ahead = max((database - answered).total_seconds(), (asked - database).total_seconds())
    if ahead > CLOCK_SECONDS:
        which = "ahead of" if database > answered else "behind"
        problem = f"The database's clock is {_long(ahead)} {which} this machine's."
        yield Finding("clock", problem, "Synchronize both machines' clocks, by NTP or chrony.")


def _held(hold: Data) -> Iterator[Finding]:
    if hold["seconds"] > HOLD_SECONDS:
        whose = f"{hold['application'] or 'a program without a name'}, process {hold['pid'] or 'none'}"
        yield Finding(
            "log",
            f"A transaction has been writing for {_long(hold['seconds'])} ({whose}): every reader of the log waits for "
            f"it, {hold['events']} events by now.",
            "Find it in pg_stat_activity by its process, or in pg_prepared_xacts where it has none, and end it: "
            "select pg_terminate_backend(<pid>), or rollback prepared '<gid>'.",
        )


def _behind(reader: Data) -> Iterator[Finding]:
    if reader["secondsBehind"] > READER_SECONDS:
        yield Finding(
            "reader",
            f"The reader {reader['name']} is {_long(reader['secondsBehind'])} and {_many(reader['eventsBehind'])} "
            "events behind.",
            "Start `python -m graph report`, or look at its log. Where nobody uses this reader any more, delete its "
            "row of the table reader.",
        )


def _set_aside(count: int) -> Iterator[Finding]:
    if count:
        yield Finding(
            "set aside",
            f"{_many(count)} messages could not be understood, or not be recorded.",
            "Read why: { setAside(first: 20) { nodes { id reason receivedAt } } }. They stop no others. Mend the cause "
            "and replay them (replaySetAside), or dismiss those that nobody needs (dismissSetAside).",
        )


def _unsent(what: str, waiting: Data, mend: str) -> Iterator[Finding]:
    """What was never tried waits for nobody: spans are kept where no collector is named."""
    if waiting["tried"] and waiting["seconds"] > WAITING_SECONDS:
        problem = f"{_many(waiting['count'])} wait to be sent, the oldest for {_long(waiting['seconds'])}."
        yield Finding(what, problem, mend)


def _failing(target: Data) -> Iterator[Finding]:
    if target["seconds"] > WAITING_SECONDS:
        said = target["error"] or "it gave no reason"
        yield Finding(
            "notifications",
            f"What is sent to the route {target['route']} has not been taken for {_long(target['seconds'])}: {said}",
            "Mend its address or its secret, and try it: testNotificationRoute(input: {name}). What is not taken in a "
            "day is given up. Archive the route where nobody needs it.",
        )


def grids(health: Data, found: list[Finding]) -> list[Grid]:
    """The readers, and what was found."""
    readers = [(each["name"], _many(each["eventsBehind"]), _long(each["secondsBehind"])) for each in health["readers"]]
    rows = [(each.check, each.problem, each.mend) for each in found]
    tables = [Grid(("READER", "EVENTS BEHIND", "FOR"), readers, "Readers of the log")] if readers else []
    return [*tables, Grid(("CHECK", "PROBLEM", "MEND"), rows, "Findings")] if rows else tables


def _verdict(url: str, version: str, found: list[Finding]) -> str:
    if not found:
        return f"The service {version} at {url} is well."
    return f"The service {version} at {url} answers; {'1 finding' if len(found) == 1 else f'{len(found)} findings'}."


def _many(count: int) -> str:
    """A number that was counted; 10,000 is as far as the service counts."""
    return "10,000 or more" if count >= 10_000 else f"{count:,}"


def _long(seconds: float) -> str:
    """A duration in its largest unit, rounded down."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"
