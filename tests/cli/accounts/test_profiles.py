"""`interlock profiles`: a block of profiles for the environments that the person may enter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.configloader import load_config
from click.testing import Result

from interlock_cli.aws import profiles
from interlock_cli.aws.targets import Organisation, Target
from interlock_cli.connection import Connection
from tests.cli.accounts.conftest import BETA, PROD, START_URL, Acme, place, told
from tests.identity_center import IdentityCenter

Interlock = Callable[..., Result]


def test_without_identity_center_each_environment_asks_this_command(
    interlock: Interlock, acme: Acme, config: Path
) -> None:
    """Every environment, as nobody knows which may be entered; with the address of a service that is not the usual."""
    result = interlock("profiles", "sync")
    assert result.exit_code == 0, result.stderr
    assert f"{config} has 2 profiles now." in result.stderr
    assert result.stdout == ""
    profiles = load_config(str(config))["profiles"]
    assert set(profiles) == {"acme-prod-eu", "acme-beta-us"}
    assert profiles["acme-beta-us"]["region"] == "us-east-1"
    assert profiles["acme-beta-us"]["credential_process"].endswith(f"--url {acme.url} credentials beta-us")
    assert config.stat().st_mode & 0o777 == 0o600


def test_a_second_time_there_is_nothing_to_change(interlock: Interlock, config: Path) -> None:
    """Nor is a backup made of it."""
    interlock("profiles", "sync")
    before = config.stat().st_mtime_ns
    result = interlock("profiles", "sync")
    assert "Nothing to change" in result.stderr
    assert config.stat().st_mtime_ns == before
    assert [each.name for each in config.parent.iterdir()] == ["config"]


def test_a_dry_run_shows_the_lines_and_writes_none(interlock: Interlock, config: Path) -> None:
    """On stdout, as a difference."""
    result = interlock("profiles", "sync", "--dry-run")
    assert "+[profile acme-beta-us]" in result.stdout.splitlines()
    assert "this is a dry run" in result.stderr
    assert not config.exists()


def test_environments_that_are_no_more_lose_their_profile(interlock: Interlock, acme: Acme, config: Path) -> None:
    """And nothing else in the file changes; what was before is beside it."""
    config.parent.mkdir()
    config.write_text("[default]\nregion = eu-west-1\n")
    interlock("profiles", "sync")
    acme.environments = acme.environments[:1]
    result = interlock("profiles", "sync")
    assert result.exit_code == 0, result.stderr
    assert set(load_config(str(config))["profiles"]) == {"default", "acme-prod-eu"}
    assert "acme-beta-us" in config.with_name("config.before-interlock").read_text()
    assert interlock("profiles", "remove").exit_code == 0
    assert config.read_text() == "[default]\nregion = eu-west-1\n"
    assert "Nothing to remove" in interlock("profiles", "remove").stderr


def test_a_profile_of_that_name_elsewhere_is_refused(interlock: Interlock, config: Path) -> None:
    """The file stays as it is; the same for one that is no text."""
    config.parent.mkdir()
    config.write_text("[default]\n\n[profile acme-beta-us]\nregion = eu-west-1\n")
    result = interlock("profiles", "sync")
    assert result.exit_code == 2
    assert f"{config}, line 3: a profile called 'acme-beta-us' stands there already" in result.stderr
    assert config.read_text() == "[default]\n\n[profile acme-beta-us]\nregion = eu-west-1\n"
    config.write_bytes(b"\xff")
    assert interlock("profiles", "sync").exit_code == 2
    assert config.read_bytes() == b"\xff"


def test_another_file_may_be_named(interlock: Interlock, config: Path, tmp_path: Path) -> None:
    """AWS_CONFIG_FILE, as the AWS CLI takes it."""
    interlock("profiles", "sync", env={"AWS_CONFIG_FILE": "~/elsewhere"})
    assert set(load_config(str(tmp_path / "elsewhere"))["profiles"]) == {"acme-prod-eu", "acme-beta-us"}
    assert not config.exists()


def test_with_identity_center_the_profiles_are_its_own(interlock: Interlock, acme: Acme, config: Path) -> None:
    """Production's have the role that reads, the others' the one that writes; one session for all of them."""
    acme.enter_through_identity_center()
    result = interlock("profiles", "sync")
    assert "Which environments you may enter is not known" in result.stderr
    found = load_config(str(config))
    assert found["sso_sessions"]["interlock-acme"]["sso_start_url"] == START_URL
    assert found["profiles"]["acme-prod-eu"] == {
        "sso_session": "interlock-acme",
        "sso_account_id": PROD,
        "sso_role_name": "ReadOnly",
        "region": "eu-west-1",
    }
    assert found["profiles"]["acme-beta-us"]["sso_role_name"] == "Developer"


def test_after_a_login_only_what_one_may_enter_has_a_profile(
    interlock: Interlock, logged_in: IdentityCenter, config: Path
) -> None:
    """What Identity Center assigns decides: without a role of the organisation's in an account there is none."""
    logged_in.assigned = {PROD: {"Developer"}, BETA: {"ReadOnly"}}
    assert interlock("profiles", "sync").exit_code == 0
    profiles = load_config(str(config))["profiles"]
    assert set(profiles) == {"acme-beta-us"}
    assert profiles["acme-beta-us"]["sso_role_name"] == "ReadOnly"
    interlock("profiles", "sync", "--all")
    assert set(load_config(str(config))["profiles"]) == {"acme-beta-us", "acme-prod-eu"}


def test_the_list_says_what_is_in_the_file(interlock: Interlock, acme: Acme, logged_in: IdentityCenter) -> None:
    """Each environment with its account, its role, and whether the file has its profile."""
    interlock("profiles", "sync")
    acme.environments.append(place("beta-eu", BETA, "eu-west-1", False))
    result = interlock("profiles", "list", "-o", "json")
    assert [(each["environment"], each["role"], each["synced"]) for each in told(result)] == [
        ("beta-eu", "Developer", False),
        ("beta-us", "Developer", True),
        ("prod-eu", "ReadOnly", True),
    ]
    assert "`interlock profiles sync` writes those that are not." in result.stderr
    assert "acme-prod-eu" in interlock("profiles", "list").stdout


@pytest.mark.slow
def test_boto3_and_the_aws_cli_enter_with_a_profile(
    interlock: Interlock, logged_in: IdentityCenter, emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the kept login and nothing else: each is in the environment's account."""
    interlock("profiles", "sync")
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    boto3 = "import boto3, sys; print(boto3.Session(profile_name=sys.argv[1]).client('sts').get_caller_identity())"
    assert BETA in _said(sys.executable, "-c", boto3, "acme-beta-us")
    aws = str(Path(sys.executable).with_name("aws"))
    assert PROD in _said(aws, "--profile", "acme-prod-eu", "sts", "get-caller-identity")


def _said(*program: str) -> str:
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


def test_a_service_without_an_organisation_says_so(interlock: Interlock, acme: Acme) -> None:
    """There is nothing to make profiles of."""
    acme.organisation = None
    result = interlock("profiles", "sync")
    assert result.exit_code == 1
    assert "The service has no organisation yet." in result.stderr


@pytest.mark.parametrize(
    ("platform", "line"),
    [("linux", "'/opt/my python' -m interlock_cli"), ("win32", '"/opt/my python" -m interlock_cli')],
)
def test_a_program_is_quoted_as_its_system_reads_it(platform: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To Windows an apostrophe quotes nothing."""
    monkeypatch.setattr(profiles, "sys", SimpleNamespace(platform=platform, executable="/opt/my python"))
    monkeypatch.setattr(profiles.shutil, "which", lambda _: None)
    organisation = Organisation("acme", PROD, "eu-west-1")
    target = Target("beta-us", BETA, "beta", "us-east-1", "beta", False, organisation)
    assert profiles.process(target, Connection("https://x")) == f"{line} --url https://x credentials beta-us"
