"""`interlock where`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.moments import ago, ahead, instant, local
from interlock_cli.naming import SERVICE, refuse_unknown_service
from interlock_cli.output import Grid, emit, format_option, short

HAS_IT = ("REACHED", "CONTAINED")


@click.command("where")
@click.argument("revision", metavar="COMMIT|TAG|PR", required=False)
@click.option(
    "--pr", "pull_request", type=click.IntRange(min=1), metavar="NUMBER", help="A pull request, by its number."
)
@click.option("--service", type=SERVICE, metavar="NAME", help="Only in this service.")
@format_option
@click.pass_obj
def command(
    connection: Connection, revision: str | None, pull_request: int | None, service: str | None, output: str
) -> None:
    """Say where a commit, a tag or a pull request is, and when it reaches each Region.

    A commit is 4 hex digits or more; a pull request is '#123', in quotes, or its address on GitHub, or --pr 123. Of
    every environment: whether it is there, on its way, or not coming, and why.
    """
    if (revision is None) == (pull_request is None):
        raise InputError(
            "Say what is looked for, once.", "Give a commit, a tag, a pull request's address, or --pr 123."
        )
    search = f"#{pull_request}" if pull_request else str(revision)
    with Client(connection) as client:
        found = _found(client, search, service)
        emit(found, output, lambda: [_grid(each, client.now()) for each in found])


def _found(client: Client, search: str, service: str | None) -> Sequence[Data]:
    """Each service's revision and its places. Raises CommandError where no pipeline has seen it."""
    answer = client.ask("whereabouts", search=search)["whereabouts"]
    if answer["__typename"] != "WhereaboutsFound":
        raise InputError(typed_error(answer))
    found = [each for each in answer["whereabouts"] if service in (None, each["service"])]
    if not found:
        refuse_unknown_service(client, service)
        where = f" of {service}" if service else ""
        raise CommandError(
            f"No pipeline{where} has seen {search!r}.",
            "CodePipeline runs once for a push: of commits that were pushed together, look for the last one.",
        )
    return found


def _grid(found: Data, now: datetime) -> Grid:
    columns = ("STAGE", "WAVE", "ENVIRONMENT", "REGION", "STATE", "WHEN", "BECAUSE")
    return Grid(columns, [_row(each, now) for each in found["environments"]], _title(found, now))


def _title(found: Data, now: datetime) -> str:
    """What it is, how far it has come, and when the last environment is expected to have it."""
    revision, places = found["revision"], found["environments"]
    message = (revision["message"] or "").partition("\n")[0]
    what = " ".join(filter(None, (found["service"], short(revision["revision"]), revision["tag"])))
    by = f", by {revision['author']}" if revision["author"] else ""
    said = f'"{message}"{by}: ' if message else ""
    has = sum(each["state"] in HAS_IT for each in places)
    return f"{what} {said}in {has} of {len(places)} environments{_whole(places, now)}"


def _whole(places: Sequence[Data], now: datetime) -> str:
    coming = [each for each in places if each["state"] not in HAS_IT]
    expected = [each["expectedAt"] for each in coming]
    if not coming or any(each["state"] == "NOT_COMING" for each in coming) or not all(expected):
        return ""
    last = max(expected, key=instant)
    return f", in all of them {ahead(last, now)} ({local(last)})"


def _row(place: Data, now: datetime) -> tuple[object, ...]:
    when = ahead(place["expectedAt"], now) if place["state"] == "COMING" else ago(place["at"], now)
    return (
        place["stage"],
        place["wave"],
        place["environment"],
        place["region"],
        place["state"],
        when,
        place["sentence"],
    )
