"""Lines for the person, on stderr; apart from tables, so that a command that only runs another loads no library."""

from __future__ import annotations

import click

from interlock_cli.terminal import quiet
from interlock_cli.working import held


def plain(text: str) -> str:
    """Without control characters: a commit's message that is passed on must not steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def notice(text: str) -> None:
    """A line for the person, on stderr; with `--quiet` none."""
    if not quiet():
        needed(text)


def needed(text: str) -> None:
    """The same for what nobody can go on without, such as the code of a login: with `--quiet` as well."""
    with held():
        click.echo(plain(text), err=True)
