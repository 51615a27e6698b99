"""What is told of those who may not: an event of the log, and never so many that somebody could fill it.

The same denial of the same actor is told once in a minute, with how often it was; of one actor at most so many
different ones. What is not told is counted, and told with the next. Each process counts by itself. Whoever is not even
known is told in the service's own log and `/metrics` alone.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.events import EventType, Happening
from domain.permissions import Denial
from models.engine import Database
from models.event_log import append

EVERY_SECONDS = 60.0
MOST_OF_ONE = 20
"""Different denials of one actor that are told within a minute."""
MOST_KEPT = 10_000
"""Denials that a process remembers; of more, those that came longest ago are forgotten, and told anew."""
log = structlog.get_logger("interlock.access")


@dataclass(slots=True)
class _Told:
    """at: seconds, when it was told last. untold: how often it came since."""

    at: float
    untold: int = 0


class Denials:
    """Of one process. clock: seconds that only go forward. counted: all denials, told or not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.counted = 0
        self._clock = clock
        self._told: OrderedDict[Denial, _Told] = OrderedDict()
        self._of_actor: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def note(self, database: Database, denial: Denial, source: str | None) -> None:
        """Tells of it, where it is time. A database that is away keeps nobody from being refused."""
        self.counted += 1
        count = self._due(denial)
        log.warning("access denied", actor=denial.actor, what=denial.what, told=count > 0)
        if not count:
            return
        try:
            async with database.transaction() as session:
                await append(session, [_happening(denial, source, count)], denial.actor)
        except (SQLAlchemyError, OSError) as error:
            log.warning("a denial cannot be told", error=type(error).__name__)

    def _due(self, denial: Denial) -> int:
        """How many denials are to be told of by now; 0 where it is too early."""
        now = self._clock()
        there = self._told.pop(denial, None) or _Told(now - EVERY_SECONDS)
        self._told[denial] = there
        if len(self._told) > MOST_KEPT:
            self._told.popitem(last=False)
        there.untold += 1
        if now - there.at < EVERY_SECONDS or not self._may(denial.actor, now):
            return 0
        count, there.at, there.untold = there.untold, now, 0
        return count

    def _may(self, actor: str, now: float) -> bool:
        """Whether one more of this actor's may be told within this minute."""
        since, count = self._of_actor.pop(actor, (now, 0))
        if now - since >= EVERY_SECONDS:
            since, count = now, 0
        self._of_actor[actor] = since, min(count + 1, MOST_OF_ONE + 1)
        if len(self._of_actor) > MOST_KEPT:
            self._of_actor.popitem(last=False)
        return count < MOST_OF_ONE


def _happening(denial: Denial, source: str | None, count: int) -> Happening:
    of = denial.target
    where = {"team": of.team, "service": of.service, "stage": of.stage, "account": of.account}
    payload = {
        "what": denial.what,
        "permissions": [str(each) for each in denial.permissions],
        **where,
        "source": kind_of(source),
        "count": count,
    }
    subject = uuid5(NAMESPACE_URL, f"interlock:{denial.actor} {denial.what} {sorted(where.items(), key=str)}")
    return Happening(EventType.ACCESS_DENIED, "Denial", subject, payload)


def kind_of(source: str | None) -> str:
    """`loopback`, `private` or `public`, of the address that a source ends with; else `unknown`."""
    try:
        address = ip_address((source or "").rsplit(" ", 1)[-1])
    except ValueError:
        return "unknown"
    if address.is_loopback:
        return "loopback"
    return "private" if address.is_private else "public"
