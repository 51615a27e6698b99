"""What the machine and the checks may do: what the plan's checks need, and no more."""

from __future__ import annotations

from pipelinekit.plan import Plan
from pipelinekit.rights import environment_statements, machine_statements
from tests.pipelinekit import plans

HOME = "eu-west-1:999999999999"


def of_checks(*checks: plans.Json) -> Plan:
    environment = plans.environment("prod-us-east-1", "222222222222", "us-east-1")
    return Plan.from_json(plans.plan([plans.stage("prod", [plans.wave("w", [environment], list(checks))])]))


def there(plan: Plan) -> dict[tuple[str, ...], tuple[str, ...]]:
    wave = plan.stages[0].waves[0]
    statements = environment_statements(plan, wave, wave.environments[0])
    return {statement.actions: statement.resources for statement in statements}


def here(plan: Plan) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {statement.actions: statement.resources for statement in machine_statements(plan)}


def test_a_check_of_an_environment_has_its_right_there() -> None:
    """A function and an alarm named by the environment are reached in its account and Region, and not from home."""
    plan = of_checks(
        plans.check("smoke", "LAMBDA", {"functionName": "{service}-{environment}"}),
        plans.check("errors", "ALARM", {"alarmName": "{environment}"}),
    )
    arn = "arn:aws:lambda:us-east-1:222222222222:function:payments-prod-us-east-1"
    assert there(plan) == {
        ("lambda:InvokeFunction",): (arn, f"{arn}:*"),
        ("cloudwatch:DescribeAlarms",): ("arn:aws:cloudwatch:us-east-1:222222222222:alarm:*",),
    }
    assert here(plan) == {}


def test_what_is_watched_may_be_read() -> None:
    """Alarms and metrics, in the environment's role, where signals are declared; a check's right comes once."""
    plan = of_checks(plans.check("errors", "ALARM", {"alarmName": "{environment}"}))
    wave = plan.stages[0].waves[0]
    statements = environment_statements(plan, wave, wave.environments[0], watched=True)
    assert [(each.actions, each.resources) for each in statements] == [
        (("cloudwatch:DescribeAlarms",), ("arn:aws:cloudwatch:us-east-1:222222222222:alarm:*",)),
        (("cloudwatch:GetMetricData",), ("*",)),
    ]


def test_a_check_speaks_of_an_environment_however_deep() -> None:
    """One whose payload alone names the Region runs in each environment, as the service sees it too."""
    payload = {"orders": [{"in": "{region}"}]}
    plan = of_checks(plans.check("smoke", "LAMBDA", {"functionName": "smoke", "payload": payload}))
    arn = "arn:aws:lambda:us-east-1:222222222222:function:smoke"
    assert there(plan) == {("lambda:InvokeFunction",): (arn, f"{arn}:*")}
    assert here(plan) == {}


def test_a_check_of_the_wave_has_its_right_at_home() -> None:
    """What names no environment is in the pipeline's account; a right is as narrow as AWS allows."""
    plan = of_checks(
        plans.check("smoke", "LAMBDA", {"functionName": "smoke"}),
        plans.check("load", "STATE_MACHINE", {"arn": f"arn:aws:states:{HOME}:stateMachine:load"}),
        plans.check("suite", "CODEBUILD", {"project": "suite"}),
        plans.check("canary", "CANARY", {"name": "checkout"}),
        plans.check("approval", "EXTERNAL"),
    )
    found = here(plan)
    assert there(plan) == {}
    assert found[("lambda:InvokeFunction",)] == (
        f"arn:aws:lambda:{HOME}:function:smoke",
        f"arn:aws:lambda:{HOME}:function:smoke:*",
    )
    assert found[("states:StartExecution",)] == (f"arn:aws:states:{HOME}:stateMachine:load",)
    assert found[("states:DescribeExecution", "states:StopExecution")] == (f"arn:aws:states:{HOME}:execution:load:*",)
    assert found[("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild")] == (
        f"arn:aws:codebuild:{HOME}:project/suite",
    )
    assert found[("synthetics:GetCanaryRuns",)] == (f"arn:aws:synthetics:{HOME}:canary:checkout",)
    assert found[("events:PutEvents",)] == (f"arn:aws:events:{HOME}:event-bus/default",)


def test_no_right_without_a_check() -> None:
    """Waiting, asking a page and an unknown kind need no right; a check before the wave needs its own."""
    plan = of_checks(
        plans.check("bake", "BAKE", {"minutes": 5}),
        plans.check("page", "HTTP", {"url": "https://x"}),
        plans.check("odd", "HOLOGRAM"),
    )
    assert (here(plan), there(plan)) == ({}, {})
    early = of_checks(plans.check("early", "LAMBDA", {"functionName": "early"}, when="BEFORE"))
    assert list(here(early)) == [("lambda:InvokeFunction",)]


def test_the_partition_is_the_hubs() -> None:
    """In another partition every ARN is of that partition."""
    value = plans.small()
    value["hub"] = {"eventBusArn": "arn:aws-cn:events:cn-north-1:888888888888:event-bus/interlock"}
    arns = [arn for found in machine_statements(Plan.from_json(value)) for arn in found.resources]
    own = [arn for arn in arns if ":stateMachine:" not in arn and ":execution:" not in arn]
    assert own
    assert all(arn.startswith("arn:aws-cn:") for arn in own)
