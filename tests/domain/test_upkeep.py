"""What is done by itself: how long to wait, what a start is known by, and what holds it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.entities import Freeze
from domain.upkeep import FIRST_WAIT, LONGEST_WAIT, LONGEST_WHILE_MOVING, Look, holding_back, token, wait
from domain.words import FreezeScope

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ARN = "arn:aws:codepipeline:eu-west-1:999999999999:payments"


@given(st.integers(0, 10_000), st.booleans())
def test_waits_grow_and_are_never_nothing(attempts: int, moving: bool) -> None:
    """From half a minute to an hour, or five minutes while something is being deleted: never a busy loop."""
    most = LONGEST_WHILE_MOVING if moving else LONGEST_WAIT
    assert wait(0, moving=moving) == FIRST_WAIT
    assert FIRST_WAIT <= wait(attempts, moving=moving) <= wait(attempts + 1, moving=moving) <= most


def test_a_look_tells_all_that_stands_in_the_way() -> None:
    """A line for each stack, in their order, or why there was no look."""
    assert Look(("a", "b"), {"b": "protected", "a": "in use"}).cause == "a: in use\nb: protected"
    assert Look(unreachable="no such role").cause == "no such role"
    assert Look(("a",), moving=True).cause is None


def test_a_start_is_known_by_pipeline_plan_and_asking() -> None:
    """The same again is the same token, of characters that AWS allows; another plan, or another time, is another."""
    known = token(ARN, "sha256:1", NOW)
    assert known == token(ARN, "sha256:1", NOW.astimezone())
    assert known.isalnum()
    assert len(known) <= 128
    others = {token(ARN, "sha256:2", NOW), token(ARN + "2", "sha256:1", NOW), token(ARN, "sha256:1", NOW + FIRST_WAIT)}
    assert len(others | {known}) == 4


def _freeze(scope: FreezeScope, target: str | None, begins: int = -1, ends: int = 1) -> Freeze:
    days = {"starts_at": NOW + timedelta(days=begins), "ends_at": NOW + timedelta(days=ends)}
    return Freeze(name=f"{scope.lower()}-{target}", scope=scope, target=target, reason="Peak season", **days)


def test_freezes_of_the_service_its_team_or_everything_hold_back() -> None:
    """Those in force; one of a stage, an account or a Region stops the pipeline there, and not its start."""
    freezes = [
        _freeze(FreezeScope.ORGANISATION, None),
        _freeze(FreezeScope.SERVICE, "payments"),
        _freeze(FreezeScope.SERVICE, "orders"),
        _freeze(FreezeScope.TEAM, "money"),
        _freeze(FreezeScope.STAGE, "payments"),
        _freeze(FreezeScope.REGION, "eu-west-1"),
    ]
    assert holding_back(freezes, "payments", "money", NOW) == ["organisation-None", "service-payments", "team-money"]
    assert holding_back(freezes[1:], "basket", None, NOW) == []
    over = [_freeze(FreezeScope.ORGANISATION, None, -2, 0), _freeze(FreezeScope.ORGANISATION, None, 1, 2)]
    assert holding_back(over, "payments", None, NOW) == []
