"""When changes may start: deployment windows.

A window opens each time its cron fires in its time zone and stays open for some minutes, counted as they pass. It is
closed on closed dates: it does not open on one, and the local midnight that begins one closes it. A firing at a local
time that does not exist (clocks go forward) happens at the first instant after the gap; one at a time that happens
twice happens the first time. Where there is no window at all, it is always open.

All instants are aware datetimes in UTC.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.cron import Cron
from domain.errors import Refused
from domain.names import between
from domain.zones import instant, known_zone, local, time_zone

LONGEST = 7 * 24 * 60
"""Minutes that a window may stay open."""

HORIZON = timedelta(days=731)
"""What does not happen within two years is said never to happen."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """When one window is open. zone: an IANA time zone's name. closed: local dates."""

    name: str
    cron: Cron
    minutes: int
    zone: str
    closed: frozenset[date] = frozenset()


def window(name: str, cron: str, minutes: int, zone: str, at: datetime, closed: Collection[date] = ()) -> OpenTimes:
    """A window whose every value is right and that opens within two years of `at`."""
    fires = Cron.parse(cron)
    between("minutes", minutes, 1, LONGEST, "minutes")
    times = OpenTimes(name, fires, minutes, time_zone("timeZone", zone), frozenset(closed))
    if never_opens(times, at):
        raise _never(times, at)
    return times


def is_open(windows: Collection[OpenTimes], at: datetime) -> bool:
    """Whether any of the windows is open."""
    return opening(windows, at) == at


def opening(windows: Collection[OpenTimes], at: datetime) -> datetime | None:
    """`at` itself when any of the windows is open, else when the next one opens; None when none does in two years."""
    if not windows:
        return at
    opens = (next((opens for opens, _ in spells(each, at, at + HORIZON)), None) for each in windows)
    return min((max(each, at) for each in opens if each), default=None)


def closing(windows: Collection[OpenTimes], at: datetime) -> datetime | None:
    """When none of the windows will be open any more; None when none is open, or one always is for two years."""
    end = at
    for opens, closes in _all_spells(windows, at, at + HORIZON):
        if opens > end or end >= at + HORIZON:
            break
        end = max(end, closes)
    return end if at < end < at + HORIZON else None


def never_opens(window: OpenTimes, at: datetime) -> bool:
    """Whether it is closed for all of the next two years."""
    return opening([window], at) is None


def how_much_open(windows: Collection[OpenTimes], at: datetime, days: int = 28) -> float:
    """The share of the next days in which any of the windows is open, 0 to 1. In narrow windows changes pile up."""
    if not windows:
        return 1.0
    until = at + timedelta(days=days)
    total, seen = timedelta(), at
    for opens, closes in _all_spells(windows, at, until):
        begin, end = max(opens, seen), min(closes, until)
        if end > begin:
            total, seen = total + (end - begin), end
    return total / timedelta(days=days)


def _all_spells(
    windows: Collection[OpenTimes], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    return heapq.merge(*(spells(each, since, until) for each in windows))


def spells(window: OpenTimes, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times in which it is open that end after `since` and begin by `until`; they may touch and overlap.

    Neither their beginnings nor their ends ever go back, so none begins before the first.
    """
    zone = known_zone(window.zone)
    firing = window.cron.next(local(since - timedelta(minutes=window.minutes), zone))
    while firing and (opens := instant(firing, zone)) <= until:
        opened = local(opens, zone).date()
        if opened in window.closed:
            last = datetime.combine(firing, time.max)
        else:
            last, happens = _last_of_run(window, firing, opens, zone)
            closes = _closes(window, opened, happens, zone)
            if closes > since:
                yield opens, closes
        firing = window.cron.next(last)


def _last_of_run(window: OpenTimes, firing: datetime, opens: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The last firing, and when it happens, of a day's run in which each comes before its predecessor's time is over.

    Local steps are elapsed ones where the offset does not change in between; where it does, a run is a firing.
    """
    last = window.cron.last_of_run(firing, window.minutes)
    if last == firing:
        return firing, opens
    happens = instant(last, zone)
    same = opens.astimezone(zone).utcoffset() == happens.astimezone(zone).utcoffset()
    return (last, happens) if same else (firing, opens)


def _closes(window: OpenTimes, opened: date, last: datetime, zone: ZoneInfo) -> datetime:
    """The end of what opened on a local date, for the last time at an instant of that same date."""
    closes = last + timedelta(minutes=window.minutes)
    if window.closed:
        for days in range(1, window.minutes // (24 * 60) + 3):
            day = opened + days * DAY
            if day in window.closed:
                return min(closes, instant(datetime.combine(day, time.min), zone))
    return closes


def _never(window: OpenTimes, at: datetime) -> Refused:
    firing = window.cron.next(local(at, known_zone(window.zone)))
    until = (at + HORIZON).date()
    if firing is None:
        why = f"no date fits {window.cron.text!r}"
        remedy = "Change the day of month, the month or the day of week: 30 February, for one, never comes."
    elif firing.date() > until:
        why = f"{window.cron.text!r} fires on {firing.date()} for the first time, more than two years from now"
        remedy = "Choose days that come more often."
    else:
        why = f"until {until}, every date on which {window.cron.text!r} fires is a closed one"
        remedy = "Choose other days, or take the dates out of its calendars."
    return Refused("NEVER_OPENS", f"Window {window.name} never opens: {why}.", remedy=remedy, path=["cron"])
