"""Time zones: local times, which may happen twice or not at all, and the instants that they are.

An instant is an aware datetime in UTC; a local time is a datetime without a zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from domain.errors import NotFound

_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}", re.ASCII)
"""As IANA names zones; `localtime`, `posix/…` and `right/…` are files of some machines."""


def time_zone(field: str, value: str) -> str:
    """The name of a time zone, as IANA writes it; `NotFound` has the nearest that exist."""
    try:
        if _NAME.fullmatch(value):
            return ZoneInfo(value).key
    except (OSError, ValueError, LookupError):  # a folder of zones, too long a name, no such zone
        pass
    problem = NotFound("time zone", value, available_timezones(), field=field)
    problem.remedy = f"Give {field} as a name of the IANA time zone database, such as 'Europe/Berlin' or 'UTC'."
    raise problem


@cache
def known_zone(name: str) -> ZoneInfo:
    """The zone of a name that `time_zone` took; `ZoneInfo` itself keeps eight, and reads the others' files again."""
    return ZoneInfo(name)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in the zone show at this instant."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def instant(at: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in the zone show this local time: the first of two times, or the first instant after a gap."""
    first = at.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if local(first, zone) == at:
        return first
    before = at.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap, the instant by the later offset is the earlier
    return _changed(before, first, zone)


def _changed(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, to the second, at which the zone's offset is no longer that of `before`."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def said(moment: datetime, name: str, at: datetime) -> str:
    """A moment as people in a zone say it: 'Mon 09:00 Europe/Berlin'; with its date, if it is 6 days off or more."""
    shown = local(moment, known_zone(name))
    date = "" if abs(moment - at) < _NEAR else f"{shown:%Y-%m-%d} "
    return f"{shown:%a} {date}{shown:%H:%M} {name}"


_NEAR = timedelta(days=6)
