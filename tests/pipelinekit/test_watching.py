"""The signals of a whole pipeline: in its map, and what is refused where a wave waits for requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipelinekit import plans, synthesis
from tests.pipelinekit.synthesis import EXAMPLES, Synthesized

pytestmark = pytest.mark.slow


def synthesized(plan: dict[str, Any], app: Path, folder: Path) -> Synthesized:
    (folder / "plan.json").write_text(json.dumps(plan))
    return synthesis.by_python(app, folder / "out", INTERLOCK_PLAN=str(folder / "plan.json"))


def waiting() -> dict[str, Any]:
    """The small plan, whose first wave of production waits for a hundred requests."""
    plan = plans.small()
    plan["stages"][2]["waves"][0]["minimumDataPoints"] = 100
    return plan


def test_two_lines_tell_of_every_environment(tmp_path: Path) -> None:
    """The map of payments has its function's metrics and its alarm, under each environment's own names."""
    done = synthesized(waiting(), EXAMPLES / "payments", tmp_path)
    assert done.code == 0, done.said
    signals = done.json("pipelinekit-map.json")["signals"]
    assert sorted(signals) == [
        "alpha-eu-west-1",
        "gamma-eu-west-1",
        "gamma-us-east-1",
        "prod-eu-central-1",
        "prod-eu-west-1",
        "prod-sa-east-1",
    ]
    function = {"FunctionName": "payments-prod-sa-east-1-handler"}
    assert signals["prod-sa-east-1"] == {
        "alarms": [{"name": "payments-prod-sa-east-1-errors", "role": "HIGH_SEVERITY"}],
        "metrics": {
            "REQUESTS": [{"namespace": "AWS/Lambda", "name": "Invocations", "dimensions": function, "stat": "Sum"}],
            "FAULTS": [{"namespace": "AWS/Lambda", "name": "Errors", "dimensions": function, "stat": "Sum"}],
            "LATENCY": [{"namespace": "AWS/Lambda", "name": "Duration", "dimensions": function, "stat": "p90"}],
        },
        "oneBox": None,
    }


APP = """
import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from pipelinekit import ServicePipeline

class PaymentsStage(cdk.Stage):
    def __init__(self, scope, construct_id, **kwargs):
        super().__init__(scope, construct_id, **kwargs)
        sqs.Queue(cdk.Stack(self, "Payments"), "Captures")

app = cdk.App()
ServicePipeline(app, "acme/payments", PaymentsStage)
app.synth()
"""


def test_a_wave_that_waits_for_requests_needs_something_that_counts_them(tmp_path: Path) -> None:
    """Refused at synth, with what to declare and what to set; the same app is fine where no requests are asked for."""
    (tmp_path / "app.py").write_text(APP)
    done = synthesized(waiting(), tmp_path, tmp_path)
    assert done.code == 1
    assert done.said.splitlines()[-1] == (
        "pipelinekit: The wave prod-1 has baked after 100 requests in each environment, and nothing in prod-sa-east-1 "
        "counts any: declare ServiceSignals(self, …, requests=[…]) in one of its stacks, or set the wave's "
        "minimumDataPoints to 0."
    )
    assert synthesized(plans.small(), tmp_path, tmp_path).code == 0
