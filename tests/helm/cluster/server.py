"""A stand-in of Kubernetes' API for the real Helm: no cluster, as nothing is scheduled, pulled or routed.

Real are HTTP, discovery, reading, writing, patching and watching, the rules that objects are held against, and Helm.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from tests.helm.cluster.bodies import decoded, patched
from tests.helm.cluster.controllers import Runs, settle
from tests.helm.cluster.objects import Key, Object, Objects, invalid, selected
from tests.helm.cluster.resources import BY_PATH, Resource, discovery

VERSION = "1.35"
PATH = re.compile(
    r"(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?:/(?P<part>\w+))?"
)


class Refusal(Exception):
    """An answer of the API that is no object."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.body = {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "code": code,
            "reason": reason,
            "message": message,
        }


class Cluster:
    """The API over objects in memory. runs: who plays the kubelet. logs: of pods and Jobs that have ended."""

    def __init__(self, runs: Runs) -> None:
        self.objects = Objects()
        self.runs = runs
        self.logs: dict[str, str] = {}
        self.ended = False
        namespaces = BY_PATH["v1", "namespaces"]
        for name in ("default", "hub"):
            given = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "status": {"phase": "Active"}}
            self.objects.put(Key(namespaces, "", name), given)

    def of(self, kind: str) -> dict[str, Object]:
        """The objects of a kind by their names."""
        return {key.name: each for key, each in self.objects.found.items() if key.resource.kind == kind}

    def wrote(self, kind: str) -> list[str]:
        """The names of objects of a kind, in the order in which they came."""
        return [key.name for change, key, _ in self.objects.log if change == "ADDED" and key.resource.kind == kind]

    def write(self, key: Key, method: str, body: bytes, content_type: str, dry: bool) -> Object:
        """POST, PUT or PATCH of one object."""
        try:
            given = decoded(body, content_type)
        except (ValueError, yaml.YAMLError) as error:
            raise Refusal(400, "BadRequest", f"the body cannot be read: {error}") from None
        if method == "POST":
            key = Key(key.resource, key.namespace, given["metadata"]["name"])
        old = self.objects.found.get(key)
        if method == "POST" and old:
            raise Refusal(409, "AlreadyExists", f'{key.resource.plural} "{key.name}" already exists')
        if not old and (method == "PUT" or (method == "PATCH" and "apply" not in content_type)):
            raise _missing(key)
        new = patched(old or {}, given, content_type) if method == "PATCH" else given
        new = _completed(key, new, old)
        if problem := invalid(key.resource.kind, new, old):
            raise Refusal(422, "Invalid", f'{key.resource.kind} "{key.name}" is invalid: {problem}')
        if not dry:
            self.objects.put(key, new)
            settle(self.objects, key, self.runs, self.logs)
        return new if dry else self.objects.found[key]


def _completed(key: Key, given: Object, old: Object | None) -> Object:
    """What the API adds to an object: its kind and place, its status, and the address of a Service."""
    new: Object = {"apiVersion": key.resource.group_version, "kind": key.resource.kind, **given}
    new["metadata"] = (old or {}).get("metadata", {}) | new["metadata"]
    if key.resource.namespaced:
        new["metadata"]["namespace"] = key.namespace
    if old and "status" in old:
        new.setdefault("status", old["status"])
    if key.resource.kind == "Service":
        new["spec"].setdefault("clusterIP", "10.96.0.7")
    return new


def _missing(key: Key) -> Refusal:
    group = key.resource.group_version.rpartition("/")[0]
    where = f"{key.resource.plural}.{group}" if group else key.resource.plural
    return Refusal(404, "NotFound", f'{where} "{key.name}" not found')


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        pass

    def _answer(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            self._dispatch(split.path.strip("/"), dict(parse_qsl(split.query, keep_blank_values=True)), body)
        except Refusal as refusal:
            self._send(refusal.code, refusal.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - their names in the standard library

    def _dispatch(self, path: str, query: dict[str, str], body: bytes) -> None:
        told = discovery(path, VERSION) if self.command == "GET" else None
        if told is not None:
            return self._send(200, told)
        found = PATH.fullmatch(path)
        of = (found["core"] or f"{found['group']}/{found['version']}", found["plural"]) if found else ("", "")
        resource = BY_PATH.get(of)
        if found is None or resource is None:
            raise Refusal(404, "NotFound", "the server could not find the requested resource")
        key = Key(resource, found["namespace"] or "", found["name"] or "")
        if found["part"] == "log":
            return self._send_text(self.cluster.logs.get(key.name, ""))
        if self.command == "GET" and not key.name:
            watching = query.get("watch") in ("true", "1")
            return (
                self._watch(resource, key.namespace, query) if watching else self._list(resource, key.namespace, query)
            )
        return self._one(key, query, body)

    def _one(self, key: Key, query: dict[str, str], body: bytes) -> None:
        old = self.cluster.objects.found.get(key)
        if self.command in ("POST", "PUT", "PATCH"):
            content_type = self.headers.get("content-type", "")
            made = self.cluster.write(key, self.command, body, content_type, "dryRun" in query)
            return self._send(201 if old is None else 200, made)
        if old is None:
            raise _missing(key)
        if self.command == "DELETE":
            self.cluster.objects.remove(key)
        return self._send(200, old)

    def _list(self, resource: Resource, namespace: str, query: dict[str, str]) -> None:
        objects = self.cluster.objects
        chosen = objects.chosen(resource, namespace, query.get("labelSelector", ""), query.get("fieldSelector", ""))
        body = {"kind": f"{resource.kind}List", "apiVersion": resource.group_version}
        metadata = {"resourceVersion": objects.version}
        self._send(200, body | {"metadata": metadata, "items": [each for _, each in chosen]})

    def _watch(self, resource: Resource, namespace: str, query: dict[str, str]) -> None:
        """What there is, where it is asked for, and then each change until the client goes or time is over."""
        objects = self.cluster.objects
        labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        with objects.changed:
            given = query.get("resourceVersion", "")
            place = int(given) - 1 if given.isdigit() and given != "0" else len(objects.log)
            first = list(objects.chosen(resource, namespace, labels, fields)) if given in ("", "0") else []
        try:
            for _, each in first:
                self._event("ADDED", each)
            if query.get("sendInitialEvents") == "true":
                self._event("BOOKMARK", _bookmark(resource, objects.version))
            while not self.cluster.ended:
                with objects.changed:
                    objects.changed.wait_for(partial(_longer, objects, place), timeout=0.5)
                    news = objects.log[place:]
                    place = len(objects.log)
                for change, key, each in news:
                    if key.resource == resource and namespace in ("", key.namespace) and selected(each, labels, fields):
                        self._event(change, each)
        except OSError:
            self.close_connection = True

    def _event(self, change: str, given: Object) -> None:
        line = json.dumps({"type": change, "object": given}).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.flush()

    def _send(self, code: int, body: Any) -> None:
        self._send_bytes(code, json.dumps(body).encode(), "application/json")

    def _send_text(self, text: str) -> None:
        self._send_bytes(200, text.encode(), "text/plain")

    def _send_bytes(self, code: int, content: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _longer(objects: Objects, seen: int) -> bool:
    return len(objects.log) > seen


def _bookmark(resource: Resource, version: str) -> Object:
    ended = {"k8s.io/initial-events-end": "true"}
    metadata = {"resourceVersion": version, "annotations": ended}
    return {"kind": resource.kind, "apiVersion": resource.group_version, "metadata": metadata}


@contextmanager
def serving(runs: Runs, folder: Path) -> Iterator[tuple[Cluster, str]]:
    """A cluster on a free port of this machine, and the path of a kubeconfig for it."""
    cluster = Cluster(runs)
    handler = type("Handler", (_Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    config = folder / "kubeconfig"
    config.write_text(_kubeconfig(f"http://127.0.0.1:{server.server_address[1]}"))
    try:
        yield cluster, str(config)
    finally:
        cluster.ended = True
        server.shutdown()
        server.server_close()
        thread.join()


def _kubeconfig(url: str) -> str:
    context = {"cluster": "it", "user": "it", "namespace": "hub"}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": url}}],
            "users": [{"name": "it", "user": {}}],
            "contexts": [{"name": "it", "context": context}],
        }
    )
