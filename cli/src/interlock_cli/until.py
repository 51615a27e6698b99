"""From when and until when, as an option says it: `2h`, `3d`, or a time in ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from interlock_cli.errors import InputError
from interlock_cli.moments import instant

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_ALLOWED = "Give minutes, hours or days as 90m, 4h or 2d, or a time as 2027-01-31T12:00:00+00:00."


def end(text: str, now: datetime) -> datetime:
    """The time that `90m`, `4h`, `2d` (from now on) or an ISO 8601 time says. Raises InputError."""
    return _moment(text, now, 1)


def begin(text: str, now: datetime) -> datetime:
    """The same looking back: `4h` is four hours ago. Raises InputError."""
    return _moment(text, now, -1)


def later(text: str, now: datetime, option: str) -> datetime:
    """The end that `option` says, which must not have come. Raises InputError."""
    moment = end(text, now)
    if moment <= now:
        raise InputError(f"{option} {text!r} has passed: the service's clock says {now:%Y-%m-%dT%H:%M:%S%z}.", _ALLOWED)
    return moment


def _moment(text: str, now: datetime, sign: int) -> datetime:
    number, unit = text[:-1], text[-1:].lower()
    try:
        if unit in _UNITS and number.isdecimal():
            return now + sign * int(number) * _UNITS[unit]
        return instant(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{text!r} says no time.", _ALLOWED) from None
