"""`interlock doctor --aws`: what keeps a person, or a pipeline, out of AWS; each with what mends it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import Result

from interlock_cli.aws import bootstrap
from interlock_cli.commands import doctor
from interlock_cli.connection import Connection
from interlock_cli.doctor import accounts, tools
from interlock_cli.doctor.finding import Finding, Look
from interlock_cli.errors import CommandError
from tests.cli.accounts.conftest import PIPELINES, Acme, place
from tests.identity_center import IdentityCenter

Interlock = Callable[..., Result]
BARE, OLD, GOOD = "400000000001", "400000000002", "400000000003"
TOOLKIT = '{"Parameters": {"TrustedAccounts": {"Type": "String"}}, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'


NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LOOK = Look(Connection(), NOW, NOW, health={})


@pytest.fixture
def cloud(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The emulator stands for AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    return emulator


@pytest.fixture
def bootstrapped(cloud: str) -> None:
    """Two accounts, one of them long ago, and trusting another account than that of the pipelines."""
    for account, version, trusted in ((OLD, "3", PIPELINES), (GOOD, "30", "123456789012")):
        given: dict[str, Any] = {"region_name": "eu-west-1", "aws_access_key_id": account, "aws_secret_access_key": "x"}
        boto3.client("ssm", **given).put_parameter(Name=bootstrap.VERSION, Value=version, Type="String", Overwrite=True)
        stacks = boto3.client("cloudformation", **given)
        if not stacks.describe_stacks()["Stacks"]:
            trust = [{"ParameterKey": "TrustedAccounts", "ParameterValue": trusted}]
            stacks.create_stack(StackName=bootstrap.STACK, TemplateBody=TOOLKIT, Parameters=trust)


def found(acme: Acme, trust: bool = False) -> list[Finding]:
    """What is wrong in AWS."""
    every = accounts.findings(replace(LOOK, connection=Connection(acme.url), trust=trust))
    assert all(each.problem and each.mend for each in every)
    return every


@pytest.mark.slow
@pytest.mark.usefixtures("bootstrapped")
def test_each_account_and_its_bootstrap_is_looked_at(acme: Acme, interlock: Interlock) -> None:
    """Once for all environments in an account and Region; the mend bootstraps it, with the trust that is needed."""
    acme.environments = [
        place(f"prod-{number}", account, "eu-west-1", True) for number, account in enumerate((BARE, OLD, GOOD, GOOD))
    ]
    interlock("profiles", "sync")
    bare, old = found(acme)
    assert (bare.check, old.check) == ("bootstrap", "bootstrap")
    assert bare.problem == f"The account {BARE} (prod-account) in eu-west-1 is not bootstrapped for the CDK."
    assert bare.mend == "Run `interlock bootstrap prod-0 --write --reason 'CDK bootstrap'`."
    assert "has version 3; the CDK needs 6 or newer" in old.problem
    *_, trust = found(acme, trust=True)
    assert trust.check == "trust"
    assert (
        trust.problem
        == f"The bootstrap of {GOOD} (prod-account) in eu-west-1 does not trust the pipelines' account {PIPELINES}."
    )


@pytest.mark.slow
@pytest.mark.usefixtures("cloud")
def test_the_profiles_are_compared(acme: Acme, interlock: Interlock, config: Path) -> None:
    """Those that are missing, those that are others, and those that cannot be written."""
    acme.environments = [place("prod-1", GOOD, "eu-west-1", True)]
    assert found(acme)[0].problem == f"The profiles in {config} are not there."
    interlock("profiles", "sync")
    assert "profiles" not in [each.check for each in found(acme)]
    acme.environments[0]["region"]["name"] = "us-east-1"
    assert found(acme)[0] == Finding(
        "profiles", f"The profiles in {config} are not those that the service has.", "Run `interlock profiles sync`."
    )
    config.write_bytes(b"\xff")
    assert "is not UTF-8" in found(acme)[0].problem


def test_a_login_that_is_missing_is_said_once(
    acme: Acme, identity_center: IdentityCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No account is asked then, and nobody to log in."""
    acme.enter_through_identity_center()
    for name, value in identity_center.variables.items():
        monkeypatch.setenv(name, value)
    assert [each.check for each in found(acme)] == ["profiles", "login"]
    assert identity_center.asked == []


def test_what_is_wrong_everywhere_is_said_once(acme: Acme, interlock: Interlock) -> None:
    """No credentials of one's own lead into none of the accounts."""
    interlock("profiles", "sync")
    assert [each.check for each in found(acme)] == ["account"]


@pytest.mark.parametrize(("seconds", "said"), [(0, None), (59, None), (120, "120 s behind"), (-120, "120 s ahead of")])
def test_clocks_are_compared_with_aws_s(seconds: int, said: str | None) -> None:
    """AWS's is in the answer's header."""
    theirs = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": theirs}}}
    problems = [each.problem for each in accounts._clock(answer, NOW, NOW)]
    assert [said in each for each in problems if said] == ([True] if said else [])
    assert not list(accounts._clock({"ResponseMetadata": {"HTTPHeaders": {}}}, NOW, NOW))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Finding]]:
    """What is found on a machine with these programs, each saying this version."""

    def look(**said: str) -> list[Finding]:
        for name, version in said.items():
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\necho '{version}'\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        return list(tools.findings(LOOK))

    return look


def test_programs_that_are_there_and_new_enough_are_well(machine: Callable[..., list[Finding]]) -> None:
    """As they say it."""
    assert machine(aws="aws-cli/2.17.1 Python/3.11", node="v20.19.2", cdk="2.1148.1 (build ab12)") == []


def test_programs_that_are_missing_or_wrong_are_named(machine: Callable[..., list[Finding]]) -> None:
    """npm's aws-cdk 3.0.0 is an accident, and one that says nothing is none."""
    assert [each.check for each in machine()] == ["aws", "node", "cdk"]
    old, none, wrong = machine(aws="aws-cli/1.18.69", node="what?", cdk="3.0.0")
    assert "aws is 1.18.69, older than 1.28" in old.problem
    assert "says no version: 'what?'" in none.problem
    assert "no release to be used" in wrong.problem


def test_the_command_adds_them_to_its_own(interlock: Interlock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where it is asked to; with what it finds it ends with 1."""
    looks: list[Look] = []
    monkeypatch.setattr(accounts, "findings", lambda look: looks.append(look) or [Finding("trust", "no", "mend")])
    monkeypatch.setattr(tools, "findings", lambda _: [])
    monkeypatch.setattr(doctor, "_look", lambda _: replace(LOOK, health=None))
    for finder in doctor.FINDERS:
        module = importlib.import_module(f"interlock_cli.doctor.{finder}")
        monkeypatch.setattr(module, "findings", lambda _: [])
    assert interlock("doctor").exit_code == 0
    assert looks == []
    for option, trust in (("--aws", False), ("--trust", True)):
        assert interlock("doctor", option).exit_code == 1
        assert looks.pop().trust is trust


def test_without_an_answer_of_the_service_nothing_is_known() -> None:
    """Another finder says that it does not answer."""
    assert accounts.findings(replace(LOOK, health=None)) == []


def test_an_account_that_is_another_than_it_should_be(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sessions lead into is compared with what the service says; a refusal is a finding."""

    class Elsewhere:
        def client(self, _: str) -> Any:
            return self

        def get_caller_identity(self) -> Any:
            return {"Account": "555555555555", "ResponseMetadata": {"HTTPHeaders": {}}}

    monkeypatch.setattr(accounts, "session", lambda *_, **__: Elsewhere())
    assert "are of the account 555555555555" in found(acme)[1].problem

    def refused(*_: Any, **__: Any) -> Any:
        raise CommandError("no")

    monkeypatch.setattr(accounts, "session", refused)
    assert found(acme)[1].problem == "no"
