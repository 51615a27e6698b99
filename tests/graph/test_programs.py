"""What every program of the service does before it is one: its version, and its end as a container's first process."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from domain.version import VERSION
from graph import __main__ as programs


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` needs no settings and no database."""
    monkeypatch.setattr(sys, "argv", ["graph", "--version"])
    monkeypatch.setenv("INTERLOCK_PORT", "many")
    with pytest.raises(SystemExit) as ended:
        programs.main()
    assert (ended.value.code, capsys.readouterr().out) == (0, f"interlock {VERSION}\n")


@pytest.mark.parametrize(("number", "taken"), [(1, True), (2, False)])
def test_sigterm_is_taken_by_a_first_process_alone(monkeypatch: pytest.MonkeyPatch, number: int, taken: bool) -> None:
    """The kernel would not end it; others end as they always did, by the signal."""
    handlers: list[object] = []
    monkeypatch.setattr(sys, "argv", ["graph", "schema"])
    monkeypatch.setenv("INTERLOCK_PORT", "many")
    monkeypatch.setattr(os, "getpid", lambda: number)
    monkeypatch.setattr(signal, "signal", lambda *given: handlers.append(given))
    assert programs.main() == 1
    assert handlers == ([(signal.SIGTERM, programs._ended)] if taken else [])
    with pytest.raises(SystemExit, match="143"):
        programs._ended(signal.SIGTERM, None)
