"""What is wrong with the commands that other distributions bring."""

from __future__ import annotations

from collections.abc import Iterator

from interlock_cli.contents import COMMANDS
from interlock_cli.doctor.finding import Finding, Look
from interlock_cli.errors import CommandError
from interlock_cli.plugins import plugins


def findings(_: Look) -> Iterator[Finding]:
    """A plugin that cannot be loaded, and one that is never reached, as a command of ours has its name."""
    for plugin in plugins().values():
        if plugin.name in COMMANDS:
            problem = f"The command {plugin.name} of {plugin.distribution} is hidden by the one of that name."
            yield Finding("plugin", problem, "Its author must give it another name.")
            continue
        try:
            plugin.load()
        except CommandError as error:
            yield Finding("plugin", error.message, error.remedy)
