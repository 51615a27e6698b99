"""Windows: when they open, how long they stay open, and clocks that are changed meanwhile."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import windows
from domain.cron import Cron
from domain.errors import InvalidValue, NotFound, Refused
from domain.windows import HORIZON, OpenTimes, closing, how_much_open, is_open, never_opens, opening
from domain.zones import local

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS = 4
"""How many are lived through."""

CHANGES = {
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "Australia/Sydney": ["2026-04-04T16:00", "2026-10-03T16:00"],
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],  # half an hour
    "Africa/Casablanca": ["2026-02-15T02:00", "2026-03-22T02:00"],  # Ramadan
    "America/Sao_Paulo": ["2018-11-04T03:00", "2019-02-17T02:00", "2026-01-01T00:00"],  # at midnight, and no more
    "America/St_Johns": ["2010-03-14T03:31", "2010-11-07T02:31"],  # one minute after midnight
    "Pacific/Apia": ["2011-12-30T10:00", "2012-03-31T14:00"],  # the 30th of December never was
    "Asia/Kathmandu": ["2026-06-01T00:00"],  # never changes; 5:45 ahead
    "UTC": ["2026-06-01T00:00"],
}
"""Zones north and south, and instants at which their clocks are changed; or any, where they are not."""

PLACES = st.sampled_from([(zone, f"{each}+00:00") for zone, times in CHANGES.items() for each in times])
CRONS = st.one_of(
    st.builds("{} {} * * {}".format, st.integers(0, 59), st.integers(0, 23), st.sampled_from(["*", "MON-FRI", "0,6"])),
    st.builds("*/{} {}-23 * * *".format, st.sampled_from([1, 7, 30]), st.integers(0, 3)),
    st.sampled_from(["30 2 * * *", "0 0 * * *", "59 23 * * *", "*/20 0-3 * * *", "* * * * *", "0 9 30 * FRI"]),
)
MINUTES = st.one_of(st.integers(1, 90), st.integers(1, 1600))


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[OpenTimes], datetime]:
    """One or two windows of one zone, some closed dates, and an instant – all near a change of its clocks."""
    zone, change = draw(PLACES)
    at = datetime.fromisoformat(change) + timedelta(seconds=draw(st.integers(-2 * 86_400, 2 * 86_400)))
    dates = st.sets(st.integers(-3, 4).map(lambda days: at.date() + days * DAY), max_size=3)
    made = [
        OpenTimes(f"window-{number}", Cron.parse(draw(CRONS)), draw(MINUTES), zone, frozenset(draw(dates)))
        for number in range(draw(st.integers(1, 2)))
    ]
    return made, at


def lived_through(window: OpenTimes, at: datetime, days: int) -> list[tuple[datetime, datetime]]:
    """The definition, lived through minute by minute of UTC: what fires opens, and a closed date's beginning closes.

    The spells are those of the single openings; `now` is within the days before and after `at`.
    """
    zone = ZoneInfo(window.zone)
    now = (at - window.minutes * MINUTE - DAY).replace(second=0)
    shown, seen = local(now - MINUTE, zone), local(now - MINUTE, zone)
    spells: list[tuple[datetime, datetime]] = []
    while now < at + days * DAY:
        before, shown = shown, local(now, zone)
        if shown.date() > before.date() and shown.date() in window.closed and shown > seen:
            spells = [(opens, min(closes, now)) for opens, closes in spells]
        passed = [seen + each * MINUTE for each in range(1, int((shown - seen) / MINUTE) + 1)]
        if any(window.cron.matches(each) for each in passed) and shown.date() not in window.closed:
            spells.append((now, now + window.minutes * MINUTE))
        seen = max(seen, shown)
        now += MINUTE
    return spells


def joined(spells: Collection[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The spells in their order, those that touch as one."""
    one: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(spells):
        if one and opens <= one[-1][1]:
            one[-1] = (one[-1][0], max(closes, one[-1][1]))
        else:
            one.append((opens, closes))
    return one


def contains(spells: Collection[tuple[datetime, datetime]], at: datetime) -> bool:
    """Whether any of the spells does."""
    return any(opens <= at < closes for opens, closes in spells)


@given(situations())
@settings(max_examples=50)
def test_it_is_as_if_lived_through(situation: tuple[list[OpenTimes], datetime]) -> None:
    """Whether it is open, when it opens and when it closes are what watching the clock for some days would tell."""
    times, at = situation
    spells = joined([spell for each in times for spell in lived_through(each, at, DAYS)])
    assert is_open(times, at) is contains(spells, at)
    known = at + (DAYS - 1) * DAY
    told, true = opening(times, at), min((max(opens, at) for opens, closes in spells if closes > at), default=None)
    assert told == true if true else told is None or told > known
    told, true = closing(times, at), next((closes for opens, closes in spells if opens <= at < closes), None)
    assert told == true if true is None or true < known else told is None or told >= known


@given(situations())
@settings(max_examples=100)
def test_nothing_is_open_before_it_opens(situation: tuple[list[OpenTimes], datetime]) -> None:
    """The opening is open and not before `at`; nothing is open in between; its closing is after it, and closed."""
    times, at = situation
    opens = opening(times, at)
    if opens is None:
        assert all(never_opens(each, at) for each in times)
        return
    assert opens >= at
    assert is_open(times, opens)
    between = (opens - at) / 50
    assert not any(is_open(times, at + each * between) for each in range(50) if opens > at)
    closes = closing(times, opens)
    if closes:
        assert closes > opens
        assert not is_open(times, closes)
        assert is_open(times, closes - timedelta(seconds=1))


@given(situations())
@settings(max_examples=25)
def test_the_share_is_that_of_the_minutes(situation: tuple[list[OpenTimes], datetime]) -> None:
    """How much is open in a day is what asking once a minute comes to; two windows at once count once."""
    times, at = situation
    at = at.replace(second=0)
    asked = sum(is_open(times, at + each * MINUTE) for each in range(1440)) / 1440
    assert how_much_open(times, at, days=1) == pytest.approx(asked)


@given(situations())
@settings(max_examples=50)
def test_a_window_more_is_never_less(situation: tuple[list[OpenTimes], datetime]) -> None:
    """What one window lets through, it lets through beside others; a closed date never opens anything."""
    times, at = situation
    assert is_open(times, at) is any(is_open([each], at) for each in times)
    shut = [OpenTimes(each.name, each.cron, each.minutes, each.zone, frozenset({at.date()})) for each in times[:1]]
    free = [OpenTimes(each.name, each.cron, each.minutes, each.zone) for each in times[:1]]
    assert how_much_open(shut, at, 3) <= how_much_open(free, at, 3)


def berlin(cron: str, minutes: int = 60, *closed: str, zone: str = "Europe/Berlin") -> list[OpenTimes]:
    """One window."""
    return [OpenTimes("office-hours", Cron.parse(cron), minutes, zone, frozenset(map(date.fromisoformat, closed)))]


def utc(text: str) -> datetime:
    """An instant, as it is written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "cron", "at", "opens"),
    [
        ("Europe/Berlin", "30 2 * * *", "2026-03-29T00:00", "2026-03-29T01:00"),  # 2:30 is skipped: 3:00
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T23:00", "2026-10-25T00:30"),  # 2:30 comes twice: the first
        ("Europe/Berlin", "30 2 * * *", "2026-10-25T01:31", "2026-10-26T01:30"),  # and not again
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T15:00", "2026-10-03T15:30"),  # half an hour is skipped
        ("America/Sao_Paulo", "0 0 * * *", "2018-11-04T02:00", "2018-11-04T03:00"),  # midnight is skipped: 1:00
        ("Pacific/Apia", "0 9 30 12 *", "2011-12-01T00:00", "2011-12-30T10:00"),  # a date is skipped: the next midnight
    ],
)
def test_clocks_are_changed(zone: str, cron: str, at: str, opens: str) -> None:
    """A time that is skipped is the first one after it; a time that comes twice is the first."""
    assert opening(berlin(cron, 10, zone=zone), utc(at)) == utc(opens)


def test_minutes_are_counted_as_they_pass() -> None:
    """Six hours over a night in which clocks go back are six hours: until 3:00, not 4:00."""
    assert closing(berlin("0 22 * * *", 6 * 60), utc("2026-10-24T20:00")) == utc("2026-10-25T02:00")


def test_a_window_at_work() -> None:
    """Weekdays from 9:00 to 17:00 in Berlin: Friday's end, Monday's beginning, and the share of the week."""
    week = berlin("0 9 * * MON-FRI", 8 * 60)
    friday = utc("2026-11-27T15:59")
    assert is_open(week, friday)
    assert closing(week, friday) == utc("2026-11-27T16:00")
    assert opening(week, utc("2026-11-27T16:00")) == utc("2026-11-30T08:00")
    assert closing(week, utc("2026-11-27T16:00")) is None
    assert how_much_open(week, friday) == pytest.approx(40 / 168)


def test_closed_dates() -> None:
    """It does not open on one, is closed by the midnight that begins one, and stays closed until it opens again."""
    nights = berlin("0 18 * * *", 16 * 60, "2026-12-25", "2026-12-26")
    assert closing(nights, utc("2026-12-24T20:00")) == utc("2026-12-24T23:00")
    assert opening(nights, utc("2026-12-24T23:00")) == utc("2026-12-27T17:00")
    weeks = berlin("0 0 * * MON", 7 * 24 * 60, "2026-12-25")
    assert opening(weeks, utc("2026-12-25T12:00")) == utc("2026-12-27T23:00")


def test_the_date_on_which_it_opens_counts() -> None:
    """Samoa skipped 30 December 2011: what should have fired then opens on the 31st, and is closed with that date."""
    at = utc("2011-12-30T10:00")
    assert is_open(berlin("0 9 30 12 *", 60, "2011-12-30", zone="Pacific/Apia"), at)
    assert not is_open(berlin("0 9 30 12 *", 60, "2011-12-31", zone="Pacific/Apia"), at)


def test_no_window_is_always_open() -> None:
    """A wave without windows may always start, and that never ends."""
    now = utc("2026-11-23T12:00")
    assert is_open([], now)
    assert opening([], now) == now
    assert closing([], now) is None
    assert how_much_open([], now) == 1


@pytest.mark.parametrize("cron", ["* * * * *", "0 0 * * *", "*/30 * * * *"])
def test_what_never_closes(cron: str) -> None:
    """Openings that follow at once are one: it does not close, until a closed date comes. A day may have 25 hours."""
    now = utc("2026-11-23T12:00")
    assert closing(berlin(cron, 25 * 60), now) is None
    assert how_much_open(berlin(cron, 25 * 60), now) == 1
    assert closing(berlin(cron, 25 * 60, "2028-06-01"), now) == utc("2028-05-31T22:00")


def test_windows_of_two_zones() -> None:
    """Where one ends as the other begins, they are open as one."""
    east, west = berlin("0 9 * * *", 360), berlin("0 9 * * *", 60, zone="America/New_York")
    assert closing(east, utc("2026-11-23T09:00")) == utc("2026-11-23T14:00")
    assert closing([*west, *east], utc("2026-11-23T09:00")) == utc("2026-11-23T15:00")


@pytest.mark.parametrize(
    ("cron", "closed", "why"),
    [
        ("0 9 30 2 *", [], "no date fits '0 9 30 2 \\*'"),
        ("0 9 29 2 *", [], "fires on 2032-02-29 for the first time"),
        ("0 9 1 1 *", [date(2029, 1, 1), date(2030, 1, 1), date(2031, 1, 1)], "is a closed one"),
    ],
)
def test_a_window_that_never_opens(cron: str, closed: list[date], why: str) -> None:
    """It is refused, with the reason and what to do; two years are looked ahead."""
    with pytest.raises(Refused, match=why) as refused:
        windows.window("leap", cron, 60, "UTC", datetime(2028, 3, 1, tzinfo=UTC), closed)
    assert refused.value.code == "NEVER_OPENS"
    assert refused.value.path == ["cron"]
    assert refused.value.remedy


def test_a_window_as_it_is_given() -> None:
    """Right values make one; each wrong one is refused with its own path."""
    now = utc("2026-11-23T12:00")
    assert [windows.window("office-hours", "0 9 * * *", 60, "Europe/Berlin", now)] == berlin("0 9 * * *")
    for cron, minutes, zone, path in (
        ("0 25 * * *", 60, "UTC", "cron"),
        ("0 9 * * *", 0, "UTC", "minutes"),
        ("0 9 * * *", 10_081, "UTC", "minutes"),
    ):
        with pytest.raises(InvalidValue) as wrong:
            windows.window("office-hours", cron, minutes, zone, now)
        assert wrong.value.path == [path]
    with pytest.raises(NotFound) as unknown:
        windows.window("office-hours", "0 9 * * *", 60, "Europe/Berln", now)
    assert unknown.value.path == ["timeZone"]
    assert unknown.value.suggestions[0] == "Europe/Berlin"


@given(situations())
@settings(max_examples=20)
def test_two_years_are_looked_ahead(situation: tuple[list[OpenTimes], datetime]) -> None:
    """No opening is told that lies further away, however often its dates are closed."""
    times, at = situation
    years = frozenset(at.date() + each * DAY for each in range(-2, 740))
    shut = [OpenTimes(each.name, each.cron, each.minutes, each.zone, years) for each in times]
    assert opening(shut, at) is None
    assert opening(shut, at + 20 * DAY) is not None
    assert (opening(shut, at + 20 * DAY) or at) <= at + 20 * DAY + HORIZON
