"""The spinner: on a terminal, for what takes long, and for nobody else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = str(Path(__file__).parents[2] / "cli" / "src")
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCE, "TERM": "xterm", "LANG": "C.UTF-8"}
WAITING = """
import sys, time
import click
from interlock_cli import working as module
from interlock_cli.notices import notice
from interlock_cli.terminal import set_manner

module.PATIENCE_SECONDS = float(sys.argv[1])
with click.Context(click.Command("x")) as ctx:
    set_manner(ctx, "quiet" in sys.argv, None)
    with module.working("Waiting for it"), module.working("Inner"):
        while module._spinner._status is None and float(sys.argv[1]) < 1 and module._spinner.busy:
            time.sleep(0.005)
        notice("a notice")
    print("done")
"""


def on_a_terminal(*arguments: str) -> tuple[str, str]:
    """What the program prints to stdout, a pipe, and to stderr, a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", WAITING, *arguments]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:  # Linux's way to say that the other end is closed
            pass
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(ours)
    assert process.returncode == 0
    return out, seen.decode()


def test_a_terminal_sees_it() -> None:
    """The outer words are shown and wiped again, a notice stands on a line of its own, stdout stays data."""
    out, seen = on_a_terminal("0")
    assert out == "done\n"
    assert "Waiting for it …" in seen
    assert "Inner" not in seen
    assert "\x1b[2K" in seen
    assert "a notice\r\n" in seen.replace("\x1b[?25h", "")


@pytest.mark.parametrize("arguments", [("30",), ("0", "quiet")])
def test_what_is_soon_over_or_quiet_shows_nothing(arguments: tuple[str, ...]) -> None:
    """Not a single control sequence; with --quiet no notice either."""
    out, seen = on_a_terminal(*arguments)
    assert out == "done\n"
    assert seen == ("" if "quiet" in arguments else "a notice\r\n")


def test_a_pipe_gets_nothing() -> None:
    """Without a terminal there is no spinner, and no thread for one."""
    done = subprocess.run(
        [sys.executable, "-c", WAITING, "0"], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert done.stderr == "a notice\n"
