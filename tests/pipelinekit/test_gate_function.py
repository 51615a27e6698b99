"""The gate's rights in a large fleet: every policy is one that IAM takes."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from pipelinekit.gate_function import Gate
from pipelinekit.plan import Plan
from tests.pipelinekit import plans

pytestmark = pytest.mark.slow

MOST = {"AWS::IAM::Policy": 10_240, "AWS::IAM::ManagedPolicy": 6_144}
"""IAM's quotas of characters: the inline policies of a role together, and one managed policy."""


@pytest.mark.parametrize("minimized", [False, True])
def test_the_gate_may_act_in_many_environments(minimized: bool) -> None:
    """The roles of 240 environments are spread over policies of sizes that IAM takes, and none is left out."""
    app = cdk.App(context={"@aws-cdk/aws-iam:minimizePolicies": minimized})
    stack = cdk.Stack(app, "pipeline", env=cdk.Environment(account="999999999999", region="eu-west-1"))
    roles = [f"arn:aws:iam::222222222222:role/interlock-checks-payments-{number:037}" for number in range(240)]
    Gate(stack, "Gate", plan=Plan.from_json(plans.small())).act_in(roles)
    written: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    for resource in written.values():
        if resource["Type"] in MOST:
            size = len(json.dumps(resource["Properties"]["PolicyDocument"], separators=(",", ":")))
            assert size <= MOST[resource["Type"]], (resource["Type"], size)
    text = json.dumps(written)
    assert [role for role in roles if role not in text] == []
