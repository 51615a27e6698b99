"""The role in which an environment's checks are carried out: made in its own account, by its own stack."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from pipelinekit.gate.places import checks_role_name, gate_role_name
from pipelinekit.plan import Environment, Plan, Wave
from pipelinekit.rights import environment_statements

Json = dict[str, Any]
CONSTRUCT_ID = "InterlockChecks"


def add_checks_role(stage: cdk.Stage, plan: Plan, wave: Wave, environment: Environment) -> Json | None:
    """Add the role to the stage's first stack in the environment's account and Region.

    Returns the place of the environment's checks, {account, region, role}, or None where no check needs one.
    """
    statements = environment_statements(plan, wave, environment)
    stack = _first_stack(stage, environment) if statements else None
    if stack is None:
        return None
    name = checks_role_name(plan.pipeline.name, environment.name, stack.stack_name)
    role = iam.Role(
        stack,
        CONSTRUCT_ID,
        role_name=name,
        description=f"Interlock: the checks of {plan.service} in {environment.name}",
        assumed_by=_gate(plan),
    )
    for statement in statements:
        role.add_to_policy(iam.PolicyStatement(actions=list(statement.actions), resources=list(statement.resources)))
    arn = f"arn:{plan.partition}:iam::{environment.account}:role/{name}"
    return {"account": environment.account, "region": environment.region, "role": arn}


def _gate(plan: Plan) -> iam.IPrincipal:
    """The gate of this pipeline. By a condition: a principal that does not exist yet cannot be named in a trust."""
    home = plan.pipeline
    role = f"arn:{plan.partition}:iam::{home.account}:role/{gate_role_name(home.name, home.region)}"
    return iam.AccountPrincipal(home.account).with_conditions({"ArnEquals": {"aws:PrincipalArn": role}})


def _first_stack(stage: cdk.Stage, environment: Environment) -> cdk.Stack | None:
    place = (environment.account, environment.region)
    stacks = (node for node in stage.node.find_all() if isinstance(node, cdk.Stack))
    return next((stack for stack in stacks if (stack.account, stack.region) == place), None)
