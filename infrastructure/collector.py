"""AWS's distribution of the OpenTelemetry collector: the traces that `report` sends go to X-Ray."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from infrastructure.cluster import NAMESPACE, Cluster, pod_role
from infrastructure.company import Company
from infrastructure.values import COLLECTOR_PORT

NAME = "interlock-collector"
HEALTH_PORT = 13133
USER = 10001


class Collector(Construct):
    """One pod, in the service's namespace, with a role of its own."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, *, cluster: Cluster) -> None:
        super().__init__(scope, construct_id)
        role = pod_role(self, "Role", NAME, cluster.cluster, description="Interlock: the collector")
        role.add_to_policy(
            iam.PolicyStatement(
                sid="Traces", actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
            )
        )
        eks.CfnPodIdentityAssociation(
            self,
            "Pods",
            cluster_name=cluster.cluster.cluster_name,
            namespace=NAMESPACE,
            service_account=NAME,
            role_arn=role.role_arn,
        )
        eks.KubernetesManifest(
            self,
            "Objects",
            cluster=cluster.cluster,
            manifest=[_account(), _configuration(company), _deployment(company), _service(), _network_policy()],
        )


def _account() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(),
        "automountServiceAccountToken": False,
    }


def _configuration(company: Company) -> dict[str, Any]:
    collector = {
        "extensions": {"health_check": {"endpoint": f"0.0.0.0:{HEALTH_PORT}"}},
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"0.0.0.0:{COLLECTOR_PORT}"}}}},
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20},
            "batch": {},
        },
        "exporters": {"awsxray": {"region": company.region}},
        "service": {
            "extensions": ["health_check"],
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "batch"],
                    "exporters": ["awsxray"],
                }
            },
        },
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(),
        "data": {"collector.yaml": json.dumps(collector, indent=1)},
    }


def _deployment(company: Company) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": NAME}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(),
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": NAME,
                    "automountServiceAccountToken": False,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": USER,
                        "runAsGroup": USER,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [_container(company)],
                    "volumes": [{"name": "configuration", "configMap": {"name": NAME}}],
                },
            },
        },
    }


def _container(company: Company) -> dict[str, Any]:
    healthy = {"httpGet": {"path": "/", "port": HEALTH_PORT}}
    return {
        "name": "collector",
        "image": company.collector,
        "args": ["--config=/etc/collector/collector.yaml"],
        "ports": [{"name": "otlp-http", "containerPort": COLLECTOR_PORT}],
        "readinessProbe": healthy,
        "livenessProbe": healthy,
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "configuration", "mountPath": "/etc/collector", "readOnly": True}],
    }


def _service() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(),
        "spec": {
            "selector": {"app.kubernetes.io/name": NAME},
            "ports": [{"name": "otlp-http", "port": COLLECTOR_PORT, "targetPort": "otlp-http"}],
        },
    }


def _network_policy() -> dict[str, Any]:
    """Interlock's own programs send; what goes out is DNS, AWS, and the agent of Pod Identity."""
    interlock = {"podSelector": {"matchLabels": {"app.kubernetes.io/instance": "interlock"}}}
    agent = {"ipBlock": {"cidr": "169.254.170.23/32"}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(),
        "spec": {
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": NAME}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [interlock], "ports": [{"port": COLLECTOR_PORT, "protocol": "TCP"}]}],
            "egress": [
                {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
                {"ports": [{"port": 443, "protocol": "TCP"}]},
                {"to": [agent], "ports": [{"port": 80, "protocol": "TCP"}]},
            ],
        },
    }


def _metadata() -> dict[str, str]:
    return {"name": NAME, "namespace": NAMESPACE}
