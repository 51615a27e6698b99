"""Test environments: what they are made after, their names, how many there may be, and when they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import names
from domain import test_environments as rules
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Account, Environment, Organisation, Stage, Wave
from domain.errors import InvalidValue, NotFound, Refused
from domain.words import EnvironmentKind, OnFailure

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWNERS = ("ada", "grace", "linus")
TEAMS = (None, "payments", "orders")


def _wave(name: str, stage: str, position: int) -> Wave:
    watched = {"bake_minutes": 0, "minimum_data_points": 0, "one_box_percent": 0, "one_box_bake_minutes": 0}
    return Wave(name=name, stage=stage, position=position, **watched)


def _shared(name: str, region: str, wave: str) -> Environment:
    return Environment(name=name, account="1" * 12, region=region, wave=wave)


def _test(name: str, owner: str = "ada", team: str | None = None, **more: object) -> Environment:
    given_ = {"account": "1" * 12, "region": "eu-west-1", "wave": "beta-1", "kind": EnvironmentKind.TEST, **more}
    return Environment(name=name, owner=owner, team=team, **{"expires_at": NOW + timedelta(days=1), **given_})


BASE = Configuration(
    accounts={"1" * 12: Account(aws_id="1" * 12, name="one")},
    stages={
        "beta": Stage(name="beta", position=1, on_failure=OnFailure.NONE),
        "empty": Stage(name="empty", position=2, on_failure=OnFailure.NONE),
        "prod": Stage(name="prod", position=3, production=True, on_failure=OnFailure.ROLLBACK),
    },
    waves={each.name: each for each in (_wave("beta-2", "beta", 2), _wave("beta-1", "beta", 1))},
    environments={
        each.name: each
        for each in (
            _shared("beta-ap", "ap-northeast-1", "beta-2"),
            _shared("beta-eu", "eu-west-1", "beta-1"),
            _shared("beta-us", "us-east-1", "beta-1"),
            _test("a-test", region="sa-east-1"),
        )
    },
)


def _organisation(**limits: int) -> Organisation:
    arns = {"connection_arn": "arn", "event_bus_arn": "arn"}
    return Organisation(name="acme", pipeline_account="9" * 12, pipeline_region="eu-west-1", **arns, **limits)


def _with(*environments: Environment, **limits: int) -> Configuration:
    found = {each.name: each for each in environments}
    return replace(BASE, environments=found, organisations={"organisation": _organisation(**limits)})


def test_the_template_is_the_first_shared_environment_of_the_first_wave() -> None:
    """Waves in the order in which they are deployed, environments by name; a Region chooses among them."""
    assert rules.template(BASE, "beta", None).name == "beta-eu"
    assert rules.template(BASE, "beta", "ap-northeast-1").name == "beta-ap"


def test_there_is_no_template_in_production_or_elsewhere() -> None:
    """What is asked for must be there: messages say what is."""
    with pytest.raises(NotFound) as unknown:
        rules.template(BASE, "bata", None)
    assert unknown.value.suggestions == ["beta"]
    with pytest.raises(InvalidValue, match="a stage outside production: beta, empty"):
        rules.template(BASE, "prod", None)
    with pytest.raises(Refused, match="has no shared environment") as empty:
        rules.template(BASE, "empty", None)
    assert empty.value.code == "NO_TEMPLATE"
    with pytest.raises(InvalidValue, match="eu-west-1, us-east-1, ap-northeast-1"):
        rules.template(BASE, "beta", "sa-east-1")  # a test environment is there, and no shared one
    with pytest.raises(NotFound) as region:
        rules.template(BASE, "beta", "eu-west-11")
    assert "eu-west-1" in region.value.suggestions


@given(st.text(min_size=1, max_size=220), st.sets(st.integers(1, 12)))
def test_names_are_valid_and_new(owner: str, numbers: set[int]) -> None:
    """Whatever an owner is called: the name is one that an entity may have, and nobody had it before."""
    first = rules.name_for(owner, ())
    stem = first.removesuffix("-1")
    taken = {f"{stem}-{number}" for number in numbers}
    name = rules.name_for(owner, taken)
    assert names.name("name", name) == name
    assert name.startswith("test-")
    assert name not in taken


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("ada", "test-ada-1"),
        ("Ada.Lovelace@example.com", "test-ada-lovelace-1"),
        ("Zoë", "test-zoe-1"),
        ("李雷", "test-person-1"),
        ("@ops", "test-ops-1"),
        ("x" * 80, "test-" + "x" * 43 + "-1"),
    ],
)
def test_names_say_whose_they_are(owner: str, name: str) -> None:
    """The address's first part, as far as letters of ASCII can write it."""
    assert rules.name_for(owner, ()) == name


Asked = tuple[str, str | None]


@given(
    st.lists(st.tuples(st.sampled_from(OWNERS), st.sampled_from(TEAMS)), max_size=40),
    st.integers(0, 4),
    st.integers(0, 6),
)
def test_no_quota_is_ever_exceeded(asked: list[Asked], per_owner: int, per_team: int) -> None:
    """Whoever asks for whatever in whatever order; and nobody is refused who has less."""
    limits = {"test_environments_per_owner": per_owner, "test_environments_per_team": per_team}
    there: list[Environment] = []
    for owner, team in asked:
        configuration = _with(*there, **limits)
        problems = rules.over_quota(configuration, owner, team)
        mine = sum(each.owner == owner for each in there)
        ours = sum(each.team == team for each in there) if team else 0
        assert bool(problems) is (mine >= per_owner or (team is not None and ours >= per_team))
        if not problems:
            there.append(_test(rules.name_for(owner, {each.name for each in there}), owner, team))
    assert len({each.name for each in there}) == len(there)
    assert all(sum(each.owner == owner for each in there) <= per_owner for owner in OWNERS)
    assert all(sum(each.team == team for each in there) <= per_team for team in TEAMS if team)


def test_a_quota_that_is_used_up_says_by_what() -> None:
    """Each test environment with its owner and end, the one that ends first as what to wait for."""
    later = _test("test-ada-2", team="payments", expires_at=NOW + timedelta(days=3))
    first = _test("test-grace-1", "grace", "payments")
    limits = {"test_environments_per_owner": 1, "test_environments_per_team": 2}
    problems = rules.over_quota(_with(later, first, **limits), "ada", "payments")
    assert [(each.code, each.path) for each in problems] == [("QUOTA", ["owner"]), ("QUOTA", ["team"])]
    assert problems[0].message == ("ada has 1 of 1 test environments: test-ada-2 of ada until 2026-11-26T12:00+00:00.")
    assert "test-grace-1 of grace until 2026-11-24T12:00+00:00; test-ada-2 of ada" in problems[1].message
    assert "wait for test-grace-1" in problems[1].remedy


def test_without_an_organisation_the_defaults_hold() -> None:
    """3 for a person, 10 for a team, 7 days, put off twice: as a new organisation has it."""
    assert rules.limits_of(None) == rules.limits_of(_organisation()) == rules.Limits(3, 10, 7, 2)


@given(st.integers(-3, 100), st.integers(1, 90))
def test_nobody_gets_more_days_than_the_organisation_allows(days: int, most: int) -> None:
    """More, or none, is refused; what is not asked is the limit."""
    limits = rules.Limits(1, 1, most, 1)
    assert rules.days_allowed(limits, None) == most
    if 1 <= days <= most:
        assert rules.days_allowed(limits, days) == days
    else:
        with pytest.raises(InvalidValue, match=f"from 1 to {most}"):
            rules.days_allowed(limits, days)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(1, 90), st.integers(-90, 90 * 24))
def test_an_end_is_put_off_so_often_and_so_far(done: int, most: int, days: int, hours_left: int) -> None:
    """Never beyond so many days from now, never to an earlier time, and not once too often."""
    there = _test("t", extensions=done, expires_at=NOW + timedelta(hours=hours_left))
    limits = rules.Limits(1, 1, 90, most)
    if done >= most:
        with pytest.raises(Refused, match=f"put off {done} times, of {most} that are allowed"):
            rules.put_off(there, limits, days, NOW)
    elif hours_left >= days * 24:
        with pytest.raises(InvalidValue, match="its end already"):
            rules.put_off(there, limits, days, NOW)
    else:
        assert rules.ends(there) < rules.put_off(there, limits, days, NOW) == NOW + timedelta(days=days)


def test_only_a_test_environment_is_found() -> None:
    """A shared one is refused by name; of an unknown one the nearest test environments are told."""
    assert rules.of_name(BASE, "a-test").owner == "ada"
    with pytest.raises(Refused, match="shared environment") as shared:
        rules.of_name(BASE, "beta-eu")
    assert shared.value.code == "NOT_A_TEST_ENVIRONMENT"
    with pytest.raises(NotFound) as unknown:
        rules.of_name(BASE, "a-tset")
    assert unknown.value.suggestions == ["a-test"]
