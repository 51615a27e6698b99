"""Times as the service writes them and as a person says them, seen from its clock: `3h ago`, `in 2d`, `1m 04s`."""

from __future__ import annotations

from datetime import UTC, datetime

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def age(moment: str | None, now: datetime) -> str | None:
    """How long before `now` the ISO 8601 `moment` was, in its largest unit: 40s, 12m, 3h, 9d."""
    if not moment:
        return None
    seconds = int((now - instant(moment)).total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{max(seconds, 0)}s"


def instant(moment: str) -> datetime:
    """An ISO 8601 time as an aware datetime; without an offset it is UTC."""
    parsed = datetime.fromisoformat(moment)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def ago(moment: str | None, now: datetime) -> str | None:
    """`3h ago`; None where no time is known."""
    passed = age(moment, now)
    return f"{passed} ago" if passed else None


def left(moment: str | None, now: datetime) -> str | None:
    """How long it is until then, as an age is said: `3h`; `0s` when it has come, None where nobody can tell."""
    return age((now - (instant(moment) - now)).isoformat(), now) if moment else None


def ahead(moment: str | None, now: datetime) -> str | None:
    """`in 3h`; None where nobody can tell."""
    remaining = left(moment, now)
    return f"in {remaining}" if remaining else None


def lasted(seconds: float) -> str:
    """How long something took, in its two largest units: `0.4s`, `12s`, `1m 04s`, `2h 05m`, `3d 02h`."""
    if seconds < 1:
        return f"{max(seconds, 0.0):.1f}s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole}s"
    for size, part, unit, below in ((DAY, HOUR, "d", "h"), (HOUR, MINUTE, "h", "m")):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // part:02d}{below}"
    return f"{whole // MINUTE}m {whole % MINUTE:02d}s"


def local(moment: str | datetime) -> str:
    """The time of day where the person is, with the zone: `Mon 2026-11-30 14:00 CET`."""
    time = moment if isinstance(moment, datetime) else instant(moment)
    return time.astimezone().strftime("%a %Y-%m-%d %H:%M %Z")
