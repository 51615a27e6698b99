"""`make image`: the service's image, by docker, podman or buildah, and beside it in build/image/ what a release keeps.

    image.py build [--release]    the image, and image.json, which says from what it was made
    image.py check                interlock.tar; whether it has and has not what image/structure.yaml says
    image.py sbom                 interlock.tar; what is in it, as CycloneDX and as SPDX
    image.py bases                the digests of the base images, from their registry, into image/bases.env

What is read of the environment, and what a release demands: docs/image.md.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from domain.version import VERSION  # noqa: E402 - the rooms are beside scripts/, and on nobody's path

BASES = ROOT / "image" / "bases.env"
BUILD = ROOT / "build" / "image"
ARCHIVE, TOLD = "interlock.tar", "image.json"
SCANNERS = ROOT / ".venv-scan" / "bin"
TOOLS = ("docker", "podman", "buildah")
PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")
SECRETS = {"pip": "IMAGE_PIP_CONF", "npmrc": "IMAGE_NPMRC", "ca": "IMAGE_CA"}
"""The build's secrets, and the settings that name their files."""
FORMATS = ("docker", "oci")
"""Of podman and buildah. OCI's has no health check; Docker's has the name of the container in which it was built."""
ARGUMENTS = {"CONSOLE": ("built", "prebuilt"), "EMBEDDED_POSTGRES": ("1", "0")}
"""Settings that the Dockerfile knows, and what they may be: the first if nothing is said."""


class UnusableError(Exception):
    """The image cannot be built like this; the message says why, and what to do."""


@dataclass(frozen=True)
class Source:
    """What is built. epoch: seconds, of the commit; source: where the repository is, if it says so."""

    revision: str
    epoch: int
    changed: bool
    source: str = ""

    @property
    def created(self) -> str:
        """The commit's time, as the image tells it."""
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def main(arguments: Sequence[str]) -> int:
    """Runs one of the four. 1 where it cannot be done, 2 where the arguments are others."""
    try:
        match list(arguments):
            case ["build", *rest] if rest in ([], ["--release"]):
                build(os.environ, release=bool(rest))
            case ["sbom"]:
                _run(describing(built(os.environ)), os.environ | {"SYFT_CHECK_FOR_APP_UPDATE": "false"})
            case ["check"]:
                _run(checking(built(os.environ)), os.environ)
            case ["bases"]:
                renew_bases(BASES)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except UnusableError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"{shlex.join(error.cmd)} ended with {error.returncode}.", file=sys.stderr)
        return 1
    return 0


def build(env: Mapping[str, str], *, release: bool) -> None:
    """Builds the image, and writes from what."""
    bases, source = given_bases(env, BASES.read_text("utf-8")), source_of(ROOT)
    if release:
        refuse_as_release(bases, source, env.get("CONSOLE"))
    tool, name = chosen(env, works), env.get("IMAGE") or f"interlock:{VERSION}"
    folder = kept_in(env)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARCHIVE).unlink(missing_ok=True)
    _run(command(tool, name, bases, source, env), env | {"SOURCE_DATE_EPOCH": str(source.epoch)})
    made = {"name": name, **contents(tool, name), "version": VERSION, "revision": source.revision}
    told = made | {"created": source.created, "tool": tool, "bases": bases}
    (folder / TOLD).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    print(f"{name} is built: {made['id']}. {folder / TOLD} says from what.")


def kept_in(env: Mapping[str, str]) -> Path:
    """Where what is made lies."""
    return Path(env.get("IMAGE_OUTPUT") or BUILD).absolute()


def built(env: Mapping[str, str]) -> Path:
    """The archive of the image that was built last, saved if it was not. Raises UnusableError where there is none."""
    archive, told = kept_in(env) / ARCHIVE, kept_in(env) / TOLD
    if not told.exists():
        raise UnusableError(f"{told} is not there. Run `make image` first.")
    if not archive.exists():
        made = json.loads(told.read_text("utf-8"))
        _run(saving(made["tool"], made["name"], archive), env)
    return archive


def given_bases(env: Mapping[str, str], text: str) -> dict[str, str]:
    """The base images of the file; the environment's own come first. RUNTIME_IMAGE: if unsaid, PYTHON_IMAGE."""
    lines = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    kept = {name: value for name, _, value in lines}
    kept |= {name: env[name] for name in ("PYTHON_IMAGE", "RUNTIME_IMAGE", "NODE_IMAGE") if env.get(name)}
    return {"RUNTIME_IMAGE": kept["PYTHON_IMAGE"]} | kept


def refuse_as_release(bases: Mapping[str, str], source: Source, console: str | None) -> None:
    """Raises UnusableError where two people would not get the same: bases without digests, or what is not committed."""
    floating = [f"{name}={value}" for name, value in sorted(bases.items()) if not PINNED.search(value)]
    if floating:
        raise UnusableError(
            f"{', '.join(floating)}: a release's base images have a digest, as name:tag@sha256:… Where the registry is"
            " in reach, `make image-bases` writes them to image/bases.env; commit that. Without RELEASE=1 an image for"
            " trying is built."
        )
    if source.changed:
        raise UnusableError(
            f"This checkout is not what {source.revision[:12]} has: commit what was changed. Without RELEASE=1 an image"
            " for trying is built, whose revision ends with -changed."
        )
    if console == "prebuilt":
        raise UnusableError("CONSOLE is 'prebuilt': nobody knows from what. A release's pages are built with it.")


def source_of(folder: Path) -> Source:
    """The commit that is checked out there. Raises UnusableError where there is none."""
    try:
        revision, epoch = _told(["git", "log", "-1", "--format=%H %ct"], folder).split()
    except (subprocess.CalledProcessError, ValueError, FileNotFoundError):
        raise UnusableError(f"{folder} is no checkout with a commit: an image says which revision it is.") from None
    changed = bool(_told(["git", "status", "--porcelain"], folder))
    remote = subprocess.run(
        ["git", "remote", "get-url", "origin"], cwd=folder, capture_output=True, text=True, check=False
    )
    address = remote.stdout.strip()
    source = address if address.startswith("https://") and "@" not in address else ""  # never somebody's password
    return Source(revision + ("-changed" if changed else ""), int(epoch), changed, source)


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
        found = json.loads(_told(["buildah", "inspect", "--type", "image", name], ROOT))
        return {"id": f"sha256:{found['FromImageID']}", "layers": found["Docker"]["rootfs"]["diff_ids"]}
    found = json.loads(_told([tool, "image", "inspect", name], ROOT))[0]
    return {"id": f"sha256:{found['Id'].removeprefix('sha256:')}", "layers": found["RootFS"]["Layers"]}


def renew_bases(path: Path) -> None:
    """Writes each base image of the file with the digest that its tag has now; all of them or none."""
    text = path.read_text("utf-8")
    pinned = {name: f"{tag}@{_digest(tag)}" for name, tag in _tags(text).items()}
    for name, value in pinned.items():
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        print(f"{name}={value}")
    path.write_text(text, "utf-8")


def _tags(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Z_]+)=([^@\n]+)", text, flags=re.MULTILINE)
    return {name: tag.strip() for name, tag in found}


def _digest(tag: str) -> str:
    asked: dict[str, tuple[list[str], Callable[[str], str]]] = {
        "docker": (
            ["docker", "buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", tag],
            lambda answer: str(json.loads(answer)["digest"]),
        ),
        "skopeo": (["skopeo", "inspect", "--format", "{{.Digest}}", f"docker://{tag}"], str.strip),
    }
    said = "neither docker nor skopeo is installed"
    for tool, (words, digest) in asked.items():
        if shutil.which(tool):
            ran = subprocess.run(words, capture_output=True, text=True, check=False)
            if ran.returncode == 0 and PINNED.fullmatch(f"@{digest(ran.stdout)}"):
                return digest(ran.stdout)
            said = f"{tool}: {(ran.stderr or ran.stdout).strip().partition(chr(10))[0] or 'nothing'}"
    raise UnusableError(f"The digest of {tag} is not known ({said}). image/bases.env is as it was.")


def _told(words: Sequence[str], folder: Path) -> str:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def _run(words: Sequence[str], env: Mapping[str, str]) -> None:
    print(f"==> {shlex.join(words)}", flush=True)
    subprocess.run(words, cwd=ROOT, env=dict(env), check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
