"""The time that is looked at, and the days or weeks that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.errors import InvalidValue
from domain.words import Word

LONGEST_WINDOW = timedelta(days=366)
DEFAULT_WINDOW = timedelta(days=30)
LONGEST_DAILY = timedelta(days=92)


class DoraInterval(Word):
    """How long a point of a series is."""

    DAY = "DAY", "From midnight to midnight in UTC."
    WEEK = "WEEK", "From Monday to Monday at midnight in UTC, as ISO 8601 has weeks."


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, and without, `end`."""

    start: datetime
    end: datetime

    @property
    def days(self) -> float:
        """Its length in days."""
        return (self.end - self.start) / timedelta(days=1)


def window(start: datetime | None, end: datetime | None, now: datetime) -> Window:
    """The window that is asked for: the last 30 days where nothing is said, and never beyond now.

    Raises InvalidValue for a time without a zone, a window that ends before it starts, and one longer than 366 days.
    """
    for name, moment in (("from", start), ("to", end)):
        if moment is not None and moment.tzinfo is None:
            raise InvalidValue(name, moment, "a time with its zone: '2027-01-31T12:00:00Z'")
    last = now if end is None else min(end, now)
    if start is None:
        return Window(_earlier(last, DEFAULT_WINDOW), last)
    if start >= last:
        latest = "now" if end is None or end > now else f"'to', {last.isoformat()}"
        raise InvalidValue("from", start, f"a time before {latest}")
    if last - start > LONGEST_WINDOW:
        raise InvalidValue("from", start, f"at most {LONGEST_WINDOW.days} days before the end of the window")
    return Window(start, last)


def _earlier(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment - by
    except OverflowError:
        raise InvalidValue("to", moment, "a time after the year 1") from None


def parts(window: Window, interval: DoraInterval) -> list[Window]:
    """The days or weeks that the window touches, in order; the first and the last as far as they are in it.

    Raises InvalidValue for days of a window longer than 92 days.
    """
    if interval is DoraInterval.DAY and window.end - window.start > LONGEST_DAILY:
        allowed = f"WEEK for a window longer than {LONGEST_DAILY.days} days"
        raise InvalidValue("by", interval, allowed)
    midnight = window.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(days=1)
    if interval is DoraInterval.WEEK:
        midnight, step = midnight - timedelta(days=midnight.weekday()), timedelta(days=7)
    found = []
    while midnight < window.end:
        found.append(Window(max(midnight, window.start), min(midnight + step, window.end)))
        midnight += step
    return found
