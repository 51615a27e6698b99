"""The role in which an environment's checks are carried out: made in its own account, by its own stack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from pipelinekit.gate.places import checks_role_name, gate_role_name
from pipelinekit.plan import Environment, Plan, Wave
from pipelinekit.rights import environment_statements, naming_statements

Json = dict[str, Any]
CONSTRUCT_ID = "InterlockChecks"


class ChecksRoles:
    """Makes the roles of a plan. All of them are taken on by its one gate."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._gate = plan, _gate(plan)

    def add(
        self, nodes: Iterable[IConstruct], wave: Wave, environment: Environment, *, watched: bool = False
    ) -> Json | None:
        """Add the role to an environment's first stack in its account and Region.

        nodes: the constructs of its stage; watched: signals are declared for the environment. Returns the place of its
        checks, {account, region, role}, or None where nothing is looked at there.
        """
        plan = self._plan
        statements = environment_statements(plan, wave, environment, watched=watched)
        stacks = _stacks(nodes, environment) if statements else []
        if not stacks:
            return None
        names = tuple(stack.stack_name for stack in stacks)
        name = checks_role_name(plan.pipeline.name, environment.name, names[0])
        role = iam.Role(
            stacks[0],
            CONSTRUCT_ID,
            role_name=name,
            description=f"Interlock: the checks of {plan.service} in {environment.name}",
            assumed_by=self._gate,
        )
        for statement in (*statements, *naming_statements(plan, wave, environment, names)):
            role.add_to_policy(
                iam.PolicyStatement(actions=list(statement.actions), resources=list(statement.resources))
            )
        arn = f"arn:{plan.partition}:iam::{environment.account}:role/{name}"
        return {"account": environment.account, "region": environment.region, "role": arn}


def _gate(plan: Plan) -> iam.IPrincipal:
    """The gate of this pipeline. By a condition: a principal that does not exist yet cannot be named in a trust."""
    home = plan.pipeline
    role = f"arn:{plan.partition}:iam::{home.account}:role/{gate_role_name(home.name, home.region)}"
    return iam.AccountPrincipal(home.account).with_conditions({"ArnEquals": {"aws:PrincipalArn": role}})


def _stacks(nodes: Iterable[IConstruct], environment: Environment) -> list[cdk.Stack]:
    """Those in the environment's own account and Region, but for those that are parts of another."""
    place = f"aws://{environment.account}/{environment.region}"
    stacks = (node for node in nodes if isinstance(node, cdk.Stack) and not isinstance(node, cdk.NestedStack))
    return [stack for stack in stacks if stack.environment == place]
