"""The programs that build an image, save it and look at it: docker, podman or buildah, and the scanners."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from domain.version import VERSION
from scripts.image_source import ROOT, Source, UnusableError, told

SCANNERS = ROOT / ".venv-scan" / "bin"
TOOLS = ("docker", "podman", "buildah")
SECRETS = {"pip": "IMAGE_PIP_CONF", "npmrc": "IMAGE_NPMRC", "ca": "IMAGE_CA"}
"""The build's secrets, and the settings that name their files."""
FORMATS = ("docker", "oci")
"""Of podman and buildah. OCI's has no health check; Docker's has the name of the container in which it was built."""
ARGUMENTS = {"CONSOLE": ("built", "prebuilt"), "EMBEDDED_POSTGRES": ("1", "0")}
"""Settings that the Dockerfile knows, and what they may be: the first if nothing is said."""


def chosen(env: Mapping[str, str], working: Callable[[str], bool]) -> str:
    """IMAGE_TOOL, else the first that works. Raises UnusableError where there is none."""
    asked = env.get("IMAGE_TOOL")
    if asked and asked not in TOOLS:
        raise UnusableError(f"IMAGE_TOOL is {asked!r}. Allowed: {', '.join(TOOLS)}.")
    for tool in [asked] if asked else TOOLS:
        if working(tool):
            return tool
    raise UnusableError(
        f"{asked or 'docker (with buildx), podman or buildah'} is needed, and is not installed, or its daemon does not"
        " answer. The least of them on Debian: sudo apt-get install buildah"
    )


def works(tool: str) -> bool:
    """Whether it is there, with its daemon and its builder if it has them."""
    asked = {"docker": ["version", "buildx version"], "podman": ["info"], "buildah": ["--version"]}[tool]
    if shutil.which(tool) is None:
        return False
    commands = ([tool, *words.split()] for words in asked)
    return all(subprocess.run(each, capture_output=True, check=False).returncode == 0 for each in commands)


def command(tool: str, name: str, bases: Mapping[str, str], source: Source, env: Mapping[str, str]) -> list[str]:
    """The build. Every time in it is the commit's, so that two builds of one commit are the same."""
    arguments = dict(bases) | {"VERSION": VERSION, "REVISION": source.revision, "CREATED": source.created}
    arguments |= {"SOURCE": source.source} | _settings(env)
    if licenses := env.get("IMAGE_LICENSES"):
        arguments["LICENSES"] = licenses
    begin = _by_docker(name, source) if tool == "docker" else _by_buildah(tool, name, source, env)
    given = [word for key in sorted(arguments) for word in ("--build-arg", f"{key}={arguments[key]}")]
    return [*begin, *given, *_secrets(env), str(ROOT)]


def _by_docker(name: str, source: Source) -> list[str]:
    begin = ["docker", "buildx", "build", "--provenance=false", "--build-arg", f"SOURCE_DATE_EPOCH={source.epoch}"]
    return [*begin, "--output", f"type=docker,name={name},rewrite-timestamp=true"]


def _by_buildah(tool: str, name: str, source: Source, env: Mapping[str, str]) -> list[str]:
    """podman is the same builder. BUILDAH_LAYERS=false: one layer, and no steps that the next build finds again."""
    layers = f"--layers={env.get('BUILDAH_LAYERS') or 'true'}"
    form = env.get("IMAGE_FORMAT") or FORMATS[0]
    if form not in FORMATS:
        raise UnusableError(f"IMAGE_FORMAT is {form!r}. Allowed: {', '.join(FORMATS)}.")
    begin = [tool, "build", "--format", form, layers, "--identity-label=false"]
    begin += ["--isolation", env.get("BUILDAH_ISOLATION") or "chroot"] if tool == "buildah" else []
    return [*begin, "--timestamp", str(source.epoch), "--tag", name]


def _settings(env: Mapping[str, str]) -> dict[str, str]:
    # all are told: buildah 1.28 does not look at defaults when it decides which stages it needs
    given = {name: env.get(name) or allowed[0] for name, allowed in ARGUMENTS.items()}
    for name, value in given.items():
        if value not in ARGUMENTS[name]:
            raise UnusableError(f"{name} is {value!r}. Allowed: {', '.join(ARGUMENTS[name])}.")
    return given


def _secrets(env: Mapping[str, str]) -> list[str]:
    words = []
    for key, setting in SECRETS.items():
        if path := env.get(setting):
            if not Path(path).is_file():
                raise UnusableError(f"{setting} is {path!r}, which is no file that can be read.")
            words += ["--secret", f"id={key},src={Path(path).resolve()}"]
    return words


def saving(tool: str, name: str, archive: Path) -> list[str]:
    """Writes the image as an archive that `docker load`, skopeo and the scanners read."""
    if tool == "buildah":
        return ["buildah", "push", "--quiet", name, f"docker-archive:{archive}:{name}"]
    return [tool, "save", "--output", str(archive), name]


def describing(archive: Path) -> list[str]:
    """Lists what is in it."""
    kinds = {"cyclonedx-json": "sbom.cdx.json", "spdx-json": "sbom.spdx.json"}
    written = [word for kind, file in kinds.items() for word in ("--output", f"{kind}={archive.parent / file}")]
    named = ["--source-name", "interlock", "--source-version", VERSION]
    return [str(SCANNERS / "syft"), "scan", "--quiet", *named, f"docker-archive:{archive}", *written]


def checking(archive: Path) -> list[str]:
    """Looks at its files, without running any."""
    asked = [str(SCANNERS / "container-structure-test"), "test", "--driver", "tar", "--quiet"]
    return [*asked, "--image", str(archive), "--config", str(ROOT / "image" / "structure.yaml")]


def contents(tool: str, name: str) -> dict[str, Any]:
    """The image's id, which is the digest of its configuration, and the digests of its layers before compression."""
    if tool == "buildah":
        found = json.loads(told(["buildah", "inspect", "--type", "image", name], ROOT))
        return {"id": f"sha256:{found['FromImageID']}", "layers": found["Docker"]["rootfs"]["diff_ids"]}
    found = json.loads(told([tool, "image", "inspect", name], ROOT))[0]
    return {"id": f"sha256:{found['Id'].removeprefix('sha256:')}", "layers": found["RootFS"]["Layers"]}
