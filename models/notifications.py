"""Notifications as rows: kept once, claimed by lease one at a time for each target, sent until taken or given up.

A claim is a lease and no transaction stays open while a target is waited for: every reader of the event log waits
behind the oldest transaction that holds a lock on a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.words import Channel, NotificationStatus
from models.tables import Notification, NotificationRoute, NotificationTarget

OPEN = (NotificationStatus.PENDING, NotificationStatus.FAILING)
LONGEST_ERROR = 500
BEYOND = timedelta(hours=2)
"""Longer than a lease, and than a target may ask to be left alone."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notification to send now, and to whom.

    first: the receipt of the first of its thread that was sent to this address, where receipts say so: Slack's do.
    until: the lease's end, which says whose it is. attempts: this one included.
    """

    id: UUID
    route_id: UUID
    route: str
    version: int
    channel: Channel
    address: str
    secret_arn: str | None
    thread: str
    document: dict[str, Any]
    attempts: int
    test: bool
    first: dict[str, Any] | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Turned:
    """A target that began to fail, or to take again what is sent. since: of when it failed."""

    route_id: UUID
    route: str
    channel: Channel
    since: datetime | None = None


async def ensure_targets(session: AsyncSession, routes: Iterable[UUID], now: datetime) -> None:
    """Each route has a target from its first notification on."""
    rows = [{"id": uuid7(), "route_id": each, "leased_until": now, "next_at": now} for each in sorted(set(routes))]
    if rows:
        await session.execute(insert(NotificationTarget).values(rows).on_conflict_do_nothing())


async def add(session: AsyncSession, row: Mapping[str, Any]) -> None:
    """Keeps a notification, if it is not there yet."""
    await session.execute(insert(Notification).values(**row).on_conflict_do_nothing(index_elements=["id"]))


async def same_news(session: AsyncSession, row: Mapping[str, Any], since: datetime) -> UUID | None:
    """The last notification of this route about the same thing, if it says the same and is not older than that.

    What was given up was told to nobody.
    """
    statement = (
        select(Notification.id, Notification.state, Notification.created_at)
        .where(Notification.route_id == row["route_id"], Notification.type == row["type"])
        .where(Notification.about == row["about"], Notification.status != NotificationStatus.EXPIRED)
        .order_by(Notification.number.desc())
        .limit(1)
    )
    found = (await session.execute(statement)).one_or_none()
    return found.id if found and found.state == row["state"] and found.created_at > since else None


async def repeated(session: AsyncSession, id_: UUID) -> None:
    """The same news came once more, and is not told again."""
    statement = update(Notification).where(Notification.id == id_)
    await session.execute(statement.values(repeats=Notification.repeats + 1))


# A notification is due when its time has come, its target is not left alone, and no earlier one of its thread is still
# to be sent, but for those that quiet hours hold back: what is urgent passes them. A test is tried whatever its target
# has done. A time beyond what any lease or back-off reaches was written by a clock that was wrong, and binds nobody.
# The first of a thread is one look at an index, however long the thread is.
_DUE = """
    n.route_id = t.route_id and n.status in ('PENDING', 'FAILING')
    and (n.next_at <= :now or n.status = 'FAILING' and n.next_at > :beyond)
    and (n.event_id is null
         or (t.next_at <= :now or t.next_at > :beyond)
            and (t.disabled_version is null or t.disabled_version <> r.version))
    and n.number <= coalesce((
        select min(first.number) from notification as first
        where first.route_id = n.route_id and first.thread = n.thread
              and first.status in ('PENDING', 'FAILING') and first.not_before <= :now), n.number)
"""
_TARGET = text(f"""
    select t.id from notification_target as t join notification_route as r on r.id = t.route_id
         cross join lateral (select from notification as n where {_DUE} limit 1) as due
    where r.archived_at is null and (t.leased_until <= :now or t.leased_until > :beyond)
          and (cast(:route as uuid) is null or t.route_id = :route)
    order by t.leased_until, t.id
    limit 1
    for update of t skip locked
""")  # noqa: S608 - a part of the statement, not a value
_NEXT = text(f"""
    select chosen.id from notification_target as t join notification_route as r on r.id = t.route_id
         cross join (values (true), (false)) as kind (test)
         cross join lateral (
             select n.id from notification as n where {_DUE} and (n.event_id is null) = kind.test
             order by n.next_at, n.number limit 1) as chosen
    where t.id = :target
    order by kind.test desc limit 1
""")  # noqa: S608 - a part of the statement, not a value


async def claim(session: AsyncSession, now: datetime, until: datetime, route: UUID | None = None) -> Claimed | None:
    """The notification to send next, its target leased; of this route, where one is named. None when nothing is due."""
    at = {"now": now, "beyond": now + BEYOND}
    target = (await session.execute(_TARGET, {**at, "route": route})).scalar_one_or_none()
    if target is None:
        return None
    chosen = (await session.execute(_NEXT, {**at, "target": target})).scalar_one_or_none()
    if chosen is None:  # sent by another process, between the two statements
        return None
    lease = update(NotificationTarget).where(NotificationTarget.id == target).values(leased_until=until)
    await session.execute(lease)
    taken = update(Notification).where(Notification.id == chosen).values(attempts=Notification.attempts + 1)
    row = (await session.scalars(taken.returning(Notification))).one()
    found = (await session.scalars(select(NotificationRoute).where(NotificationRoute.id == row.route_id))).one()
    return Claimed(
        id=row.id,
        route_id=found.id,
        route=found.name,
        version=found.version,
        channel=found.channel,
        address=found.address,
        secret_arn=found.secret_arn,
        thread=row.thread,
        document=row.document,
        attempts=row.attempts,
        test=row.event_id is None,
        first=await _first_of_thread(session, row, found.address),
        until=until,
    )


async def _first_of_thread(session: AsyncSession, row: Notification, address: str) -> dict[str, Any] | None:
    """That of another address, which the route had before, is no beginning here."""
    statement = (
        select(Notification.receipt)
        .where(Notification.route_id == row.route_id, Notification.thread == row.thread)
        .where(Notification.receipt.is_not(None), Notification.receipt["address"].astext == address)
        .order_by(Notification.number)
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def mark_sent(
    session: AsyncSession, claimed: Claimed, now: datetime, receipt: dict[str, Any] | None
) -> Turned | None:
    """The target has taken it, though it may have been given up meanwhile. Returns what has turned for the better."""
    target = await _target(session, claimed)
    statement = update(Notification).where(
        Notification.id == claimed.id, Notification.status != NotificationStatus.SENT
    )
    await session.execute(
        statement.values(status=NotificationStatus.SENT, sent_at=now, error=None, receipt=receipt, expired_at=None)
    )
    since = target.failing_since
    target.failures, target.failing_since, target.error = 0, None, None
    target.disabled_at, target.disabled_version = None, None
    target.next_at, target.last_sent_at = now, now
    _release(target, claimed, now)
    await session.flush()
    return Turned(claimed.route_id, claimed.route, claimed.channel, since) if since else None


async def mark_failed(
    session: AsyncSession, claimed: Claimed, now: datetime, error: str, *, until: datetime, gone: bool
) -> Turned | None:
    """The target has not taken it, and is left alone until then. gone: for good, until the route is changed.

    A test is tried once, and says nothing of when the others are tried. Returns what has turned for the worse.
    """
    target = await _target(session, claimed)
    ended = {"status": NotificationStatus.EXPIRED, "expired_at": now} if claimed.test else {}
    failing = {"status": NotificationStatus.FAILING, "next_at": until, "error": error[:LONGEST_ERROR], **ended}
    statement = update(Notification).where(Notification.id == claimed.id, Notification.status.in_(OPEN))
    await session.execute(statement.values(**failing))
    new = target.failing_since is None
    if not claimed.test:
        target.failures, target.error, target.next_at = target.failures + 1, error[:LONGEST_ERROR], until
        target.failing_since = target.failing_since or now
        if gone:
            target.disabled_at, target.disabled_version = now, claimed.version
    _release(target, claimed, now)
    await session.flush()
    return Turned(claimed.route_id, claimed.route, claimed.channel) if new and not claimed.test else None


async def failures(session: AsyncSession, route: UUID) -> int:
    """How often in a row the route's target has not taken what was sent."""
    statement = select(NotificationTarget.failures).where(NotificationTarget.route_id == route)
    return (await session.scalars(statement)).one()


async def _target(session: AsyncSession, claimed: Claimed) -> NotificationTarget:
    statement = select(NotificationTarget).where(NotificationTarget.route_id == claimed.route_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


def _release(target: NotificationTarget, claimed: Claimed, now: datetime) -> None:
    """Gives the lease back, unless it is another's by now."""
    if target.leased_until == claimed.until:
        target.leased_until = now


async def expire(session: AsyncSession, before: datetime, now: datetime) -> int:
    """Gives up what could have been sent since then; how many."""
    statement = update(Notification).where(Notification.status.in_(OPEN), Notification.not_before < before)
    values = {"status": NotificationStatus.EXPIRED, "expired_at": now}
    return len((await session.scalars(statement.values(**values).returning(Notification.number))).all())


async def forget(session: AsyncSession, before: datetime, most: int = 1000) -> int:
    """Deletes what was sent, or given up, and is older than that, `most` at a time; how many."""
    old = select(Notification.id).where(Notification.created_at < before, Notification.status.not_in(OPEN)).limit(most)
    statement = delete(Notification).where(Notification.id.in_(old))
    return len((await session.scalars(statement.returning(Notification.number))).all())


async def open_test(session: AsyncSession, route: UUID) -> Notification | None:
    """The test of a route that is still to be sent."""
    statement = select(Notification).where(
        Notification.route_id == route, Notification.event_id.is_(None), Notification.status.in_(OPEN)
    )
    return (await session.scalars(statement.order_by(Notification.number).limit(1))).one_or_none()
