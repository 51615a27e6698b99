"""Interlock's own pipeline: two lines of pipelinekit, synthesized against a running service that was told of itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure import companies
from tests.pipelinekit import plans, synthesis
from tests.service import environment

pytestmark = pytest.mark.slow
ENVIRONMENT = "prod-eu-west-1"
PATHS = os.pathsep.join(str(companies.ROOT / each) for each in (".", "pipelinekit/src", "cli/src"))


def synthesized(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m infrastructure.pipeline`, as the pipeline's build runs it."""
    company = companies.written(folder / "company")
    given = {"CDK_OUTDIR": str(folder / "out"), "INTERLOCK_COMPANY": str(company), "PYTHONPATH": PATHS}
    return subprocess.run(
        [sys.executable, "-m", "infrastructure.pipeline"],
        cwd=companies.ROOT,
        env=synthesis.environment(**given | settings),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.database
def test_the_service_is_told_of_itself_and_deploys_itself(service: str, tmp_path: Path) -> None:
    """The organisation of docs/install.md is applied by the command, and its plan gives a whole pipeline."""
    file = companies.ROOT / "infrastructure" / "organisation.yaml"
    applied = subprocess.run(
        [sys.executable, "-m", "interlock_cli", "apply", str(file)],
        env=environment(INTERLOCK_URL=service) | {"PYTHONPATH": PATHS, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert applied.returncode == 0, applied.stderr
    done = synthesized(tmp_path, INTERLOCK_URL=service)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out" / "pipelinekit-map.json").read_text())
    stacks = [each for stage in told["stages"] for each in stage["actions"] if each["kind"] == "DEPLOY"]
    assert {(each["environment"], each["account"]) for each in stacks} == {(ENVIRONMENT, "888888888888")}
    assert {each["stack"] for each in stacks} == names_of_the_app()


def names_of_the_app() -> set[str]:
    """Those of `cdk deploy --all`, so that the pipeline goes on with what a person began."""
    kept = {path.stem for path in (Path(__file__).parent / "snapshots").glob("*.json")}
    return kept - {"InterlockPipelineAccount", "InterlockRoles", "InterlockEvents", "InterlockTestEnvironments"}


def test_a_plan_for_another_account_is_refused(tmp_path: Path) -> None:
    """Before anything is made, in a sentence."""
    place = plans.environment(ENVIRONMENT, "777777777777", "eu-west-1")
    plan: dict[str, Any] = plans.plan([plans.stage("prod", [plans.wave("prod-1", [place])])], "interlock")
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    done = synthesized(tmp_path, INTERLOCK_PLAN=str(tmp_path / "plan.json"))
    assert done.returncode == 1
    assert "The plan puts prod-eu-west-1 into account 777777777777, eu-west-1, and company.yaml says" in done.stderr
    assert "Traceback" not in done.stderr
