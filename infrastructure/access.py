"""The roles of the service's programs, each with its own, and which role of another account each may take.

Pods get them by EKS Pod Identity: no key, no password, nothing to rotate.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from infrastructure.cluster import NAMESPACE, pod_role
from infrastructure.company import Company
from infrastructure.database import Database
from infrastructure.foundation import Foundation
from infrastructure.intake import Intake
from infrastructure.member.names import CLEANER, READER, STARTER

PROGRAMS = ("serve", "intake", "report", "upkeep", "migrate")
TAKES = {"serve": (STARTER,), "intake": (READER,), "upkeep": (CLEANER, STARTER)}
"""Program -> the roles of other accounts that it works with: docs/operations.md."""


def service_account(program: str) -> str:
    """The Kubernetes service account of a program."""
    return f"interlock-{program}"


class Access(Construct):
    """One role and one Pod Identity association for each program."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        company: Company,
        *,
        cluster: eks.ICluster,
        foundation: Foundation,
        intake: Intake,
        database: Database,
    ) -> None:
        super().__init__(scope, construct_id)
        self._company = company
        self.roles = {program: self._role(program, cluster) for program in PROGRAMS}
        for program, role in self.roles.items():
            self._read_secrets(role, database, list(company.secrets_of(program).values()))
            for taken in TAKES.get(program, ()):
                self._take(role, taken)
        self._receive(self.roles["intake"], intake, foundation)
        self._report(self.roles["report"])
        self._archive(self.roles["upkeep"], foundation)

    def _role(self, program: str, cluster: eks.ICluster) -> iam.Role:
        role = pod_role(
            self,
            program.capitalize(),
            f"interlock-{program}",
            cluster,
            description=f"Interlock: python -m graph {program}",
        )
        eks.CfnPodIdentityAssociation(
            self,
            f"{program.capitalize()}Pods",
            cluster_name=cluster.cluster_name,
            namespace=NAMESPACE,
            service_account=service_account(program),
            role_arn=role.role_arn,
        )
        return role

    def _read_secrets(self, role: iam.Role, database: Database, names: list[str]) -> None:
        """What is mounted into pods is read with the pod's own role."""
        read = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
        role.add_to_policy(iam.PolicyStatement(sid="DatabasePassword", actions=read, resources=[database.secret_arn]))
        decrypt = iam.PolicyStatement(sid="DatabaseKey", actions=["kms:Decrypt"], resources=[database.key.key_arn])
        decrypt.add_condition(
            "StringEquals", {"kms:ViaService": f"secretsmanager.{cdk.Stack.of(self).region}.amazonaws.com"}
        )
        role.add_to_policy(decrypt)
        if names:
            arns = [self._secret_of_this_account(name) for name in names]
            role.add_to_policy(iam.PolicyStatement(sid="OwnSecrets", actions=read, resources=arns))

    def _take(self, role: iam.Role, taken: str) -> None:
        """The role of this name in any account of the organization. TagSession: Pod Identity's tags go along."""
        statement = iam.PolicyStatement(
            sid=f"Take{taken.removeprefix('interlock-').capitalize()}",
            actions=["sts:AssumeRole", "sts:TagSession"],
            resources=[f"arn:{cdk.Stack.of(self).partition}:iam::*:role/{taken}"],
        )
        statement.add_condition("StringEquals", {"aws:ResourceOrgID": self._company.organization})
        role.add_to_policy(statement)

    def _receive(self, role: iam.Role, intake: Intake, foundation: Foundation) -> None:
        receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
        role.add_to_policy(iam.PolicyStatement(sid="Queue", actions=receive, resources=[intake.queue.queue_arn]))
        role.add_to_policy(
            iam.PolicyStatement(sid="QueueKey", actions=["kms:Decrypt"], resources=[foundation.key.key_arn])
        )

    def _report(self, role: iam.Role) -> None:
        """Topics and secrets of routes by the names that docs/install.md gives them; points of one namespace alone."""
        stack = cdk.Stack.of(self)
        topics = f"arn:{stack.partition}:sns:*:{stack.account}:interlock-*"
        role.add_to_policy(iam.PolicyStatement(sid="Topics", actions=["sns:Publish"], resources=[topics]))
        secrets = [self._secret_of_this_account("interlock/*")]
        role.add_to_policy(
            iam.PolicyStatement(sid="RouteSecrets", actions=["secretsmanager:GetSecretValue"], resources=secrets)
        )
        points = iam.PolicyStatement(sid="Points", actions=["cloudwatch:PutMetricData"], resources=["*"])
        points.add_condition("StringEquals", {"cloudwatch:namespace": "Interlock"})
        role.add_to_policy(points)

    def _archive(self, role: iam.Role, foundation: Foundation) -> None:
        bucket = foundation.archive
        role.add_to_policy(
            iam.PolicyStatement(sid="ListArchive", actions=["s3:ListBucket"], resources=[bucket.bucket_arn])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="WriteArchive",
                actions=["s3:PutObject", "s3:GetObject"],
                resources=[bucket.arn_for_objects("events/*")],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="ArchiveKey", actions=["kms:GenerateDataKey", "kms:Decrypt"], resources=[foundation.key.key_arn]
            )
        )

    def _secret_of_this_account(self, name: str) -> str:
        """Secrets Manager adds six characters to a name."""
        stack = cdk.Stack.of(self)
        end = "" if name.endswith("*") else "-??????"
        return f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{name}{end}"
