"""The main job, as a person starts it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.service import ROOT, environment, free_port


@pytest.mark.slow
def test_the_demo_goes_the_whole_way_and_leaves_nothing() -> None:
    """An organisation is loaded, an app synthesized and rehearsed, a bad revision stopped with its cause; all ends."""
    port = f"INTERLOCK_PORT={free_port()}"
    env = environment(DEMO_EXIT="1", **dict([port.split("=")]))
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
    assert "is well." in ended.stdout + ended.stderr, "doctor found nothing"
    assert "execution.changed" in ended.stdout, "watch saw it"
    assert not [line for line in _running() if port in line.split()]


def _running() -> list[str]:
    """This user's processes: their command lines, and behind them their environment."""
    with_environment = "-Eww" if sys.platform == "darwin" else "eww"
    command = ["ps", with_environment, "-u", str(os.getuid()), "-o", "args="]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
