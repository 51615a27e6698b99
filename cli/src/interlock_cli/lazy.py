"""Groups whose commands are modules, imported when they are called: `--help` reads a table instead.

A command is a module of the group's package, a hyphen being an underscore, with a click command called `command`. A
module may be a package with a group of its own: then `interlock pipeline start` imports the two, and nothing else.

    @click.group("pipeline", cls=LazyGroup, package=__name__, listed={"start": "Start an execution."})
    def command() -> None:
        \"\"\"Start, stop and repair executions.\"\"\"
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

import click


class SuggestingGroup(click.Group):
    """A group that says which of its commands was meant by a misspelt one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, and the arguments left for it. Raises UsageError for one that there is not."""
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        near = near_names(name, self.list_commands(ctx))
        remedy = f"Did you mean {' or '.join(near)}?" if near else f"`{ctx.command_path} --help` lists what there is."
        raise click.UsageError(f"There is no command {name!r}. {remedy}", ctx)


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """Those that look like it, the likest first; three at most."""
    import difflib  # noqa: PLC0415 - nothing is wrong, most of the time

    return difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)


class LazyGroup(SuggestingGroup):
    """A group over a package. listed: the short help of each command, by name."""

    def __init__(self, *args: Any, package: str, listed: Mapping[str, str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.package = package
        self.listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the table, without importing a module."""
        return sorted(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; None for a name that does not exist."""
        if cmd_name not in self.listed:
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the table instead of the modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.listed[name]) for name in self.list_commands(ctx)])
