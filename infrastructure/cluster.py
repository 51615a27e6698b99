"""The EKS cluster, in Auto Mode: AWS runs its nodes, its network, its load balancing and the identities of pods."""

from __future__ import annotations

import json
from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk.lambda_layer_kubectl_v37 import KubectlV37Layer
from constructs import Construct

from infrastructure.company import Company
from infrastructure.network import NODES

NAME = "interlock"
VERSION = eks.KubernetesVersion.V1_36
NAMESPACE = "interlock"
SECRETS_ADD_ON = "aws-secrets-store-csi-driver-provider"
LOGS_ADD_ON = "amazon-cloudwatch-observability"


class Cluster(cdk.Stack):
    """Its API is private, unless the company names the networks that may reach it."""

    def __init__(
        self, scope: Construct, construct_id: str, company: Company, *, vpc: ec2.IVpc, key: kms.IKey, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        self.key = kms.Key(
            self,
            "Key",
            alias="interlock-cluster",
            description="Interlock: the secrets of Kubernetes",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        nodes = ec2.SubnetSelection(subnet_group_name=NODES)
        subnets = vpc.select_subnets(subnet_group_name=NODES).subnets
        cluster = eks.Cluster(
            self,
            "Cluster",
            cluster_name=NAME,
            version=VERSION,
            vpc=vpc,
            vpc_subnets=[nodes],
            default_capacity_type=eks.DefaultCapacityType.AUTOMODE,
            compute=eks.ComputeConfig(node_pools=["system", "general-purpose"]),
            endpoint_access=_access(company),
            secrets_encryption_key=self.key,
            cluster_logging=list(eks.ClusterLoggingTypes),
            bootstrap_cluster_creator_admin_permissions=False,
            kubectl_provider_options=eks.KubectlProviderOptions(
                kubectl_layer=KubectlV37Layer(self, "Kubectl"), private_subnets=subnets
            ),
            output_config_command=False,
        )
        cluster.node.add_dependency(self._group("ControlPlaneLogs", f"/aws/eks/{NAME}/cluster", key))
        for number, arn in enumerate(company.reach.administrators):
            role = iam.Role.from_role_arn(self, f"Administrator{number + 1}", arn, mutable=False)
            cluster.grant_cluster_admin(f"Administrator{number + 1}Access", role.role_arn)
        self.cluster = cast("eks.ICluster", cluster)
        eks.Addon(
            self,
            "Secrets",
            cluster=self.cluster,
            addon_name=SECRETS_ADD_ON,
            configuration_values={
                "secrets-store-csi-driver": {"enableSecretRotation": True, "rotationPollInterval": "60s"}
            },
        )
        self._logs(key)
        self._network_policies()

    def _logs(self, key: kms.IKey) -> None:
        """What pods write goes to CloudWatch, by the add-on's Fluent Bit. The add-on would make groups that last."""
        role = pod_role(self, "LogsRole", "interlock-cluster-logs", self.cluster)
        role.add_managed_policy(iam.ManagedPolicy.from_aws_managed_policy_name("CloudWatchAgentServerPolicy"))
        for name in ("application", "dataplane", "host", "performance"):
            self._group(f"{name.capitalize()}Logs", f"/aws/containerinsights/{NAME}/{name}", key)
        eks.CfnAddon(
            self,
            "Logs",
            cluster_name=self.cluster.cluster_name,
            addon_name=LOGS_ADD_ON,
            resolve_conflicts="OVERWRITE",
            configuration_values=json.dumps({"containerLogs": {"enabled": True}}),
            pod_identity_associations=[
                eks.CfnAddon.PodIdentityAssociationProperty(role_arn=role.role_arn, service_account="cloudwatch-agent")
            ],
        )

    def _group(self, construct_id: str, name: str, key: kms.IKey) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _network_policies(self) -> None:
        """Auto Mode enforces NetworkPolicy where this is said: EKS's documentation, "Use Network Policies"."""
        self.cluster.add_manifest(
            "NetworkPolicies",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "amazon-vpc-cni", "namespace": "kube-system"},
                "data": {"enable-network-policy-controller": "true"},
            },
        )


def pod_role(scope: Construct, construct_id: str, name: str, cluster: eks.ICluster, **more: Any) -> iam.Role:
    """A role that EKS Pod Identity gives to pods of this cluster, and nobody else takes."""
    stack = cdk.Stack.of(scope)
    conditions = {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnEquals": {"aws:SourceArn": cluster.cluster_arn},
    }
    service = iam.ServicePrincipal("pods.eks.amazonaws.com", conditions=conditions)
    return iam.Role(scope, construct_id, role_name=name, assumed_by=service.with_session_tags(), **more)


def _access(company: Company) -> eks.EndpointAccess:
    if not company.reach.api_from:
        return eks.EndpointAccess.PRIVATE
    return eks.EndpointAccess.PUBLIC_AND_PRIVATE.only_from(*company.reach.api_from)
