"""What may be granted: for how long, which kinds, and how much at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.safety import overriding
from domain.safety.blockers import NEVER_OVERRIDDEN, Blocker, Override, overridden
from domain.words import BlockerKind

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("left", [timedelta(seconds=1), timedelta(hours=4), timedelta(days=7)])
def test_it_ends_within_a_week(left: timedelta) -> None:
    """In UTC, whatever zone it was said in."""
    said = (NOW + left).astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert overriding.expiry(said, NOW) == NOW + left
    assert overriding.expiry(said, NOW).tzinfo is UTC


@pytest.mark.parametrize(
    "wrong",
    [
        NOW,
        NOW - timedelta(minutes=1),
        NOW + timedelta(days=7, seconds=1),
        datetime(2026, 12, 1),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-23))),
    ],
)
def test_another_end_is_refused(wrong: datetime) -> None:
    """Past, too far, without a zone, or beyond what there is: with the last that is allowed."""
    with pytest.raises(InvalidValue, match="2026-12-07T08:00:00"):
        overriding.expiry(wrong, NOW)


def test_what_nobody_may_override_is_named() -> None:
    """With all that may be."""
    with pytest.raises(InvalidValue, match=r"IN_FLIGHT.*any of PRIOR_WAVE.*nobody may override IN_FLIGHT and SUPERSED"):
        overriding.kinds([BlockerKind.ALARM, BlockerKind.IN_FLIGHT])
    assert overriding.kinds([BlockerKind.WINDOW, BlockerKind.ALARM, BlockerKind.WINDOW]) == ["ALARM", "WINDOW"]


def test_everything_everywhere_is_refused() -> None:
    """Kinds, or a place, must be said."""
    with pytest.raises(InvalidValue, match="everything everywhere"):
        overriding.require_scope((None, None, None), ())
    overriding.require_scope((None, None, None), (BlockerKind.ALARM,))
    overriding.require_scope(("payments", None, None), ())


@pytest.mark.parametrize("said", ["", "  \n", "x" * 2_001, "nul\0"])
def test_a_reason_is_a_sentence(said: str) -> None:
    """Something to read, and not a book."""
    with pytest.raises(InvalidValue, match="reason"):
        overriding.reason(said)


@given(
    st.frozensets(st.sampled_from(BlockerKind)),
    st.sampled_from(BlockerKind),
    st.sampled_from([None, "payments", "orders"]),
    st.sampled_from([None, "prod-eu", "prod-us"]),
    st.sampled_from([None, "prod-1", "prod-2"]),
    st.integers(-100, 100),
)
def test_what_is_not_meant_is_never_passed(
    kinds: frozenset[BlockerKind],
    kind: BlockerKind,
    service: str | None,
    environment: str | None,
    wave: str | None,
    minute: int,
) -> None:
    """Another kind, service, environment or wave, out of its time, or what nobody may override."""
    override = Override("o", "ann", "a fix", NOW, NOW + timedelta(hours=1), kinds, service, environment, wave)
    at = NOW + timedelta(minutes=minute)
    blocker = Blocker(kind, "it is so", "prod-eu")
    found = overridden([blocker], [override], "payments", "prod-1", ["prod-eu", "prod-ap"], at)[0]
    meant = (
        0 <= minute < 60
        and service in (None, "payments")
        and environment in (None, "prod-eu")
        and wave in (None, "prod-1")
        and (not kinds or kind in kinds)
        and kind not in NEVER_OVERRIDDEN
    )
    assert (found.override == "o") == meant
