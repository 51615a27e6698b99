"""Deploying, comparing and bootstrapping with the real CDK CLI, in two accounts of the emulator, after one synth."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from interlock_cli.cdk.tool import find_cdk
from interlock_cli.connection import Connection
from interlock_cli.main import cli
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.synthesis import synthesize
from tests.cli.deploying.conftest import ALPHA, HOME, Fleet, node
from tests.emulator import emulator

__all__ = ["emulator"]

pytestmark = pytest.mark.slow

SMALL = Path(__file__).parent / "small"
ONE_SYNTH = """#!/bin/sh
# The CDK CLI, but for a synth, which has been done: `--output FOLDER` stands in its fifth argument.
[ "$1" = synth ] || exec {cdk} "$@"
mkdir -p "$5" && cp -r {assembly}/. "$5"
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small app, synthesized by the real CDK CLI into `synthesized`."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    cdk = find_cdk(Path(__file__))
    synthesize(SMALL, folder / "synthesized", Connection(), lambda _: None)
    tool = folder / "node_modules" / ".bin" / "cdk"
    tool.parent.mkdir(parents=True)
    tool.write_text(ONE_SYNTH.format(cdk=cdk, assembly=folder / "synthesized"))
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture
def interlock(fleet: Fleet, emulator: str, app: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`interlock ARGUMENTS` in the app's folder, with the emulator for AWS, and settings that must not matter."""
    monkeypatch.chdir(app)
    stray = {"AWS_PROFILE": "another", "AWS_ACCESS_KEY_ID": "333333333333", "AWS_SECRET_ACCESS_KEY": "x"}
    env = {"INTERLOCK_URL": fleet.url, "INTERLOCK_TOKEN": None, "AWS_ENDPOINT_URL": emulator, **stray}
    return lambda *arguments: CliRunner(env=env).invoke(cli, list(arguments), prog_name="interlock")


def stacks(emulator: str, account: str, region: str) -> dict[str, dict[str, str]]:
    """The stacks there, with their tags."""
    client = client_of(emulator, account, region)
    found = client.describe_stacks()["Stacks"]
    return {
        each["StackName"]: {tag["Key"]: tag["Value"] for tag in each.get("Tags", ())}
        for each in found
        if each["StackStatus"] != "DELETE_COMPLETE"
    }


def client_of(emulator: str, account: str, region: str) -> Any:
    return boto3.client(
        "cloudformation",
        endpoint_url=emulator,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="x",
    )


def change(app: Path) -> None:
    """Another name for one of alpha's queues, the other queue gone, and a role."""
    (template,) = (app / "synthesized").glob("assembly-*alpha*/*.template.json")
    content = json.loads(template.read_text())
    resources = content["Resources"]
    resources["Work"]["Properties"]["QueueName"] = "another-name"
    del resources["Old"]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    resources["Role"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
    }
    template.write_text(json.dumps(content))


def test_from_a_first_deployment_to_a_difference(
    interlock: Callable[..., Result], emulator: str, app: Path, fleet: Fleet
) -> None:
    """Each stack goes into its own account; an account that is not bootstrapped ends it, and says what helps."""
    Accounts(emulator).prepare(Place("111111111111", "eu-west-1"))
    result = interlock("deploy", "small", "--env", "alpha-eu-west-1", "--env", "beta-us-east-1", "--yes", "-o", "json")
    assert result.exit_code == 1
    assert [(each["environment"], each["outcome"]) for each in json.loads(result.stdout)] == [
        ("alpha-eu-west-1", "DEPLOYED"),
        ("beta-us-east-1", "FAILED"),
    ]
    assert "222222222222 is not bootstrapped in us-east-1" in result.stderr
    assert "`interlock bootstrap beta-us-east-1` once. Deployed before: alpha-eu-west-1." in result.stderr
    assert "AWS_REGION=eu-west-1 " in result.stderr  # the program is printed as it can be run again
    assert "alpha-eu-west-1-Small" in stacks(emulator, "111111111111", "eu-west-1")
    assert not stacks(emulator, "222222222222", "us-east-1")

    dry = interlock("bootstrap", "beta-us-east-1", HOME, "--dry-run")
    assert f"--trust {HOME} --cloudformation-execution-policies" in dry.stderr
    assert dry.stderr.count("--trust") == 1  # the pipelines' account needs to trust nobody
    done = interlock("bootstrap", "beta-us-east-1", "--yes", "-o", "json")
    ((place),) = json.loads(done.stdout)
    assert (place["outcome"], place["account"], place["trusts"]) == ("BOOTSTRAPPED", "222222222222", HOME)
    assert "CDKToolkit" in stacks(emulator, "222222222222", "us-east-1")

    change(app)
    compared = interlock("diff", "small", "--env", "alpha-eu-west-1", "--exit-code", "-o", "json")
    assert compared.exit_code == 1
    ((environment),) = json.loads(compared.stdout)
    (stack,) = environment["stacks"]
    assert [(each["effect"], each["type"]) for each in stack["changes"]] == [
        ("REPLACED", "AWS::SQS::Queue"),
        ("DELETED", "AWS::SQS::Queue"),
        ("ADDED", "AWS::IAM::Role"),
    ]
    assert (stack["exact"], stack["security"]) == (True, True)
    assert fleet.inputs == []


MINE = node("test-ann-1", "111111111111", "eu-west-1", kind="TEST", owner="ann", expiresAt="2026-12-07T12:00:00+00:00")
STEPS = [
    {"name": "dns", "create": ["sh", "-c", "echo up"], "delete": ["sh", "-c", "echo down; cat"]},
    {"name": "chat", "create": ["sh", "-c", "exit 7"]},
]


def known(fleet: Fleet) -> None:
    """The service makes and ends ann's environment, and the organisation has two steps, the second of which fails."""
    fleet.environments.append(MINE)
    organisation = {"organisation": {"name": "acme", "environmentSteps": STEPS}}
    fleet.said["EnvironmentSteps"] = {**organisation, **fleet._MyPermissions({})}
    for verb in ("create", "delete"):
        made = {"errors": [], "environment": MINE}
        fleet.said[f"{verb.title()}TestEnvironment"] = {f"{verb}TestEnvironment": made}


def test_a_creation_that_fails_is_taken_back(interlock: Callable[..., Result], emulator: str, fleet: Fleet) -> None:
    """The steps that were done, the last first, and what the service had registered."""
    Accounts(emulator).prepare(Place("111111111111", "eu-west-1"))
    known(fleet)
    result = interlock("env", "create", "--stage", "alpha", "--days", "3", "--yes", "-o", "json")
    assert result.exit_code == 1
    assert "The step chat failed: `sh -c 'exit 7'` ended with 7" in result.stderr
    steps = json.loads(result.stdout)["steps"]
    assert [(each["step"], each["outcome"]) for each in steps] == [
        ("register", "TAKEN_BACK"),
        ("bootstrap", "DONE"),
        ("dns", "TAKEN_BACK"),
        ("chat", "FAILED"),
    ]
    (created, given), (deleted, _) = fleet.inputs
    assert (created, given["owner"], given["days"], deleted) == (
        "CreateTestEnvironment",
        "ann",
        3,
        "DeleteTestEnvironment",
    )
    said = result.stderr
    assert said.index("\nup\n") < said.index("Taking back: dns.") < said.index("\ndown\n")
    assert '"account": "111111111111"' in said


def test_the_end_of_a_test_environment(interlock: Callable[..., Result], emulator: str, fleet: Fleet) -> None:
    """Its stacks go, and no others; then the organisation's steps, and last of all the service's record."""
    client = client_of(emulator, "111111111111", "eu-west-1")
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    for name in ("test-ann-1", "test-ann-10"):
        tags = [{"Key": "interlock:environment", "Value": name}]
        client.create_stack(StackName=f"{name}-Small", TemplateBody=template, Tags=tags)
    fleet.permissions = ["MANAGE_TEST_ENVIRONMENTS"]
    known(fleet)
    refused = interlock("env", "delete", "test-bob-1", "--yes")
    assert "is bob's test environment, and you are ann. Ask bob, or an OPERATOR." in refused.stderr
    assert "is a shared environment" in interlock("env", "delete", "alpha-eu-west-1", "--yes").stderr
    assert "Did you mean test-ann-1" in interlock("env", "delete", "test-an-1", "--yes").stderr
    result = interlock("env", "delete", "test-ann-1", "--yes", "-o", "json")
    assert result.exit_code == 0
    assert [(each["step"], each["outcome"]) for each in json.loads(result.stdout)] == [
        ("stacks", "DONE"),
        ("dns", "DONE"),
        ("end", "DONE"),
    ]
    left = stacks(emulator, "111111111111", "eu-west-1")
    assert "test-ann-1-Small" not in left
    assert "test-ann-10-Small" in left
    assert [name for name, _ in fleet.inputs] == ["DeleteTestEnvironment"]
    assert ALPHA in fleet.environments
