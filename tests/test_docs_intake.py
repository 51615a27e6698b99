"""docs/intake.md is true: its operations run, its patterns name what is read, its step of a workflow reports."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from domain.envelopes import READERS, reported, returned
from tests.fleet import register_fleet
from tests.graph import conftest as graphs
from tests.service import ROOT
from tests.test_docs_pages import examples, run

PAGE = ROOT / "docs" / "intake.md"
TEXT = PAGE.read_text("utf-8")
PATTERNS = [json.loads(each) for each in re.findall(r"^```json pattern\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)]
(WORKFLOW,) = re.findall(r"^```yaml workflow\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
GITHUB = {
    "GITHUB_WORKFLOW": "Deploy",
    "GITHUB_REPOSITORY": "acme/payments",
    "GITHUB_RUN_ID": "1658821493",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
    "GITHUB_REF_NAME": "main",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_ACTOR": "octocat",
    "GITHUB_JOB": "deploy",
    "INTERLOCK_URL": "http://127.0.0.1:8400",
    "STATE": "SUCCEEDED",
}
graph = graphs.graph


@pytest.mark.database
async def test_every_operation_runs(graph: graphs.Graph) -> None:
    """Each is valid, and has no errors over a small fleet."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
    operations = [each for each in examples(PAGE) if each.language == "graphql"]
    assert len(operations) == 4
    for each in operations:
        await run(graph, each)


@pytest.mark.database
async def test_the_step_of_a_workflow_reports(graph: graphs.Graph) -> None:
    """What its shell sends, with the variables that GitHub sets, is a report that is recorded."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
    (step,) = yaml.safe_load(WORKFLOW)
    script = "curl() { cat; }\n" + step["run"]
    body = json.loads(await asyncio.to_thread(_output, script))
    answer = (await graph(body["query"], **body["variables"]))["reportExecution"]
    assert answer["errors"] == []
    found = await graph("{ deployments { nodes { status revision environment { name } service { name } } } }")
    assert found["deployments"]["nodes"] == [
        {
            "status": "SUCCEEDED",
            "revision": GITHUB["GITHUB_SHA"],
            "environment": {"name": "prod-eu-west-1"},
            "service": {"name": "payments"},
        }
    ]


def _output(script: str) -> bytes:
    return subprocess.run(["bash", "-euc", script], env=GITHUB, capture_output=True, check=True).stdout


def _types(pattern: Any) -> set[str]:
    if isinstance(pattern, dict) and "$or" in pattern:
        return {each for part in pattern["$or"] for each in _types(part)}
    return set(pattern["detail-type"])


def test_the_patterns_name_what_is_read() -> None:
    """Every type of a pattern is read; that of the hub's bus names all that AWS sends."""
    assert len(PATTERNS) == 3
    of_aws = set(READERS) - set(reported.LEVELS) - set(returned.LEVELS)  # our own come by the graph, not by a rule
    assert all(_types(pattern) <= of_aws for pattern in PATTERNS)
    assert _types(PATTERNS[-1]) == of_aws
