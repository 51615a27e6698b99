"""The group: what it imports, how every failure ends."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from interlock_cli import __version__, commands
from interlock_cli.contents import COMMANDS
from interlock_cli.lazy import LazyGroup
from interlock_cli.main import cli
from tests.cli.conftest import Pretend, as_json

SOURCE = str(Path(__file__).parents[2] / "cli" / "src")
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCE, "PYTHONUNBUFFERED": "1"}
NAMES = sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))


def test_what_speaks_to_the_service_waits_for_no_table() -> None:
    """The AWS CLI calls `interlock credentials` at every step: neither rich nor YAML is loaded for it."""
    program = "import sys, interlock_cli.client, interlock_cli.commands.credentials\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert not {"rich", "yaml"} & set(done.stdout.split())


def test_help_imports_no_heavy_library() -> None:
    """`interlock --help` loads no GraphQL client, terminal, YAML, AWS or HTTP library, and no command."""
    program = (
        "import sys, json\nfrom interlock_cli.main import cli\n"
        "try:\n    cli(['--help'])\nfinally:\n    print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr)}
    assert not loaded & {
        "gql",
        "graphql",
        "rich",
        "yaml",
        "boto3",
        "botocore",
        "httpx",
        "httpx2",
        "websockets",
    }
    assert not [name for name in json.loads(done.stderr) if name.startswith("interlock_cli.commands.")]
    assert "watch" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_short_help_is_the_commands_own(name: str) -> None:
    """The table that spares `--help` the imports says what each command says of itself."""
    command = importlib.import_module(f"interlock_cli.commands.{name.replace('-', '_')}").command
    assert command.name == name
    assert command.get_short_help_str(200) == COMMANDS[name][1]
    if isinstance(command, LazyGroup):
        with click.Context(command) as ctx:
            inner = {each: command.get_command(ctx, each) for each in command.list_commands(ctx)}
        assert {each: found and found.get_short_help_str(200) for each, found in inner.items()} == command.listed


def test_every_module_is_listed() -> None:
    """What is under `commands/` is what `--help` lists, in the order of the alphabet; each under one topic."""
    assert list(COMMANDS) == NAMES
    with click.Context(cli) as ctx:
        shown = cli.get_help(ctx)
    assert all(shown.count(f"\n  {name} ") == 1 for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["statsu"], "There is no command 'statsu'. Did you mean status?"),
        (["env", "crate"], "There is no command 'crate'. Did you mean create?"),
        (["plan", "shwo"], "There is no command 'shwo'. Did you mean show?"),
        (["override", "grnt"], "There is no command 'grnt'. Did you mean grant?"),
        (["zebra"], "There is no command 'zebra'. `interlock --help` lists what there is."),
    ],
)
def test_a_misspelt_command_is_explained(arguments: list[str], meant: str, run: Callable[..., Result]) -> None:
    """With the command that was meant, of every group; nothing is asked."""
    result = run(*arguments)
    assert (result.exit_code, meant in result.stderr) == (2, True)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_its_help(name: str, run: Callable[..., Result]) -> None:
    """`interlock NAME --help` ends with 0 and asks no service."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Usage: interlock" in result.stdout


def test_version(run: Callable[..., Result]) -> None:
    """`--version` names the program and its version."""
    assert run("--version").stdout == f"interlock, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("status", "--nonsense"), ("plan", "pull"), ("services", "-o", "xml")]
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...], run: Callable[..., Result]) -> None:
    """An unknown command, option or format, or a missing argument, is a usage error on stderr."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error" in result.stderr


@pytest.mark.parametrize("address", ["127.0.0.1:8400", "ftp://there", "http://", "http://host:99999", "http://[bad"])
def test_an_address_that_is_none_ends_with_2(address: str, run: Callable[..., Result]) -> None:
    """An address without http, host or a possible port is refused with an example of a right one."""
    result = run("--url", address, "services")
    assert result.exit_code == 2
    assert repr(address) in result.stderr
    assert "http://127.0.0.1:8400" in result.stderr


def test_a_token_with_a_line_break_is_refused(run: Callable[..., Result]) -> None:
    """A token that no header can carry is refused without being shown."""
    result = run("services", env={"INTERLOCK_TOKEN": "secret\nsecond"})
    assert result.exit_code == 2
    assert "secret" not in result.output


def test_an_unexpected_failure_shows_no_traceback(ask: Callable[..., Result], pretend: Pretend) -> None:
    """An answer of an impossible shape ends with 1 and a sentence; --debug adds the traceback."""
    pretend.answer = lambda _: as_json({"data": {"services": {"nodes": 7, "pageInfo": {}}}})
    result = ask("services")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "--debug" in result.stderr
    assert "Traceback" in ask("--debug", "services").stderr


def test_interrupt_ends_with_130(pretend: Pretend) -> None:
    """Ctrl-C while `watch` waits ends the program with 130 and no traceback."""
    pretend.answer = lambda _: as_json({"data": {"events": {"nodes": []}}})
    pretend.socket = _wait_for_the_reader_to_leave
    program = [sys.executable, "-m", "interlock_cli", "--url", pretend.url, "watch"]
    with subprocess.Popen(program, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            assert "Watching" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
        except BaseException:
            process.kill()
            raise
    assert process.returncode == 130
    assert "Traceback" not in rest


async def _wait_for_the_reader_to_leave(websocket: object, variables: object) -> None:
    await websocket.receive_text()  # type: ignore[attr-defined]


def test_a_reader_that_leaves_early_is_no_traceback(pretend: Pretend) -> None:
    """`interlock … | head -0` prints nothing on stderr, whatever is still to be written."""
    node = {"name": "n" * 1000, "repository": "a/b", "branch": "main", "placement": [], "createdAt": None}
    page = {"nodes": [node] * 500, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    pretend.answer = lambda _: as_json({"data": {"services": page}})
    program = f"{sys.executable} -m interlock_cli --url {pretend.url} services -o json | head -c 1"
    done = subprocess.run(["sh", "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
