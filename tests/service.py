"""A running service for tests: the real program, on a free port of this machine, over a database of the test's own.

A process that has everything imported is forked for each test, once it was started for all: imports take seconds, and
a fork none. Tests of how a program starts use `running`, which starts it from nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 60
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["graph.__main__", "tests.service"])


def free_port() -> int:
    """A port of the loopback address that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(url: URL | None = None, **more: str) -> dict[str, str]:
    """The environment of a program of ours: nothing of the developer's own settings, and it ends without a grace."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "OTEL_", "AWS_"))}
    if url is not None:
        more["INTERLOCK_DATABASE_URL"] = url.render_as_string(hide_password=False)
    return kept | {"PYTHONPATH": str(ROOT), "INTERLOCK_GRACE_SECONDS": "0"} | more


@contextmanager
def running(program: str, env: dict[str, str], folder: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m graph PROGRAM`, ended by SIGTERM when the block ends."""
    process = subprocess.Popen([sys.executable, "-m", "graph", program], env=env, cwd=folder or ROOT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def catches_sigterm(pid: int) -> None:
    """Returns when a process of ours has come so far that SIGTERM ends it well; fails after STARTS_WITHIN."""
    deadline, bit = time.monotonic() + STARTS_WITHIN, 1 << (signal.SIGTERM - 1)
    while time.monotonic() < deadline:
        caught = Path(f"/proc/{pid}/status").read_text("ascii").split("SigCgt:")[1].split()[0]
        if int(caught, 16) & bit:
            return
        time.sleep(0.05)
    raise AssertionError(f"The process {pid} catches no SIGTERM.")


class Forked:
    """A forked program of ours, with what tests use of `Popen`."""

    def __init__(self, program: str, env: dict[str, str], log: Path | None = None) -> None:
        _ready_to_fork()
        self._process = FORKING.Process(target=_run, args=(program, env, log), daemon=True)
        self._process.start()
        self._over = False

    @property
    def returncode(self) -> int | None:
        """What it ended with."""
        return self._process.exitcode

    @property
    def pid(self) -> int:
        """The process that serves."""
        return int(self._process.pid or 0)

    def poll(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int | None:
        """What it ended with by itself; None where it did not in that time."""
        self._process.join(seconds)
        return self._process.exitcode

    def terminate(self) -> None:
        """SIGTERM; returns at once."""
        self._process.terminate()

    def end(self) -> int | None:
        """SIGTERM, and its end; what it ended with, if it did in half a minute."""
        self._process.terminate()
        self._process.join(30)
        code = self._process.exitcode
        self.kill()
        return code

    def kill(self) -> None:
        """SIGKILL, unless it has ended. Nothing where this was done before."""
        if self._over:
            return
        self._over = True
        self._process.kill()
        self._process.join()
        self._process.close()


@contextmanager
def forked(program: str, env: dict[str, str], log: Path | None = None) -> Iterator[Forked]:
    """The program in a process of its own, ended by SIGTERM when the block ends. log: where it writes."""
    process = Forked(program, env, log)
    try:
        yield process
    finally:
        process.end()


@cache
def _ready_to_fork() -> None:
    """The process that is forked finds this checkout, however the tests were started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        forkserver.ensure_running()


def _run(program: str, env: dict[str, str], log: Path | None) -> None:
    from graph.__main__ import main

    if log is not None:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    sys.argv = ["graph", program]
    sys.exit(main())


def answers(base: str, process: subprocess.Popen[bytes] | Forked) -> None:
    """Returns when the service answers; fails when it has ended, or is not there in time."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the service ended with {process.returncode}"
        try:
            httpx.get(f"{base}/readyz", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {base}")


@pytest.fixture
def service(database_url: URL) -> Iterator[str]:
    """The base address of a running service with the schema and no rows but AWS's Regions."""
    port = free_port()
    with forked("serve", environment(database_url, INTERLOCK_PORT=str(port))) as process:
        base = f"http://127.0.0.1:{port}"
        answers(base, process)
        yield base
