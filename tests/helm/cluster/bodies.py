"""What clients send to the API: JSON, YAML, the Protobuf in which Helm 4 keeps a release, and four kinds of patches."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any

import yaml

PROTOBUF = b"k8s\x00"
"""What a body in Kubernetes' Protobuf begins with, before its runtime.Unknown."""
MERGED_BY = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
    "topologySpreadConstraints": "topologyKey",
    "ownerReferences": "uid",
    "conditions": "type",
}
"""By which field a strategic merge patch tells the items of a list apart."""


def decoded(body: bytes, content_type: str) -> Any:
    """The object, or the patch. Raises ValueError for what is none."""
    if body.startswith(PROTOBUF):
        return _from_protobuf(body[len(PROTOBUF) :])
    return yaml.load(body, yaml.CSafeLoader) if "yaml" in content_type else json.loads(body)


def patched(old: Any, patch: Any, content_type: str) -> Any:
    """The object after a patch."""
    if "json-patch" in content_type:
        return _json_patched(old, patch)
    return _strategic(old, patch) if "strategic" in content_type else _merged(old, patch)


def _merged(old: Any, patch: Any) -> Any:
    """RFC 7396; server-side apply of one manager, whose lists are whole, comes to the same."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    found = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _merged(found.get(key), value)
    return found


def _strategic(old: Any, patch: Any, field: str = "") -> Any:
    if isinstance(patch, dict):
        return _strategic_map(old, patch)
    key = "port" if field == "ports" else MERGED_BY.get(field)
    if field == "ports" and isinstance(patch, list) and any("containerPort" in each for each in patch):
        key = "containerPort"
    if key and isinstance(patch, list) and isinstance(old, list) and all(isinstance(each, dict) for each in patch):
        return _strategic_list(old, patch, key)
    return copy.deepcopy(patch)


def _strategic_map(old: Any, patch: dict[str, Any]) -> dict[str, Any]:
    if patch.get("$patch") == "replace":
        return {key: copy.deepcopy(value) for key, value in patch.items() if key != "$patch"}
    found = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _strategic(found.get(key), value, key)
    return found


def _strategic_list(old: list[Any], patch: list[Any], key: str) -> list[Any]:
    found = {each.get(key): each for each in old}
    for each in patch:
        name = each.get(key)
        if each.get("$patch") == "delete":
            found.pop(name, None)
        else:
            found[name] = _strategic(found.get(name), each)
    return list(found.values())


def _json_patched(old: Any, patch: list[dict[str, Any]]) -> Any:
    found = copy.deepcopy(old)
    for each in patch:
        *above, last = [part.replace("~1", "/").replace("~0", "~") for part in each["path"].split("/")[1:]]
        place = found
        for part in above:
            place = place[int(part) if isinstance(place, list) else part]
        if each["op"] == "remove":
            del place[last]
        else:
            place[last] = each["value"]
    return found


def _fields(body: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message of Protobuf by their numbers: whole numbers and bytes."""
    place = 0

    def number() -> int:
        nonlocal place
        found = shift = 0
        while True:
            byte = body[place]
            place += 1
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found

    while place < len(body):
        tag = number()
        if tag & 7 == 0:
            yield tag >> 3, number()
        elif tag & 7 == 2:
            length = number()
            yield tag >> 3, body[place : place + length]
            place += length
        else:
            raise ValueError(f"a field of type {tag & 7}")


def _from_protobuf(body: bytes) -> dict[str, Any]:
    """A Secret (k8s.io/api/core/v1/generated.proto): the one kind that Helm sends so."""
    unknown = dict(_fields(body))
    about = {number: text.decode() for number, text in _fields(unknown[1])}
    if about.get(2) != "Secret":
        raise ValueError(f"Protobuf of {about.get(2)}")
    fields = list(_fields(unknown[2]))
    found: dict[str, Any] = {"apiVersion": about[1], "kind": "Secret", "data": {}}
    for number, value in fields:
        if number == 1:
            found["metadata"] = _metadata(value)
        elif number == 2:
            key, content = _entry(value)
            found["data"][key] = base64.b64encode(content).decode()
        elif number == 3:
            found["type"] = value.decode()
    return found


def _metadata(body: bytes) -> dict[str, Any]:
    named = {1: "name", 3: "namespace", 5: "uid", 6: "resourceVersion"}
    found: dict[str, Any] = {}
    for number, value in _fields(body):
        if number in named and value:
            found[named[number]] = value.decode()
        elif number in (11, 12):
            key, text = _entry(value)
            found.setdefault("labels" if number == 11 else "annotations", {})[key] = text.decode()
    return found


def _entry(body: bytes) -> tuple[str, bytes]:
    """One pair of a map."""
    found = dict(_fields(body))
    return found.get(1, b"").decode(), found.get(2, b"")
