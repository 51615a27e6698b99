"""Sessions in an environment's account: whose calls are said, and whose refusals are explained."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from interlock_cli.aws import config_file, refusals, spoken
from interlock_cli.aws.config_file import Section
from interlock_cli.aws.credentials import credentials
from interlock_cli.aws.sessions import session
from interlock_cli.aws.targets import IdentityCenter, Organisation, Target
from interlock_cli.errors import AuthenticationError, CommandError
from tests.cli.accounts.conftest import BETA, PIPELINES, PROD, START_URL

ACME = Organisation("acme", PIPELINES, "eu-west-1")
ROLES = replace(ACME, read_role="ReadOnly", write_role="team/Developer")
CENTER = replace(ROLES, center=IdentityCenter(START_URL, "eu-west-1", "interlock-acme"), write_role="Developer")
EU = Target("prod-eu", PROD, "prod-account", "eu-west-1", "prod", True, ACME)
US = Target("beta-us", BETA, "beta-account", "us-east-1", "beta", False, ACME)
AS_PROD = json.dumps({"Version": 1, "AccessKeyId": PROD, "SecretAccessKey": "x"})


@pytest.fixture
def cloud(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The emulator stands for AWS; what else is set leads elsewhere, and must not matter."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "333333333333")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    return emulator


def line(service: str, operation: str, target: Target = EU, write: bool = False, **params: Any) -> str:
    """How a call is said."""
    model = boto3.client(service, region_name="eu-west-1").meta.service_model.operation_model(operation)
    return spoken.line(target, model, params, write)


@pytest.mark.slow
def test_each_environment_is_its_own_account(cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the person's variables say, a profile that is not there included."""
    monkeypatch.setenv("AWS_PROFILE", "another-company")
    for target in (EU, US):
        made = session(target)
        assert made.client("sts").get_caller_identity()["Account"] == target.account
        assert made.region_name == target.region


@pytest.mark.slow
def test_calls_are_said_once_and_pages_are_one_call(cloud: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the AWS CLI takes them, which asks for all pages by itself."""
    client, quiet = session(EU).client("dynamodb"), session(EU, say=False).client("dynamodb")
    for name in ("a-table", "b-table"):
        quiet.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
    pages = list(client.get_paginator("list_tables").paginate(Limit=1))
    assert [page["TableNames"] for page in pages][:2] == [["a-table"], ["b-table"]]
    said = "$ aws --profile acme-prod-eu --region eu-west-1 dynamodb list-tables --limit 1"
    assert capsys.readouterr().err.splitlines() == [said]


@pytest.mark.slow
def test_the_aws_cli_takes_what_is_said(cloud: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With lists, objects, flags and numbers: what boto3 made is there, made by the AWS CLI again."""
    made = session(US).client("ssm")
    given: dict[str, Any] = {"Name": "/a b", "Type": "StringList", "Value": "x,y", "Overwrite": True}
    made.put_parameter(**given)
    tags = [{"Key": "team", "Value": "a 'b'"}]
    made.add_tags_to_resource(ResourceType="Parameter", ResourceId="/a b", Tags=tags)
    made.delete_parameter(Name="/a b")
    put, tag, _ = (shlex.split(said) for said in capsys.readouterr().err.splitlines())
    assert put[put.index("--value") + 1] == "***"  # SSM's model calls every value sensitive
    put[put.index("--value") + 1] = "x,y"
    environment = {"AWS_ENDPOINT_URL": cloud, "AWS_ACCESS_KEY_ID": BETA, "AWS_SECRET_ACCESS_KEY": "x", "HOME": "/x"}
    for words in (put, tag):
        assert words[:4] == ["$", "aws", "--profile", "acme-beta-us"]
        aws = [str(Path(sys.executable).with_name("aws")), *words[4:]]
        subprocess.run(aws, env=environment, check=True, capture_output=True)
    assert made.get_parameter(Name="/a b")["Parameter"]["Value"] == "x,y"
    found = made.list_tags_for_resource(ResourceType="Parameter", ResourceId="/a b")
    assert found["TagList"] == tags


def test_services_are_called_as_the_aws_cli_does() -> None:
    """Three have another name there; a change of production has this command's own line, as it has no profile."""
    assert line("s3", "ListBuckets").endswith(" s3api list-buckets")
    assert line("codedeploy", "ListApplications").endswith(" deploy list-applications")
    assert line("rds", "DescribeDBInstances", DBInstanceIdentifier="a", MaxRecords=20).endswith(
        " rds describe-db-instances --db-instance-identifier a --max-records 20"
    )
    assert line("cloudformation", "DeleteStack", write=True, StackName="a b") == (
        "$ interlock aws --write --reason … prod-eu cloudformation delete-stack --stack-name 'a b' --region eu-west-1"
    )


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("secretsmanager", "CreateSecret", {"Name": "x", "SecretString": "hush"}),
        ("rds", "ModifyDBInstance", {"DBInstanceIdentifier": "x", "MasterUserPassword": "hush"}),
        ("cloudformation", "CreateStack", {"Parameters": [{"ParameterKey": "DbPassword", "ParameterValue": "hush"}]}),
        ("lambda", "UpdateFunctionConfiguration", {"Environment": {"Variables": {"ANY": "hush"}}}),
        ("batch", "SubmitJob", {"containerOverrides": {"environment": [{"name": "API_TOKEN", "value": "hush"}]}}),
    ],
)
def test_secrets_are_not_said(service: str, operation: str, params: dict[str, Any]) -> None:
    """Those that AWS's model names, and those that are called so."""
    said = line(service, operation, **params)
    assert "***" in said
    assert "hush" not in said


def test_a_name_that_only_looks_like_a_secret_is_said() -> None:
    """A secret's id is none, nor the token that makes a request once; a template is too long to be."""
    assert "--secret-id prod/db" in line("secretsmanager", "GetSecretValue", SecretId="prod/db")
    assert "<2,000 characters>" in line("cloudformation", "CreateStack", StackName="x", TemplateBody="x" * 2000)
    assert "<3 bytes>" in line("kinesis", "PutRecord", StreamName="x", Data=b"abc", PartitionKey="y")


def denied(said: str, code: str = "AccessDenied") -> ClientError:
    """AWS's answer."""
    return ClientError({"Error": {"Code": code, "Message": said}}, "DescribeStacks")  # type: ignore[arg-type]


def test_a_denial_names_role_action_and_whom_to_ask() -> None:
    """In production it says how to change something, too."""
    said = (
        "User: arn:aws:sts::100000001111:assumed-role/x/ann is not authorized to perform: cloudformation:DeleteStack "
        "on resource: y because no identity-based policy allows the cloudformation:DeleteStack action"
    )
    target = replace(EU, organisation=CENTER)
    with pytest.raises(CommandError) as caught, refusals.explained(target):
        raise denied(said)
    assert caught.value.message == (
        "ReadOnly may not cloudformation:DeleteStack in prod-eu (account 100000001111, eu-west-1)."
    )
    assert f"Ask whoever administers IAM Identity Center ({START_URL}) for" in caught.value.remedy
    assert "--write --reason" in caught.value.remedy
    assert "--write" not in refusals.explanation(replace(US, organisation=CENTER), denied(said)).remedy


@pytest.mark.parametrize(
    ("code", "said", "kind", "words"),
    [
        ("AccessDenied", "x with an explicit deny in a service control policy", CommandError, "service control policy"),
        ("UnauthorizedOperation", "You are not authorized", CommandError, "may not DescribeStacks"),
        ("ExpiredToken", "expired", AuthenticationError, "does not take your credentials"),
        ("RequestTimeTooSkewed", "x", CommandError, "clock"),
        ("ValidationError", "Stack with id x does not exist", CommandError, "Stack with id x does not exist"),
    ],
)
def test_every_refusal_says_what_to_do(code: str, said: str, kind: type[CommandError], words: str) -> None:
    """By what AWS means with it."""
    found = refusals.explanation(EU, denied(said, code))
    assert type(found) is kind
    assert words in str(found)


def test_what_does_not_answer_is_named() -> None:
    """The environment, and the address."""
    with pytest.raises(CommandError, match=r"prod-eu.*http://x.*AWS_ENDPOINT_URL"), refusals.explained(EU):
        raise EndpointConnectionError(endpoint_url="http://x")


@pytest.mark.slow
def test_without_identity_center_the_role_is_assumed(cloud: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """With the person's own credentials, under their name; kept for the next time, and renewed by the session."""
    monkeypatch.setattr("interlock_cli.aws.credentials.emulated", lambda: False)
    monkeypatch.setattr("getpass.getuser", lambda: "ann lee")
    target = replace(EU, organisation=ROLES)
    found = credentials(target)
    assert found.token is not None
    assert found.expires_at is not None
    arn = session(target, say=False).client("sts").get_caller_identity()["Arn"]
    assert arn.endswith("assumed-role/ReadOnly/interlock-ann-lee")
    kept = list((home / ".cache" / "interlock" / "credentials").iterdir())
    assert [json.loads(each.read_text())["accessKey"] for each in kept] == [found.access_key]
    assert credentials(replace(US, organisation=ROLES)).access_key != found.access_key


@pytest.mark.slow
def test_one_s_own_credentials_do_for_their_own_account(cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the organisation names no roles; in another account they are not used, whatever they may do there."""
    monkeypatch.setattr("interlock_cli.aws.credentials.emulated", lambda: False)
    with pytest.raises(CommandError, match="are of the account 333333333333; prod-eu is in 100000001111"):
        credentials(EU)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", PROD)
    assert credentials(EU).access_key == PROD
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CommandError, match="no AWS credentials of your own"):
        credentials(EU)
    monkeypatch.setenv("AWS_PROFILE", "misspelt")
    with pytest.raises(CommandError, match=r"The config profile \(misspelt\) could not be found"):
        credentials(EU)


@pytest.mark.slow
def test_a_profile_of_ours_is_not_one_s_own(cloud: str, monkeypatch: pytest.MonkeyPatch, config: Path) -> None:
    """It would ask this command again; one that only begins so is the person's."""
    monkeypatch.setattr("interlock_cli.aws.credentials.emulated", lambda: False)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    own = f"[profile acme-admin]\ncredential_process = echo '{AS_PROD}'\n"
    ours = [Section("profile", "acme-prod-eu", {"credential_process": "false"})]
    config.parent.mkdir()
    config.write_text(config_file.with_block(own, "acme", ours))
    monkeypatch.setenv("AWS_PROFILE", "acme-admin")
    assert credentials(EU).access_key == PROD
    monkeypatch.setenv("AWS_PROFILE", "acme-prod-eu")
    with pytest.raises(CommandError, match="no AWS credentials of your own"):
        credentials(EU)


def test_aws_that_does_not_answer_is_no_lack_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence leads to the network."""
    monkeypatch.setattr("interlock_cli.aws.credentials.emulated", lambda: False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", PROD)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for organisation in (ACME, ROLES):
        with pytest.raises(CommandError, match="AWS cannot be asked in prod-eu"):
            credentials(replace(EU, organisation=organisation))


@pytest.mark.parametrize(
    ("target", "write", "role"),
    [
        (replace(EU, organisation=CENTER), False, "ReadOnly"),
        (replace(EU, organisation=CENTER), True, "Developer"),
        (replace(US, organisation=CENTER), False, "Developer"),
        (replace(US, organisation=replace(ROLES, write_role=None)), False, "ReadOnly"),
        (EU, False, None),
        (EU, True, None),
    ],
)
def test_whose_rights_one_has(target: Target, write: bool, role: str | None) -> None:
    """In production those of reading, unless it is to be changed; elsewhere those of writing."""
    assert target.role(write) == role


def test_regions_of_other_partitions_have_their_own_arns() -> None:
    """China's, and those of the US government."""
    assert replace(EU, region="cn-north-1").partition == "aws-cn"
    assert replace(EU, region="us-gov-west-1").partition == "aws-us-gov"
