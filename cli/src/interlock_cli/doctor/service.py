"""What is wrong with a service that answers, by its own words: clocks, readers, what is stuck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from interlock_cli.client import Data
from interlock_cli.doctor.finding import Finding, Look, long, many
from interlock_cli.moments import instant

CLOCK_SECONDS = 30.0
"""Times of AWS and of ours are compared; half a minute is visible in every list."""
READER_SECONDS = 300.0
"""A reader may wait: traces do for a minute after an end. Five are more than anything needs."""
HOLD_SECONDS = 60.0
"""Our own transactions are ended after 30."""
WAITING_SECONDS = 600.0
"""Senders try again after five minutes at the latest: ten are two failures in a row."""


def findings(look: Look) -> Iterator[Finding]:
    """What it says; or that it says nothing."""
    if look.health is not None:
        yield from of_health(look.health, look.asked, look.answered)
    elif look.lost is not None and not look.of_login:
        yield Finding("service", look.lost.message, look.lost.remedy)


def of_health(health: Data, asked: datetime, answered: datetime) -> Iterator[Finding]:
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
        problem = f"The database's clock is {long(ahead)} {which} this machine's."
        yield Finding("clock", problem, "Synchronize both machines' clocks, by NTP or chrony.")


def _held(hold: Data) -> Iterator[Finding]:
    if hold["seconds"] > HOLD_SECONDS:
        whose = f"{hold['application'] or 'a program without a name'}, process {hold['pid'] or 'none'}"
        yield Finding(
            "log",
            f"A transaction has been writing for {long(hold['seconds'])} ({whose}): every reader of the log waits for "
            f"it, {hold['events']} events by now.",
            "Find it in pg_stat_activity by its process, or in pg_prepared_xacts where it has none, and end it: "
            "select pg_terminate_backend(<pid>), or rollback prepared '<gid>'.",
        )


def _behind(reader: Data) -> Iterator[Finding]:
    if reader["secondsBehind"] > READER_SECONDS:
        yield Finding(
            "reader",
            f"The reader {reader['name']} is {long(reader['secondsBehind'])} and {many(reader['eventsBehind'])} "
            "events behind.",
            "Start `python -m graph report`, or look at its log. Where nobody uses this reader any more, delete its "
            "row of the table reader.",
        )


def _set_aside(count: int) -> Iterator[Finding]:
    if count:
        yield Finding(
            "set aside",
            f"{many(count)} messages could not be understood, or not be recorded.",
            "Read why: { setAside(first: 20) { nodes { id reason receivedAt } } }. They stop no others. Mend the cause "
            "and replay them (replaySetAside), or dismiss those that nobody needs (dismissSetAside).",
        )


def _unsent(what: str, waiting: Data, mend: str) -> Iterator[Finding]:
    """What was never tried waits for nobody: spans are kept where no collector is named."""
    if waiting["tried"] and waiting["seconds"] > WAITING_SECONDS:
        problem = f"{many(waiting['count'])} wait to be sent, the oldest for {long(waiting['seconds'])}."
        yield Finding(what, problem, mend)


def _failing(target: Data) -> Iterator[Finding]:
    if target["seconds"] > WAITING_SECONDS:
        said = target["error"] or "it gave no reason"
        yield Finding(
            "notifications",
            f"What is sent to the route {target['route']} has not been taken for {long(target['seconds'])}: {said}",
            "Mend its address or its secret, and try it: testNotificationRoute(input: {name}). What is not taken in a "
            "day is given up. Archive the route where nobody needs it.",
        )
