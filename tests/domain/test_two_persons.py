"""The two-person rule: what it concerns, and who is a second person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Stage
from domain.errors import InvalidValue, Refused
from domain.safety.blockers import Blocker, Override, overridden
from domain.two_persons import (
    PROGRAMS,
    concerned,
    holds,
    is_program,
    lifted,
    require_reason,
    require_second,
    started_it,
)
from domain.words import BlockerKind, OnFailure

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PEOPLE = st.text(min_size=1, max_size=20)
PROGRAM = st.sampled_from(sorted(PROGRAMS)) | st.builds("{}{}".format, st.sampled_from(("token:", "aws:")), PEOPLE)
ALARM = Blocker(BlockerKind.ALARM, "the alarm high is in ALARM", "high")


def fleet(**rules: bool) -> Configuration:
    """Stages by name, and whether each needs two persons."""
    stages = {
        name: Stage(name=name, position=position, on_failure=OnFailure.NONE, two_persons=two)
        for position, (name, two) in enumerate(rules.items(), start=1)
    }
    return Configuration(stages=stages)


@given(PEOPLE)
def test_never_whoever_granted_it(person: str) -> None:
    """In whatever case the issuer writes their name."""
    for again in (person, person.upper(), person.lower()):
        if again.casefold() == person.casefold():
            with pytest.raises(Refused) as refused:
                require_second(again, person, "the override 'override-1'")
            assert refused.value.code == "SECOND_PERSON"
            assert started_it(again, ["somebody else", person])


@given(PROGRAM, PEOPLE)
def test_never_a_program(program: str, granted_by: str) -> None:
    """Of the service's own, with a token, or with a role of AWS."""
    assert is_program(program)
    with pytest.raises(Refused):
        require_second(program, granted_by, "the waiver 'waiver-1'")


@given(PEOPLE, PEOPLE)
def test_any_other_person(one: str, other: str) -> None:
    """Whoever is neither."""
    if one.strip().casefold() != other.strip().casefold() and not is_program(other):
        require_second(other, one, "the override 'override-1'")
        assert not started_it(other, [one])


def test_what_is_of_no_stage_in_particular_is_of_all() -> None:
    """One stage with the rule is enough then; a stage that is named speaks for itself."""
    mixed = fleet(beta=False, prod=True)
    assert concerned(mixed, ["beta"]) == []
    assert concerned(mixed, ["prod"]) == concerned(mixed, ["beta", "prod"]) == ["prod"]
    assert concerned(mixed, []) == concerned(mixed, ["gone"]) == ["prod"]
    assert concerned(fleet(beta=False, prod=False), []) == []


def test_the_rule_is_not_taken_away_without_a_word() -> None:
    """From a stage that stays, or with the stage; giving it needs none."""
    before = fleet(beta=False, prod=True)
    for after in (fleet(beta=False, prod=False), fleet(beta=False)):
        assert lifted(before, after) == ["prod"]
        for nothing in (None, "", "  "):
            with pytest.raises(InvalidValue, match="prod needs two persons"):
                require_reason(before, after, nothing)
        require_reason(before, after, "moving to the new stage")
    require_reason(fleet(prod=False), fleet(prod=True), None)


@given(st.booleans(), st.none() | st.integers(-5, 5))
def test_what_needs_confirmation_holds_from_it_on(needs: bool, minutes: int | None) -> None:
    """What needs none holds; the rest not before."""
    confirmed = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert holds(needs, confirmed, NOW) is (not needs or (minutes is not None and minutes <= 0))


def test_an_override_that_waits_takes_nothing() -> None:
    """The blocker holds, and names it; another one that is in force goes before."""
    end = NOW + timedelta(hours=1)
    waits = Override("waits", "ann", "the fix", NOW, end, waits=True)
    there = Override("there", "ann", "the fix", NOW, end + timedelta(hours=1))
    [held] = overridden([ALARM], [waits], "payments", "prod-1", ["prod-eu"], NOW)
    assert (held.holds, held.override, held.unconfirmed) == (True, None, "waits")
    [passed] = overridden([ALARM], [waits, there], "payments", "prod-1", ["prod-eu"], NOW)
    assert (passed.holds, passed.override, passed.unconfirmed) == (False, "there", None)
