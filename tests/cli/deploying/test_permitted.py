"""Where a person may deploy by hand: said before anything is synthesized, with what to do instead."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.deploying.conftest import Fleet, Interlock


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CDK app whose synth always fails: what is refused before is refused without it."""
    tool = tmp_path / "node_modules" / ".bin" / "cdk"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\necho 'the app is broken' >&2\nexit 1\n")
    tool.chmod(0o755)
    (tmp_path / "cdk.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # an emulator's accounts need no login
    return tmp_path


WRITE = ("--write", "--reason", "the pipeline is down")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("small",), 2, "Give --env ENV, once or several times, or --pipeline"),
        (("small", "--env", "alpha-eu-west-1", "--pipeline"), 2, "Give --env ENV"),
        (("small", "--env", "alpha-eu-west-2"), 1, "no environment 'alpha-eu-west-2'. Did you mean alpha-eu-west-1"),
        (("smal", "--env", "alpha-eu-west-1"), 1, "no service 'smal'. Did you mean small?"),
        (("small", "--env", "prod-eu-west-1"), 1, "which only the pipeline changes. Push to main of acme/small"),
        (("small", "--env", "test-bob-1"), 1, "you are ann. Make a test environment of your own: `interlock env"),
        (("small", "--env", "prod-eu-west-1", "--write"), 2, "--write needs --reason"),
        (("small", "--env", "alpha-eu-west-1", "--reason", "x"), 2, "--reason is for --write alone"),
        (("small", "--env", "alpha-eu-west-1", "--yes"), 1, "could not be synthesized (exit 1): the app is broken"),
    ],
)  # fmt: skip
def test_what_a_person_may_not_is_said_with_what_they_may(
    fleet: Fleet, ask: Interlock, app: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """Misspelt names, production, somebody else's environment, and options that need each other."""
    result = ask("deploy", *arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert fleet.inputs == []


def test_production_by_hand_needs_the_permission(fleet: Fleet, ask: Interlock, app: Path) -> None:
    """With it, it goes on to the synth; without it, whom to ask is said."""
    deploy = ("deploy", "small", "--env", "prod-eu-west-1", *WRITE, "--yes")
    assert "the app is broken" in ask(*deploy).stderr
    fleet.permissions = []
    result = ask(*deploy)
    assert result.exit_code == 1
    assert "You are ann (DEVELOPER) and may not change it by hand: that needs GRANT_OVERRIDE" in result.stderr


@pytest.mark.parametrize(
    ("hold", "refused"),
    [
        ({"kind": "HOLD", "service": None}, True),
        ({"kind": "PIN", "service": {"name": "small"}}, True),
        ({"kind": "HOLD", "service": {"name": "other"}}, False),
        ({"kind": "VETO", "service": None}, False),
    ],
)
def test_what_is_held_is_held_for_hands_as_well(
    fleet: Fleet, ask: Interlock, app: Path, hold: dict[str, Any], refused: bool
) -> None:
    """Of this service, or of all; a veto is of one revision, which nobody knows of a folder."""
    fleet.holds = [{"name": "demo", "reason": "Shown to customers.", **hold}]
    result = ask("deploy", "small", "--env", "alpha-eu-west-1", "--yes")
    said = f"alpha-eu-west-1 is held by demo ({hold['kind']}): Shown to customers. `interlock release demo` ends it."
    assert (said in result.stderr, "the app is broken" in result.stderr) == (refused, not refused)


def test_a_pipeline_that_is_there_is_the_pipelines_own(fleet: Fleet, ask: Interlock, app: Path) -> None:
    """From a folder it could be made without its checks: by hand it is deployed once, before there is one."""
    assert "the app is broken" in ask("deploy", "small", "--pipeline", "--yes").stderr
    fleet.pipelines = [{"name": "small", "service": {"name": "small"}}]
    result = ask("deploy", "small", "--pipeline", "--yes")
    assert "small's pipeline is there, and keeps itself up to date. Push to main of acme/small" in result.stderr
    assert "the app is broken" in ask("deploy", "small", "--pipeline", *WRITE, "--yes").stderr


def test_the_service_of_the_folders_git_remote_is_meant(fleet: Fleet, ask: Interlock, app: Path) -> None:
    """`origin` says the repository; without one the service must be named."""
    result = ask("deploy", "--env", "prod-eu-west-1")
    assert (result.exit_code, "no git remote `origin`" in result.stderr) == (2, True)
    for step in (["init", "-q"], ["remote", "add", "origin", "git@github.com:acme/small.git"]):
        subprocess.run(["git", *step], cwd=app, check=True)
    assert "Push to main of acme/small" in ask("deploy", "--env", "prod-eu-west-1").stderr
    subprocess.run(["git", "remote", "set-url", "origin", "https://github.com/acme/other"], cwd=app, check=True)
    assert "There is no service of the repository 'acme/other'" in ask("deploy", "--env", "prod-eu-west-1").stderr


def without_login(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real accounts, and nothing of the person's to enter them with."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("HOME", str(home))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_login_that_is_missing_comes_before_the_synth(
    fleet: Fleet, ask: Interlock, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes long is not done for nothing."""
    without_login(app, monkeypatch)
    result = ask("deploy", "small", "--env", "alpha-eu-west-1", "--yes")
    assert (result.exit_code, "no AWS credentials of your own" in result.stderr) == (1, True)


@pytest.mark.parametrize("command", [("deploy", "small", "--env", "alpha-eu-west-1"), ("diff", "small", "--all")])
def test_a_folder_without_an_app_is_said_first(
    fleet: Fleet, ask: Interlock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Before the service is asked."""
    monkeypatch.chdir(tmp_path)
    result = ask(*command)
    assert (result.exit_code, "holds no cdk.json" in result.stderr) == (2, True)


def test_nothing_is_recorded_of_what_a_missing_login_prevents(
    fleet: Fleet, ask: Interlock, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bootstrap of production by hand is recorded when it begins, and not before."""
    without_login(app, monkeypatch)
    result = ask("bootstrap", "prod-eu-west-1", *WRITE, "--yes")
    assert (result.exit_code, "no AWS credentials of your own" in result.stderr) == (1, True)
    assert fleet.inputs == []
