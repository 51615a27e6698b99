"""Points in time as AWS writes them: ISO 8601, "Nov 22, 2026 11:30:00 PM", (milli)seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.errors import InvalidValue

_SPELLINGS = ("%b %d, %Y %I:%M:%S %p", "%a, %d %b %Y %H:%M:%S GMT")

MILLISECONDS_FROM = 1e11
"""A larger number counts milliseconds: as seconds it would be after the year 5138."""


def parse(field: str, value: object) -> datetime:
    """The point in time in UTC, or InvalidValue. A time without a zone is UTC's, as AWS means it."""
    moment = parse_or_none(value)
    if moment is None:
        shown = str(value)[:60] if isinstance(value, str | int | float) else type(value).__name__
        raise InvalidValue(field, shown, "a time in ISO 8601: '2026-11-22T23:40:00Z'")
    return moment


def parse_or_none(value: object) -> datetime | None:
    """The point in time in UTC, or None when it cannot be read as one."""
    try:
        if isinstance(value, str):
            return _in_utc(_spelt(value.strip()))
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else value
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _spelt(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        for spelling in _SPELLINGS:
            try:
                return datetime.strptime(text, spelling).replace(tzinfo=UTC)
            except ValueError:
                continue
        raise


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
