"""The role in which an environment's checks are carried out: made in its own account, by its own stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from pipelinekit.gate.places import checks_role_name, gate_role_name
from pipelinekit.plan import Environment, Plan, Wave
from pipelinekit.rights import environment_statements, naming_statements

Json = dict[str, Any]
CONSTRUCT_ID = "InterlockChecks"


def add_checks_role(
    stage: cdk.Stage, plan: Plan, wave: Wave, environment: Environment, *, watched: bool = False
) -> Json | None:
    """Add the role to the stage's first stack in the environment's account and Region.

    watched: signals are declared for the environment. Returns the place of the environment's checks, {account, region,
    role}, or None where nothing is looked at there.
    """
    statements = environment_statements(plan, wave, environment, watched=watched)
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
    names = tuple(each.stack_name for each in _stacks(stage, environment))
    for statement in (*statements, *naming_statements(plan, wave, environment, names)):
        role.add_to_policy(iam.PolicyStatement(actions=list(statement.actions), resources=list(statement.resources)))
    arn = f"arn:{plan.partition}:iam::{environment.account}:role/{name}"
    return {"account": environment.account, "region": environment.region, "role": arn}


def _gate(plan: Plan) -> iam.IPrincipal:
    """The gate of this pipeline. By a condition: a principal that does not exist yet cannot be named in a trust."""
    home = plan.pipeline
    role = f"arn:{plan.partition}:iam::{home.account}:role/{gate_role_name(home.name, home.region)}"
    return iam.AccountPrincipal(home.account).with_conditions({"ArnEquals": {"aws:PrincipalArn": role}})


def _first_stack(stage: cdk.Stage, environment: Environment) -> cdk.Stack | None:
    return next(_stacks(stage, environment), None)


def _stacks(stage: cdk.Stage, environment: Environment) -> Iterator[cdk.Stack]:
    """Those in the environment's own account and Region."""
    place = (environment.account, environment.region)
    for node in stage.node.find_all():
        if isinstance(node, cdk.Stack) and not node.nested and (node.account, node.region) == place:
            yield node
