"""What an image is made of: a commit, and base images, which a release names by their digests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
BASES = ROOT / "image" / "bases.env"
PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")


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
        revision, epoch = told(["git", "log", "-1", "--format=%H %ct"], folder).split()
    except (subprocess.CalledProcessError, ValueError, FileNotFoundError):
        raise UnusableError(f"{folder} is no checkout with a commit: an image says which revision it is.") from None
    changed = bool(told(["git", "status", "--porcelain"], folder))
    remote = subprocess.run(
        ["git", "remote", "get-url", "origin"], cwd=folder, capture_output=True, text=True, check=False
    )
    address = remote.stdout.strip()
    source = address if address.startswith("https://") and "@" not in address else ""  # never somebody's password
    return Source(revision + ("-changed" if changed else ""), int(epoch), changed, source)


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


def told(words: Sequence[str], folder: Path) -> str:
    """What a program says, run in a folder. Raises CalledProcessError where it fails."""
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
