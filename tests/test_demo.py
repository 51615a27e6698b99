"""The main job, as a person starts it."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.service import ROOT, environment, free_port


@pytest.mark.slow
def test_the_demo_goes_the_whole_way_and_leaves_nothing() -> None:
    """An organisation is loaded, an app synthesized and rehearsed, a bad revision stopped with its cause; all ends."""
    wanted = str(free_port())
    port = f"INTERLOCK_PORT={wanted}"
    env = environment(DEMO_EXIT="1", INTERLOCK_PORT=wanted)
    ended = subprocess.run(
        [sys.executable, "scripts/demo.py"], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=280
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "payments succeeded: 16 environments" in ended.stderr
    assert "orders failed in prod-2" in ended.stderr
    assert "SeededFailure: The name of a FIFO queue" in ended.stdout
    assert "resource: SeededFailure" in ended.stdout, "the reader role was asked"
    assert "accountId: '666666666666'" in ended.stdout, "the true account"
    assert "sampleSize: 2" in ended.stdout, "DORA's measures are of two deliveries to production, one of which failed"
    assert "Look at it move, in a browser: http://127.0.0.1:" in ended.stdout, "the console is named before it moves"
    assert "is well." in ended.stdout + ended.stderr, "doctor found nothing"
    assert "execution.changed" in ended.stdout, "watch saw it"
    assert not [line for line in _running() if port in line.split()]


COMMAND = f"""#!{sys.executable}
import pathlib, signal, sys
here = pathlib.Path(__file__).parent
def tidy(*_):
    (here / "tidied").touch()
    sys.exit(130)
signal.signal(signal.SIGTERM, tidy)
(here / "began").touch()
signal.pause()
"""
"""A command that has something to tidy up when it is asked to end."""


def test_a_command_that_is_interrupted_tidies_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, a rehearsal would leave its folder behind, and the emulator's stacks half deployed."""
    command = tmp_path / "interlock"
    command.write_text(COMMAND)
    command.chmod(0o700)
    demo = runpy.run_path(str(ROOT / "scripts" / "demo.py"))

    class Interrupted(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            if timeout is None and self.poll() is None:
                while not (tmp_path / "began").exists():
                    time.sleep(0.02)
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setitem(demo["end"].__globals__, "BIN", tmp_path)
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    made: Any = demo["Demo"](tmp_path, ExitStack())
    with pytest.raises(KeyboardInterrupt):
        made.interlock("rehearse")
    assert (tmp_path / "tidied").exists()


def _running() -> list[str]:
    """This user's processes: their command lines, and behind them their environment."""
    with_environment = "-Eww" if sys.platform == "darwin" else "eww"
    command = ["ps", with_environment, "-u", str(os.getuid()), "-o", "args="]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
