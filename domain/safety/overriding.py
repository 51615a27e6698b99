"""What may be granted. Each rule returns the value as it is kept, or says what is allowed.

An override is for somebody, or something, in particular and ends by itself: whoever needs it longer asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from domain.configuration.fields import kept
from domain.errors import InvalidValue
from domain.safety.blockers import NEVER_OVERRIDDEN
from domain.words import BlockerKind

LONGEST = timedelta(days=7)
"""How long an override may be in force: within a week everybody has been on call, and has been asked."""
LONGEST_REASON = 2_000
"""Characters: it is told with each deployment that passes."""
ALLOWED = tuple(kind for kind in BlockerKind if kind not in NEVER_OVERRIDDEN)
"""The kinds that may be overridden, in the order of their declaration."""


def reason(value: str) -> str:
    """A sentence for those who will ask why a blocker had no force."""
    text = str(kept("reason", value)).strip()
    if not 1 <= len(text) <= LONGEST_REASON:
        raise InvalidValue("reason", value, f"a sentence of 1 to {LONGEST_REASON} characters: 'The fix of incident-7'")
    return text


def expiry(value: datetime, now: datetime) -> datetime:
    """When it ends, in UTC: after now, within a week."""
    latest = now + LONGEST
    allowed = f"a time with its zone, after now and until {latest.isoformat(timespec='seconds')}: {LONGEST.days} days"
    try:
        moment = value.astimezone(UTC) if value.tzinfo is not None else None
    except OverflowError:
        moment = None
    if moment is None or not now < moment <= latest:
        raise InvalidValue("expiresAt", value, allowed)
    return moment


def kinds(given: Iterable[BlockerKind]) -> list[BlockerKind]:
    """The kinds, each once. Raises InvalidValue for those that nobody may override."""
    wanted = set(given)
    never = sorted(wanted & NEVER_OVERRIDDEN)
    if never:
        nobody = " and ".join(sorted(NEVER_OVERRIDDEN))
        raise InvalidValue("kinds", ", ".join(never), f"any of {', '.join(ALLOWED)}; nobody may override {nobody}")
    return sorted(wanted)


def require_scope(scope: Collection[str | None], of_kinds: Collection[BlockerKind]) -> None:
    """Raises InvalidValue for what would let everything pass everywhere."""
    if not any(scope) and not of_kinds:
        allowed = "given, or a service, an environment or a wave is: nothing may pass everything everywhere"
        raise InvalidValue("kinds", None, allowed)
