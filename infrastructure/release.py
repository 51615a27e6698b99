"""The release: Interlock's chart in the cluster, with its roles, its way in and its collector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infrastructure.access import Access, service_account
from infrastructure.cluster import NAMESPACE, Cluster
from infrastructure.collector import Collector
from infrastructure.company import Company
from infrastructure.database import Database
from infrastructure.edge import Edge
from infrastructure.foundation import Foundation
from infrastructure.intake import Intake
from infrastructure.network import EDGE, NODES
from infrastructure.values import AUTHORITIES, CLASSES, file_of, values

CHART = Path(__file__).parents[1] / "helm" / "interlock"
TIMEOUT = cdk.Duration.minutes(15)
"""What a custom resource's function may take in all: a migration that takes longer is run first, by hand."""


class Release(cdk.Stack):
    """What is deployed anew with each version: another image in company.yaml changes this stack alone."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        company: Company,
        *,
        vpc: ec2.IVpc,
        cluster: Cluster,
        foundation: Foundation,
        intake: Intake,
        database: Database,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._company = company
        access = Access(
            self,
            "Access",
            company,
            cluster=cluster.cluster,
            foundation=foundation,
            intake=intake,
            database=database,
        )
        edge = Edge(self, "Edge", company, vpc=vpc, cluster=cluster, logs=foundation.logs, topic=foundation.topic)
        before = self._before(cluster, database)
        collector = Collector(self, "Collector", company, cluster=cluster)
        collector.node.add_dependency(before)
        subnets = vpc.select_subnets(subnet_group_name=EDGE if company.reach.internet else NODES).subnets
        self.chart = eks.HelmChart(
            self,
            "Chart",
            cluster=cluster.cluster,
            chart_asset=assets.Asset(self, "ChartFiles", path=str(CHART), exclude=["ci", "README.md"]),
            release="interlock",
            namespace=NAMESPACE,
            create_namespace=False,
            wait=True,
            atomic=True,
            timeout=TIMEOUT,
            values=values(
                company,
                repository=foundation.images.repository_uri,
                database=database.address,
                queue_url=intake.queue.queue_url,
                archive=foundation.archive.bucket_name,
                key_arn=foundation.key.key_arn,
                proxies=[subnet.ipv4_cidr_block for subnet in subnets],
                accounts={program: service_account(program) for program in access.roles},
            ),
        )
        self.chart.node.add_dependency(before, access)
        bound = self._object("Pods", cluster, _target_group_binding(edge.targets.target_group_arn))
        bound.node.add_dependency(self.chart, edge.balancer)
        cdk.CfnOutput(self, "Address", value=company.url, description="Where the service is reached")

    def _before(self, cluster: Cluster, database: Database) -> eks.KubernetesManifest:
        """What pods need before the first of them starts: the migration is one."""
        namespace = self._object("Namespace", cluster, _namespace())
        classes = self._secret_classes(database)
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": _metadata(service_account("migrate")),
            "automountServiceAccountToken": False,
        }
        authorities = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": _metadata(AUTHORITIES),
            "data": {"ca.pem": self._company.database_certificates},
        }
        before = self._object("Before", cluster, *classes, account, authorities)
        before.node.add_dependency(namespace)
        return before

    def _secret_classes(self, database: Database) -> list[dict[str, Any]]:
        password = {
            "objectName": database.secret_arn,
            "objectType": "secretsmanager",
            "jmesPath": [{"path": "password", "objectAlias": "database-password"}],
        }
        own = {program: [_secret(*each) for each in self._company.secrets_of(program).items()] for program in CLASSES}
        return [
            _secret_class(name, self._company.region, [password, *own[program]], self)
            for program, name in CLASSES.items()
        ]

    def _object(self, construct_id: str, cluster: Cluster, *manifests: dict[str, Any]) -> eks.KubernetesManifest:
        return eks.KubernetesManifest(self, construct_id, cluster=cluster.cluster, manifest=list(manifests))


def _metadata(name: str) -> dict[str, str]:
    return {"name": name, "namespace": NAMESPACE}


def _namespace() -> dict[str, Any]:
    """Pods that ask for more than the restricted profile of pod security are refused."""
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}


def _secret(setting: str, name: str) -> dict[str, Any]:
    return {"objectName": name, "objectType": "secretsmanager", "objectAlias": file_of(setting)}


def _secret_class(name: str, region: str, objects: list[dict[str, Any]], stack: cdk.Stack) -> dict[str, Any]:
    """What the add-on mounts, read with the pod's own role. JSON is YAML, in which it wants its objects."""
    parameters = {"region": region, "usePodIdentity": "true", "objects": stack.to_json_string(objects)}
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": _metadata(name),
        "spec": {"provider": "aws", "parameters": parameters},
    }


def _target_group_binding(arn: str) -> dict[str, Any]:
    """Auto Mode keeps the pods of the service in the load balancer's group."""
    return {
        "apiVersion": "eks.amazonaws.com/v1",
        "kind": "TargetGroupBinding",
        "metadata": _metadata("interlock"),
        "spec": {"serviceRef": {"name": "interlock", "port": "http"}, "targetGroupARN": arn, "targetType": "ip"},
    }
