"""A change as `apply` makes it: asked where it matters, once, all or nothing; against a pretend service."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.conftest import Answer, Pretend, as_json
from tests.cli.test_difference import DOCUMENT, entry, preview

SOURCE = str(Path(__file__).parents[2] / "cli" / "src")
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCE, "TERM": "dumb"}
Ask = Callable[..., Result]
ARCHIVED = entry("ARCHIVE", "team", "old")
PRODUCTION = entry("UPDATE", "wave", "prod-1", bakeMinutes=(720, 60))
HARMLESS = entry("UPDATE", "team", "t", email=(None, "t@example.com"))
TEXT = "teams:\n- name: t\n  email: t@example.com\nstages:\n- name: s\n  waves:\n  - name: w\n    bakeMinutes: 9\n"


def refusal(code: str, message: str, *path: str, **more: Any) -> dict[str, Any]:
    """An error as the service answers it."""
    return {"__typename": "X", "code": code, "message": message, "path": list(path), "remedy": "", **more}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file to apply."""
    path = tmp_path / "organisation.yaml"
    path.write_text(TEXT)
    return str(path)


@pytest.fixture
def answers(pretend: Pretend) -> dict[str, Any]:
    """What the pretend service answers for each of the three operations; the change is number 8."""
    data: dict[str, Any] = {
        "previewChange": preview(HARMLESS) | {"baseChange": 7},
        "configuration": {"change": 7, "time": "2026-11-23T04:36:32.990236+00:00", "document": DOCUMENT},
        "applyChange": {"change": {"number": 8, "time": "2026-11-23T00:00:00Z"}, "errors": []},
    }

    def answer(payload: dict[str, Any]) -> Answer:
        [found] = [name for name in data if f"{name}(" in payload["query"]]
        value = data[found]
        return value if isinstance(value, tuple) else as_json({"data": {found: value}})

    pretend.answer = answer
    return data


def inputs(pretend: Pretend, field: str) -> list[dict[str, Any]]:
    """What was asked of the field."""
    return [each["variables"]["input"] for each in pretend.payloads if f"{field}(" in each["query"]]


def test_the_file_is_one_change(ask: Ask, pretend: Pretend, answers: dict[str, Any], file: str) -> None:
    """The whole document is previewed, then applied at that state, with the reason, under a key of its own."""
    result = ask("apply", file, "--prune", "--reason", "because")
    assert result.exit_code == 0, result.output
    document = {
        "teams": [{"name": "t", "email": "t@example.com"}],
        "stages": [{"name": "s", "waves": [{"name": "w", "bakeMinutes": 9}]}],
    }
    assert inputs(pretend, "previewChange") == [{"document": document, "prune": True}]
    [given] = inputs(pretend, "applyChange")
    key = given.pop("idempotencyKey")
    assert given == {"document": document, "prune": True, "reason": "because", "expectedChange": 7}
    assert len(key) == 36
    assert '  ~ t\n      email: none → "t@example.com"\n' in result.stdout
    assert result.stderr == "Change 8: 1 updated.\n"


def test_a_dry_run_applies_nothing(ask: Ask, pretend: Pretend, answers: dict[str, Any], file: str) -> None:
    """It shows what would be changed, grave or not, and asks nobody."""
    answers["previewChange"] = preview(ARCHIVED)
    result = ask("apply", file, "--dry-run")
    assert (result.exit_code, inputs(pretend, "applyChange")) == (0, [])
    assert "  - old" in result.stdout
    assert "dry run" in result.stderr


def test_nothing_to_change(ask: Ask, pretend: Pretend, answers: dict[str, Any], file: str) -> None:
    """Neither asked nor applied."""
    answers["previewChange"] = preview()
    result = ask("apply", file)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Nothing to change: the service is as the file says.\n"
    assert len(pretend.payloads) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (ARCHIVED, "This archives 1 entity, and nobody can be asked here."),
        (PRODUCTION, "This touches production (prod), and nobody can be asked here."),
    ],
)
def test_without_a_terminal_nothing_grave_is_done(
    given: dict[str, Any], words: str, ask: Ask, pretend: Pretend, answers: dict[str, Any], file: str
) -> None:
    """A job in CI must say --yes for what a person would be asked."""
    answers["previewChange"] = preview(given)
    result = ask("apply", file)
    assert (result.exit_code, inputs(pretend, "applyChange")) == (2, [])
    assert words in result.stderr
    assert "--yes" in result.stderr
    assert ask("apply", file, "--yes").exit_code == 0
    assert len(inputs(pretend, "applyChange")) == 1


@pytest.mark.parametrize(("said", "exit_code", "applied"), [(b"y\n", 0, 1), (b"n\n", 1, 0), (b"\n", 1, 0)])
def test_at_a_terminal_a_person_is_asked(
    said: bytes, exit_code: int, applied: int, pretend: Pretend, answers: dict[str, Any], file: str
) -> None:
    """The question says what is grave; anything but yes changes nothing. With -o json, stdout stays JSON or empty."""
    answers["previewChange"] = preview(ARCHIVED, PRODUCTION)
    controller, terminal = pty.openpty()
    program = [sys.executable, "-m", "interlock_cli", "--url", pretend.url, "apply", file, "-o", "json"]
    try:
        os.write(controller, said)
        streams = {"stdin": terminal, "stdout": subprocess.PIPE, "stderr": terminal}
        done = subprocess.run(program, **streams, env=ENVIRONMENT, text=True, check=False)
        seen = os.read(controller, 65_536).decode()
    finally:
        os.close(controller)
        os.close(terminal)
    assert done.returncode == exit_code, seen
    assert "  - old" in seen
    assert "This archives 1 entity and touches production (prod). Make the change? [y/N]" in seen
    assert len(inputs(pretend, "applyChange")) == applied
    assert (json.loads(done.stdout)["change"]["number"] == 8) if applied else done.stdout == ""


def test_json_is_the_whole_answer(ask: Ask, answers: dict[str, Any], file: str) -> None:
    """-o json prints the preview, and the change that was made of it."""
    result = ask("apply", file, "-o", "json")
    answer = json.loads(result.stdout)
    assert answer["entries"] == [HARMLESS]
    assert (answer["baseChange"], answer["change"]["number"]) == (7, 8)
    assert json.loads(ask("apply", file, "--dry-run", "-o", "json").stdout)["change"] is None


def test_every_error_is_said_with_its_line(ask: Ask, pretend: Pretend, answers: dict[str, Any], file: str) -> None:
    """All that the service refuses, each where the file says it; what is nowhere in the file without a line."""
    errors = [
        refusal("INVALID_VALUE", "bakeMinutes 9 is not valid.", "stages", "0", "waves", "0", "bakeMinutes"),
        refusal("NOT_FOUND", "There is no account 1.", "teams", "0", "email", suggestions=["2"]),
        refusal("REFUSED", "Elsewhere.", "freezes", "0"),
    ]
    answers["previewChange"] |= {"entries": [], "errors": errors}
    result = ask("apply", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"Error: {file}, line 8: bakeMinutes 9 is not valid.",
        f"{file}, line 3: There is no account 1. Did you mean: 2?",
        "Elsewhere.",
        "Nothing was changed.",
    ]


def test_a_warning_is_said_with_the_line_of_what_it_is_about(ask: Ask, answers: dict[str, Any], file: str) -> None:
    """A warning names a kind and a name, which stand in the file or not."""
    answers["previewChange"]["warnings"] = [
        {"code": "EMPTY", "message": "Wave w is empty.", "path": ["wave", "w"], "remedy": "Fill it."},
        {"code": "EMPTY", "message": "Wave x is empty.", "path": ["wave", "x"], "remedy": "Fill it."},
    ]
    shown = ask("apply", file).stdout
    assert f"  ! {file}, line 7: Wave w is empty. Fill it.\n  ! Wave x is empty. Fill it.\n" in shown


def test_somebody_else_was_faster(ask: Ask, answers: dict[str, Any], file: str) -> None:
    """Between the preview and the change another was made: by whom, and to run again."""
    message = "The configuration has changed. Change 8 by ada: team t (tidying up)."
    answers["applyChange"] = {"change": None, "errors": [refusal("CONFLICT", message, "expectedChange")]}
    result = ask("apply", file)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Run the command again" in result.stderr


def test_a_lost_answer_is_asked_for_again(ask: Ask, pretend: Pretend, answers: dict[str, Any], file: str) -> None:
    """Under the same key, so that the service makes the change once; twice without answer is a failure."""
    answers["applyChange"] = (502, "text/plain", "Bad gateway")
    result = ask("apply", file)
    assert result.exit_code == 1
    first, second = inputs(pretend, "applyChange")
    assert first == second
    assert "Asking again." in result.stderr


def test_an_empty_section_is_told(ask: Ask, answers: dict[str, Any], tmp_path: Path) -> None:
    """With --prune it would not be the same as an empty list."""
    path = tmp_path / "o.yaml"
    path.write_text("teams:\nchecks: []\n")
    result = ask("apply", str(path), "--dry-run")
    assert (
        f"{path}, line 1: teams holds nothing, and is left out. Write `teams: []` if there are none." in result.stderr
    )
    assert "checks" not in result.stderr


def test_a_wrong_file_is_never_sent(ask: Ask, pretend: Pretend, tmp_path: Path) -> None:
    """What the file itself has wrong ends with 2, before anything is asked of the service."""
    path = tmp_path / "o.yaml"
    path.write_text("team: []\n")
    result = ask("apply", str(path))
    assert (result.exit_code, pretend.payloads) == (2, [])


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("41", {"change": 41}),
        ("2027-01-31", {"time": "2027-01-31T00:00:00+00:00"}),
        ("2027-01-31T12:00+02:00", {"time": "2027-01-31T10:00:00+00:00"}),
    ],
)
def test_export_as_of(given: str, sent: dict[str, Any], ask: Ask, pretend: Pretend, answers: dict[str, Any]) -> None:
    """A number is a change's, anything else a time, which is UTC if it does not say."""
    result = ask("export", "--as-of", given)
    assert result.exit_code == 0, result.output
    assert pretend.payloads[0]["variables"] == {"asOf": sent}
    assert "as of change 7 (2026-11-23T04:36:32Z)" in result.stdout


@pytest.mark.parametrize("given", ["yesterday", "", "-1", "12:30", "9" * 12, "0001-01-01T00:00+14:00"])
def test_export_as_of_nothing(given: str, ask: Ask, pretend: Pretend) -> None:
    """What is neither a change nor a time is refused before anything is asked."""
    result = ask("export", "--as-of", given)
    assert (result.exit_code, pretend.payloads) == (2, [])
    assert "neither a change nor a time" in result.stderr


def test_export_prints_the_schema(run: Ask) -> None:
    """The file that the exported one names, without a service."""
    result = run("--url", "http://127.0.0.1:9", "export", "--schema")
    assert "accounts" in json.loads(result.stdout)["properties"]


def test_export_as_json(ask: Ask, answers: dict[str, Any]) -> None:
    """The document alone."""
    assert json.loads(ask("export", "-o", "json").stdout) == DOCUMENT
