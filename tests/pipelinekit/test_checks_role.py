"""The role for an environment's checks: in which stack it is, and what it is called."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

from pipelinekit.checks_role import CONSTRUCT_ID, ChecksRoles
from pipelinekit.plan import Plan
from tests.pipelinekit import plans, stages

pytestmark = pytest.mark.slow

SMOKE = plans.check("smoke", "LAMBDA", {"functionName": "{environment}-handler"})
HERE = plans.environment("prod-1", "222222222222", "eu-west-1")
PLAN = Plan.from_json(plans.plan([plans.stage("prod", [plans.wave("w", [HERE], [SMOKE])])]))


def placed(*stacks: tuple[str, str]) -> tuple[str, str, str]:
    """The stack that got the role, the role's name and the Region of the checks, for stacks (name, Region) in order."""
    stage = cdk.Stage(cdk.App(), "prod-1", env=cdk.Environment(account="222222222222", region="eu-west-1"))
    made = [cdk.Stack(stage, name, env=cdk.Environment(account="222222222222", region=where)) for name, where in stacks]
    wave = PLAN.stages[0].waves[0]
    place = ChecksRoles(PLAN).add(stage.node.find_all(), wave, wave.environments[0])
    assert place
    holder = next(stack for stack in made if stack.node.try_find_child(CONSTRUCT_ID))
    return holder.node.id, place["role"].rpartition("/")[2], place["region"]


def test_checks_are_in_the_environments_own_region() -> None:
    """A stack for another Region that comes first, as a certificate's does, takes neither the role nor the checks."""
    holder, _, region = placed(("Certificate", "us-east-1"), ("Main", "eu-west-1"))
    assert (holder, region) == ("Main", "eu-west-1")


def test_a_bake_may_ask_how_resources_are_called() -> None:
    """Of the environment's own stacks and no others, nor of parts of them; a wave that is not watched asks nothing."""
    for bake, wanted in ((60, ["prod-1-Main", "prod-1-Queue"]), (0, [])):
        wave = plans.wave("w", [HERE], [SMOKE], bake)
        plan = Plan.from_json(plans.plan([plans.stage("prod", [wave])]))
        stage = cdk.Stage(cdk.App(), "prod-1", env=cdk.Environment(account="222222222222", region="eu-west-1"))
        stack = cdk.Stack(stage, "Main")
        cdk.Stack(stage, "Queue")
        cdk.NestedStack(stack, "Part")
        cdk.Stack(stage, "Certificate", env=cdk.Environment(account="222222222222", region="us-east-1"))
        found = plan.stages[0].waves[0]
        ChecksRoles(plan).add(stage.node.find_all(), found, found.environments[0])
        (policy,) = stages.of_type(stages.template(stage, stack), "AWS::IAM::Policy").values()
        asked = [
            statement["Resource"]
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Action"] == "cloudformation:DescribeStackResource"
        ]
        place = "arn:aws:cloudformation:eu-west-1:222222222222:stack"
        assert asked == ([[f"{place}/{name}/*" for name in wanted]] if wanted else [])


def test_a_role_that_moves_has_another_name() -> None:
    """A new first stack makes a role of its own while the other stack still has the former one: no clash in IAM."""
    before = placed(("Main", "eu-west-1"))
    after = placed(("Network", "eu-west-1"), ("Main", "eu-west-1"))
    assert (before[0], after[0]) == ("Main", "Network")
    assert before[1] != after[1]
