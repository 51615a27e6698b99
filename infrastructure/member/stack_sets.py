"""The member stacks in every account of the organizational units, those to come too: service-managed stack sets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infrastructure.company import Company
from infrastructure.member.stacks import MemberEvents, MemberRoles, TestEnvironments

LARGEST_BODY = 51_200
"""Bytes of a template that is no file: CloudFormation's quota."""
Made = Callable[[Construct, str, Company], cdk.Stack]


class StackSets(cdk.Stack):
    """Made by the tooling account, as the organization's delegated administrator of stack sets."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, description="Interlock: its stacks in member accounts", **kwargs)
        members = company.members
        home = (company.region,)
        self._set("Roles", "interlock-roles", _body(MemberRoles, company), members.units, home)
        self._set("Events", "interlock-events", _body(MemberEvents, company), members.units, members.regions)
        if members.test_units:
            body = _body(TestEnvironments, company)
            self._set("TestEnvironments", "interlock-test-environments", body, members.test_units, home)

    def _set(self, construct_id: str, name: str, body: str, units: Sequence[str], regions: Sequence[str]) -> None:
        group = cdk.CfnStackSet.StackInstancesProperty(
            deployment_targets=cdk.CfnStackSet.DeploymentTargetsProperty(organizational_unit_ids=list(units)),
            regions=list(regions),
        )
        cdk.CfnStackSet(
            self,
            construct_id,
            stack_set_name=name,
            description="Interlock: docs/install.md",
            permission_model="SERVICE_MANAGED",
            call_as="DELEGATED_ADMIN",
            auto_deployment=cdk.CfnStackSet.AutoDeploymentProperty(
                enabled=True, retain_stacks_on_account_removal=False
            ),
            managed_execution={"Active": True},
            capabilities=["CAPABILITY_NAMED_IAM"],
            operation_preferences=cdk.CfnStackSet.OperationPreferencesProperty(
                failure_tolerance_percentage=10, max_concurrent_percentage=25, region_concurrency_type="PARALLEL"
            ),
            stack_instances_group=[group],
            template_body=body,
        )


def _body(made: Made, company: Company) -> str:
    """A member stack's template, of an app of its own: nothing of this app's account or assets is in it."""
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(outdir=folder, analytics_reporting=False)
        stack = made(app, "Member", company, synthesizer=_without_bootstrap())  # type: ignore[call-arg]
        template = app.synth().get_stack_by_name(stack.stack_name).template
    body = json.dumps(template, sort_keys=True)
    if len(body) > LARGEST_BODY:
        raise ValueError(f"the template of {made.__name__} has {len(body)} bytes, and {LARGEST_BODY} at most are taken")
    return body


def _without_bootstrap() -> cdk.IStackSynthesizer:
    """No rule, no parameter, no role of CDK's bootstrap: a new account has none."""
    return cdk.BootstraplessSynthesizer()
