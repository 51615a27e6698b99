"""Stages of a team's app for the tests: inside of a pipeline's plan, or by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from pipelinekit.assembly import Assembly, read_json
from pipelinekit.plan import Plan
from tests.pipelinekit import plans

Json = dict[str, Any]
HERE = plans.environment("prod-eu-west-1", "333333333333", "eu-west-1")


class Planned(cdk.Stack):
    """What a stage is made below in a pipeline: a stack that has the plan."""

    def __init__(self, scope: Construct, plan: Plan) -> None:
        super().__init__(scope, "pipeline-payments")
        self.plan = plan


def stage(percent: int = 10, minutes: int = 60, *, planned: bool = True, minimum: int = 0) -> cdk.Stage:
    """The stage of prod-eu-west-1; its wave has these numbers. planned: False for an app without a pipeline."""
    wave = plans.wave("prod-1", [HERE], bake=60)
    wave |= {"oneBoxPercent": percent, "oneBoxBakeMinutes": minutes, "minimumDataPoints": minimum}
    plan = Plan.from_json(plans.plan([plans.stage("prod", [wave])]))
    app = cdk.App(context={"aws:cdk:version-reporting": False})
    scope: Construct = Planned(app, plan) if planned else app
    return cdk.Stage(scope, HERE["name"], env=cdk.Environment(account=HERE["account"], region=HERE["region"]))


def function(stack: cdk.Stack, name: str = "Handler", **props: Any) -> lambda_.Function:
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context):\n    return {}\n"),
        **props,
    )


def template(made: cdk.Stage, stack: cdk.Stack) -> Json:
    """The stack's template as CloudFormation gets it."""
    path = next(each.template_path for each in assembly(made).stacks if each.name == stack.stack_name)
    return read_json(path)


def assembly(made: cdk.Stage) -> Assembly:
    """What the stage is synthesized to."""
    return Assembly(Path(made.synth().directory))


def of_type(found: Json, kind: str) -> dict[str, Json]:
    """The properties of every resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in found["Resources"].items()
        if resource["Type"] == kind
    }
