"""Commands that other distributions bring."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from interlock_cli.plugins import Plugin, plugins
from tests.cli.conftest import Pretend

Run = Callable[..., Result]
ENTRIES = """[console_scripts]
other = acme:main

[interlock.commands]
# theirs
hello = acme_plugin:hello
gone=acme_plugin:gone [extra]
number = acme_plugin:number
broken = acme_broken:command
status = acme_plugin:hello

[interlock.commandsmore]
not-ours = acme_plugin:hello
"""
PLUGIN = """import click
number = 1

@click.command("hello")
@click.argument("name")
def hello(name):
    click.echo(f"Hello {name}")
"""


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of Python's path in which a distribution was installed."""
    folder = tmp_path / "site"
    metadata = folder / "acme_plugin-1.2.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "entry_points.txt").write_text(ENTRIES)
    (folder / "acme_plugin.py").write_text(PLUGIN)
    (folder / "acme_broken.py").write_text("raise RuntimeError('it is\\nbroken')")
    (folder / "other-1.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder), str(tmp_path / "nothing")])
    for name in ("acme_plugin", "acme_broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    plugins.cache_clear()
    yield
    plugins.cache_clear()


def test_help_names_them_and_loads_none(run: Run) -> None:
    """Under a heading of their own, with their distribution; a name of ours stays ours."""
    shown = run("--help").stdout
    listed = shown.partition("Plugins:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == ["broken", "gone", "hello", "number"]
    assert all(line.endswith("Brought by acme-plugin 1.2.") for line in listed)
    assert "acme_plugin" not in sys.modules


def test_they_run(run: Run) -> None:
    """As a command of ours does, with its help and its usage errors."""
    assert run("hello", "Ada").stdout == "Hello Ada\n"
    assert run("hello").exit_code == 2
    assert "Usage: interlock hello" in run("hello", "--help").stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "AttributeError"),
        ("number", "acme_plugin:number is no click command but of type int"),
        ("broken", "RuntimeError: it is broken"),
    ],
)
def test_a_broken_one_names_its_distribution(name: str, said: str, run: Run) -> None:
    """Exit code 1, and whom to blame; the others are not concerned."""
    result = run(name)
    assert result.exit_code == 1
    assert f"The command {name} of acme-plugin 1.2 cannot be loaded ({said}" in result.stderr
    assert "pip uninstall acme-plugin" in result.stderr
    assert run("services", "--help").exit_code == 0


def test_doctor_loads_them_all(ask: Run, pretend: Pretend) -> None:
    """What cannot be loaded, and what a command of ours hides."""
    pretend.answer = lambda _: (500, "text/plain", "")
    found = json.loads(ask("doctor", "-o", "json").stdout)["findings"]
    problems = [each["problem"] for each in found if each["check"] == "plugin"]
    assert len(problems) == 4
    assert sum("is hidden" in each for each in problems) == 1


def test_the_first_of_two_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of Python's path, as its imports go."""
    other = tmp_path / "other" / "second-3.dist-info"
    other.mkdir(parents=True)
    (other / "entry_points.txt").write_text("[interlock.commands]\nhello = second:command\nmore = second:more\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(other.parent)])
    plugins.cache_clear()
    assert plugins()["hello"] == Plugin("hello", "acme_plugin:hello", "acme-plugin 1.2")
    assert plugins()["more"].distribution == "second 3"
