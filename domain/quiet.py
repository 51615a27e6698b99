"""Quiet hours: spans of the week in which nothing is sent that can wait.

A span is written `MON-FRI 20:00-08:00`: the days on which it begins, and from when until when; one that does not end
after it begins ends on the next day. Without days it is of every day. `24:00` is a day's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue
from domain.zones import instant, local

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MOST = 20
"""Spans of a route."""
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_ALLOWED = "days and times as 'MON-FRI 20:00-08:00', 'SAT,SUN 00:00-24:00' or '22:00-07:00'"
_SPAN = re.compile(r"(?:([A-Z,-]{3,40}) )?([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Span:
    """One span. days: those on which it begins, Monday is 0. begin: the minute of that day. minutes: how long."""

    days: frozenset[int]
    begin: int
    minutes: int


def parse(texts: Sequence[str], field: str = "quietHours") -> tuple[Span, ...]:
    """The spans; InvalidValue for one that is not written so, and where nothing would be left of the week."""
    if len(texts) > MOST:
        raise InvalidValue(field, f"{len(texts)} spans", f"at most {MOST} spans")
    spans = tuple(_span(text, field) for text in texts)
    if _is_whole_week(spans):
        raise InvalidValue(field, ", ".join(texts), "spans that leave some of the week: archive a route to silence it")
    return spans


def _span(text: str, field: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise InvalidValue(field, text, _ALLOWED)
    begin, end = int(found[2]) * 60 + int(found[3]), int(found[4]) * 60 + int(found[5])
    if begin >= _DAY_MINUTES or end > _DAY_MINUTES or begin == end:
        raise InvalidValue(field, text, _ALLOWED)
    days = _days(found[1], text, field) if found[1] else frozenset(range(7))
    return Span(days, begin, end - begin if end > begin else end + _DAY_MINUTES - begin)


def _days(written: str, text: str, field: str) -> frozenset[int]:
    """`MON-WED,SAT`: days, and ranges of them, which may go over the week's end."""
    days: set[int] = set()
    for part in written.split(","):
        first, *rest = part.split("-")
        last = rest[0] if rest else first
        if first not in DAYS or last not in DAYS or len(rest) > 1:
            raise InvalidValue(field, text, _ALLOWED)
        begin, end = DAYS.index(first), DAYS.index(last)
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return frozenset(days)


def _is_whole_week(spans: Iterable[Span]) -> bool:
    """Whether nothing of the week is left. A span over the week's end is also one that began a week before."""
    begins = [(day * _DAY_MINUTES + span.begin, span.minutes) for span in spans for day in span.days]
    reached = 0
    for begin, minutes in sorted([*begins, *((begin - _WEEK_MINUTES, minutes) for begin, minutes in begins)]):
        if begin > reached:
            return False
        reached = max(reached, begin + minutes)
    return reached >= _WEEK_MINUTES


def held_until(spans: Sequence[Span], zone: ZoneInfo, at: datetime) -> datetime:
    """When what comes at this instant may be sent: then, or at the end of the quiet hours, through those that follow.

    Times are those that clocks in the zone show: a night in which they change is an hour longer, or shorter.
    """
    moment = at
    for _ in range(MOST * 8):  # each step passes the end of one span, and no week is quiet altogether
        end = max((each for span in spans for each in _ends(span, zone, moment)), default=None)
        if end is None:
            break
        moment = end
    return moment


def _ends(span: Span, zone: ZoneInfo, at: datetime) -> Iterable[datetime]:
    """When the span ends, for each of its days in which the instant is."""
    midnight = local(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in (0, 1):
        day = midnight - timedelta(days=back)
        if day.weekday() in span.days:
            begin = instant(day + timedelta(minutes=span.begin), zone)
            end = instant(day + timedelta(minutes=span.begin + span.minutes), zone)
            if begin <= at < end:
                yield end
