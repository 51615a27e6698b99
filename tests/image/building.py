"""The image, really built: by `scripts/image.py` and buildah, on stand-ins for its bases, in a storage of its own.

What the network of this machine takes (who signs certificates, where pip and npm ask) is found as pip and npm find it,
and goes into the build as its secrets.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MEMORY
from tests.image.container import Image
from tests.service import ROOT

ROOM = 4_000_000_000
"""Bytes that the storage takes at most, with the console built too."""
PASSED_ON = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")
"""Settings of pip that hold in another file system as well, where they name no file."""
QUICK = {"CONSOLE": "prebuilt", "BUILDAH_LAYERS": "false"}
"""With pages that are there, and without a layer for each step: the same files in a third of the time."""


@contextmanager
def storage() -> Iterator[dict[str, str]]:
    """The environment of buildah over a storage of its own, which is removed. In memory where there is room for it."""
    memory = MEMORY if MEMORY and shutil.disk_usage(MEMORY).free > ROOM else None
    with tempfile.TemporaryDirectory(prefix="interlock-image-", dir=memory) as made:
        folder = Path(made)
        written = f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n'
        (folder / "storage.conf").write_text(written)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "IMAGE"))}
        env |= {"CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf", "IMAGE_OUTPUT": f"{folder}/built"}
        try:
            yield env | {"IMAGE_TOOL": "buildah", "TMPDIR": str(folder)} | _of_this_network(folder)
        finally:
            subprocess.run(["buildah", "umount", "--all"], env=env, check=False, capture_output=True)
            subprocess.run(["buildah", "rm", "--all"], env=env, check=False, capture_output=True)
            subprocess.run(["umount", str(folder / "root" / "overlay")], check=False, capture_output=True)


def with_bases(env: Mapping[str, str], *names: str) -> dict[str, str]:
    """The same with base images, or those that are named; skips the test where none can be made, with the reason."""
    if os.geteuid() != 0:
        pytest.skip("only root can make base images and mount what is built")
    command = [str(ROOT / "scripts/stand_in_bases"), *names]
    ran = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        pytest.skip(f"no base images: {ran.stderr.strip()[-300:]}")
    return dict(env) | dict(line.split("=", 1) for line in ran.stdout.split())


def build(env: Mapping[str, str], *more: str) -> dict[str, Any]:
    """Builds, as `make image` does; what image.json says of it."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts/image.py"), "build", *more],
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    made: dict[str, Any] = json.loads(Path(env["IMAGE_OUTPUT"], "image.json").read_text())
    return made


@contextmanager
def mounted(name: str, env: Mapping[str, str]) -> Iterator[Image]:
    """An image of the storage, to look at and to run."""
    config = json.loads(_buildah(env, "inspect", "--type", "image", name))["Docker"]["config"]
    container = _buildah(env, "from", "--pull-never", name)
    try:
        yield Image(Path(_buildah(env, "mount", container)), config, Path(env["IMAGE_OUTPUT"]))
    finally:
        _buildah(env, "umount", container)
        _buildah(env, "rm", container)


def _buildah(env: Mapping[str, str], *arguments: str) -> str:
    command = ["buildah", *arguments]
    return subprocess.run(command, env=dict(env), capture_output=True, text=True, check=True).stdout.strip()


def _of_this_network(folder: Path) -> dict[str, str]:
    """The settings of the build that name its secrets."""
    (folder / "pip.conf").write_text("\n".join(["[global]", *_of_pip()]) + "\n")
    registry = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, check=True)
    own = Path.home() / ".npmrc"
    lines = [own.read_text() if own.exists() else "", f"registry={registry.stdout.strip()}", ""]
    (folder / "npmrc").write_text("\n".join(lines))
    found = {"IMAGE_PIP_CONF": str(folder / "pip.conf"), "IMAGE_NPMRC": str(folder / "npmrc")}
    given = (os.environ.get(name) for name in ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"))
    authorities = next((path for path in given if path and Path(path).is_file()), None)
    return found | ({"IMAGE_CA": authorities} if authorities else {})


def _of_pip() -> Iterator[str]:
    asked = [sys.executable, "-m", "pip", "config", "list"]
    for line in subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines():
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        if key in PASSED_ON and "file:" not in value:
            yield f"{key} = {value.strip(chr(39))}"
