"""`interlock apply`."""

from __future__ import annotations

from pathlib import Path

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.organisation.entities import ORDER, read_organisation
from interlock_cli.organisation.loading import UNCHANGED, Done, load
from interlock_cli.output import Grid, emit, format_option, notice, progress


@click.command("apply")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@format_option
@click.pass_obj
def command(connection: Connection, file: Path, output: str) -> None:
    """Load an organisation from a YAML file.

    FILE describes the organisation, accounts, stages with their waves and environments, services and checks,
    as examples/organisation.yaml does. They are registered through the service's mutations, in that order;
    what is there already, and the same, is unchanged. What differs is refused before anything is written.
    """
    entities = read_organisation(file)
    done: list[Done] = []
    try:
        with Client(connection) as client, progress(len(entities)) as step:
            for each in load(client, entities):
                done.append(each)
                step()
    finally:
        if done:
            rows = [{"kind": each.kind, "name": each.name, "result": each.result} for each in done]
            emit(rows, output, lambda: [summary(done)])
    changed = sum(each.result != UNCHANGED for each in done)
    notice(f"{file}: {changed} of {len(done)} written, {len(done) - changed} unchanged.")


def summary(done: list[Done]) -> Grid:
    """One row per kind: how many were written, how many were there already, and the names of the former."""
    rows = []
    for kind in ORDER:
        of_kind = [each for each in done if each.kind == kind]
        written = [each.name for each in of_kind if each.result != UNCHANGED]
        if of_kind:
            rows.append((kind, len(written), len(of_kind) - len(written), _some(written)))
    return Grid(("KIND", "WRITTEN", "UNCHANGED", "NAMES"), rows, "Loaded")


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
