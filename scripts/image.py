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
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from domain.version import VERSION
from scripts.image_source import (
    BASES,
    ROOT,
    UnusableError,
    given_bases,
    refuse_as_release,
    renew_bases,
    source_of,
)
from scripts.image_tools import checking, chosen, command, contents, describing, saving, works

BUILD = ROOT / "build" / "image"
ARCHIVE, TOLD = "interlock.tar", "image.json"


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


def _run(words: Sequence[str], env: Mapping[str, str]) -> None:
    print(f"==> {shlex.join(words)}", flush=True)
    subprocess.run(words, cwd=ROOT, env=dict(env), check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
