"""Freezes: what they keep from moving, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.freezes import FreezeTimes, Movement, freeze, freezing, until
from domain.words import FreezeScope

BEGIN = datetime(2026, 12, 18, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOVEMENT = Movement(stage="prod", account="111111111111", region="eu-west-1", service="payments", team="money")
TARGETS = {
    FreezeScope.ORGANISATION: None,
    FreezeScope.STAGE: "prod",
    FreezeScope.ACCOUNT: "111111111111",
    FreezeScope.REGION: "eu-west-1",
    FreezeScope.TEAM: "money",
    FreezeScope.SERVICE: "payments",
}


def frozen(begin: int, end: int, scope: FreezeScope = FreezeScope.ORGANISATION, name: str = "peak") -> FreezeTimes:
    """A freeze between two hours, of what `MOVEMENT` is."""
    return freeze(name, scope, TARGETS[scope], BEGIN + begin * HOUR, BEGIN + end * HOUR, "Peak season")


FREEZES = st.lists(
    st.builds(
        lambda begin, hours, scope, number: frozen(begin, begin + hours, scope, f"freeze-{number}"),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from(FreezeScope),
        st.integers(0, 99),
    ),
    max_size=6,
)


@pytest.mark.parametrize("scope", FreezeScope)
def test_each_scope_holds_back_its_own(scope: FreezeScope) -> None:
    """A freeze of one thing holds back what moves within it and nothing else; the organisation's holds back all."""
    assert freezing([frozen(0, 1, scope)], MOVEMENT, BEGIN) == [frozen(0, 1, scope)]
    other = Movement(stage="beta", account="222222222222", region="us-east-1", service="orders")
    assert bool(freezing([frozen(0, 1, scope)], other, BEGIN)) is (scope is FreezeScope.ORGANISATION)


def test_the_same_name_in_another_scope_is_another_thing() -> None:
    """A stage, a team and a service may share a name."""
    assert not freezing([replace(frozen(0, 1, FreezeScope.STAGE), target="payments")], MOVEMENT, BEGIN)


def test_it_begins_at_its_start_and_is_over_at_its_end() -> None:
    """The start is frozen, the end is free."""
    times = [frozen(0, 1)]
    assert not freezing(times, MOVEMENT, BEGIN - timedelta(microseconds=1))
    assert freezing(times, MOVEMENT, BEGIN)
    assert freezing(times, MOVEMENT, BEGIN + HOUR - timedelta(microseconds=1))
    assert not freezing(times, MOVEMENT, BEGIN + HOUR)


def test_all_that_are_in_force_are_told() -> None:
    """Never the first alone; the one that ends last comes first."""
    times = [frozen(0, 2, name="short"), frozen(0, 9, FreezeScope.TEAM, "long"), frozen(5, 6, name="later")]
    assert [each.name for each in freezing(times, MOVEMENT, BEGIN)] == ["long", "short"]


@given(FREEZES, st.integers(-1, 30))
def test_it_is_frozen_until_the_first_free_moment(freezes: list[FreezeTimes], hour: int) -> None:
    """Every hour before the end is frozen and the end is free; there is an end exactly when something is in force."""
    at = BEGIN + hour * HOUR
    end = until(freezes, MOVEMENT, at)
    assert (end is not None) is bool(freezing(freezes, MOVEMENT, at))
    if end:
        assert end > at
        assert not freezing(freezes, MOVEMENT, end)
        assert all(freezing(freezes, MOVEMENT, at + each * HOUR) for each in range((end - at) // HOUR))


RIGHT: dict[str, Any] = {
    "name": "peak",
    "scope": FreezeScope.STAGE,
    "target": "prod",
    "starts_at": BEGIN,
    "ends_at": BEGIN + HOUR,
    "reason": "Peak season",
}


@pytest.mark.parametrize(
    ("given", "path", "says"),
    [
        ({"ends_at": BEGIN}, "endsAt", "a time after startsAt, which is 2026-12-18T18:00:00"),
        ({"starts_at": BEGIN.replace(tzinfo=None)}, "startsAt", "a time with its zone"),
        ({"ends_at": BEGIN.replace(tzinfo=None)}, "endsAt", "a time with its zone"),
        ({"target": None}, "target", "the name of the stage that is frozen"),
        ({"target": ""}, "target", "the name of the stage that is frozen"),
        ({"target": None, "scope": FreezeScope.ACCOUNT}, "target", "twelve digits"),
        ({"scope": FreezeScope.ORGANISATION}, "target", "left out"),
        ({"reason": " "}, "reason", "a sentence"),
    ],
)
def test_what_is_wrong_by_itself(given: dict[str, Any], path: str, says: str) -> None:
    """Each rule names its field and says what is allowed."""
    assert freeze(**RIGHT).target == "prod"
    with pytest.raises(InvalidValue, match=says) as wrong:
        freeze(**RIGHT | given)
    assert wrong.value.path == [path]


def test_every_scope_says_what_it_is() -> None:
    """Each word has its sentence."""
    assert all(scope.sentence.endswith(".") for scope in FreezeScope)
