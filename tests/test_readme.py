"""The README is true: every command in it runs, and every link and picture is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import ROOT, environment

README = (ROOT / "README.md").read_text()
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _apply(service: str) -> dict[str, str]:
    """The environment of a developer whose service has the example organisation."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = environment(INTERLOCK_URL=service, PATH=path)
    subprocess.run(["interlock", "apply", "examples/organisation.yaml"], cwd=ROOT, env=env, check=True)
    return env


@pytest.mark.slow
def test_every_interlock_command_of_the_readme_runs(service: str, tmp_path: Path) -> None:
    """As it stands there, in a folder that has the examples, against a service with the example organisation."""
    env = _apply(service)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    commands = [command for command in COMMANDS if command.startswith("interlock")]
    assert commands
    for command in commands:
        ended = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
        assert ended.stdout or ended.stderr or ">" in command


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith("interlock")])
def test_every_other_command_of_the_readme_is_one_of_make_s(command: str) -> None:
    """`make demo` is run by tests/test_demo.py, `make test` runs this."""
    program, target = shlex.split(command)
    assert program == "make"
    assert (
        f"make {target}"
        in subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links to files of this repository, pictures included."""
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_two_lines_of_the_readme_are_the_example_s() -> None:
    """The pipeline shown is examples/payments/app.py, line by line."""
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    real = (ROOT / "examples" / "payments" / "app.py").read_text().splitlines()
    assert [line for line in shown.splitlines() if line and line not in real] == []
