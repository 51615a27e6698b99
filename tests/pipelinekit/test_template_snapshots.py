"""The pipeline's template is in git, so that a change of the library shows what it does to every pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipelinekit import renewing

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", renewing.PLANS)
def test_the_template_is_the_one_in_git(name: str, tmp_path: Path) -> None:
    """For a plan with every kind of check, and for thirty environments; nothing of this machine is in it."""
    found = renewing.readable(renewing.synthesized(renewing.PLANS[name], tmp_path))
    kept = renewing.SNAPSHOTS / f"{name}.json"
    assert found == json.loads(kept.read_text()), f"{kept} differs: {renewing.ADVICE}"
    assert str(Path.home()) not in kept.read_text()
    assert kept.read_text() == renewing.written(found)
