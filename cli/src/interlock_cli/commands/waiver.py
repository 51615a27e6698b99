"""`interlock waiver`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.lazy import SuggestingGroup
from interlock_cli.moments import local
from interlock_cli.naming import SERVICE, refuse_unknown_service, unknown_word
from interlock_cli.output import Grid, emit, format_option, notice
from interlock_cli.until import later

RULES = (
    "ALL_STAGES",
    "GAMMA_REGIONS",
    "GAMMA_LIKE_PRODUCTION",
    "EARLY_WAVES",
    "ONE_CELL_OF_A_REGION",
    "GROWING_WAVES",
    "FIRST_WAVE_BAKE",
    "LATER_WAVES_BAKE",
    "DATA_POINTS",
    "ONE_BOX",
    "ONE_BOX_BAKE",
    "WINDOWS",
    "HOLIDAYS",
    "ROLLBACK",
    "CHECKS_BEFORE",
    "CHECKS_AFTER",
    "CANARY_OR_ALARM",
    "DRILL",
    "DEPENDENCIES",
    "KINDS_APART",
    "REGISTERED",
    "CURRENT",
    "HIGH_SEVERITY_ALARM",
    "AGGREGATE_ALARM",
    "ONE_BOX_ALARM",
    "ONE_BOX_BUILT",
    "REQUESTS_COUNTED",
    "NO_EXCEPTIONS",
)
"""The rules of the safety score."""


@click.group("waiver", cls=SuggestingGroup)
def command() -> None:
    """Allow a rule of the safety score to be missing, for a while.

    `interlock safety` says which rules there are. A change that would lower the score is made while a waiver allows it.
    """


@command.command("grant")
@click.argument("rule")
@click.option("--service", type=SERVICE, metavar="NAME", help="For this service; or --stage, or --wave.")
@click.option("--stage", metavar="NAME", help="For all services that pass this stage.")
@click.option("--wave", metavar="NAME", help="For all services that pass this wave.")
@click.option(
    "--for",
    "--until",
    "lasting",
    default="30d",
    show_default=True,
    metavar="TIME",
    help="Until when: 14d, or a time in ISO 8601. 90 days at most.",
)
@click.option("--reason", metavar="TEXT", required=True, help="Why the rule cannot be kept, and what will be done.")
@click.pass_obj
def grant(
    connection: Connection,
    rule: str,
    service: str | None,
    stage: str | None,
    wave: str | None,
    lasting: str,
    reason: str,
) -> None:
    """Grant a waiver of RULE, such as ROLLBACK or FIRST_WAVE_BAKE, until it ends."""
    scope = {"service": service, "stage": stage, "wave": wave}
    if len([name for name in scope.values() if name]) != 1:
        raise InputError("A waiver is for one service, one stage or one wave.", "Give --service, --stage or --wave.")
    given = {"rule": _rule(rule), **scope, "reason": reason}
    with Client(connection) as client:
        until = later(lasting, client.now(), "--for")
        payload: Data = client.change("grant_waiver", "grantWaiver", {**given, "expiresAt": until.isoformat()})
    if payload["errors"]:
        raise_typed(payload["errors"])
    waiver = payload["waiver"]
    notice(
        f"{waiver['name']}: {waiver['rule']} may be missing until {local(waiver['expiresAt'])}. "
        f"`interlock waiver revoke {waiver['name']}` takes it back."
    )
    if waiver.get("waitsForSecondPerson"):
        notice(
            "It has no effect yet: a second person confirms it with "
            f"`interlock waiver confirm {waiver['name']}`, and its time runs already."
        )


def _rule(given: str) -> str:
    """As the service calls it. Raises InputError for one that there is not."""
    if (rule := given.upper().replace("-", "_")) not in RULES:
        raise unknown_word("rule", given, RULES)
    return rule


@command.command("list")
@click.option("--service", type=SERVICE, metavar="NAME", help="Only those for this one service.")
@click.option("--rule", metavar="RULE", help="Only those of this rule.")
@format_option
@click.pass_obj
def list_(connection: Connection, service: str | None, rule: str | None, output: str) -> None:
    """List waivers, the newest first: those that were revoked and those that have expired as well."""
    wanted = {"service": service, "rule": _rule(rule) if rule else None}
    filters = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        found = list(client.pages("waivers", "waivers", filter=filters or None))
        if not found:
            refuse_unknown_service(client, service)
        emit(found, output, lambda: [_grid(found, client.now())])


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    columns = ("WAIVER", "RULE", "OF", "STANDING", "UNTIL", "BY", "REASON")
    return Grid(columns, [_row(each, now) for each in found], "Waivers")


def _row(waiver: Data, now: datetime) -> tuple[object, ...]:
    of = next(f"{kind} {waiver[kind]['name']}" for kind in ("service", "stage", "wave") if waiver[kind])
    until = datetime.fromisoformat(waiver["expiresAt"])
    waits = "unconfirmed" if waiver.get("waitsForSecondPerson") else "in force"
    standing = "revoked" if waiver["revokedAt"] else "expired" if until <= now else waits
    by = ", ".join(who for who in (waiver["grantedBy"], waiver.get("confirmedBy")) if who)
    return waiver["name"], waiver["rule"], of, standing, local(until), by, waiver["reason"]


@command.command("confirm")
@click.argument("name")
@click.option("--reason", metavar="TEXT", help="Why: kept with the event.")
@click.pass_obj
def confirm(connection: Connection, name: str, reason: str | None) -> None:
    """Confirm the waiver NAME, which another person granted: it holds until its end.

    Needed where a stage that it concerns needs two persons. `interlock waiver list` shows those that wait.
    """
    with Client(connection) as client:
        payload: Data = client.ask("confirm_waiver", input={"name": name, "reason": reason})["confirmWaiver"]
    if payload["errors"]:
        raise_typed(payload["errors"])
    waiver = payload["waiver"]
    notice(f"{waiver['name']}: {waiver['rule']} may be missing until {local(waiver['expiresAt'])}.")


@command.command("revoke")
@click.argument("name")
@click.option("--reason", metavar="TEXT", help="Why: kept with it.")
@click.pass_obj
def revoke(connection: Connection, name: str, reason: str | None) -> None:
    """Take the waiver NAME back before its end."""
    with Client(connection) as client:
        payload: Data = client.ask("revoke_waiver", input={"name": name, "reason": reason})["revokeWaiver"]
    if payload["errors"]:
        raise_typed(payload["errors"])
    notice(f"{payload['waiver']['name']} is revoked.")
