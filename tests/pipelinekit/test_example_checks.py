"""The checks of the example with checks of its own, carried out in the emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelinekit import emulator
from tests.pipelinekit.emulator import Emulator
from tests.pipelinekit.test_example_questions import synthesized
from tests.pipelinekit.test_examples import PLACE, deployed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator.running(tmp_path_factory.mktemp("emulator")) as started:
        yield started


def test_an_invoice_is_written_for_real(aws: Emulator, tmp_path: Path) -> None:
    """The function that checks calls the service's own, and says what came of it."""
    folder = tmp_path / "invoices"
    folder.mkdir()
    done = synthesized("extra-checks", folder, "acme/invoices")
    stack = deployed(aws, done, folder, "alpha-eu-west-1")
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    asked = json.dumps({"check": "invoices-verify-gamma", "payload": {}}).encode()
    answer = aws.client("lambda", *PLACE).invoke(FunctionName="invoices-alpha-eu-west-1-verify", Payload=asked)
    assert json.loads(answer["Payload"].read()) == {"status": "PASSED", "detail": {"total": 123}}
