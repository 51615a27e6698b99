"""Quiet hours: what can wait is sent when they are over, by clocks that change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.quiet import held_until, parse

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = parse(("20:00-08:00",))
spans = st.lists(
    st.sampled_from(
        ("MON-FRI 20:00-08:00", "SAT,SUN 00:00-24:00", "22:00-07:00", "WED 12:00-13:00", "SUN-MON 23:30-02:30")
    ),
    max_size=4,
)
zones = st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")).map(
    ZoneInfo
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@given(spans, zones, moments)
def test_what_was_held_is_sent_outside_of_quiet_hours(texts: list[str], zone: ZoneInfo, at: datetime) -> None:
    """Whatever the spans, the zone and the instant: it is never earlier, is within ten days, and is then not held."""
    quiet = parse(texts)
    until = held_until(quiet, zone, at)
    assert at <= until <= at + timedelta(days=10)
    assert held_until(quiet, zone, until) == until


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-24T19:59:59", "2026-11-24T19:59:59"),
        ("2026-11-24T20:00:00", "2026-11-25T08:00:00"),
        ("2026-11-25T07:59:59", "2026-11-25T08:00:00"),
        ("2026-11-25T08:00:00", "2026-11-25T08:00:00"),
    ],
)
def test_the_begin_is_quiet_and_the_end_is_not(at: str, until: str) -> None:
    """From its begin on, up to and without its end."""
    assert held_until(NIGHTS, BERLIN, berlin(at)) == berlin(until)


def test_a_night_in_which_clocks_change_is_as_long_as_it_is() -> None:
    """In spring the night is eleven hours long, in autumn thirteen; both end at eight in the morning."""
    for begin, hours in (("2026-03-28T20:00:00", 11), ("2026-10-24T20:00:00", 13)):
        at = berlin(begin)
        assert held_until(NIGHTS, BERLIN, at) == at + timedelta(hours=hours)


def test_an_hour_that_happens_twice_is_quiet_twice() -> None:
    """A span that ends at 02:30 ends when clocks show that for the first time; one until 03:00 lasts through both."""
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # 02:15 in summer time
    assert held_until(parse(("01:00-03:00",)), BERLIN, first) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_a_weekend_follows_a_night() -> None:
    """Through spans that follow at once, from Friday night to Monday morning."""
    quiet = parse(("MON-FRI 20:00-08:00", "SAT,SUN 00:00-24:00", "SUN 20:00-08:00"))
    assert held_until(quiet, BERLIN, berlin("2026-11-27T21:00:00")) == berlin("2026-11-30T08:00:00")


@pytest.mark.parametrize(
    "text",
    ["", " ", "20:00", "20-08", "MON 20:00-20:00", "MON 24:00-08:00", "MON 20:00-24:01", "FOO 20:00-08:00",
     "mon 20:00-08:00", "MON- 20:00-08:00", "MON,,TUE 20:00-08:00", "20:60-08:00", "٢٠:00-08:00"],
)  # fmt: skip
def test_what_is_not_written_so_is_refused(text: str) -> None:
    """The value and the form are told."""
    with pytest.raises(InvalidValue, match=r"MON-FRI 20:00-08:00"):
        parse((text,))


def test_a_week_without_an_hour_is_refused() -> None:
    """Whatever was held back would never be sent."""
    with pytest.raises(InvalidValue, match="archive a route"):
        parse(("MON-SUN 00:00-12:00", "12:00-24:00"))
    with pytest.raises(InvalidValue, match="at most 20"):
        parse(("22:00-07:00",) * 21)


times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
days = st.sampled_from(("MON-SUN", "FRI-MON", "MON-FRI", "SAT,SUN", "SUN", "WED"))
written = st.tuples(days, times, times).filter(lambda given: given[1] != given[2]).map("{0[0]} {0[1]}-{0[2]}".format)


@given(st.lists(written, min_size=1, max_size=8))
def test_spans_are_refused_where_every_minute_of_the_week_is_quiet(texts: list[str]) -> None:
    """By counting them; and by nothing else."""
    single = [each for text in texts for each in parse((text,))]
    quiet = {
        (day * 1440 + span.begin + minute) % 10080
        for span in single
        for day in span.days
        for minute in range(span.minutes)
    }
    if len(quiet) == 10080:
        with pytest.raises(InvalidValue, match="archive a route"):
            parse(texts)
    else:
        parse(texts)
