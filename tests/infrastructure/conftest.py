"""One synth of all stacks for all tests of a run, and the emulator."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from infrastructure.company import Company
from tests.emulator import emulator
from tests.infrastructure import companies, renewing
from tests.pipelinekit.synthesis import Synthesized

__all__ = ["emulator"]


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Synthesized:
    """The assembly of every stack: the first worker that needs it makes it, for all of the run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "infrastructure"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            renewing.synthesized(folder)
            (folder / "made").touch()
    return Synthesized(1, "", folder / "out")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """The company of infrastructure/company.yaml."""
    return companies.company(tmp_path)
