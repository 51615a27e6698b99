"""`interlock export`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.moments import instant
from interlock_cli.organisation import schema as schemas
from interlock_cli.organisation.changing import CHANGE_SECONDS
from interlock_cli.organisation.writing import header, written


@click.command("export")
@click.option(
    "--as-of",
    metavar="CHANGE|TIME",
    help="As it was after this change, such as 41, or at this time, such as 2027-01-31T12:00Z. [default: now]",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Also what operations have made: test environments, holds and freezes, as a backup needs them.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the file instead, for editors. Asks no service.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How to print the configuration.",
)
@click.pass_obj
def command(connection: Connection, as_of: str | None, everything: bool, schema: bool, output: str) -> None:
    """Print the service's configuration as the file that `apply` reads.

    Test environments, holds and freezes are left out: an old file would bring back those that have ended since.
    `apply` leaves them alone; a freeze that is planned can be written into the file.

    The same configuration is printed alike, to the byte, so that a file under version control differs only where the
    configuration does: interlock export > organisation.yaml

    The file names organisation.schema.json beside it, by which editors complete and check it:
    interlock export --schema > organisation.schema.json
    """
    if schema:
        click.echo(schemas.text(), nl=False)
        return
    given = moment(as_of) if as_of is not None else None
    with Client(connection, CHANGE_SECONDS) as client:
        found = client.ask("configuration", asOf=given)["configuration"]
    document = found["document"] if everything else lasting(found["document"])
    if output == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(written(document, header(found["change"], _shown(found["time"]))), nl=False)


def lasting(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what ends by itself."""
    kept = {section: content for section, content in document.items() if section not in ("freezes", "holds")}
    if "stages" in kept:
        kept["stages"] = [_with(stage, "waves", map(_shared, stage.get("waves", []))) for stage in kept["stages"]]
    return kept


def _shared(wave: dict[str, Any]) -> dict[str, Any]:
    inside = wave.get("environments", [])
    return _with(wave, "environments", (each for each in inside if each.get("kind") != "TEST"))


def _with(entity: dict[str, Any], key: str, content: Iterable[Any]) -> dict[str, Any]:
    """The entity with other content, where it has some."""
    return {**entity, key: list(content)} if key in entity else entity


def _shown(time: str | None) -> str | None:
    return instant(time).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def moment(given: str) -> dict[str, Any]:
    """The `AsOf` of a change's number or an ISO 8601 time; without an offset the time is UTC."""
    if re.fullmatch(r"[0-9]{1,9}", given):
        return {"change": int(given)}
    try:
        return {"time": instant(given).astimezone(UTC).isoformat()}
    except (ValueError, OverflowError) as error:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
        raise InputError(
            f"--as-of {given!r} is neither a change nor a time.", f"Give a change's number, or a time such as {now}."
        ) from error
