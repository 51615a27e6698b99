"""Releases by the real Helm 3 and 4: installed, upgraded, after a failed migration rolled back, tried, uninstalled."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helm.cluster.objects import Object, Objects
from tests.helm.cluster.server import Cluster, serving
from tests.helm.test_ask import PUBLIC, closed_service  # noqa: F401 - a fixture
from tests.helm.tools import CHART, LAYERS, helm

pytestmark = pytest.mark.slow
BROKEN = "9.9.9"
"""The tag of an image whose migration fails."""


class Kubelet:
    """Pods that do what they should, but for those of a broken image; the test's own program is really run.

    service: host and port of a real service, which the pods of `serve` stand for.
    """

    service = ""

    def __call__(self, pod: Object, objects: Objects) -> tuple[bool, str]:
        """Whether a pod does what it should, and its log."""
        container = pod["containers"][0]
        if container["name"] == "test":
            return self._run(container, objects)
        if container["name"] == "migration" and container["image"].endswith(BROKEN):
            return False, "the migration failed: a lock was not given back"
        return True, ""

    def _run(self, container: Object, objects: Objects) -> tuple[bool, str]:
        program = next(each["data"]["ask.py"] for each in objects.found.values() if "ask.py" in each.get("data", {}))
        said = {each["name"]: each["value"] for each in container["env"]} | {"PATH": os.environ["PATH"]}
        assert container["command"] == ["python", "/test/ask.py"]
        assert said["PUBLIC_URL"] == PUBLIC
        assert said["SERVICE"] == "hub-interlock:80"
        said["SERVICE"] = self.service
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=said, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode == 0, done.stdout + done.stderr


class Release:
    """A release in a cluster of its own."""

    def __init__(self, cluster: Cluster, kubeconfig: str, major: str) -> None:
        self.cluster = cluster
        self._major = major
        self._kubeconfig = kubeconfig

    def helm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Helm against this cluster."""
        return helm(self._major, *arguments, "--namespace", "hub", KUBECONFIG=self._kubeconfig)

    def bring(self, action: str, example: str, *sets: str) -> subprocess.CompletedProcess[str]:
        """Installs or upgrades the release, and waits until everything is there."""
        values = ["--values", str(CHART / "ci" / f"{example}-values.yaml")]
        for each in sets:
            values += ["--set", each]
        return self.helm(action, "hub", str(CHART), *values, "--wait", "--timeout", "30s")

    def states(self) -> list[str]:
        """Of each revision, how Helm says that it is."""
        done = self.helm("history", "hub", "--output", "json")
        return [str(each["status"]) for each in json.loads(done.stdout)]

    def variable(self, name: str) -> str:
        """What `serve` would have in its environment."""
        pod = self.cluster.of("Deployment")["hub-interlock-serve"]["spec"]["template"]["spec"]
        return str(next(each["value"] for each in pod["containers"][0]["env"] if each["name"] == name))


@pytest.fixture
def newest(tmp_path: Path) -> Iterator[Release]:
    """A cluster without anything, and Helm 4: for what does not hang on Helm."""
    with serving(Kubelet(), tmp_path) as (cluster, kubeconfig):
        yield Release(cluster, kubeconfig, "4")


@pytest.fixture(params=LAYERS)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Release]:
    """A cluster without anything, and each Helm."""
    with serving(Kubelet(), tmp_path) as (cluster, kubeconfig):
        yield Release(cluster, kubeconfig, request.param)


def _good(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_whole_life(release: Release, closed_service: str) -> None:  # noqa: F811 - the fixture
    """The migration runs first; what it fails at changes nothing; a rollback brings back what was; nothing stays."""
    cluster = release.cluster
    told = _good(release.bring("install", "minimal"))
    assert "CREATE ROLE interlock_narrowed" in told
    assert PUBLIC in told
    first = [key.resource.kind for _, key, _ in cluster.objects.log if key.resource.kind in ("Job", "Deployment")]
    assert first[0] == "Job"
    assert not cluster.of("Job")  # a hook that has succeeded is taken away
    assert len(cluster.of("Deployment")) == 4

    _good(release.bring("upgrade", "minimal", "settings.statementSeconds=20"))
    assert release.variable("INTERLOCK_STATEMENT_SECONDS") == "20"
    assert cluster.wrote("Job") == ["hub-interlock-migrate"] * 2

    failed = release.bring("upgrade", "minimal", f"image.tag={BROKEN}", "settings.statementSeconds=40")
    assert failed.returncode != 0
    assert "hub-interlock-migrate" in failed.stderr
    assert release.variable("INTERLOCK_STATEMENT_SECONDS") == "20"
    assert release.states()[-1] == "failed"
    assert "hub-interlock-migrate" in cluster.of("Job")  # kept: its log says why

    _good(release.helm("rollback", "hub", "1", "--wait", "--timeout", "30s"))
    with pytest.raises(StopIteration):
        release.variable("INTERLOCK_STATEMENT_SECONDS")
    assert release.states()[-1] == "deployed"

    cluster.runs.service = closed_service  # type: ignore[attr-defined]
    tried = _good(release.helm("test", "hub", "--logs", "--timeout", "60s"))
    assert "POST /graphql answers 401" in tried

    _good(release.helm("uninstall", "hub", "--wait", "--timeout", "30s"))
    left = {key.resource.kind for key in cluster.objects.found} - {"Namespace", "Job", "Pod", "ConfigMap"}
    assert not left


def test_a_plain_job_and_custom_resources(release: Release) -> None:
    """The Job of an image is left alone until another comes; custom resources come and go with the release."""
    cluster = release.cluster
    _good(release.bring("install", "eks"))
    assert {"ExternalSecret", "ScaledObject", "ServiceMonitor", "PrometheusRule"} <= {
        key.resource.kind for key in cluster.objects.found
    }
    _good(release.bring("upgrade", "eks", "serve.podAnnotations.changed=yes"))
    assert len(cluster.wrote("Job")) == 1
    _good(release.bring("upgrade", "eks", "settings.statementSeconds=9"))
    assert len(cluster.wrote("Job")) == 2
    assert len(cluster.of("Job")) == 1
    _good(release.helm("uninstall", "hub", "--wait", "--timeout", "30s"))
    assert not cluster.of("Job")
    assert not cluster.of("ExternalSecret")


def test_an_evaluation_becomes_a_service(newest: Release) -> None:
    """A look is installed, and says how it is reached; with a database named it becomes the real thing."""
    told = _good(newest.bring("install", "evaluation"))
    assert "port-forward statefulset/hub-interlock-evaluation 8400:8400" in told
    assert "EVALUATION" in told
    assert list(newest.cluster.of("StatefulSet")) == ["hub-interlock-evaluation"]
    _good(newest.bring("upgrade", "minimal"))
    assert not newest.cluster.of("StatefulSet")
    assert len(newest.cluster.of("Deployment")) == 4


def test_what_cannot_be_used_never_reaches_the_cluster(newest: Release) -> None:
    """Values are refused before anything is written."""
    done = newest.bring("install", "minimal", "database.url=")
    assert done.returncode != 0
    assert "No PostgreSQL is named" in done.stderr
    assert {key.resource.kind for key in newest.cluster.objects.found} == {"Namespace"}


def test_a_release_holds_no_secret(newest: Release) -> None:
    """What Helm keeps of a release names Secrets, and has none."""
    _good(newest.bring("install", "everything"))
    kept = next(each for name, each in newest.cluster.of("Secret").items() if name.startswith("sh.helm.release"))
    packed: Any = base64.b64decode(base64.b64decode(kept["data"]["release"]))
    text = gzip.decompress(packed).decode()
    assert "interlock-database" in text
    assert "postgresql://" not in text
