"""The tree of refusals, and who sees which."""

from __future__ import annotations

import sys

import pytest

from pipelinekit import refusals
from pipelinekit.refusals import PipelinekitError, UnknownRepositoryError, speak_plainly


def all_below(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(found for below in kind.__subclasses__() for found in all_below(below))]


def test_the_docstring_draws_the_tree() -> None:
    """Every refusal is drawn at its depth, under its parent, and has a sentence of its own."""
    drawn = [line for line in (refusals.__doc__ or "").splitlines() if "Error" in line and not line.startswith("Catch")]
    for line, kind in zip(drawn, all_below(PipelinekitError), strict=True):
        assert kind.__name__ in line
        assert line.index(kind.__name__) == 4 * (len(kind.__mro__) - 3)
        assert kind.__doc__


def test_only_refusals_are_said_plainly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal is printed as its sentence; anything else goes to the hook that was there; installing twice is once."""
    seen: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: seen.append(error))
    speak_plainly()
    hook = sys.excepthook
    speak_plainly()
    assert sys.excepthook is hook
    hook(UnknownRepositoryError, UnknownRepositoryError("No such thing."), None)
    assert capsys.readouterr().err == "pipelinekit: No such thing.\n"
    other = ValueError("x")
    hook(ValueError, other, None)
    assert seen == [other]


def test_importing_changes_nothing() -> None:
    """The hook is installed when a pipeline is made, not by the import."""
    assert type(sys.excepthook).__name__ != "_PlainHook"
