"""`interlock aws`, `run` and `console`: the right account, nothing stray, and production only read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import Result

from interlock_cli.aws import console
from interlock_cli.aws.credentials import Credentials
from interlock_cli.aws.read_only import READING, READING_VERBS
from tests.cli.accounts.conftest import BETA, PROD, START_URL, Acme
from tests.identity_center import IdentityCenter

Interlock = Callable[..., Result]
STRAY = {
    "AWS_ACCESS_KEY_ID": "AKIASTRAY",
    "AWS_SECRET_ACCESS_KEY": "stray",
    "AWS_SESSION_TOKEN": "stray",
    "AWS_PROFILE": "another-company",
    "AWS_ROLE_ARN": "arn:aws:iam::333333333333:role/x",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
    "AWS_DEFAULT_REGION": "sa-east-1",
}
SHOW = "import json, os, sys; print(json.dumps([dict(os.environ), sys.argv[1:]])); sys.exit(7)"
WRITE = ("--write", "--reason", "the outage of today")


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS is an emulator, which nothing here asks."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called `aws` that prints its environment and its arguments, and ends with 7."""
    program = tmp_path / "bin" / "aws"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{SHOW}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


def child(capfd: pytest.CaptureFixture[str]) -> Any:
    """What the program printed: its environment, and its arguments."""
    return json.loads(capfd.readouterr().out)


@pytest.mark.usefixtures("aws", "emulated")
def test_nothing_stray_reaches_the_program(interlock: Interlock, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither credentials, profile, role nor Region of another account; the exit code is the program's own."""
    result = interlock("aws", "beta-us", "s3", "ls", env=STRAY)
    assert result.exit_code == 7, result.stderr
    found, arguments = child(capfd)
    ours = {name: value for name, value in found.items() if name.startswith("AWS_")}
    assert ours == {
        "AWS_ACCESS_KEY_ID": BETA,
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert arguments == ["s3", "ls"]
    assert "In beta-us (stage beta; account 100000002222 beta-account, us-east-1) on an emulator:" in result.stderr
    assert "$ AWS_REGION=us-east-1 aws s3 ls" in result.stderr


@pytest.mark.usefixtures("aws", "emulated")
@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["s3", "ls", "--recursive", "s3://a b/$HOME/*"], ["--", "-h"], ["--write", "x"], ['{"a": "\'"}', ""]],
)
def test_all_that_follows_the_name_is_the_program_s(
    interlock: Interlock, capfd: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """No shell, and no option of ours."""
    assert interlock("aws", "beta-us", *arguments).exit_code == 7
    assert child(capfd)[1] == arguments


@pytest.mark.usefixtures("emulated")
def test_any_program_may_be_run(interlock: Interlock, capfd: pytest.CaptureFixture[str]) -> None:
    """After two dashes, or without them; one that is not there is named."""
    for between in ([], ["--"]):
        result = interlock("run", "beta-us", *between, sys.executable, "-c", SHOW, "--", "--write")
        assert result.exit_code == 7, result.stderr
        found, arguments = child(capfd)
        assert (found["AWS_ACCESS_KEY_ID"], arguments) == (BETA, ["--", "--write"])
    assert "'terrafrom' is not on your PATH" in interlock("run", "beta-us", "--", "terrafrom", "plan").stderr
    assert interlock("run", "beta-us", "--").exit_code == 2


@pytest.mark.usefixtures("emulated")
def test_a_signal_is_passed_on(acme: Acme, tmp_path: Path) -> None:
    """The program ends by it, and so does the command's exit code say."""
    ready = tmp_path / "ready"
    program = f"import pathlib, time; pathlib.Path({str(ready)!r}).touch(); time.sleep(60)"
    command = [
        sys.executable,
        "-m",
        "interlock_cli",
        "--url",
        acme.url,
        "run",
        "beta-us",
        sys.executable,
        "-c",
        program,
    ]
    source = str(Path(__file__).parents[3] / "cli" / "src")
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": source}, stderr=subprocess.PIPE)
    watch = threading.Event()
    while not ready.exists() and process.poll() is None:
        watch.wait(0.02)
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM, stderr
    assert time.monotonic() - started < 20


@pytest.mark.usefixtures("aws", "emulated")
@pytest.mark.parametrize(
    "command",
    [
        ["s3", "rm", "s3://x/y"],
        ["s3", "cp", "file", "s3://x/y"],
        ["cloudformation", "delete-stack", "--stack-name", "get-x"],
        ["--region", "eu-west-1", "ec2", "terminate-instances", "--instance-ids", "describe-instances"],
        ["--unknown", "s3", "ls", "--x"],
        ["dynamodb", "execute-statement", "--statement", "delete"],
        ["sqs", "send-message", "--message-body", "help"],
        ["s3", "cp", "--exclude", "s3://a", "file", "s3://b"],
        ["s3", "sync", "s3://a", "s3://b"],
        ["get-x"],
    ],
)
def test_production_is_only_read(
    interlock: Interlock, acme: Acme, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Where no role protects it, what is not known to read is refused, and nothing is run; beta is not protected."""
    result = interlock("aws", "prod-eu", *command)
    assert result.exit_code == 2, result.stderr
    assert "--write --reason 'why'" in result.stderr
    assert capfd.readouterr().out == ""
    assert acme.recorded == []
    assert interlock("aws", "beta-us", *command).exit_code == 7


@pytest.mark.usefixtures("aws", "emulated")
@pytest.mark.parametrize(
    "command",
    [
        ["s3", "ls"],
        ["s3", "cp", "s3://x/y", "file", "--quiet"],
        ["--region", "eu-west-1", "cloudformation", "describe-stacks"],
        ["dynamodb", "query", "--table-name", "delete-item"],
        ["logs", "tail", "/x", "--follow"],
        ["cloudformation", "wait", "stack-update-complete", "--stack-name", "x"],
        ["ec2", "terminate-instances", "help"],
        ["--version"],
        [],
    ],
)
def test_what_reads_may_be_run_in_production(interlock: Interlock, command: list[str]) -> None:
    """Without a reason."""
    assert interlock("aws", "prod-eu", *command).exit_code == 7


@pytest.mark.usefixtures("emulated")
def test_any_other_program_needs_a_reason_in_production(interlock: Interlock, acme: Acme) -> None:
    """What it does cannot be told."""
    result = interlock("run", "prod-eu", "--", "true")
    assert result.exit_code == 2
    assert "not known to only read" in result.stderr
    assert interlock("run", *WRITE, "prod-eu", "--", "true").exit_code == 0
    assert acme.recorded[0]["command"] == "true"


@pytest.mark.usefixtures("aws", "emulated")
def test_a_change_by_hand_is_recorded_first(
    interlock: Interlock, acme: Acme, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the reason and the service, and no secret in the command; nor is one printed."""
    command = ["rds", "modify-db-instance", "--master-user-password", "hunter2", "--tags", "ApiKey=k3y,b=c"]
    result = interlock("aws", *WRITE, "--service", "payments", "prod-eu", *command)
    assert result.exit_code == 7, result.stderr
    assert acme.recorded == [
        {
            "environment": "prod-eu",
            "service": "payments",
            "role": None,
            "reason": "the outage of today",
            "command": "aws rds modify-db-instance --master-user-password '***' --tags 'ApiKey=***,b=c'",
        }
    ]
    assert "Recorded as a change of prod-eu by hand." in result.stderr
    assert "hunter2" not in result.stderr
    assert "k3y" not in result.stderr
    assert child(capfd)[1] == command


@pytest.mark.usefixtures("aws", "emulated")
def test_what_is_not_recorded_is_not_done(interlock: Interlock, acme: Acme, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever the service says against it."""
    acme.refusal = [{"code": "FORBIDDEN", "message": "eve is VIEWER, and may not.", "path": None, "remedy": "Ask."}]
    result = interlock("aws", *WRITE, "prod-eu", "s3", "rm", "s3://x")
    assert result.exit_code == 1
    assert "Nothing was done, as it could not be recorded: eve is VIEWER, and may not. Ask." in result.stderr
    assert capfd.readouterr().out == ""


@pytest.mark.usefixtures("aws", "emulated")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--write"], "A change by hand has a reason."),
        (["--write", "--reason", " "], "A change by hand has a reason."),
        (["--reason", "x"], "say nothing without --write"),
        (["--service", "payments"], "say nothing without --write"),
    ],
)
def test_half_of_the_options_is_refused(interlock: Interlock, acme: Acme, options: list[str], said: str) -> None:
    """Before anything is asked."""
    result = interlock("aws", *options, "prod-eu", "s3", "ls")
    assert result.exit_code == 2
    assert said in result.stderr
    assert acme.recorded == []


@pytest.mark.usefixtures("aws", "emulated")
@pytest.mark.parametrize("option", [["--profile", "x"], ["--profile=x"], ["--prof", "x"]])
def test_no_profile_leads_out_of_the_account(interlock: Interlock, option: list[str]) -> None:
    """The AWS CLI would take it rather than its credentials; --principal and --prefix are other options."""
    result = interlock("aws", "beta-us", *option, "s3", "ls")
    assert result.exit_code == 2
    assert "--profile would lead out of the environment's account." in result.stderr
    assert interlock("aws", "beta-us", "lambda", "add-permission", "--principal", "x", "--prefix", "y").exit_code == 7


@pytest.mark.usefixtures("aws", "emulated")
def test_a_misspelt_environment_is_named(interlock: Interlock) -> None:
    """With what it may have meant."""
    result = interlock("aws", "prod-eo", "s3", "ls")
    assert result.exit_code == 1
    assert "There is no environment 'prod-eo'. Did you mean prod-eu?" in result.stderr


@pytest.mark.usefixtures("aws")
def test_production_is_entered_with_the_role_that_reads(
    interlock: Interlock, acme: Acme, logged_in: IdentityCenter, capfd: pytest.CaptureFixture[str]
) -> None:
    """AWS protects it then, whatever the command; with --write it is the other role, whose credentials are not kept."""
    logged_in.assigned[PROD] = {"ReadOnly"}
    assert interlock("aws", "prod-eu", "s3", "rm", "s3://x").exit_code == 7
    assert child(capfd)[0]["AWS_SESSION_TOKEN"] == "session"
    denied = interlock("aws", *WRITE, "prod-eu", "s3", "rm", "s3://x")
    assert denied.exit_code == 1
    assert "gives you no credentials of Developer in the account 100000001111" in denied.stderr
    assert acme.recorded == []
    logged_in.assigned[PROD] = {"ReadOnly", "Developer"}
    for _ in range(2):
        result = interlock("aws", *WRITE, "prod-eu", "s3", "rm", "s3://x")
        assert "as Developer:" in result.stderr
    assert [each["role"] for each in acme.recorded] == ["Developer", "Developer"]
    assert logged_in.asked.count("/federation/credentials") == 4


def test_without_a_role_that_writes_nobody_changes_production(
    interlock: Interlock, acme: Acme, logged_in: IdentityCenter
) -> None:
    """The setting that would let them is named."""
    assert acme.organisation is not None
    acme.organisation["writeRole"] = None
    result = interlock("aws", *WRITE, "prod-eu", "s3", "rm", "s3://x")
    assert result.exit_code == 1
    assert "acme has no writeRole" in result.stderr


def test_the_console_opens_through_identity_center(
    interlock: Interlock, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the service's page in the environment's Region; with --write as the other role, and recorded."""
    acme.enter_through_identity_center()
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert interlock("console", "prod-eu", "logs").exit_code == 0
    destination = (
        "https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fcloudwatch%2Fhome%3Fregion%3Deu-west-1%23logsV2%3Alog-groups"
    )
    assert opened == [f"{START_URL}/#/console?account_id={PROD}&role_name=ReadOnly&destination={destination}"]
    result = interlock("console", "--print", *WRITE, "prod-eu")
    assert "role_name=Developer" in result.stdout
    assert len(opened) == 1
    assert [(each["command"], each["role"]) for each in acme.recorded] == [("interlock console prod-eu", "Developer")]


def test_without_identity_center_the_address_carries_a_sign_in(
    interlock: Interlock, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS's federation endpoint gives it for a role's credentials; a user's own open no console."""
    asked: list[str] = []
    monkeypatch.setattr(console, "_answer", lambda url, _: asked.append(url) or {"SigninToken": "signin"})
    monkeypatch.setattr(console, "credentials", lambda *_: Credentials("AKIA", "secret", "session"))
    result = interlock("console", "beta-us", "lambda", "--print")
    assert result.exit_code == 0, result.stderr
    session = json.loads(parse_qs(urlsplit(asked[0]).query)["Session"][0])
    assert session == {"sessionId": "AKIA", "sessionKey": "secret", "sessionToken": "session"}
    found = urlsplit(result.stdout.strip())
    assert found.hostname == "signin.aws.amazon.com"
    assert parse_qs(found.query) == {
        "Action": ["login"],
        "Issuer": ["interlock"],
        "Destination": ["https://us-east-1.console.aws.amazon.com/lambda/home?region=us-east-1"],
        "SigninToken": ["signin"],
    }
    monkeypatch.setattr(console, "credentials", lambda *_: Credentials("AKIA", "secret"))
    assert "AWS opens no console" in interlock("console", "beta-us").stderr


def test_what_has_no_console_says_so(interlock: Interlock) -> None:
    """An emulator, and a word that is no service."""
    assert "no AWS service" in interlock("console", "beta-us", "../x").stderr
    emulated = {"AWS_ENDPOINT_URL": "http://localhost:4566"}
    assert "has no console" in interlock("console", "beta-us", env=emulated).stderr


def test_the_documented_list_of_what_reads_is_the_one_that_is_used() -> None:
    """In the order of the alphabet."""
    page = " ".join((Path(__file__).parents[3] / "docs" / "accounts.md").read_text().split())
    *verbs, last = (f"`{verb}`" for verb in READING_VERBS)
    assert f"{', '.join(verbs)} or {last};" in page
    assert list(READING_VERBS) == sorted(READING_VERBS)
    for service, operations in READING.items():
        assert all(f"`{each}`" in page or f"`{service} {each}`" in page for each in operations)
