"""The question before something dangerous."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from interlock_cli import confirming, terminal
from interlock_cli.errors import CommandError, InputError


def test_yes_asks_nobody() -> None:
    """With --yes nothing is asked, wherever it runs."""
    confirming.confirm("stops it", True)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "This stops it, and"),
        ({"environment": "prod-eu-west-1"}, "This stops it in prod-eu-west-1, and"),
        ({"environment": "prod-eu-west-1", "stage": "prod"}, r"This stops it in prod-eu-west-1 \(stage prod\), and"),
        ({"stage": "prod"}, "This stops it in stage prod, and"),
    ],
)
def test_where_nobody_can_be_asked_it_is_refused(
    where: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would do and where, and what to do instead."""
    monkeypatch.setattr(confirming, "somebody_is_there", lambda: False)
    with pytest.raises(InputError, match=f"{said} nobody can be asked here. Look at --dry-run, then give --yes."):
        confirming.confirm("stops it", False, **where)


def test_the_answer_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """A no ends the command with what did not happen; the question names the place."""
    asked = []
    answers = iter([True, False])
    monkeypatch.setattr(confirming, "somebody_is_there", lambda: True)
    monkeypatch.setattr(confirming.click, "confirm", lambda text, **_: asked.append(text) or next(answers))
    confirming.confirm("stops it", False, environment="prod-1", stage="prod", question="Stop it?")
    with pytest.raises(CommandError, match=r"Nothing was stopped\."):
        confirming.confirm("stops it", False, otherwise="Nothing was stopped.")
    assert asked == ["This stops it in prod-1 (stage prod). Stop it?", "This stops it. Go on?"]


def test_what_is_asked_about_steers_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others have declared, such as a program's arguments, must not overwrite the question that names it."""
    asked: list[str] = []
    monkeypatch.setattr(confirming, "somebody_is_there", lambda: True)
    monkeypatch.setattr(confirming.click, "confirm", lambda text, **_: bool(asked.append(text)) or True)
    confirming.confirm("runs on this machine dns (`sh -c 'rm -r ~'\x1b[2K\rlooks harmless`)", False)
    assert "\x1b" not in asked[0]
    assert "\r" not in asked[0]


@pytest.mark.parametrize(("stdin", "stderr"), [(True, False), (False, True)])
def test_nobody_is_asked_what_they_do_not_see(stdin: bool, stderr: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The AWS CLI passes its terminal on to the program of a profile, and keeps what that writes to stderr."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: stdin))
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: stderr))
    assert not terminal.somebody_is_there()
