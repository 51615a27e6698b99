"""docs/tutorial.md is true: every command in it runs, and its tables have the columns that it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import click
from click.testing import Result

from interlock_cli.main import cli
from tests.console.history import COMMITS, NEWEST
from tests.service import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
SHOWN = [
    (command, shown)
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for command, shown in re.findall(r"^\$ (interlock .*)\n((?:(?!\$ interlock).*\n)*)", block, re.MULTILINE)
]
BY_CDK = ("diff", "deploy")
"""Commands that synthesize an app and run the CDK: those are only read here, and run by tests/cli/deploying."""
ENDS_WITH = {"approve": {1}, "doctor": {0, 1}}
"""Commands that the page shows to be refused; and one that finds, on a slow machine, that nobody reads the log here."""
BEGINNING = "AQAAAAEAAAAAAAAAAQAAAAAAAAAB"
"""A cursor before all events."""
COLUMNS = re.compile(r" [A-Z][A-Z ]+…?")


def arguments(command: str) -> list[str]:
    """As a shell gives them, with the commit that the service knows."""
    return shlex.split(command.replace("$COMMIT", COMMITS[NEWEST]))[1:]


def read(given: list[str]) -> None:
    """Refuses an option or an argument that the command has not."""
    with click.Context(cli) as context:
        found = cli.get_command(context, given[0])
        assert found is not None
        found.make_context(given[0], given[1:], parent=context)


def test_every_command_of_the_tutorial_runs(interlock: Callable[..., Result], deployed_stack: dict[str, str]) -> None:
    """As it stands there, one after the other; a table has the columns that the page shows."""
    for command, shown in SHOWN:
        given = arguments(command)
        if given[0] in BY_CDK:
            read(given)
            continue
        if given[0] == "watch":  # it goes on until Ctrl-C: from the beginning of the log, some events are enough
            given += ["--after", BEGINNING, "--count", "3"]
        ended = interlock(*given, env=deployed_stack)
        assert ended.exit_code in ENDS_WITH.get(given[0], {0}), (command, ended.output)
        for line in filter(COLUMNS.fullmatch, shown.splitlines()):
            columns = " ".join(line.removesuffix("…").split())
            assert columns in " ".join(ended.stdout.split()), command
    assert interlock("incident", "link", "declined", "--unlink", "prod-sa-east-1").exit_code == 0


def test_there_are_all_the_commands_of_a_day() -> None:
    """Twenty, at least."""
    assert len({arguments(command)[0] for command, _ in SHOWN}) >= 20
