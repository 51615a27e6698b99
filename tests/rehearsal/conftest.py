"""What the rehearsals of the example app share: one synthesis, and a stand-in for the service."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock_cli.connection import Connection
from interlock_cli.rehearsal.assembly import Assembly, read_assembly
from interlock_cli.rehearsal.emulator import Emulator, emulator
from interlock_cli.rehearsal.synthesis import synthesize

from . import service, snapshots

PAYMENTS = Path(__file__).parents[2] / "examples" / "payments"


@pytest.fixture(scope="module")
def module_service() -> Iterator[service.FakeService]:
    """The stand-in whose address is in the synthesized pipeline: the gate asks it."""
    with service.serving() as answering:
        yield answering


@pytest.fixture
def fake(module_service: service.FakeService) -> service.FakeService:
    """The stand-in as if nobody had asked it yet."""
    module_service.forget()
    return module_service


@pytest.fixture(scope="module")
def snapshot(module_service: service.FakeService, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan whose gate asks the stand-in."""
    file = tmp_path_factory.mktemp("plan") / "plan.json"
    file.write_text(json.dumps(snapshots.plan(module_service.url)))
    return file


@pytest.fixture(scope="module")
def assembly(snapshot: Path, module_service: service.FakeService, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The example app of payments, synthesized once by the real CDK CLI from the plan."""
    folder = tmp_path_factory.mktemp("assembly") / "cdk.out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERLOCK_PLAN", str(snapshot))
        synthesize(PAYMENTS, folder, Connection(module_service.url), print)
    return read_assembly(folder)


@pytest.fixture(scope="module")
def own() -> Iterator[Emulator]:
    """An emulator of the module's own, as the command would start it."""
    with emulator({"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}, PAYMENTS, print) as started:
        yield started
