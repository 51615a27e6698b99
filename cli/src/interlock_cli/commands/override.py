"""`interlock override`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.lazy import SuggestingGroup
from interlock_cli.moments import age, instant, local
from interlock_cli.naming import (
    ENVIRONMENT,
    SERVICE,
    refuse_unknown_environment,
    refuse_unknown_service,
    refuse_unknown_wave,
)
from interlock_cli.output import Grid, emit, for_people, format_option, notice, plain
from interlock_cli.overriding import KINDS, effects, lines
from interlock_cli.sentences.passing import scope as said
from interlock_cli.until import later

SCOPE = ("service", "environment", "wave")


@click.group("override", cls=SuggestingGroup)
def command() -> None:
    """Let a revision pass what holds it back, for a while.

    `interlock why` says what that is. An override has a reason and an end, and what passes because of it is told.
    """


@command.command("grant")
@click.option("--reason", required=True, metavar="TEXT", help="Why: kept, and told with all that passes.")
@click.option(
    "--for",
    "--until",
    "lasting",
    required=True,
    metavar="TIME",
    help="Until when: 90m, 4h, 2d, or a time in ISO 8601. Seven days at most.",
)
@click.option("--service", type=SERVICE, metavar="NAME", help="For this service; any, if unsaid.")
@click.option(
    "--environment",
    "--env",
    "environment",
    type=ENVIRONMENT,
    metavar="NAME",
    help="In this environment; any, if unsaid.",
)
@click.option("--wave", metavar="NAME", help="In this wave; any, if unsaid.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS, case_sensitive=False),
    help="Only blockers of this kind; may be given several times. All that may be, if unsaid.",
)
@click.option("--incident", metavar="NAME", help="The incident that it ends: what passes is linked to it as its fix.")
@click.option("--name", metavar="NAME", help="Its name; override-<number>, if unsaid.")
@click.option("--dry-run", is_flag=True, help="Show what it would take, and grant nothing.")
@yes_option
@format_option
@click.pass_obj
def grant(
    connection: Connection, /, lasting: str, kinds: tuple[str, ...], dry_run: bool, yes: bool, output: str, **given: Any
) -> None:
    """Grant an override: blockers that it is for lose their force until it ends.

    What it takes now is shown first, as the service decides it; then the command asks. Where nobody can be asked it
    refuses, unless --yes is given. Nobody may override IN_FLIGHT and SUPERSEDED.
    """
    scope = {"kinds": sorted({kind.upper() for kind in kinds}), **{name: given[name] for name in SCOPE}}
    with Client(connection) as client:
        until = later(lasting, client.now(), "--for")
        answer: dict[str, Any] = {"effects": effects(client, scope), "override": None}
        if for_people(output):
            _show(scope, until, answer["effects"])
        if not dry_run:
            what = f"lets {said(scope['kinds'], scope)} pass"
            stage = None if yes else _stage(client, scope)
            confirm(what, yes, question="Grant it?", otherwise="Nothing was granted.", stage=stage)
            wanted = {name: value for name, value in given.items() if value is not None}
            wanted |= {"kinds": scope["kinds"], "expiresAt": until.isoformat()}
            answer["override"] = _done(client.change("grant_override", "grantOverride", wanted))
    emit(answer, output, list)
    if dry_run:
        notice("Nothing was granted: this is a dry run.")
    else:
        made = answer["override"]
        notice(f"Granted {made['name']}. `interlock override revoke {made['name']}` takes it back.")
        if made.get("waitsForSecondPerson"):
            notice(
                "It has no effect yet: a second person confirms it with "
                f"`interlock override confirm {made['name']}`, and its time runs already."
            )


def _stage(client: Client, scope: Data) -> str | None:
    """The stage of the environment or the wave; None for any, and for what is not there, which the service refuses."""
    named = {"name": scope["environment"]} if scope["environment"] else {"wave": scope["wave"]}
    if not any(named.values()):
        return None
    found = client.pages("environments", "environments", 1, filter=named)
    return next((each["wave"]["stage"]["name"] for each in found), None)


def _show(scope: Data, until: datetime, found: Sequence[Data]) -> None:
    click.echo(plain(f"Lets {said(scope['kinds'], scope)} pass until {local(until)}."))
    for line in lines(found):
        click.echo(plain(line))


@command.command("list")
@click.option("--service", type=SERVICE, metavar="NAME", help="Only those for this service.")
@click.option(
    "--environment", "--env", "environment", type=ENVIRONMENT, metavar="NAME", help="Only those for this environment."
)
@click.option("--wave", metavar="NAME", help="Only those for this wave.")
@click.option("--incident", metavar="NAME", help="Only those for this incident.")
@click.option("--all", "every", is_flag=True, help="Those that have expired or were revoked as well.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", default=50, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def list_(connection: Connection, /, every: bool, limit: int, output: str, **filters: str | None) -> None:
    """List overrides that are in force, or wait for a second person, the newest first."""
    wanted: dict[str, Any] = {key: value for key, value in filters.items() if value}
    if not every:
        wanted["standing"] = True
    with Client(connection) as client:
        found = list(client.pages("overrides", "overrides", limit, filter=wanted or None))
        if not found:
            refuse_unknown_service(client, filters["service"])
            refuse_unknown_environment(client, filters["environment"])
            refuse_unknown_wave(client, filters["wave"])
        emit(found, output, lambda: [_grid(found, client.now())])


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    columns = ("OVERRIDE", "LETS PASS", "ENDS", "USED", "INCIDENT", "BY", "REASON")
    return Grid(columns, [_row(each, now) for each in found], "Overrides")


def _row(override: Data, now: datetime) -> tuple[object, ...]:
    return (
        override["name"],
        said(override["kinds"], _names(override)),
        _ends(override, now),
        override["uses"]["totalCount"],
        (override["incident"] or {}).get("name"),
        _by(override),
        override["reason"],
    )


def _by(override: Data) -> str:
    """Who granted it, and who confirmed it."""
    granted, confirmed = override["grantedBy"], override.get("confirmedBy")
    return f"{granted}, {confirmed}" if confirmed else granted


def _names(override: Data) -> dict[str, str | None]:
    return {name: (override[name] or {}).get("name") for name in SCOPE}


def _ends(override: Data, now: datetime) -> str:
    """`in 3h`, `in 3h, unconfirmed`, `expired 2d ago` or `revoked 5m ago by ann`."""
    if override["revokedAt"]:
        return f"revoked {age(override['revokedAt'], now)} ago by {override['revokedBy']}"
    left = instant(override["expiresAt"]) - now
    if left.total_seconds() <= 0:
        return f"expired {age(override['expiresAt'], now)} ago"
    waits = ", unconfirmed" if override.get("waitsForSecondPerson") else ""
    return f"in {age((now - left).isoformat(), now)}{waits}"


@command.command("confirm")
@click.argument("name")
@click.option("--reason", metavar="TEXT", help="Why: kept with the event.")
@format_option
@click.pass_obj
def confirm_(connection: Connection, name: str, reason: str | None, output: str) -> None:
    """Confirm the override NAME, which another person granted: it is in force until its end.

    Needed where a stage that it concerns needs two persons. `interlock override list` shows those that wait.
    """
    with Client(connection) as client:
        asked = client.ask("confirm_override", input={"name": name, "reason": reason})
        override = _done(asked["confirmOverride"])
    emit(override, output, list)
    what = said(override["kinds"], _names(override))
    notice(f"{override['name']} lets {what} pass until {local(override['expiresAt'])}.")


@command.command("revoke")
@click.argument("name")
@click.option("--reason", metavar="TEXT", help="Why: kept with it.")
@format_option
@click.pass_obj
def revoke(connection: Connection, name: str, reason: str | None, output: str) -> None:
    """Take the override NAME back before its end. What has passed has passed."""
    with Client(connection) as client:
        asked = client.ask("revoke_override", input={"name": name, "reason": reason})
        override = _done(asked["revokeOverride"])
    emit(override, output, list)
    notice(f"{override['name']} lets {said(override['kinds'], _names(override))} pass no more.")


def _done(payload: Data) -> Data:
    """The override. Raises CommandError with every reason why it was not done."""
    if payload["errors"]:
        raise CommandError("\n".join(typed_error(each) for each in payload["errors"]))
    override: Data = payload["override"]
    return override
