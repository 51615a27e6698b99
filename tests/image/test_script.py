"""`scripts/image.py`: what it builds with, what it is given, and when it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.version import VERSION
from scripts import image, image_source, image_tools
from tests.service import ROOT

DIGEST = "sha256:" + "0" * 64  # of nothing: these images are of no registry
KEPT = f"# bases\nPYTHON_IMAGE=python:3.11@{DIGEST}\nNODE_IMAGE=node:20\n"
SOURCE = image_source.Source("a" * 40, 1_700_000_000, False)


def test_bases_are_those_of_the_file_and_the_environment_comes_first() -> None:
    """What runs is the base that it was installed on, unless another one is named."""
    given = image_source.given_bases({"NODE_IMAGE": "mirror/node:20", "PYTHON_IMAGE": ""}, KEPT)
    python = f"python:3.11@{DIGEST}"
    assert given == {"PYTHON_IMAGE": python, "RUNTIME_IMAGE": python, "NODE_IMAGE": "mirror/node:20"}
    assert image_source.given_bases({"RUNTIME_IMAGE": "distroless:1"}, KEPT)["RUNTIME_IMAGE"] == "distroless:1"


def test_a_release_has_bases_by_digest_and_all_that_is_in_it_committed() -> None:
    """Else two people would not get the same: the refusal names the base, or the revision, and the way on."""
    pinned = {"PYTHON_IMAGE": f"python:3.11@{DIGEST}"}
    image_source.refuse_as_release(pinned, SOURCE, None)
    with pytest.raises(image_source.UnusableError, match=r"^NODE_IMAGE=node:20: .*make image-bases"):
        image_source.refuse_as_release(pinned | {"NODE_IMAGE": "node:20"}, SOURCE, None)
    with pytest.raises(image_source.UnusableError, match="commit what was changed"):
        image_source.refuse_as_release(pinned, image_source.Source("a" * 40, 1, True), None)
    with pytest.raises(image_source.UnusableError, match="nobody knows from what"):
        image_source.refuse_as_release(pinned, SOURCE, "prebuilt")


def test_what_is_built_is_told_from_git(tmp_path: Path) -> None:
    """The commit, its time and whether anything was changed; a remote's address without anybody's password."""
    with pytest.raises(image_source.UnusableError, match="no checkout with a commit"):
        image_source.source_of(tmp_path)
    env = os.environ | {"GIT_COMMITTER_DATE": "1700000000 +0200", "GIT_CONFIG_GLOBAL": "/dev/null"}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, env=env, check=True)
    told = image_source.source_of(tmp_path)
    assert (told.epoch, told.created, told.changed, told.source) == (1_700_000_000, "2023-11-14T22:13:20Z", False, "")
    for address, source in {
        "https://git.example.com/interlock": "https://git.example.com/interlock",
        "https://user:secret@git.example.com/interlock": "",
        "git@git.example.com:interlock": "",
    }.items():
        subprocess.run(["git", "config", "remote.origin.url", address], cwd=tmp_path, check=True)
        assert image_source.source_of(tmp_path).source == source
    (tmp_path / "new").write_text("")
    assert image_source.source_of(tmp_path).revision == f"{told.revision}-changed"


def test_the_first_tool_that_works_builds() -> None:
    """docker, podman, buildah; one that is asked for by name is not replaced by another."""
    assert image_tools.chosen({}, lambda tool: tool != "docker") == "podman"
    assert image_tools.chosen({"IMAGE_TOOL": "buildah"}, lambda _: True) == "buildah"
    with pytest.raises(image_source.UnusableError, match=r"IMAGE_TOOL is 'kaniko'. Allowed: docker, podman, buildah"):
        image_tools.chosen({"IMAGE_TOOL": "kaniko"}, lambda _: True)
    with pytest.raises(image_source.UnusableError, match=r"^docker is needed"):
        image_tools.chosen({"IMAGE_TOOL": "docker"}, lambda tool: tool == "buildah")
    with pytest.raises(image_source.UnusableError, match=r"^docker \(with buildx\), podman or buildah is needed"):
        image_tools.chosen({}, lambda _: False)


@pytest.mark.parametrize("tool", image_tools.TOOLS)
def test_every_time_in_a_build_is_the_commits(tool: str) -> None:
    """Whatever builds: the same times, labels and stages, and no `latest`."""
    words = image_tools.command(tool, "interlock:1", {"NODE_IMAGE": "node:20"}, SOURCE, {})
    assert words[0] == tool
    assert any("1700000000" in word for word in words)
    given = {words[number + 1] for number, word in enumerate(words) if word == "--build-arg"}
    assert {"NODE_IMAGE=node:20", f"VERSION={VERSION}", f"REVISION={'a' * 40}", "CONSOLE=built"} < given
    assert {"CREATED=2023-11-14T22:13:20Z", "EMBEDDED_POSTGRES=1"} < given
    assert not any(word.startswith("LICENSES=") for word in given)
    assert words[-1] == str(ROOT)


def test_what_the_network_needs_goes_in_as_secrets(tmp_path: Path) -> None:
    """Files that a step reads and no layer keeps; one that is not there is refused before anything is built."""
    (tmp_path / "ca.pem").write_text("certificates")
    words = image_tools.command("buildah", "interlock:1", {}, SOURCE, {"IMAGE_CA": str(tmp_path / "ca.pem")})
    assert words[words.index("--secret") + 1] == f"id=ca,src={tmp_path / 'ca.pem'}"
    with pytest.raises(image_source.UnusableError, match=r"IMAGE_NPMRC is '/nowhere', which is no file"):
        image_tools.command("buildah", "interlock:1", {}, SOURCE, {"IMAGE_NPMRC": "/nowhere"})
    with pytest.raises(image_source.UnusableError, match=r"CONSOLE is 'old'. Allowed: built, prebuilt"):
        image_tools.command("buildah", "interlock:1", {}, SOURCE, {"CONSOLE": "old"})
    with pytest.raises(image_source.UnusableError, match=r"IMAGE_FORMAT is 'zip'. Allowed: docker, oci"):
        image_tools.command("buildah", "interlock:1", {}, SOURCE, {"IMAGE_FORMAT": "zip"})


def _program(folder: Path, name: str, says: str, code: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\nprintf '%s\\n' '{says}'\nexit {code}\n")
    (folder / name).chmod(0o755)


def test_digests_are_the_registrys_or_none_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All bases of the file are pinned, those that were pinned anew; where one cannot be asked for, the file stays."""
    kept, programs = tmp_path / "bases.env", tmp_path / "bin"
    kept.write_text(KEPT)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setattr(image_source.shutil, "which", lambda name: name if (programs / name).exists() else None)
    with pytest.raises(image_source.UnusableError, match="neither docker nor skopeo is installed"):
        image_source.renew_bases(kept)
    _program(programs, "docker", "Cannot connect", 1)
    with pytest.raises(image_source.UnusableError, match=r"python:3.11 is not known \(docker: Cannot connect\)"):
        image_source.renew_bases(kept)
    assert kept.read_text() == KEPT
    _program(programs, "skopeo", f"sha256:{'1' * 64}")
    image_source.renew_bases(kept)
    pinned = KEPT.replace(f"3.11@{DIGEST}", "3.11@sha256:N").replace("node:20", "node:20@sha256:N")
    assert kept.read_text() == pinned.replace(":N", f":{'1' * 64}")
    _program(programs, "docker", json.dumps({"digest": f"sha256:{'2' * 64}"}))
    image_source.renew_bases(kept)
    assert kept.read_text() == pinned.replace(":N", f":{'2' * 64}")


def test_it_says_what_it_does_and_what_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other arguments are usage, 2; without an image there is nothing to look at, 1."""
    assert image.main(["push"]) == 2
    assert "image.py build" in capsys.readouterr().err
    env = os.environ | {"IMAGE_OUTPUT": str(tmp_path)}
    command = [sys.executable, str(ROOT / "scripts/image.py"), "check"]
    ran = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"{tmp_path}/image.json is not there. Run `make image` first.\n"


def test_what_was_built_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """image.json names the image by its id, its revision and its bases: what a release is verified by."""
    said: list[list[str]] = []
    monkeypatch.setattr(image, "works", lambda tool: tool == "podman")
    monkeypatch.setattr(image, "source_of", lambda _: SOURCE)
    monkeypatch.setattr(image, "_run", lambda words, _: said.append(list(words)))
    inspected = [{"Id": "f" * 64, "RootFS": {"Layers": ["sha256:1"]}}]
    monkeypatch.setattr(image_tools, "told", lambda words, _: json.dumps(inspected))
    image.build({"IMAGE_OUTPUT": str(tmp_path), "IMAGE": "registry.example.com/interlock:7"}, release=False)
    told = json.loads((tmp_path / "image.json").read_text())
    assert told["name"] == "registry.example.com/interlock:7"
    assert (told["id"], told["layers"], told["tool"]) == (f"sha256:{'f' * 64}", ["sha256:1"], "podman")
    assert told["revision"] == "a" * 40
    assert told["bases"]["RUNTIME_IMAGE"] == told["bases"]["PYTHON_IMAGE"]
    assert [words[:2] for words in said] == [["podman", "build"]]
    assert image.built({"IMAGE_OUTPUT": str(tmp_path)}) == tmp_path / "interlock.tar"
    assert said[1] == ["podman", "save", "--output", f"{tmp_path}/interlock.tar", "registry.example.com/interlock:7"]
