"""What brings objects to the state that they ask for, at once: Deployments have pods, Jobs and pods come to an end.

How a pod ends is decided by whoever plays the kubelet (`Runs`): a test, or a real program.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from tests.helm.cluster.objects import MADE, Key, Object, Objects
from tests.helm.cluster.resources import BY_PATH

Runs = Callable[[Object, Objects], tuple[bool, str]]
"""A pod's spec, and all objects, to whether it does what it should, and its log."""
PODS = BY_PATH["v1", "pods"]
SETS = BY_PATH["apps/v1", "replicasets"]


def settle(objects: Objects, key: Key, runs: Runs, logs: dict[str, str]) -> None:
    """Gives an object that was just written its status."""
    given = objects.found[key]
    bring = {"Deployment": _deployment, "StatefulSet": _stateful_set, "Job": _job, "Pod": _pod}.get(key.resource.kind)
    if bring is not None and given.get("status", {}).get("observedGeneration") != given["metadata"]["generation"]:
        bring(objects, key, runs, logs)


def _condition(kind: str, holds: bool, reason: str) -> dict[str, Any]:
    return {"type": kind, "status": str(holds), "reason": reason, "lastTransitionTime": MADE, "message": reason}


def _deployment(objects: Objects, key: Key, runs: Runs, logs: dict[str, str]) -> None:
    given = objects.found[key]
    spec = given["spec"]
    count = spec.setdefault("replicas", 1)
    well, _ = runs(spec["template"]["spec"], objects)
    ready = count if well else 0
    status = {"replicas": count, "updatedReplicas": count, "readyReplicas": ready, "availableReplicas": ready}
    progress = "NewReplicaSetAvailable" if well else "ProgressDeadlineExceeded"
    conditions = [_condition("Available", well, "MinimumReplicas"), _condition("Progressing", well, progress)]
    generation = given["metadata"]["generation"]
    kept = objects.put(key, given | {"status": {"observedGeneration": generation, "conditions": conditions, **status}})
    _replica_set(objects, key, kept, ready)


def _replica_set(objects: Objects, key: Key, deployment: Object, ready: int) -> None:
    """The set of the newest template, by which Helm 3 sees that a Deployment is there; the old ones go."""
    template = deployment["spec"]["template"]
    name = f"{key.name}-{hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]}"
    uid = deployment["metadata"]["uid"]
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": key.name, "uid": uid, "controller": True}
    for other, each in list(objects.found.items()):
        owners = each["metadata"].get("ownerReferences", [])
        if other.resource == SETS and other.name != name and any(found["uid"] == uid for found in owners):
            objects.remove(other)
    count = deployment["spec"]["replicas"]
    metadata = {"name": name, "namespace": key.namespace, "labels": template["metadata"]["labels"]}
    made = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": metadata | {"ownerReferences": [owner]},
        "spec": {"replicas": count, "selector": deployment["spec"]["selector"], "template": template},
        "status": {"replicas": count, "readyReplicas": ready, "availableReplicas": ready, "observedGeneration": 1},
    }
    objects.put(Key(SETS, key.namespace, name), made)


def _stateful_set(objects: Objects, key: Key, runs: Runs, logs: dict[str, str]) -> None:
    given = objects.found[key]
    count = given["spec"].setdefault("replicas", 1)
    well, _ = runs(given["spec"]["template"]["spec"], objects)
    ready = count if well else 0
    status = {"replicas": count, "updatedReplicas": count, "currentReplicas": count, "readyReplicas": ready}
    status |= {"observedGeneration": given["metadata"]["generation"], "availableReplicas": ready}
    status |= {"currentRevision": "1", "updateRevision": "1"}
    objects.put(key, given | {"status": status})


def _job(objects: Objects, key: Key, runs: Runs, logs: dict[str, str]) -> None:
    given = objects.found[key]
    well, log = runs(given["spec"]["template"]["spec"], objects)
    logs[key.name] = log
    given["spec"].setdefault("completions", 1)
    given["spec"].setdefault("parallelism", 1)
    ended: dict[str, Any] = {"startTime": MADE, "observedGeneration": given["metadata"]["generation"]}
    if well:
        ended |= {"succeeded": 1, "completionTime": MADE, "conditions": [_condition("Complete", True, "Completions")]}
    else:
        ended |= {"failed": 1, "conditions": [_condition("Failed", True, "BackoffLimitExceeded")]}
    objects.put(key, given | {"status": ended})


def _pod(objects: Objects, key: Key, runs: Runs, logs: dict[str, str]) -> None:
    given = objects.found[key]
    well, logs[key.name] = runs(given["spec"], objects)
    phase = "Succeeded" if well else "Failed"
    status = {"phase": phase, "startTime": MADE, "conditions": [_condition("Ready", False, "PodCompleted")]}
    objects.put(key, given | {"status": status | {"observedGeneration": given["metadata"]["generation"]}})
