"""`interlock apply`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from interlock_cli.client import Client
from interlock_cli.confirming import yes_option
from interlock_cli.connection import Connection
from interlock_cli.organisation.changing import (
    CHANGE_SECONDS,
    Manner,
    Wanted,
    dry_run_option,
    make,
    reason_option,
)
from interlock_cli.organisation.typed import Organisation, empty_sections, entities, read_organisation
from interlock_cli.output import format_option, notice


@click.command("apply")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), metavar="FILE|-")
@click.option(
    "--prune",
    is_flag=True,
    help="Archive what the file does not have, of the sections that it has; "
    "never freezes, holds and test environments.",
)
@dry_run_option
@reason_option
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection, file: Path, prune: bool, dry_run: bool, reason: str | None, yes: bool, output: str
) -> None:
    """Make the service's configuration what a YAML file says.

    FILE holds an organisation, as examples/organisation.yaml does and `interlock export` writes; - is standard input. A
    field that it leaves out has its default, and an entity that it leaves out stays as it is, unless --prune is given.
    What would be changed is shown first: entities, and the pipelines whose plan that changes. Then all of it is
    changed, or nothing.

    Before something is archived, or a stage of production that is there is touched, the command asks. Where nobody can
    be asked it refuses, unless --yes is given.
    """
    organisation = read_organisation(file)
    for section, place in empty_sections(organisation.source):
        notice(place.say(f"{section} holds nothing, and is left out.", f"Write `{section}: []` if there are none."))
    given = {"document": organisation.document, "prune": prune}
    nothing = "Nothing to change: the service is as the file says."
    wanted = Wanted(given, nothing, lambda path: _located(organisation, path))
    with Client(connection, CHANGE_SECONDS) as client:
        make(client, wanted, Manner(dry_run, yes, reason, output))


def _located(organisation: Organisation, path: Sequence[str]) -> str:
    """`FILE, line N: ` of the steps into the document, or of the entity of this kind and name; else empty."""
    steps = list(path)
    if len(steps) == 2 and (named := _steps_to(organisation, *steps)):
        steps = named
    if not steps or steps[0] not in organisation.document:
        return ""
    return organisation.source.place_of(steps).say("")[:-1] + ": "


def _steps_to(organisation: Organisation, kind: str, name: str) -> list[str]:
    return next((steps for *which, steps in entities(organisation.document) if which == [kind, name]), [])
