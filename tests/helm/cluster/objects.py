"""The objects of the stand-in: kept in memory, held against the API's rules of names, labels and what never changes."""

from __future__ import annotations

import copy
import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.helm.cluster.resources import Resource

Object = dict[str, Any]
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
UNCHANGED = {
    "Deployment": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.volumeClaimTemplates", "spec.serviceName"),
    "Job": ("spec.template", "spec.selector"),
    "Secret": ("type",),
}
"""What the API lets nobody change."""
MADE = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Key:
    """Where an object is."""

    resource: Resource
    namespace: str
    name: str


@dataclass
class Objects:
    """All that there is. changed: told after each change; log: the changes in their order."""

    found: dict[Key, Object] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    log: list[tuple[str, Key, Object]] = field(default_factory=list)

    @property
    def version(self) -> str:
        """The resourceVersion of now."""
        return str(len(self.log) + 1)

    def put(self, key: Key, given: Object) -> Object:
        """Keeps an object as its newest version."""
        with self.changed:
            old = self.found.get(key)
            kept = copy.deepcopy(given)
            metadata = kept.setdefault("metadata", {})
            metadata.setdefault("creationTimestamp", MADE)
            metadata["uid"] = old["metadata"]["uid"] if old else str(uuid.uuid4())
            generation = old["metadata"]["generation"] if old else 0
            metadata["generation"] = generation + (old is None or old.get("spec") != kept.get("spec"))
            metadata["resourceVersion"] = str(len(self.log) + 2)
            self.found[key] = kept
            self.log.append(("MODIFIED" if old else "ADDED", key, kept))
            self.changed.notify_all()
            return kept

    def remove(self, key: Key) -> Object | None:
        """Takes an object away, and what it owns."""
        with self.changed:
            gone = self.found.pop(key, None)
            if gone is None:
                return None
            self.log.append(("DELETED", key, gone))
            self.changed.notify_all()
        for other, each in list(self.found.items()):
            owners = dig(each, "metadata.ownerReferences") or []
            if any(owner["uid"] == gone["metadata"]["uid"] for owner in owners):
                self.remove(other)
        return gone

    def chosen(self, resource: Resource, namespace: str, labels: str, fields: str) -> Iterator[tuple[Key, Object]]:
        """The objects of a kind that two selectors choose."""
        for key, each in list(self.found.items()):
            if key.resource == resource and namespace in ("", key.namespace) and selected(each, labels, fields):
                yield key, each


def dig(given: Any, path: str) -> Any:
    """What is there by dots; None where nothing is."""
    for part in path.split("."):
        given = given.get(part) if isinstance(given, dict) else None
    return given


def selected(given: Object, labels: str, fields: str) -> bool:
    """Whether selectors of labels (`a=b,c!=d,e in (f,g),!h`) and of fields choose an object."""
    said = dig(given, "metadata.labels") or {}
    if not all(_chooses(part.strip(), said) for part in re.split(r",(?![^(]*\))", labels) if part.strip()):
        return False
    pairs = (part.split("=", 1) for part in fields.split(",") if "=" in part)
    return all(dig(given, path.rstrip("!=")) == value.lstrip("=") for path, value in pairs)


def _chooses(part: str, labels: dict[str, str]) -> bool:
    if found := re.fullmatch(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)", part):
        within = labels.get(found[1]) in [each.strip() for each in found[3].split(",")]
        return within == (found[2] == "in")
    if found := re.fullmatch(r"([^!=\s]+)\s*(==|=|!=)\s*(.*)", part):
        return (labels.get(found[1]) == found[3]) == (found[2] != "!=")
    return part[1:] not in labels if part.startswith("!") else part in labels


def invalid(kind: str, given: Object, old: Object | None) -> str | None:
    """Why the API would not take an object; None where it would."""
    name = dig(given, "metadata.name") or ""
    longest = 63 if kind in ("Service", "Job") else 253
    if not SUBDOMAIN.fullmatch(name) or len(name) > longest:
        return f'metadata.name: Invalid value: "{name}": a lowercase RFC 1123 name of {longest} characters at most'
    for where in ("metadata.labels", "spec.template.metadata.labels"):
        for key, value in (dig(given, where) or {}).items():
            if not isinstance(value, str) or len(value) > 63 or not LABEL.fullmatch(value):
                return f"{where}.{key}: Invalid value: {value!r}"
    for key, value in (dig(given, "metadata.annotations") or {}).items():
        if not isinstance(value, str):
            return f"metadata.annotations.{key}: Invalid value: {value!r}: must be a string"
    return _unselected(given) or _changed(kind, given, old)


def _unselected(given: Object) -> str | None:
    wanted = dig(given, "spec.selector.matchLabels") if dig(given, "spec.template") else None
    labels = dig(given, "spec.template.metadata.labels") or {}
    if wanted and not wanted.items() <= labels.items():
        return "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`"
    return None


def _changed(kind: str, given: Object, old: Object | None) -> str | None:
    for path in UNCHANGED.get(kind, ()):
        if old and dig(old, path) is not None and dig(old, path) != dig(given, path):
            return f"{path}: Invalid value: field is immutable"
    return None
