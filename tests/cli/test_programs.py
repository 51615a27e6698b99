"""Running another program: what is said before, signals, exit codes, and one that is not there."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from interlock_cli import programs
from interlock_cli.errors import InputError

SOURCE = str(Path(__file__).parents[2] / "cli" / "src")
ENVIRONMENT = {"PATH": os.environ["PATH"]}
SIGNALS = """
trap 'echo INT; exit 11' INT
trap 'echo TERM; exit 12' TERM
trap 'echo HUP; exit 13' HUP
echo ready
while :; do sleep 0.01; done
"""
PARENT = (
    "import os, sys\nfrom interlock_cli.programs import run\nsys.exit(run(['sh', '-c', sys.argv[1]], dict(os.environ)))"
)


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 143), ("kill -9 $$", 137)]
)
def test_the_exit_code_is_the_programs(script: str, code: int) -> None:
    """Its own, or 128 and the number of the signal that ended it: what a shell says."""
    assert programs.run(["sh", "-c", script], ENVIRONMENT) == code
    assert programs.captured(["sh", "-c", script], ENVIRONMENT).code == code


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 11, "INT"), (signal.SIGTERM, 12, "TERM"), (signal.SIGHUP, 13, "HUP")]
)
def test_signals_are_passed_on(number: signal.Signals, code: int, said: str) -> None:
    """A signal for this program reaches the other once, and this one ends after it, with its code."""
    with started(PARENT, SIGNALS) as parent:
        assert parent.stdout.readline() == "ready\n"
        parent.send_signal(number)
        assert parent.stdout.read() == f"{said}\n"
    assert parent.returncode == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_both_where_output_is_kept(number: signal.Signals, tmp_path: Path) -> None:
    """The command would go on with half an answer: it ends by the same signal, behind the other program."""
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    asks = PARENT.replace("import run", "import captured").replace("sys.exit(run(", "print(captured(")
    with started(asks, SIGNALS.replace("echo ready", f"echo ready > {ready}")) as parent:
        assert ready.read_text() == "ready\n"
        parent.send_signal(number)
        assert parent.stdout.read() == ""
    assert parent.returncode == -number


@contextmanager
def started(program: str, script: str) -> Iterator[Any]:
    """Python with a program that runs the script; without a terminal, wherever the tests run."""
    command = [sys.executable, "-c", program, script]
    environment = ENVIRONMENT | {"PYTHONPATH": SOURCE}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as parent:
        yield parent


def test_the_terminals_interrupt_comes_once() -> None:
    """Ctrl-C on a terminal reaches the other program from the terminal alone: a second one means `at once` to many."""
    counting = "n=0; trap 'n=$((n+1))' INT; echo ready; until read line; do :; done; echo $n $line"
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-c", PARENT, counting], ENVIRONMENT | {"PYTHONPATH": SOURCE})
    seen = b""
    while b"\nready" not in seen:
        seen += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    while b"^C" not in seen:
        seen += os.read(terminal, 1024)
    os.write(terminal, b"end\n")
    try:
        while chunk := os.read(terminal, 1024):
            seen += chunk
    except OSError:  # Linux's way to say that the other end is closed
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert b"1 end" in seen


def test_input_and_environment_are_as_given(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing but the given environment; what is captured is text, and stdin is what was given."""
    done = programs.captured(["sh", "-c", "cat; echo $A-$HOME >&2"], ENVIRONMENT | {"A": "a"}, stdin="in\n")
    assert (done.stdout, done.stderr, done.code) == ("in\n", "a-\n", 0)
    assert programs.run(["sh", "-c", "echo $A"], ENVIRONMENT | {"A": "b"}) == 0
    assert capfd.readouterr().out == "b\n"


def test_it_is_said_first_and_can_be_copied(capfd: pytest.CaptureFixture[str]) -> None:
    """The line on stderr is quoted for a shell, with the variables that matter and without secrets."""
    environment = ENVIRONMENT | {"AWS_REGION": "eu west", "TOKEN": "hunter2"}
    programs.run(["echo", "a b", "x=hunter2"], environment, shown=["AWS_REGION", "TOKEN"], secrets=["hunter2", ""])
    out, err = capfd.readouterr()
    assert err == "$ AWS_REGION='eu west' TOKEN='***' echo 'a b' 'x=***'\n"
    assert out == "a b x=hunter2\n"
    programs.captured(["true"], ENVIRONMENT, say=False)
    assert capfd.readouterr().err == ""


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """Its name, and how to get it; looked for on the PATH that was given, or where its path leads."""
    with pytest.raises(InputError, match=r"'cdk' is not on your PATH.*npm install --global aws-cdk"):
        programs.run(["cdk", "synth"], {"PATH": str(tmp_path)})
    with pytest.raises(InputError, match=r"'./mine' is not there.*correct its name"):
        programs.captured(["./mine"], ENVIRONMENT, folder=tmp_path)
    (tmp_path / "mine").write_text("no program")
    (tmp_path / "mine").chmod(0o700)
    with pytest.raises(InputError, match="cannot be run: Exec format error"):
        programs.run(["./mine"], ENVIRONMENT, folder=tmp_path)


def test_what_nohup_ignores_stays_ignored() -> None:
    """A program keeps, as a child of this one, what it would have ignored without it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert programs.captured(["sh", "-c", "kill -HUP $$; echo alive"], ENVIRONMENT).stdout == "alive\n"
    finally:
        signal.signal(signal.SIGHUP, before)
