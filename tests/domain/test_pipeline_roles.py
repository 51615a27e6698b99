"""Which pipeline a role of AWS is of, and what it may: its own service's, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authentication.pipelines import (
    ANY,
    gate_role_name,
    pipeline_issuers,
    proving_accounts,
    require_pipeline,
    synth_role_name,
)
from domain.authentication.principals import Principal, partition_of, principal, sts_host
from domain.authentication.refusals import NoRole, Unauthenticated
from domain.authentication.workloads import NAMESPACE, workload
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Organisation, Service
from domain.configuration.kinds import ORGANISATION_KEY
from domain.permissions import Granted, Permission, Role, Scope, Target, Viewer
from pipelinekit.gate import places

HOME, REGION = "111122223333", "eu-west-1"
ORGANISATION = Organisation(
    name="acme",
    pipeline_account=HOME,
    pipeline_region=REGION,
    connection_arn="arn:aws:codeconnections:eu-west-1:111122223333:connection/0f5b706a",
    event_bus_arn="arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,62}", fullmatch=True)
ISSUER = "https://a1b2.tokens.sts.global.api.aws"
AUDIENCE = "https://interlock.example.com"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def configured(*services: str) -> Configuration:
    """An organisation, and services of these names."""
    made = {name: Service(name=name, repository=f"acme/{name}", placement=("*",)) for name in services}
    return Configuration(organisations={ORGANISATION_KEY: ORGANISATION}, services=made)


CONFIGURED = configured("payments", "orders")


def granted(role: str, configuration: Configuration = CONFIGURED, **other: str) -> frozenset[Granted]:
    return require_pipeline(Principal(**{"partition": "aws", "account": HOME, "role": role, **other}), configuration)


@given(NAMES, st.sampled_from(["eu-west-1", "ap-southeast-7"]))
def test_the_service_and_pipelinekit_call_the_roles_alike(name: str, region: str) -> None:
    """Also where IAM's 64 characters cut the name."""
    assert gate_role_name(name, region) == places.gate_role_name(name, region)
    assert synth_role_name(name, region) == places.synth_role_name(name, region)


def test_a_gate_is_of_its_service_alone() -> None:
    """It may report for that one, and for no other, nor for all."""
    held = granted("interlock-gate-payments-eu-west-1")
    assert held == {Granted(Role.PIPELINE, Scope(services=frozenset({"payments"})))}
    viewer = Viewer("gate", frozenset(), held)
    assert viewer.permissions_at(Target(service="payments")) == {Permission.REPORT}
    assert viewer.permissions_at(Target(service="orders")) == frozenset()
    assert viewer.permissions_at(Target()) == frozenset()


def test_whoever_else_works_there_reads_what_lives_there() -> None:
    """The build of a service reads of that one; any other role of the account of all that live in it. None reports."""
    one = granted("interlock-synth-orders-eu-west-1")
    assert one == {Granted(Role.VIEWER, Scope(services=frozenset({"orders"})))}
    [every] = granted("pipeline-payments-PipelineBuildSynthCdk-1A2B3C")
    assert every == Granted(Role.VIEWER, Scope(services=frozenset({"payments", "orders"})))


@pytest.mark.parametrize(
    ("role", "other", "configuration", "because"),
    [
        ("interlock-gate-payments-eu-west-1", {"account": "444455556666"}, CONFIGURED, "no pipeline lives in"),
        ("interlock-gate-payments-eu-west-1", {"partition": "aws-cn"}, CONFIGURED, "do not live in aws-cn"),
        ("interlock-gate-payments-us-east-1", {}, CONFIGURED, "of no service that lives in eu-west-1"),
        ("interlock-gate-gone-eu-west-1", {}, CONFIGURED, "of no service"),
        ("interlock-synth-gone-eu-west-1", {}, CONFIGURED, "of no service"),
        ("interlock-gate-payments-eu-west-1", {}, Configuration(), "no pipeline lives in"),
        ("anything", {}, configured(), "there is no service yet"),
    ],
)
def test_nobody_else_is_anybody(role: str, other: dict[str, str], configuration: Configuration, because: str) -> None:
    """An account elsewhere, a gate of no service; and a scope that names nothing, which would hold everywhere."""
    with pytest.raises(NoRole, match=because):
        granted(role, configuration, **other)


def test_a_role_at_a_path_is_no_gate() -> None:
    """pipelinekit makes none, and names are compared whole."""
    [held] = granted("team/interlock-gate-payments-eu-west-1")
    assert held.role is Role.VIEWER


@given(st.sets(NAMES, max_size=6), st.text(st.characters(codec="ascii"), max_size=64))
def test_no_role_gets_more_than_services(names: set[str], role: str) -> None:
    """Whatever it is called: a role within services that are named, or none."""
    try:
        held = granted(role, configured(*names))
    except NoRole:
        return
    assert all(each.scope.services and each.scope.services <= names for each in held)
    assert {each.role for each in held} <= {Role.VIEWER, Role.PIPELINE}
    assert all(each.role is Role.VIEWER or len(each.scope.services) == 1 for each in held)


@pytest.mark.parametrize(
    ("arn", "found"),
    [
        ("arn:aws:iam::111122223333:role/gate", Principal("aws", HOME, "gate")),
        ("arn:aws:iam::111122223333:role/a/b/gate", Principal("aws", HOME, "a/b/gate")),
        ("arn:aws:sts::111122223333:assumed-role/gate/i-0a1b", Principal("aws", HOME, "gate")),
        ("arn:aws-cn:sts::111122223333:assumed-role/gate/me@acme.com", Principal("aws-cn", HOME, "gate")),
    ],
)
def test_a_role_is_read_from_its_arn(arn: str, found: Principal) -> None:
    """With its path where the ARN has it; the log calls it by account and role."""
    assert principal(arn) == found
    assert found.actor.startswith("aws:111122223333:role/")


@pytest.mark.parametrize(
    "arn",
    [
        None,
        7,
        "",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/ada",
        "arn:aws:sts::111122223333:federated-user/ada",
        "arn:aws:sts::111122223333:assumed-role/gate",
        "arn:aws:sts::111122223333:assumed-role/gate/x/y",
        "arn:aws:iam::111122223333:role/gate\n",
        "arn:aws:iam::٣٣٣٣٣٣٣٣٣٣٣٣:role/gate",
        "xarn:aws:iam::111122223333:role/gate",
        "arn:evil:iam::111122223333:role/gate",
    ],
)
def test_whoever_is_no_role_is_nobody(arn: object) -> None:
    """Users, an account's root, and what only looks like a role."""
    with pytest.raises(Unauthenticated, match="is no role of AWS"):
        principal(arn)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
    ],
)
def test_sts_is_at_an_address_of_its_region(region: str, host: str) -> None:
    """In each partition."""
    assert sts_host(region) == host


@given(st.text(max_size=40))
def test_no_text_makes_an_address_elsewhere(text: str) -> None:
    """Only the names of Regions do."""
    if partition_of(text) is None:
        with pytest.raises(Unauthenticated, match="AWS has none of that name"):
            sts_host(text)


def test_the_settings_name_each_account_s_issuer() -> None:
    """account=issuer; a part that is wrong, or said twice, is told."""
    assert pipeline_issuers(f"{HOME}={ISSUER}, 444455556666=https://b") == {ISSUER: HOME, "https://b": "444455556666"}
    for wrong in ("", ISSUER, f"1234={ISSUER}", f"{HOME}={ISSUER},444455556666={ISSUER}", f"{HOME}=x,{HOME}=y"):
        with pytest.raises(ValueError, match=r"is not account=issuer|is the second"):
            pipeline_issuers(wrong)
    assert (proving_accounts("0"), proving_accounts("1")) == (None, ANY)
    assert proving_accounts(f"{HOME}, 444455556666") == {HOME, "444455556666"}
    for wrong in ("yes", "1,2", f"{HOME},", "٣٣٣٣٣٣٣٣٣٣٣٣"):
        with pytest.raises(ValueError, match="is no account"):
            proving_accounts(wrong)


SECONDS = int(NOW.timestamp())
GOOD = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": f"arn:aws:iam::{HOME}:role/gate",
    "iat": SECONDS,
    "exp": SECONDS + 300,
    NAMESPACE: {"aws_account": HOME, "source_region": REGION},
}


def said(**other: object) -> dict[str, object]:
    return {name: value for name, value in {**GOOD, **other}.items() if value is not None}


def test_a_token_of_aws_is_of_the_role_that_asked_for_it() -> None:
    """Until its end and the skew."""
    found = workload(said(), ISSUER, HOME, AUDIENCE, NOW)
    assert found.principal == Principal("aws", HOME, "gate")
    assert (found.ends_at - NOW).total_seconds() == 360
    assert workload(said(aud=[AUDIENCE]), ISSUER, HOME, AUDIENCE, NOW) == found
    assert (
        workload({name: each for name, each in GOOD.items() if name != NAMESPACE}, ISSUER, HOME, AUDIENCE, NOW) == found
    )


@pytest.mark.parametrize(
    ("other", "because"),
    [
        ({"iss": "https://c3d4.tokens.sts.global.api.aws"}, "of the issuer"),
        ({"aud": "https://elsewhere.example.com"}, "alone"),
        ({"aud": [AUDIENCE, "https://elsewhere.example.com"]}, "alone"),
        ({"aud": None}, "alone"),
        ({"sub": "arn:aws:iam::444455556666:role/gate"}, "names the account '444455556666'"),
        ({NAMESPACE: {"aws_account": "444455556666"}}, "names the account '444455556666'"),
        ({"sub": f"arn:aws:iam::{HOME}:user/ada"}, "is no role"),
        ({"sub": None}, "is no role"),
        ({"exp": SECONDS - 60}, "has expired"),
        ({"iat": SECONDS + 61, "exp": SECONDS + 300}, "not good yet"),
        ({"iat": SECONDS - 60, "exp": SECONDS + 3541}, "more than 3,600 seconds"),
        ({"iat": None}, "iat is None"),
        ({"exp": None}, "exp is None"),
        ({"exp": True}, "exp is True"),
    ],
)
def test_what_is_wrong_with_a_token_is_told(other: dict[str, object], because: str) -> None:
    """The first claim that is wrong."""
    with pytest.raises(Unauthenticated, match=because):
        workload(said(**other), ISSUER, HOME, AUDIENCE, NOW)
