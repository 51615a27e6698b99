"""`interlock failures`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.moments import ago, instant
from interlock_cli.naming import ENVIRONMENT, SERVICE, refuse_unknown_environment, refuse_unknown_service
from interlock_cli.output import Grid, emit, format_option, short

KINDS = ["RESOURCE", "EARLY_VALIDATION", "HOOK", "CHANGE_SET", "BUILD", "STATE_MACHINE", "CHECK", "CONDITION", "ACTION"]
LOOKED_THROUGH = 1000
"""Fingerprints, among which the beginning of one is looked for."""
WHOLE = 32
"""Hex digits of a fingerprint."""


@click.command("failures")
@click.argument("service", type=SERVICE, required=False)
@click.option(
    "--environment", "--env", "environment", type=ENVIRONMENT, metavar="NAME", help="Only failures in this environment."
)
@click.option(
    "--fingerprint", metavar="DIGEST", help="Only failures that have this in common; its beginning is enough."
)
@click.option(
    "--kind", "kinds", type=click.Choice(KINDS, case_sensitive=False), multiple=True, help="Only causes of this kind."
)
@click.option("--grouped", is_flag=True, help="One line for each fingerprint: what keeps failing, and where.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", default=20, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    fingerprint: str | None,
    kinds: tuple[str, ...],
    grouped: bool,
    limit: int,
    output: str,
    **names: str | None,
) -> None:
    """List what failed and its root cause, the newest first.

    A fingerprint is what failures have in common once ids and numbers are left out: SEEN says how often. PASSED is the
    revision that was deployed there afterwards. `interlock logs` shows what a failure's log said.
    """
    wanted = {"kind": list(kinds), **names}
    filters: dict[str, Any] = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        if fingerprint:
            filters["fingerprint"] = _digest(client, fingerprint)
        found = list(_found(client, filters, grouped, limit))
        if not found:
            refuse_unknown_service(client, names["service"])
            refuse_unknown_environment(client, names["environment"])
        shape = _fingerprints if grouped else _failures
        emit(found, output, lambda: [shape(found, client.now())])


def _found(client: Client, filters: dict[str, Any], grouped: bool, limit: int) -> Iterable[Data]:
    if not grouped:
        found = client.pages("failures", "failures", limit, filter=filters or None)
        return sorted(found, key=lambda each: instant(each["occurredAt"]), reverse=True)
    digest = filters.pop("fingerprint", None)
    every = client.pages("fingerprints", "fingerprints", None if digest else limit, filter=filters or None)
    return [each for each in every if digest in (None, each["digest"])]


def _digest(client: Client, given: str) -> str:
    """The whole fingerprint that begins so. Raises CommandError where none or several do."""
    if len(given) == WHOLE:
        return given.lower()
    known = client.pages("fingerprints", "fingerprints", LOOKED_THROUGH, filter=None)
    found = [each["digest"] for each in known if each["digest"].startswith(given.lower())]
    if len(found) == 1:
        return str(found[0])
    what = f"begins several fingerprints: {', '.join(found[:5])}" if found else "begins no fingerprint"
    raise CommandError(f"{given!r} {what}.", "`interlock failures --grouped` lists them.")


def _failures(found: list[Data], now: datetime) -> Grid:
    columns = ("FAILED", "SERVICE", "WHERE", "REVISION", "WHAT", "FINGERPRINT", "SEEN", "PASSED", "CAUSE")
    return Grid(columns, [_failure(each, now) for each in found], "Failures")


def _failure(failure: Data, now: datetime) -> tuple[object, ...]:
    fingerprint, passed = failure["fingerprint"] or {}, failure["resolvedBy"] or {}
    return (
        ago(failure["occurredAt"], now),
        (failure["service"] or failure["execution"]["pipeline"])["name"],
        where(failure),
        short(failure["execution"]["revision"]),
        what(failure),
        short(fingerprint.get("digest")),
        fingerprint.get("seen"),
        short(passed.get("revision")),
        failure["cause"],
    )


def where(failure: Data) -> str | None:
    """The environment; else the stage, which is all that is known of a check of a whole wave."""
    place = failure["environment"] or failure["stageExecution"]
    return place["name"] if place else (failure["checkRun"] or {}).get("subject")


def what(failure: Data) -> str:
    """The resource and its type, as far as known, else the action or check."""
    kind = f" ({failure['resourceType']})" if failure["resourceType"] else ""
    named = failure["resource"] or (failure["action"] or failure["checkRun"] or {}).get("name") or failure["kind"]
    return f"{named}{kind}"


def _fingerprints(found: list[Data], now: datetime) -> Grid:
    columns = ("FINGERPRINT", "SEEN", "FIRST", "LAST", "WHAT", "SERVICES", "ENVIRONMENTS", "IN COMMON")
    return Grid(columns, [_fingerprint(each, now) for each in found], "What keeps failing")


def _fingerprint(each: Data, now: datetime) -> tuple[object, ...]:
    return (
        short(each["digest"]),
        each["seen"],
        ago(each["firstAt"], now),
        ago(each["lastAt"], now),
        each["resourceType"] or each["kind"],
        ", ".join(node["name"] for node in each["services"]["nodes"]),
        ", ".join(node["name"] for node in each["environments"]["nodes"]),
        each["text"],
    )
