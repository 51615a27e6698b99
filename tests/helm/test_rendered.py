"""What the chart renders: the same by Helm 3 and 4, valid for every Kubernetes, and with no more rights than needed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.tools import CHART, LAYERS, ROOT, SCANNERS, Object, helm, names, one, pods, rendered

KUBERNETES = [
    pytest.param(f"1.{minor}", marks=[pytest.mark.slow] if 30 < minor < 37 else []) for minor in range(30, 38)
]
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
"""Of the Pod Security Standard "restricted"."""
CUSTOM = {"ServiceMonitor", "PrometheusRule", "ScaledObject", "ExternalSecret", "HTTPRoute"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every example, rendered into a file of its own."""
    made = tmp_path_factory.mktemp("rendered")
    for name in names():
        (made / f"{name}.yaml").write_text(yaml.dump_all(rendered(name), Dumper=yaml.CSafeDumper))
    return made


@pytest.mark.parametrize("major", LAYERS)
@pytest.mark.parametrize("name", names())
def test_lint_finds_nothing(name: str, major: str) -> None:
    """`helm lint --strict` with each example, by both."""
    done = helm(major, "lint", "--strict", str(CHART), "--values", str(CHART / "ci" / f"{name}-values.yaml"))
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "[ERROR]" not in said
    assert "[WARNING]" not in said
    assert "Fail" not in said


@pytest.mark.parametrize("name", names())
def test_both_render_the_same(name: str) -> None:
    """Helm 3 and Helm 4 make the same objects of the same values."""

    def ordered(major: str) -> list[Any]:
        return sorted(rendered(name, major=major), key=lambda each: (each["kind"], each["metadata"]["name"]))

    assert ordered("3") == ordered("4")


@pytest.mark.parametrize("version", KUBERNETES)
def test_each_release_of_kubernetes_takes_it(version: str, folder: Path) -> None:
    """The API's own schemas, strictly: no field is unknown, and none of another type, from 1.30 to 1.37."""
    files = [str(each) for each in sorted(folder.iterdir())]
    program = [str(SCANNERS / "kubernetes-validate"), "--strict", "--quiet", "-k", version, *files]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert done.returncode == 0, told
    assert all("Couldn't find schema for kind" in line and line.split("kind ")[1].split()[0] in CUSTOM for line in told)


@pytest.mark.slow
def test_custom_resources_are_what_their_operators_take(tmp_path: Path) -> None:
    """ServiceMonitor, PrometheusRule, ScaledObject, ExternalSecret and HTTPRoute, against their own definitions."""
    found = [each for name in names() for each in rendered(name) if each["kind"] in CUSTOM]
    assert {each["kind"] for each in found} == CUSTOM
    (tmp_path / "objects.json").write_text(json.dumps(found))
    program = ["node", str(ROOT / "tests" / "helm" / "custom_resources.mjs"), str(tmp_path / "objects.json")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("name", names())
def test_every_pod_is_restricted(name: str) -> None:
    """The Pod Security Standard "restricted", and more: no writable root, no token of the API, a bound of memory."""
    for where, pod in pods(rendered(name)):
        assert pod["automountServiceAccountToken"] is False, where
        assert pod["enableServiceLinks"] is False, where  # INTERLOCK_PORT=tcp://… of a Service is no setting
        assert pod["securityContext"]["runAsNonRoot"] is True, where
        assert pod["securityContext"]["runAsUser"] == 10001, where
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, where
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), where
        assert all(set(each) - {"name"} <= VOLUMES for each in pod["volumes"]), where
        for each in pod["containers"] + pod.get("initContainers", []):
            _restricted(each)


def _restricted(of: Object) -> None:
    context = of["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"] is True
    assert of["resources"]["requests"]
    assert of["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", names())
def test_selectors_hold_over_versions(name: str) -> None:
    """What pods are selected by has neither the version nor labels of the user's; every pod has it."""
    for each in rendered(name):
        if each["kind"] in ("Deployment", "StatefulSet"):
            selector = each["spec"]["selector"]["matchLabels"]
            assert set(selector) == {f"app.kubernetes.io/{part}" for part in ("name", "instance", "component")}
            assert selector.items() <= each["spec"]["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize("name", names())
def test_names_are_unique_and_short(name: str) -> None:
    """No two objects of a kind have one name, and none is longer than a label, whatever the release is called."""
    found = [(each["kind"], each["metadata"]["name"]) for each in rendered(name, release="r" * 53)]
    assert len(set(found)) == len(found)
    assert all(len(each) <= 63 for _, each in found)


def test_every_object_is_in_the_namespace_with_its_labels() -> None:
    """Also where an object is of a kind that Helm cannot place; `extraObjects` are the user's own."""
    for each in rendered("eks"):
        assert each["metadata"]["namespace"] == "hub"
        assert each["metadata"]["labels"]["app.kubernetes.io/part-of"] == "interlock"


def test_files_that_follow_from_the_chart_are_up_to_date() -> None:
    """README.md, values.schema.json and the alerts of docs/metrics.md are what `make chart-docs` writes."""
    program = [str(ROOT / ".venv" / "bin" / "python"), str(ROOT / "scripts" / "chart_docs.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_chart_has_the_service_s_version() -> None:
    """appVersion is the version that pyproject.toml has: without a tag the chart runs what it was made beside."""
    from domain.version import VERSION

    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert about["appVersion"] == VERSION
    assert one(rendered(), "Deployment", "-serve")["metadata"]["labels"]["app.kubernetes.io/version"] == VERSION


def test_a_volume_is_mounted_once() -> None:
    """All mounts name a volume of their pod, and every volume is used."""
    for name in names():
        for where, pod in pods(rendered(name)):
            volumes = [each["name"] for each in pod["volumes"]]
            assert len(set(volumes)) == len(volumes), where
            mounted = {mount["name"] for each in pod["containers"] for mount in each.get("volumeMounts", [])}
            claimed = {"data"} if where.startswith("StatefulSet") else set()
            assert mounted == set(volumes) | claimed, where
