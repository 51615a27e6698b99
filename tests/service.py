"""A running service for tests: the real program, on a free port of this machine, over a database of the test's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 60


def free_port() -> int:
    """A port of the loopback address that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(url: URL | None = None, **more: str) -> dict[str, str]:
    """The environment of a program of ours: nothing of the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "OTEL_", "AWS_"))}
    if url is not None:
        more["INTERLOCK_DATABASE_URL"] = url.render_as_string(hide_password=False)
    return kept | {"PYTHONPATH": str(ROOT)} | more


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


def answers(base: str, process: subprocess.Popen[bytes]) -> None:
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
    with running("serve", environment(database_url, INTERLOCK_PORT=str(port))) as process:
        base = f"http://127.0.0.1:{port}"
        answers(base, process)
        yield base
