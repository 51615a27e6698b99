"""The stacks of a member account. None of them has assets: they are deployed by hand, or as templates of stack sets."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infrastructure.company import Company
from infrastructure.member import roles
from infrastructure.member.federation import Federation
from infrastructure.member.forwarding import Forwarding


class MemberRoles(cdk.Stack):
    """Once in an account: what looks up why something failed."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, description="Interlock: the role of a member account", **kwargs)
        roles.reader(self, company)


class MemberEvents(cdk.Stack):
    """In each Region of an account: what happens there, to the hub."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, description="Interlock: a Region's events, to the hub", **kwargs)
        Forwarding(self, "Forwarding", company)


class TestEnvironments(cdk.Stack):
    """Once in an account that has test environments: what cleans up after them. No account of production has it."""

    __test__ = False

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, description="Interlock: the cleaner of test environments", **kwargs)
        roles.cleaner(self, company)


class PipelineAccount(cdk.Stack):
    """Once in the account in which pipelines live: what acts on them, and by what AWS says who they are."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, description="Interlock: the account of pipelines", **kwargs)
        roles.reader(self, company)
        roles.starter(self, company)
        if company.members.federation:
            self._federate()

    def _federate(self) -> None:
        issuer = Federation(self, "Federation").issuer
        cdk.CfnOutput(
            self,
            "PipelineIssuers",
            value=f"{cdk.Aws.ACCOUNT_ID}={issuer}",
            description="pipelineIssuers in company.yaml",
        )
