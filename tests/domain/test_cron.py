"""Cron expressions: what may be written, and when each fires next."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cron import Cron
from domain.errors import InvalidValue

MINUTE = timedelta(minutes=1)
TIMES = st.datetimes(datetime(1999, 1, 1), datetime(2101, 1, 1))


@dataclass(frozen=True)
class Written:
    """One field as it is written, and the values that it means."""

    text: str
    values: frozenset[int]

    @property
    def restricted(self) -> bool:
        """By the classic rule."""
        return self.text[0] not in "*?"


def fields(low: int, high: int) -> st.SearchStrategy[Written]:
    """A field of every form, with its meaning worked out another way than the parser's."""
    numbers = st.integers(low, high)
    ranges = st.tuples(numbers, numbers, st.integers(1, high)).map(lambda each: (*sorted(each[:2]), each[2]))
    return st.one_of(
        st.just(Written("*", frozenset(range(low, high + 1)))),
        st.integers(1, high).map(lambda step: Written(f"*/{step}", frozenset(range(low, high + 1, step)))),
        st.sets(numbers, min_size=1, max_size=4).map(lambda each: Written(",".join(map(str, each)), frozenset(each))),
        ranges.map(lambda each: Written(f"{each[0]}-{each[1]}", frozenset(range(each[0], each[1] + 1)))),
        ranges.map(lambda each: Written("{}-{}/{}".format(*each), frozenset(range(each[0], each[1] + 1, each[2])))),
    )


EXPRESSIONS = st.tuples(fields(0, 59), fields(0, 23), fields(1, 31), fields(1, 12), fields(0, 6))
OFTEN = st.tuples(
    fields(0, 59), fields(0, 23), fields(1, 31), st.just(Written("*", frozenset(range(1, 13)))), fields(0, 6)
)


def parsed(written: tuple[Written, ...]) -> Cron:
    """The expression of these fields."""
    return Cron.parse(" ".join(each.text for each in written))


def fires(written: tuple[Written, ...], local: datetime) -> bool:
    """The definition, read aloud."""
    minute, hour, day, month, weekday = written
    on_day, on_weekday = local.day in day.values, local.isoweekday() % 7 in weekday.values
    fits = (on_day or on_weekday) if day.restricted and weekday.restricted else (on_day and on_weekday)
    return local.minute in minute.values and local.hour in hour.values and local.month in month.values and fits


@given(EXPRESSIONS, TIMES)
def test_it_fires_in_the_minutes_that_its_fields_name(written: tuple[Written, ...], local: datetime) -> None:
    """A minute counts when the time and the month fit and so does the day, by the classic rule."""
    assert parsed(written).matches(local) is fires(written, local)


@given(OFTEN, TIMES)
@settings(max_examples=60)
def test_the_next_firing_is_the_first_that_a_scan_finds(written: tuple[Written, ...], after: datetime) -> None:
    """Minute by minute through three days, no firing comes before the next one, and none is missed."""
    cron, span = parsed(written), 3 * 24 * 60
    minutes = (after.replace(second=0, microsecond=0) + each * MINUTE for each in range(1, span + 1))
    scanned = next((each for each in minutes if fires(written, each)), None)
    found = cron.next(after)
    assert found == scanned if scanned else found is None or found > after + span * MINUTE


@given(EXPRESSIONS, TIMES)
def test_the_next_firing_is_a_later_minute_that_fires(written: tuple[Written, ...], after: datetime) -> None:
    """It is later, it fires, and asking just before it gives it again."""
    found = parsed(written).next(after)
    if found is None:
        assert min(written[2].values) > 28, "only a day that some month does not have can fail to come"
        return
    assert found > after.replace(second=0, microsecond=0)
    assert fires(written, found)
    assert parsed(written).next(found - MINUTE) == found


@given(OFTEN, TIMES, st.integers(1, 3000))
def test_a_run_is_of_one_day_and_its_steps_are_short(
    written: tuple[Written, ...], after: datetime, longest: int
) -> None:
    """The run's last firing is what going from firing to firing comes to, until a step is too long or the day ends."""
    cron = parsed(written)
    first = last = cron.next(after)
    if first is None or last is None:
        return
    while (following := cron.next(last)) and following.date() == first.date() and following - last <= longest * MINUTE:
        last = following
    assert cron.last_of_run(first, longest) == last


SAME = [
    ("0 9 * * 0", "0 9 * * 7"),
    ("0 9 * * SUN", "0 9 ? * 7"),
    ("0 9 * * 6-7", "0 9 * * sat-sun"),
    ("0 9 * * FRI-SUN", "0 9 * * 0,5,6"),
    ("0 9 * * 0-6", "0 9 * * *"),
    ("0 9 * JAN-MAR *", "0 9 * 1,2,3 *"),
    ("5/20 9 * * *", "5,25,45 9 * * *"),
    ("0 9 1 * ?", "0  9\t1 * *"),
    ("0 9 * * MON/2", "0 9 * * 1,3,5"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_the_same(one: str, other: str) -> None:
    """Names, Sunday's two numbers, AWS's `?`, an open step and any white space mean what they are to mean."""
    left, right = Cron.parse(one), Cron.parse(other)
    assert (left.times, left.days, left.months, left.weekdays) == (
        right.times,
        right.days,
        right.months,
        right.weekdays,
    )


def test_an_expression_is_known_by_its_text() -> None:
    """Case and white space do not make another one."""
    assert Cron.parse(" 0 9 * * mon ") == Cron.parse("0 9 * * MON")
    assert hash(Cron.parse(" 0 9 * * mon ")) == hash(Cron.parse("0 9 * * MON"))
    assert Cron.parse("0 9 * * mon").text == "0 9 * * MON"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("0 0 13 * FRI", [4, 11, 13, 18, 25]),  # either
        ("0 0 13 * *", [13]),
        ("0 0 ? * FRI", [4, 11, 18, 25]),
        ("0 0 */2 * FRI", [11, 25]),  # both: a field that begins with * does not restrict
    ],
)
def test_the_days_of_a_month(text: str, days: list[int]) -> None:
    """September 2026, which begins on a Tuesday, by the classic rule."""
    cron = Cron.parse(text)
    assert [day for day in range(1, 31) if cron.matches(datetime(2026, 9, day))] == days


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 31 4,6,9,11 ?", "0 0 30-31 FEB *"])
def test_a_date_that_never_comes(text: str) -> None:
    """It fires never, and that is found out at once."""
    assert Cron.parse(text).next(datetime(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "after", "following"),
    [
        ("0 0 29 2 *", datetime(2096, 2, 29), datetime(2104, 2, 29)),  # 2100 is no leap year
        ("0 0 29 2 */6", datetime(2096, 2, 29), datetime(2116, 2, 29)),  # Sundays and Saturdays
    ],
)
def test_leap_days(text: str, after: datetime, following: datetime) -> None:
    """A 29 February is found across the century that has none."""
    assert Cron.parse(text).next(after) == following


WRONG = [
    ("60 * * * *", "minute", "60", "from 0 to 59"),
    ("* 9,24 * * *", "hour", "24", "from 0 to 23"),
    ("* * 0 * *", "day of month", "0", "from 1 to 31"),
    ("* * L * *", "day of month", "L", "from 1 to 31"),
    ("* * * 13 *", "month", "13", "JAN to DEC"),
    ("* * * MON *", "month", "MON", "JAN to DEC"),
    ("* * * * 8", "day of week", "8", "0 and 7 are Sunday"),
    ("* * * * MON#1", "day of week", "MON#1", "MON to SUN"),
    ("* * * * FRI-MON", "day of week", "FRI-MON", "a range from its lowest to its highest value"),
    ("* 22-2 * * *", "hour", "22-2", "a range from its lowest to its highest value"),
    ("*/0 * * * *", "minute", "*/0", "a step from 1 to 59"),
    ("*/90 * * * *", "minute", "*/90", "a step from 1 to 59"),
    ("*/ * * * *", "minute", "*/", "a step from 1 to 59"),
    ("? * * * *", "minute", "?", "from 0 to 59"),
    ("* * ?/2 * *", "day of month", "?/2", "from 1 to 31"),
    ("1,,2 * * * *", "minute", "", "from 0 to 59"),
    ("-1 * * * *", "minute", "-1", "from 0 to 59"),
    ("٣ * * * *", "minute", "٣", "from 0 to 59"),
]


@pytest.mark.parametrize(("text", "field", "value", "allowed"), WRONG)
def test_the_field_that_is_wrong_is_named(text: str, field: str, value: str, allowed: str) -> None:
    """The error says which of the five fields, what was given there and what is allowed; its path is the input's."""
    with pytest.raises(InvalidValue) as error:
        Cron.parse(text)
    assert error.value.message.startswith(f"cron's {field} {value!r} is not valid: ")
    assert allowed in error.value.allowed
    assert error.value.path == ["cron"]
    assert error.value.value == value


@pytest.mark.parametrize("text", ["", "* * * *", "0 9 ? * MON-FRI *", "@daily", "*," * 400 + "* * * * *"])
def test_an_expression_has_five_fields(text: str) -> None:
    """Any other number is refused with the five by name; AWS's sixth is told apart."""
    with pytest.raises(InvalidValue, match="minute, hour, day of month, month, day of week"):
        Cron.parse(text)


@given(st.text(alphabet="0123456789*/,-? MONFRIJAL#", max_size=30))
def test_whatever_is_written_is_understood_or_refused(text: str) -> None:
    """No other failure than the expected one."""
    with suppress(InvalidValue):
        Cron.parse(text).next(datetime(2026, 1, 1))
