"""The Dockerfile's rules, told from its text: what floats, what is copied, what the context gives."""

from __future__ import annotations

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

from tests.service import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
LINES = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
ALLOWED = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
ROOMS = {"domain", "models", "resolvers", "aws", "subscriptions", "intake", "reporting", "upkeep", "graph"}


def _copied() -> list[list[str]]:
    """The words of every COPY that takes from the context."""
    words = [line.split()[1:] for line in LINES if line.startswith("COPY ") and "--from=" not in line]
    return [[word for word in each if not word.startswith("--")] for each in words]


def _given(path: str) -> bool:
    """Whether the context has a path, as Docker reads `.dockerignore`: the last line that matches says."""
    given = True
    for line in ALLOWED:
        pattern = line.removeprefix("!")
        above = [path, *(str(each) for each in Path(path).parents if str(each) != ".")]
        deep = pattern.removeprefix("**/")
        if any(fnmatch.fnmatchcase(each, pattern) for each in above) or (
            deep != pattern and any(fnmatch.fnmatchcase(each.rsplit("/", 1)[-1], deep) for each in above)
        ):
            given = line.startswith("!")
    return given


@pytest.mark.slow  # where the scanners are, and `make check` has none
def test_hadolint_finds_nothing() -> None:
    """Each rule that is let pass stands at its line."""
    hadolint = ROOT / ".venv-scan/bin/hadolint"
    if not hadolint.exists():
        pytest.skip("the scanners are not installed: `make scanners` does it")
    ran = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_no_base_is_fixed_in_it() -> None:
    """Every base is an argument that image/bases.env or the environment gives, or a stage of its own."""
    stages = set(re.findall(r" AS ([\w-]+)", DOCKERFILE))
    bases = [line.split()[1] for line in LINES if line.startswith("FROM ")]
    assert [each for each in bases if each != "scratch" and "${" not in each and each not in stages] == []
    arguments = dict(re.findall(r"^ARG (\w+_IMAGE)=(.*)$", DOCKERFILE, re.MULTILINE))
    tags = {name: value for name, value in arguments.items() if "$" not in value}
    assert all(re.fullmatch(r"[a-z]+:[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?", value) for value in tags.values()), tags
    kept = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "image/bases.env").read_text("utf-8"), re.MULTILINE))
    assert {name: value.split("@")[0] for name, value in kept.items()} == tags


def test_whatever_is_copied_is_there_and_is_given() -> None:
    """A COPY of what the checkout has not, or .dockerignore keeps back, would fail on another machine alone."""
    sources = [source.rstrip("/") for words in _copied() for source in words[:-1]]
    assert len(sources) > 20
    assert [each for each in sources if not (ROOT / each).exists() and each != "console/dist"] == []
    assert [each for each in sources if not _given(each)] == []


def test_all_rooms_go_in_and_nothing_beside_them() -> None:
    """The image has what the service imports; a new room that is forgotten here fails here."""
    layers = re.search(r"^layers = \[(.*)\]$", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert layers is not None
    assert set(re.findall(r"\w+", layers.group(1))) == ROOMS
    assert {source for words in _copied() for source in words[:-1]} >= ROOMS


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".interlock/postgres/data/base",
        ".venv/bin/python",
        ".env",
        "tests/conftest.py",
        "cli/src/interlock_cli/cli.py",
        "console/node_modules/vite/package.json",
        "node_modules/vite/package.json",
        "domain/__pycache__/dora.cpython-311.pyc",
        "console/src/art/fonts.generated/global.css",
        "console/dist/.made",
        "build/image/interlock.tar",
    ],
)
def test_the_context_is_an_allow_list(path: str) -> None:
    """Nothing of a developer's machine reaches the build: no secrets, no history, nothing that was generated."""
    assert not _given(path)


def test_its_programs_need_no_shell() -> None:
    """Entry point, command and health check are lists; the last stage runs nothing by a shell, and ends as no root."""
    last = LINES[max(number for number, line in enumerate(LINES) if line.startswith("FROM ")) :]
    for word in ("ENTRYPOINT", "CMD"):
        assert any(line.startswith(f"{word} [") for line in last), word
    assert all(re.search(r'\["[^"]+"(, "[^"]+")*\]$', line) for line in last if line.startswith("RUN "))
    assert [line for line in last if line.startswith("USER ")] == ["USER 10001:10001"]
    assert "STOPSIGNAL SIGTERM" in last
    assert re.search(r"HEALTHCHECK .* CMD \[", " ".join(last))


def test_packages_are_checked_by_their_hashes() -> None:
    """pip takes what the lock names, as wheels, and npm what package-lock.json names; neither leaves a cache."""
    assert "--require-hashes --only-binary :all:" in DOCKERFILE
    assert "--no-cache-dir" in DOCKERFILE
    assert "npm ci " in DOCKERFILE
    assert not re.search(r"apt-get|apk add|npm install|https?://", DOCKERFILE)
