"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

app_option = click.option(
    "--app",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    default=".",
    metavar="FOLDER",
    help="The CDK app's folder. [default: this one]",
)


def by_hand_options(command: Command) -> Command:
    """`--write` and `--reason`: what only the pipeline should do, done by a person."""
    reason = click.option("--reason", metavar="TEXT", help="Why it cannot go through the pipeline: kept with it.")
    write = click.option(
        "--write", is_flag=True, help="Change production by hand, as OPERATORs may. It is recorded; needs --reason."
    )
    return write(reason(command))
