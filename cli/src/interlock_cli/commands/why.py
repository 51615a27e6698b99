"""`interlock why`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.fleet import environments
from interlock_cli.moments import age, instant, left
from interlock_cli.naming import ENVIRONMENT, SERVICE, refuse_unknown_service
from interlock_cli.output import Grid, emit, for_people, format_option, plain, short
from interlock_cli.working import working


@click.command("why")
@click.argument("service", type=SERVICE)
@click.argument("environment", type=ENVIRONMENT, required=False)
@format_option
@click.pass_obj
def command(connection: Connection, service: str, environment: str | None, output: str) -> None:
    """Say what holds a service's next revision back from an environment.

    In one screen: how far the revision has come, everything that speaks against it, and when each of that is
    expected to clear. Without ENVIRONMENT a line for each that the service goes to. Nothing is started or changed by
    asking.
    """
    with Client(connection) as client:
        if environment is None:
            every = _everywhere(client, service)
            emit(every, output, lambda: [_table(service, every)])
            return
        found = _why(client, service, environment)
    if for_people(output):
        click.echo("\n".join(plain(line) for line in lines(found, instant(found["at"]))))
        if found["blockers"]:
            click.echo()
    emit(found, output, lambda: _grids(found))


def _why(client: Client, service: str, environment: str) -> Data:
    """Raises CommandError for names that are not there, and a service that does not go to the environment."""
    found: dict[str, Any] = {**client.ask("why", service=service, environment=environment)["why"]}
    if found.pop("__typename") != "Why":
        raise CommandError(found["message"], _remedy(found))
    return found


def _everywhere(client: Client, service: str) -> list[Data]:
    """One after the other, in the order in which revisions reach the environments."""
    refuse_unknown_service(client, service)
    placed = {cell["environment"] for row in client.ask("fleet", services=[service])["fleet"] for cell in row["cells"]}
    with working("Asking why"):
        return [_why(client, service, each["name"]) for each in environments(client) if each["name"] in placed]


def _table(service: str, every: list[Data]) -> Grid:
    columns = ("STAGE", "WAVE", "ENVIRONMENT", "HAS", "NEXT", "PROGRESS", "DECISION", "CLEARS IN", "BECAUSE")
    return Grid(columns, [_line(each) for each in every], f"{service}: what holds its next revision back")


def _line(why: Data) -> tuple[object, ...]:
    held = [each["sentence"] for each in why["blockers"]]
    return (
        why["stage"],
        why["wave"],
        why["environment"],
        short((why["deployed"] or {}).get("revision")),
        short(why["revision"]),
        why["progress"],
        why["decision"],
        left(why["clearsAt"], instant(why["at"])),
        "; ".join(held) or ("" if why["progress"] == "DEPLOYED" else why["sentence"]),
    )


def _remedy(refused: Data) -> str:
    if "suggestions" not in refused:
        return str(refused["remedy"])
    kind = refused["kind"]
    return "" if refused["suggestions"] else f"`interlock {kind}s` lists what there is."


def lines(why: Data, now: datetime) -> list[str]:
    """The sentence, and what it is about."""
    deployed = why["deployed"]
    there = f"{short(deployed['revision']) or 'an unknown revision'}" if deployed else "nothing"
    since = f", for {age(deployed['at'], now)}" if deployed and deployed["at"] else ""
    found = [f"{why['sentence']}.", "", f"{why['service']} in {why['environment']} has {there}{since}."]
    if why["revision"] and why["executionId"]:
        asked = f"; its pipeline asked {age(why['askedAt'], now)} ago" if why["askedAt"] else ""
        found.append(f"Next is {short(why['revision'])}: {why['progress']} ({why['executionId']}){asked}.")
    if why["decision"]:
        clears = f"; all is expected to be clear in {left(why['clearsAt'], now)}" if why["clearsAt"] else ""
        found.append(f"It would be told now: {why['decision']}{clears}.")
    return found


def _override(blocker: Data) -> str:
    """What takes its force, or would if a second person confirmed it."""
    if blocker["override"]:
        return str(blocker["override"])
    return f"{blocker['unconfirmed']}, unconfirmed" if blocker.get("unconfirmed") else "-"


def _grids(why: Data) -> list[Grid]:
    """What speaks against it; nothing where nothing does."""
    now = instant(why["at"])  # the service's: in a rehearsal it is not the world's
    rows = [(each["kind"], left(each["clearsAt"], now), _override(each), each["sentence"]) for each in why["blockers"]]
    return [Grid(("BLOCKER", "CLEARS IN", "OVERRIDE", "BECAUSE"), rows)] if rows else []
