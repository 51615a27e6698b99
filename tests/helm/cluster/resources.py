"""What kinds of objects the stand-in of Kubernetes knows, as the API's discovery tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


@dataclass(frozen=True)
class Resource:
    """A kind. group_version: `v1`, or `apps/v1`. plural: as paths have it."""

    group_version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def root(self) -> str:
        """The beginning of its paths."""
        return f"apis/{self.group_version}" if "/" in self.group_version else f"api/{self.group_version}"

    @property
    def told(self) -> dict[str, Any]:
        """As a list of resources has it."""
        return {
            "name": self.plural,
            "singularName": self.kind.lower(),
            "namespaced": self.namespaced,
            "kind": self.kind,
            "verbs": VERBS,
        }


RESOURCES = (
    Resource("v1", "Namespace", "namespaces", namespaced=False),
    Resource("v1", "ConfigMap", "configmaps"),
    Resource("v1", "Secret", "secrets"),
    Resource("v1", "Service", "services"),
    Resource("v1", "ServiceAccount", "serviceaccounts"),
    Resource("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    Resource("v1", "Pod", "pods"),
    Resource("apps/v1", "Deployment", "deployments"),
    Resource("apps/v1", "ReplicaSet", "replicasets"),
    Resource("apps/v1", "StatefulSet", "statefulsets"),
    Resource("batch/v1", "Job", "jobs"),
    Resource("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
    Resource("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
    Resource("networking.k8s.io/v1", "Ingress", "ingresses"),
    Resource("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    Resource("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors"),
    Resource("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules"),
    Resource("external-secrets.io/v1", "ExternalSecret", "externalsecrets"),
    Resource("keda.sh/v1alpha1", "ScaledObject", "scaledobjects"),
    Resource("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"),
)
BY_PATH = {(each.group_version, each.plural): each for each in RESOURCES}
_ALL = list(dict.fromkeys(each.group_version for each in RESOURCES))


def discovery(path: str, version: str) -> dict[str, Any] | None:
    """The answer to a question about the API itself; None for a path that is about objects."""
    major, minor = version.split(".")
    fixed: dict[str, dict[str, Any]] = {
        "version": {"major": major, "minor": minor, "gitVersion": f"v{version}.0"},
        "api": {"kind": "APIVersions", "versions": ["v1"]},
        "apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": _groups()},
        "openapi/v3": {"paths": {_root(each): {"serverRelativeURL": f"/openapi/v3/{_root(each)}"} for each in _ALL}},
    }
    if path in fixed:
        return fixed[path]
    if path.startswith("openapi/v3/"):
        return _open_api(path.removeprefix("openapi/v3/"), version)
    group_version = path.removeprefix("apis/").removeprefix("api/")
    if group_version not in _ALL:
        return None
    told = [each.told for each in RESOURCES if each.group_version == group_version]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": told}


def _root(group_version: str) -> str:
    return f"apis/{group_version}" if "/" in group_version else f"api/{group_version}"


def _groups() -> list[dict[str, Any]]:
    named = [each.split("/") for each in _ALL if "/" in each]
    versions = [(group, {"groupVersion": f"{group}/{version}", "version": version}) for group, version in named]
    return [{"name": group, "versions": [each], "preferredVersion": each} for group, each in versions]


def _open_api(root: str, version: str) -> dict[str, Any]:
    """As much as clients look for: that PATCH takes `fieldValidation`, so that they leave validation to the API."""
    names = ("dryRun", "fieldManager", "fieldValidation", "force")
    parameters = [{"name": each, "in": "query", "schema": {"type": "string"}} for each in names]
    paths = {}
    for each in RESOURCES:
        if each.root == root:
            group, _, of = each.group_version.rpartition("/")
            place = "namespaces/{namespace}/" if each.namespaced else ""
            paths[f"/{root}/{place}{each.plural}/{{name}}"] = {
                "patch": {
                    "parameters": parameters,
                    "x-kubernetes-action": "patch",
                    "x-kubernetes-group-version-kind": {"group": group, "version": of, "kind": each.kind},
                    "responses": {"200": {"description": "OK"}},
                }
            }
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": f"v{version}"}, "paths": paths}
