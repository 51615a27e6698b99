"""company.yaml: what is right becomes a frozen value, and what is wrong is refused in sentences."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infrastructure.loading import CompanyError, load
from tests.infrastructure import companies
from tests.pipelinekit import synthesis

REQUIRED = (
    "organization",
    "repository",
    "account",
    "region",
    "pipelineAccount",
    "domain",
    "hostedZone",
    "image",
    "alarmsTo",
    "databaseCertificates",
    "signIn",
    "network",
    "reach",
    "members",
)


def refused(folder: Path, **changed: Any) -> str:
    """What the file is refused with."""
    with pytest.raises(CompanyError) as error:
        companies.company(folder, **changed)
    return str(error.value)


def test_the_file_in_git_is_right_but_for_the_certificates(tmp_path: Path) -> None:
    """With RDS's file beside it, it is a company; without, one sentence says which file is missing."""
    company = companies.company(tmp_path)
    assert company.bus_arn == "arn:aws:events:eu-west-1:888888888888:event-bus/interlock"
    assert company.role_arn("intake") == "arn:aws:iam::888888888888:role/interlock-intake"
    assert (company.url, company.partition) == ("https://interlock.example.com", "aws")
    with pytest.raises(dataclasses.FrozenInstanceError):
        company.region = "us-east-1"  # type: ignore[misc]
    (tmp_path / "eu-west-1-bundle.pem").unlink()
    with pytest.raises(CompanyError, match=r"databaseCertificates is 'eu-west-1-bundle.pem'. Allowed: a file of"):
        load(tmp_path / "company.yaml")


@pytest.mark.parametrize("key", REQUIRED)
def test_what_is_left_out_is_named(tmp_path: Path, key: str) -> None:
    """Each required key, by its name, with what is allowed."""
    said = refused(tmp_path, **{key: None})
    assert all(f"company.yaml: {key}" in line for line in said.splitlines()), said
    assert "Allowed: " in said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"organization": "a1b2c3d4e5"},
            "organization is 'a1b2c3d4e5'. Allowed: an organization's id, as o-a1b2c3d4e5.",
        ),
        ({"account": 888888888888}, "account is 888888888888. Allowed: twelve digits, as text: '012345678901'."),
        ({"region": "Ireland"}, "region is 'Ireland'. Allowed: a Region, as eu-west-1."),
        ({"image": "latest"}, "image is 'latest'. Allowed: a version, as 0.6.0, or a digest: sha256: and 64 digits."),
        ({"domain": "interlock.example.org"}, "domain is 'interlock.example.org', which is not in the hosted zone"),
        ({"pipelineAccount": "888888888888"}, "account and pipelineAccount are the same. Give pipelines an account of"),
        ({"alarmsTo": "platform"}, "alarmsTo is 'platform'. Allowed: an address of mail."),
        ({"acount": "1"}, "the key acount is '1'. Allowed: the keys account, "),
        ({"settings": {"INTERLOCK_PORT": "80"}}, "settings.INTERLOCK_PORT is given by this app. Leave it out."),
        (
            {"settings": {"INTERLOCK_SMTP_URL": "smtp://u:p@h"}},
            "settings.INTERLOCK_SMTP_URL is a secret, and many read",
        ),
        (
            {"settings": {"INTERLOCK_RATE_LIMIT": [1]}},
            "settings.INTERLOCK_RATE_LIMIT is [1]. Allowed: a text, a number",
        ),
        ({"settings": {"RATE_LIMIT": 1}}, "settings is 'RATE_LIMIT'. Allowed: a setting of the service, as INTERLOCK_"),
        (
            {"secrets": {"INTERLOCK_SMTP_URL": "smtp://u:p@h"}},
            "secrets.INTERLOCK_SMTP_URL is '***'. Allowed: the name",
        ),
        (
            {"secrets": {"INTERLOCK_PORT": "x"}},
            "the key secrets.INTERLOCK_PORT is 'x'. Allowed: the keys INTERLOCK_INTAKE_",
        ),
        ({"pipelineIssuers": "https://x"}, "pipelineIssuers is 'https://x'. Allowed: account=https://…, several by"),
        ({"network": ["10.0.0.0/16"]}, "network is ['10.0.0.0/16']. Allowed: keys with values."),
    ],
)
def test_what_is_wrong_is_said_with_the_value_and_what_is_allowed(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    """One sentence, and no trace."""
    assert refused(tmp_path, **changed).startswith(f"company.yaml: {said}")


@pytest.mark.parametrize(
    ("part", "changed", "said"),
    [
        ("network", {"cidr": "10.80.1.0/16"}, "network.cidr is '10.80.1.0/16'. Allowed: a network of /16 to /19"),
        ("network", {"cidr": "10.80.0.0/24"}, "network.cidr is '10.80.0.0/24'. Allowed: a network of /16 to /19"),
        ("network", {"zones": ["eu-west-1a"]}, "network.zones has 1. Allowed: two or three"),
        (
            "network",
            {"zones": ["eu-west-1a", "us-east-1b"]},
            "network.zones has 'us-east-1b', which is not in the Region",
        ),
        (
            "network",
            {"zones": ["eu-west-1a", "eu-west-1a"]},
            "network.zones is ['eu-west-1a', 'eu-west-1a']. Allowed: each",
        ),
        ("reach", {"serviceFrom": ["all"]}, "reach.serviceFrom is 'all'. Allowed: networks"),
        ("reach", {"internet": "yes"}, "reach.internet is 'yes'. Allowed: true or false."),
        ("reach", {"administrators": ["admin"]}, "reach.administrators is 'admin'. Allowed: the ARN of an IAM role."),
        (
            "data",
            {"leastCapacity": 0.7},
            "data.leastCapacity is 0.7. Allowed: a number from 0.5 to 128 in steps of 0.5.",
        ),
        ("data", {"mostCapacity": 1, "leastCapacity": 2}, "data.mostCapacity is 1, less than data.leastCapacity, 2."),
        ("data", {"copyTo": "eu-west-1"}, "data.copyTo is 'eu-west-1', the installation's own Region."),
        ("data", {"keepEventsDays": 30}, "data.keepEventsDays is 30. Allowed: 90 or more, or 0, which keeps all."),
        ("data", {"readers": True}, "data.readers is True. Allowed: a number from 0 to 5."),
        (
            "signIn",
            {"issuer": "http://sso.example.com"},
            "signIn.issuer is 'http://sso.example.com'. Allowed: the issuer",
        ),
        ("signIn", {"roleGroups": "boss=all"}, "signIn.roleGroups is 'boss=all'. Allowed: role=group"),
        ("members", {"federation": "no"}, "members.federation is 'no'. Allowed: true or false."),
        ("members", {"units": []}, "members.units is []. Allowed: a list, each of it an organizational unit"),
        ("members", {"regions": ["world"]}, "members.regions is 'world'. Allowed: a Region"),
    ],
)
def test_what_is_wrong_in_a_part_is_said_with_its_place(
    tmp_path: Path, part: str, changed: dict[str, Any], said: str
) -> None:
    """The key's whole name, as it stands in the file."""
    given = yaml.safe_load(companies.FILE.read_text())[part]
    assert refused(tmp_path, **{part: given | changed}).startswith(f"company.yaml: {said}")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """A line for each."""
    assert len(refused(tmp_path, account="1", region="x", image="latest").splitlines()) == 3


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """Missing, no YAML, or a list: a sentence that says what to do."""
    with pytest.raises(CompanyError, match=r"cannot be read: No such file .* is one to begin with"):
        load(tmp_path / "company.yaml")
    (tmp_path / "company.yaml").write_text("a: [")
    with pytest.raises(CompanyError, match="is no YAML: "):
        load(tmp_path / "company.yaml")
    (tmp_path / "company.yaml").write_text("- a")
    with pytest.raises(CompanyError, match=r"is list\. Allowed: keys with values"):
        load(tmp_path / "company.yaml")


def test_an_environment_is_laid_over_what_holds_for_all(tmp_path: Path) -> None:
    """Of a mapping, the keys that are said; without environments, all of the file; one that is not there is refused."""
    beta = {"account": "777777777777", "reach": {"internet": False}, "domain": "beta.example.com"}
    file = companies.written(tmp_path, environments={"beta-eu-west-1": beta})
    laid = load(file, "beta-eu-west-1")
    assert (laid.account, laid.domain, laid.reach.internet) == ("777777777777", "beta.example.com", False)
    assert laid.reach.service_from == load(file).reach.service_from
    assert load(companies.written(tmp_path / "one"), "prod-eu-west-1").account == "888888888888"
    with pytest.raises(CompanyError, match=r"says nothing of the environment gamma.*there: beta-eu-west-1"):
        load(file, "gamma")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "context", "said"),
    [
        ({"region": "Ireland"}, {}, "company.yaml: region is 'Ireland'. Allowed: a Region, as eu-west-1.\n"),
        ({}, {"account": "12"}, "account is '12'. Allowed: twelve digits, as -c account=123456789012.\n"),
    ],
)
def test_the_program_says_it_without_a_trace(
    tmp_path: Path, changed: dict[str, str], context: dict[str, str], said: str
) -> None:
    """`cdk synth` shows what the app writes: sentences, and exit code 1."""
    given = context | {"company": str(companies.written(tmp_path, **changed))}
    settings = {"CDK_CONTEXT_JSON": json.dumps(given), "PYTHONPATH": str(companies.ROOT)}
    ran = subprocess.run(
        [sys.executable, "-m", "infrastructure.app"],
        capture_output=True,
        text=True,
        check=False,
        env=synthesis.environment(**settings),
    )
    assert (ran.returncode, ran.stderr) == (1, said)
