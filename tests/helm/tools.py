"""What the chart renders by Helm 3 and 4. A render is kept for as long as the tests run."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scripts.helm_program import LAYERS, program

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "interlock"
EXAMPLES = sorted((CHART / "ci").glob("*-values.yaml"))
SCANNERS = ROOT / ".venv-scan" / "bin"
Object = dict[str, Any]
__all__ = ["LAYERS"]


def helm(major: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Helm, away from the developer's own configuration and plugins."""
    with tempfile.TemporaryDirectory(prefix="interlock-helm-") as home:
        kept = {"PATH": os.environ["PATH"], "HOME": home, "HELM_CACHE_HOME": home, "HELM_CONFIG_HOME": home}
        return subprocess.run(
            [str(program("helm", major)), *arguments],
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
