"""Cron expressions: minute, hour, day of month, month, day of week, in local time without a zone.

    0 9-16 * * MON-THU      on the hour from 9 to 16, Monday to Thursday
    */30 8 1,15 * ?         8:00 and 8:30 on the 1st and the 15th

The classic rule holds: where the day of month and the day of week are both restricted, a day that fits either counts.
A field that begins with `*` restricts nothing by this rule, as in Vixie's cron: with `*/2`, a day must fit both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from functools import lru_cache

from domain.errors import InvalidValue

LONGEST = 500
"""Characters of an expression: a list of all minutes has 169."""

YEARS = 41
"""A 29 February on a given day of the week comes again within 40 years, even across a century without a leap day."""

_ITEM = re.compile(r"(?P<all>[*?])|(?P<low>[0-9]{1,2}|[A-Z]{3})(-(?P<high>[0-9]{1,2}|[A-Z]{3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the five fields: its bounds, the names of its values from the lowest on, and what may be written."""

    name: str
    low: int
    high: int
    allowed: str
    names: tuple[str, ...] = ()


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MINUTE = _Part("minute", 0, 59, "numbers from 0 to 59, as in '0', '0,30', '10-20' or '*/15'")
_HOUR = _Part("hour", 0, 23, "numbers from 0 to 23, as in '9', '9,14', '9-16' or '*/4'")
_DAY = _Part("day of month", 1, 31, "numbers from 1 to 31, as in '1', '1,15', '1-7', '*' or '?'")
_MONTH = _Part("month", 1, 12, "numbers from 1 to 12 or JAN to DEC, as in 'JAN', 'APR-OCT' or '*/3'", _MONTHS)
_WEEKDAY = _Part(
    "day of week",
    0,
    6,
    "MON to SUN or numbers from 0 to 7, where 0 and 7 are Sunday, as in 'MON', 'MON-FRI', '*' or '?'",
    _WEEKDAYS,
)
_PARTS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)


@dataclass(frozen=True, slots=True)
class Cron:
    """When something fires. Made by `parse`; two of the same text are equal.

    times: minutes since midnight, ascending. weekdays: 0 is Sunday. both: a day must fit `days` and `weekdays`, not
    just one of them.
    """

    text: str
    times: tuple[int, ...] = field(compare=False, repr=False)
    days: frozenset[int] = field(compare=False, repr=False)
    months: frozenset[int] = field(compare=False, repr=False)
    weekdays: frozenset[int] = field(compare=False, repr=False)
    both: bool = field(compare=False, repr=False)

    @staticmethod
    def parse(text: str, name: str = "cron") -> Cron:
        """The expression; `InvalidValue` says which of its fields is wrong. name: the input's, for the error."""
        try:
            return _parsed(text)
        except _Wrong as wrong:
            subject = f"{name}'s {wrong.part.name}" if wrong.part else name
            problem = InvalidValue(subject, wrong.value, wrong.allowed)
            problem.path = [name]
            raise problem from None

    def matches(self, local: datetime) -> bool:
        """Whether it fires in the minute of this local time."""
        minute = local.hour * 60 + local.minute
        index = bisect_left(self.times, minute)
        return self._on(local.date()) and self.times[index : index + 1] == (minute,)

    def next(self, after: datetime) -> datetime | None:
        """The first firing in a minute after that of `after`, both local; None when it can never fire again."""
        start = after.replace(second=0, microsecond=0, tzinfo=None) + timedelta(minutes=1)
        index = bisect_left(self.times, start.hour * 60 + start.minute)
        if index < len(self.times) and self._on(start.date()):
            return _at(start.date(), self.times[index])
        day = next(self._days_after(start.date()), None)
        return _at(day, self.times[0]) if day else None

    def last_of_run(self, firing: datetime, longest: int) -> datetime:
        """The last firing of the same day that steps of at most `longest` minutes lead to from this firing."""
        return _at(firing.date(), _end_of_run(self, firing.hour * 60 + firing.minute, longest))

    def _on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        fits = (day.day in self.days, day.isoweekday() % 7 in self.weekdays)
        return all(fits) if self.both else any(fits)

    def _days_after(self, day: date) -> Iterator[date]:
        for year in range(day.year, min(day.year + YEARS, MAXYEAR) + 1):
            for month in range(day.month if year == day.year else 1, 13):
                if month in self.months:
                    begin = day.day + 1 if (year, month) == (day.year, day.month) else 1
                    dates = (date(year, month, each) for each in range(begin, monthrange(year, month)[1] + 1))
                    yield from filter(self._on, dates)


def _at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, *divmod(minute, 60))


@lru_cache(maxsize=1024)
def _end_of_run(cron: Cron, minute: int, longest: int) -> int:
    end = minute
    for following in cron.times[bisect_left(cron.times, minute) :]:
        if following - end > longest:
            break
        end = following
    return end


class _Wrong(Exception):
    """One field of an expression, or the expression, cannot be read."""

    def __init__(self, part: _Part | None, value: str, allowed: str) -> None:
        super().__init__(value)
        self.part, self.value, self.allowed = part, value, allowed


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Cron:
    written = text.upper().split()
    if len(written) != len(_PARTS) or len(text) > LONGEST:
        allowed = (
            "five fields – minute, hour, day of month, month, day of week – as in '0 9 * * MON-FRI'; AWS's sixth, "
            f"the year, is not taken, and {LONGEST} characters are the most"
        )
        raise _Wrong(None, text[:LONGEST], allowed)
    minutes, hours, days, months, weekdays = (_values(part, value) for part, value in zip(_PARTS, written, strict=True))
    return Cron(
        " ".join(written),
        times=tuple(hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes)),
        days=days,
        months=months,
        weekdays=weekdays,
        both=any(written[_PARTS.index(part)][0] in "*?" for part in (_DAY, _WEEKDAY)),
    )


def _values(part: _Part, written: str) -> frozenset[int]:
    """What a list of items comes to: all the values that its items name."""
    return frozenset(value for item in written.split(",") for value in _item(part, item))


def _item(part: _Part, item: str) -> Iterator[int]:
    named, slash, step = item.partition("/")
    found = _ITEM.fullmatch(named)
    if not found or (named == "?" and part not in (_DAY, _WEEKDAY)) or (named == "?" and slash):
        raise _Wrong(part, item, part.allowed)
    low, high = part.low, part.high
    if not found["all"]:
        low = _value(part, item, found["low"])
        high = _value(part, item, found["high"]) if found["high"] else (part.high if slash else low)
    if part is _WEEKDAY and high == 0 < low:  # FRI-SUN
        high = 7
    if low > high:
        raise _Wrong(part, item, f"a range from its lowest to its highest value; {part.allowed}")
    return (value % 7 if part is _WEEKDAY else value for value in range(low, high + 1, _step(part, item, slash, step)))


def _value(part: _Part, item: str, written: str) -> int:
    if written in part.names:
        return part.low + part.names.index(written)
    high = 7 if part is _WEEKDAY else part.high
    if not written.isdigit() or not part.low <= int(written) <= high:
        raise _Wrong(part, item, part.allowed)
    return int(written)


def _step(part: _Part, item: str, slash: str, step: str) -> int:
    if not slash:
        return 1
    if not re.fullmatch(r"[0-9]{1,2}", step, re.ASCII) or not 1 <= int(step) <= part.high:
        raise _Wrong(part, item, f"a step from 1 to {part.high}, as in '*/2'")
    return int(step)
