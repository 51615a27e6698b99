"""Openings, beside the windows that they are worked out from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain import windows
from domain.cron import Cron
from domain.openings import PIECE, any_of, both
from domain.windows import HORIZON, OpenTimes

ZONES = ("UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe")
CRONS = ("0 9 * * MON-THU", "*/30 22 * * *", "0 0 1 * *", "30 2 * * SUN", "0 12 29 2 *", "15 23 * * FRI")

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
days = st.sets(st.dates(date(2026, 1, 1), date(2029, 12, 31)), max_size=40)
open_times = st.builds(
    OpenTimes,
    st.just("one"),
    st.sampled_from(CRONS).map(Cron.parse),
    st.integers(1, 3000),
    st.sampled_from(ZONES),
    days.map(frozenset),
)


@given(st.lists(open_times, max_size=3), st.lists(moments, min_size=1, max_size=5))
def test_any_of_windows_opens_when_they_do(several: list[OpenTimes], at: list[datetime]) -> None:
    """Asked at whatever times, in whatever order, it answers as `windows.opening` does."""
    openings = any_of(tuple(several))
    assert [openings.opening(each) for each in at] == [windows.opening(several, each) for each in at]


@given(st.lists(open_times, min_size=2, max_size=4), moments)
def test_both_open_at_the_first_time_at_which_each_is(several: list[OpenTimes], at: datetime) -> None:
    """Going from one to the next until nothing changes leads to the same time, if it ends within two years."""
    openings = any_of(tuple(several[:1]))
    for each in several[1:]:
        openings = both(openings, any_of((each,)))
    assert openings.opening(at) == _patiently(several, at)


def _patiently(several: list[OpenTimes], start: datetime) -> datetime | None:
    at = start
    while at <= start + HORIZON:
        before = at
        for each in several:
            opens = windows.opening([each], at)
            if opens is None:
                return None
            at = opens
        if at == before:
            return at
    return None


def test_what_is_never_open_at_once_never_opens() -> None:
    """The working hours of Tokyo and those of New York have no minute in common."""
    hours = Cron.parse("0 9 * * *")
    tokyo, york = (any_of((OpenTimes("day", hours, 480, zone),)) for zone in ("Asia/Tokyo", "America/New_York"))
    assert both(tokyo, york).opening(datetime(2027, 1, 1, tzinfo=UTC)) is None


@given(moments)
def test_a_spell_goes_on_from_one_piece_to_the_next(at: datetime) -> None:
    """Without windows it is always open, at the edges of pieces too."""
    edge = datetime(1970, 1, 1, tzinfo=UTC) + ((at - datetime(1970, 1, 1, tzinfo=UTC)) // PIECE) * PIECE
    for each in (at, edge, edge - timedelta(microseconds=1)):
        assert any_of(()).opening(each) == each
