"""What may be said of an incident. Each rule returns the value as it is kept, or says what is allowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.configuration.fields import kept
from domain.errors import InvalidValue
from domain.words import IncidentRole

LONGEST_TITLE = 200
MOST_LINKED = 500
"""Deployments that one request may link: as many as a page of them has."""
SKEW = timedelta(minutes=1)
"""How far the asker's clock may be ahead of ours; what it says is then taken for now."""
_MOMENT = "a time with its zone: '2027-01-31T12:00:00Z'"


def title(value: str) -> str:
    """One line that says what customers notice."""
    text = str(kept("title", value)).strip()
    if not 1 <= len(text) <= LONGEST_TITLE or "\n" in text:
        raise InvalidValue("title", value, f"one line of 1 to {LONGEST_TITLE} characters")
    return text


def past(field: str, value: datetime | None, now: datetime) -> datetime:
    """A time that has been, in UTC; now where nothing is said."""
    if value is None:
        return now
    if value.tzinfo is None:
        raise InvalidValue(field, value, _MOMENT)
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise InvalidValue(field, value, "a time of the years 1 to 9999 in UTC") from None
    if moment > now + SKEW:
        raise InvalidValue(field, value, f"a time that has been: now it is {now.isoformat(timespec='seconds')}")
    return min(moment, now)


def end(value: datetime | None, started_at: datetime, now: datetime) -> datetime:
    """When an incident was over: not before it began."""
    moment = past("resolvedAt", value, now)
    if moment < started_at:
        allowed = f"a time from {started_at.isoformat(timespec='seconds')} on, when the incident began"
        raise InvalidValue("resolvedAt", value or moment, allowed)
    return moment


def impossible(
    role: IncidentRole,
    began: datetime | None,
    ended: datetime | None,
    started_at: datetime,
    resolved_at: datetime | None,
) -> str | None:
    """Why a deployment, by its own times, cannot be the cause or the fix of an incident; None where it can.

    A cause has begun before the incident was over. A fix was not over before the incident began.
    """
    if began is None:
        return "has not begun"
    if role is IncidentRole.CAUSE and resolved_at is not None and began > resolved_at:
        return "began when the incident was over"
    if role is IncidentRole.FIX and ended is not None and ended < started_at:
        return "was over before the incident began"
    return None
