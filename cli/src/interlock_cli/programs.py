"""Running another program: said first, its signals and its exit code passed on.

`run` gives it this terminal, and is for what the person asked for; `captured` keeps what it prints, and is for what a
command needs to know; `streamed` passes it on to stderr and keeps its end, for a step of which the command says what
came of it. None uses a shell, and all are given the whole environment.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click

from interlock_cli.errors import InputError
from interlock_cli.notices import notice
from interlock_cli.working import held, working

PASSED_ON = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
HIDDEN = "***"
KEPT = 65_536
"""Characters of a program's output in which the reason of its failure is looked for."""
HOW_TO_GET = {
    "aws": "Install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html.",
    "cdk": "Install it with `npm install --global aws-cdk`, or in the app with `npm install aws-cdk`.",
    "docker": "Install Docker: https://docs.docker.com/get-docker/.",
    "git": "Install Git: https://git-scm.com/downloads.",
    "node": "Install Node.js 20 or newer: https://nodejs.org.",
    "npm": "Install Node.js 20 or newer, which brings it: https://nodejs.org.",
    "npx": "Install Node.js 20 or newer, which brings it: https://nodejs.org.",
    "session-manager-plugin": "Install AWS's plugin: "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html.",
}


@dataclass(frozen=True)
class Captured:
    """What a program printed, and the code that it ended with (128 and the signal's number, if by one)."""

    stdout: str
    stderr: str
    code: int


def run(
    program: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    shown: Collection[str] = (),
    secrets: Collection[str] = (),
) -> int:
    """Runs it on this terminal, and returns its exit code; 128 and the signal's number where a signal ended it.

    environment: all of it. shown: variables that the line that is printed first sets as well. secrets: values that it
    never shows. Raises InputError for a program that is not there, or may not be run.
    """
    path = _found(program[0], environment, folder)
    notice(line(program, environment, shown, secrets))
    with held(), _signals_passed_on() as child:
        process = _started([path, *program[1:]], environment, folder)
        child.is_there(process)
        return _code(process.wait())


def captured(
    program: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    stdin: str | None = None,
    shown: Collection[str] = (),
    secrets: Collection[str] = (),
    say: bool = True,
) -> Captured:
    """Runs it and keeps what it prints, as text; stdin is empty, if not given. say False: not even the line before.

    Raises InputError as `run` does.
    """
    path = _found(program[0], environment, folder)
    if say:
        notice(line(program, environment, shown, secrets))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with working(f"Running {program[0]}"), _signals_passed_on() as child:
        process = _started([path, *program[1:]], environment, folder, **pipes, encoding="utf-8", errors="replace")
        child.is_there(process)
        stdout, stderr = process.communicate(stdin or "")
    child.end_with_it()
    return Captured(stdout, stderr, _code(process.returncode))


def streamed(
    program: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    stdin: str | None = None,
    shown: Collection[str] = (),
    secrets: Collection[str] = (),
) -> Captured:
    """Runs it, passes all that it prints on to stderr as it comes, and keeps the end of that as `stderr`.

    So stdout stays this command's own data. stdin is empty, if not given. Raises InputError as `run` does.
    """
    path = _found(program[0], environment, folder)
    notice(line(program, environment, shown, secrets))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with held(), _signals_passed_on() as child:
        process = _started([path, *program[1:]], environment, folder, **pipes, encoding="utf-8", errors="replace")
        child.is_there(process)
        said = _passed_on(process, stdin or "")
        code = _code(process.wait())
    child.end_with_it()
    return Captured("", said, code)


def _passed_on(process: Any, stdin: str) -> str:
    """Its output, a line at a time; the last KEPT characters of it are returned."""
    with suppress(BrokenPipeError), process.stdin:  # it may end without having read what it was given
        process.stdin.write(stdin)
    said = ""
    with process.stdout:
        for text in process.stdout:
            click.echo(text, nl=False, err=True)
            said = (said + text)[-KEPT:]
    return said


def line(
    program: Sequence[str],
    environment: Mapping[str, str] | None = None,
    shown: Collection[str] = (),
    secrets: Collection[str] = (),
) -> str:
    """The program as a person could enter it: `$ AWS_REGION=eu-west-1 aws s3 ls`, without what is secret."""
    given = environment or {}
    variables = [f"{name}={shlex.quote(_hidden(given[name], secrets))}" for name in shown if name in given]
    return " ".join(["$", *variables, shlex.join(_hidden(word, secrets) for word in program)])


def _hidden(text: str, secrets: Collection[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _found(name: str, environment: Mapping[str, str], folder: Path | None) -> str:
    """Its path. Raises InputError."""
    placed = str((folder / name).absolute()) if folder and os.sep in name else name
    path = shutil.which(placed, path=environment.get("PATH", ""))
    if path is None:
        remedy = HOW_TO_GET.get(Path(name).name, "Install it, or correct its name.")
        where = "there" if os.sep in name else "on your PATH"
        raise InputError(f"The program {name!r} is not {where}, or may not be run.", remedy)
    return path


def _started(program: list[str], environment: Mapping[str, str], folder: Path | None, **pipes: Any) -> Any:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        return subprocess.Popen(program, env=dict(environment), cwd=folder, **pipes)
    except OSError as error:
        raise InputError(f"The program {program[0]!r} cannot be run: {error.strerror or error}.") from error


def _code(returned: int) -> int:
    return returned if returned >= 0 else 128 - returned


class _Child:
    """The process that signals go to; those that come before it is there wait for it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[Any] | None = None
        self._waiting: list[int] = []
        self._came: int | None = None

    def is_there(self, process: subprocess.Popen[Any]) -> None:
        self._process = process
        while self._waiting:
            process.send_signal(self._waiting.pop(0))

    def end_with_it(self) -> None:
        """What was meant to end both ends this program too, once it is again its own master."""
        if self._came is not None:
            os.kill(os.getpid(), self._came)

    def signalled(self, number: int, _: FrameType | None) -> None:
        self._came = number
        if number == signal.SIGINT and _terminal_sends_it():
            return
        if self._process is None:
            self._waiting.append(number)
        else:
            self._process.send_signal(number)


def _terminal_sends_it() -> bool:
    """Whether Ctrl-C reaches the child from the terminal itself: twice is for many programs `at once, unclean`.

    The terminal is asked, not stdin, which may be a pipe: it sends to all of the group that is in its foreground.
    """
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except (AttributeError, OSError):  # Windows has none, and a daemon neither
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


@contextmanager
def _signals_passed_on() -> Iterator[_Child]:
    """What would end this program goes to the other while the block lasts: this one ends after it, with its code."""
    child = _Child()
    if threading.current_thread() is not threading.main_thread():  # Python hands signals to the main thread alone
        yield child
        return
    meant = [number for number in PASSED_ON if signal.getsignal(number) is not signal.SIG_IGN]  # nohup's stays ignored
    before = {number: signal.signal(number, child.signalled) for number in meant}
    try:
        yield child
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
