"""AwsSolutions over the pipeline's own stacks: no finding without a reason."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.pipelinekit import explained, plans, synthesis

pytestmark = pytest.mark.slow

OF_A_TEAM = re.compile(r"pipeline-payments/(alpha|gamma|prod)-[^/]+/(?!.*InterlockChecks)")
"""What the example makes itself: it is an example of a pipeline, and not of a stack."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """(construct's path, finding) of the pipeline's stack, of the cross-Region stacks, and of the checks' roles."""
    folder = tmp_path_factory.mktemp("nag")
    shutil.copy(Path(__file__).parent / "nag_app.py", folder / "app.py")
    (folder / "plan.json").write_text(json.dumps(plans.small()))
    examples = {"PYTHONPATH": f"{synthesis.ROOT / 'pipelinekit' / 'src'}:{synthesis.EXAMPLES / 'payments'}"}
    done = synthesis.by_python(folder, folder / "out", INTERLOCK_PLAN=str(folder / "plan.json"), **examples)
    reports = {each["pluginName"]: each for each in done.json("validation-report.json")["pluginReports"]}
    report = reports["AwsSolutions"]
    pairs = [
        (each["constructPath"], rule["ruleName"])
        for rule in report["violations"]
        for each in rule["violatingConstructs"]
    ]
    assert pairs, done.said
    return [(path, rule) for path, rule in pairs if not OF_A_TEAM.match(path)]


def test_every_finding_has_a_reason(found: list[tuple[str, str]]) -> None:
    """One that is new fails here: change the construct, or say in explained.py why it stands."""
    unexplained = [pair for pair in found if not any(each.explains(*pair) for each in explained.FINDINGS)]
    assert unexplained == []


def test_every_reason_explains_something(found: list[tuple[str, str]]) -> None:
    """A line that no finding needs any more is taken out."""
    useless = [each for each in explained.FINDINGS if not any(each.explains(*pair) for pair in found)]
    assert useless == []
