"""Telling routes: events become notifications, and what came of sending them is written down.

Between the two the targets are spoken to, by `reporting`, and no transaction is open. Done twice, nothing happens the
second time: a notification's id follows from its event and its route.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain import notices, quiet
from domain.backing_off import back_off
from domain.configuration import routing
from domain.configuration.configuration import Configuration
from domain.configuration.entities import NotificationRoute
from domain.configuration.kinds import Kind
from domain.errors import NotFound
from domain.events import EventType, Happening
from domain.notices import Notice, Owner, Told
from domain.zones import known_zone
from models import notifications, telling
from models.configuration import Stored, current
from models.event_log import EventRow, append
from models.notifications import Claimed, Turned
from models.queries import find
from models.tables import Notification

ACTOR = "interlock"
NAMESPACE = UUID("6f2c1f9e-5f0c-5d0a-9a1e-2b7c0e9d4a11")
"""Of notifications' ids: never changed, for receivers know repetitions by them."""
GIVEN_UP_AFTER = timedelta(hours=24)
KEPT = timedelta(days=30)
LEASE = timedelta(seconds=90)
"""Longer than sending takes: after it, what a sender that died had in hand is due again."""
_NOBODY = routing.Concerned()
_LONGEST_BACK_OFF = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=1)
"""As long as a target may ask to be left alone."""


async def enqueue(session: AsyncSession, events: Sequence[EventRow], url: str, now: datetime) -> None:
    """Events, as what each route that wants one is told. url: the service's own, for links."""
    stored = await current(session)
    wanted = [
        (event, whom, routes)
        for event in events
        for whom, routes in [await _routes(session, stored.configuration, event)]
        if routes
    ]
    if not wanted:
        return
    ids = [event.payload.get("executionId") for event, _, _ in wanted]
    executions = await telling.executions(session, [each for each in ids if isinstance(each, str)])
    ours = {each.name for _, _, routes in wanted for each in routes}
    await notifications.ensure_targets(session, [_row(stored, each) for each in ours], now)
    for event, whom, routes in wanted:
        made = notices.notice(
            Told(event.type, event.time, event.actor, str(event.subject_id), event.payload),
            execution=executions.get(str(event.payload.get("executionId"))),
            owner=_owner(stored.configuration, event.payload),
            production=bool(event.payload.get("production")) or routing.production(stored.configuration, whom),
            url=url,
        )
        for route in routes:
            await _add(session, stored, route, event, made, now)


async def _routes(
    session: AsyncSession, configuration: Configuration, event: EventRow
) -> tuple[routing.Concerned, list[NotificationRoute]]:
    """Whom an event concerns, and which routes want it."""
    routes = routing.of_type(configuration, event.type, event.payload)
    if not routes:
        return _NOBODY, []
    stage = await _stage(session, event) if event.type in routing.STAGED else None
    whom = routing.concerned(configuration, event.type, event.payload, stage)
    return whom, routing.wanting(routes, whom)


async def _stage(session: AsyncSession, event: EventRow) -> str | None:
    """Our stage of an event that has CodePipeline's name for it."""
    if event.type != EventType.FAILURE_EXPLAINED:
        return await telling.stage(session, event.subject_id)
    named = event.payload.get("executionId"), event.payload.get("stage")
    return await telling.named_stage(session, *map(str, named))


def _owner(configuration: Configuration, payload: dict[str, Any]) -> Owner | None:
    service = configuration.services.get(str(payload.get("service")))
    name = service.team if service is not None else payload.get("team")
    if not isinstance(name, str):
        return None
    team = configuration.teams.get(name)
    return Owner(name, team.email if team else None)


def _row(stored: Stored, route: str) -> UUID:
    return stored.rows[Kind.NOTIFICATION_ROUTE][route].id


async def _add(
    session: AsyncSession, stored: Stored, route: NotificationRoute, event: EventRow, made: Notice, now: datetime
) -> None:
    route_id = _row(stored, route.name)
    not_before = now if made.urgent else held_until(stored.configuration, route, now)
    row = _values(route_id, made, uuid5(NAMESPACE, f"{route_id} {event.cursor}"), now, not_before)
    if route.repeat_minutes:
        same = await notifications.same_news(session, row, now - timedelta(minutes=route.repeat_minutes))
        if same is not None and same != row["id"]:
            await notifications.repeated(session, same)
            return
    await notifications.add(session, {**row, "event_id": event.id})


def _values(route: UUID, made: Notice, id_: UUID, now: datetime, not_before: datetime) -> dict[str, Any]:
    document = {**asdict(made), "time": made.time.isoformat()}
    return {
        "id": id_,
        "route_id": route,
        "type": made.type,
        "about": made.about,
        "state": made.state,
        "thread": made.thread,
        "title": made.title,
        "urgent": made.urgent,
        "document": document,
        "created_at": now,
        "not_before": not_before,
        "next_at": not_before,
    }


def held_until(configuration: Configuration, route: NotificationRoute, now: datetime) -> datetime:
    """When a route's quiet hours are over; now, where there are none."""
    if not route.quiet_hours:
        return now
    team = configuration.teams.get(route.team or "")
    zone = route.time_zone or (team.time_zone if team else None) or "UTC"
    return quiet.held_until(quiet.parse(route.quiet_hours), known_zone(zone), now).astimezone(UTC)


# --- sending --------------------------------------------------------------------------------------------------------


async def record_sent(session: AsyncSession, claimed: Claimed, now: datetime, receipt: dict[str, Any] | None) -> None:
    """The target has taken it."""
    turned = await notifications.mark_sent(session, claimed, now, receipt)
    if turned is not None:
        since = turned.since.isoformat() if turned.since else None
        await append(session, [_about_target(EventType.NOTIFICATION_RECOVERED, turned, since=since)], ACTOR)


async def record_failed(
    session: AsyncSession, claimed: Claimed, now: datetime, error: str, *, wait_seconds: float = 0, gone: bool = False
) -> None:
    """The target has not taken it, and says why. The whole target is left alone for a while, longer each time."""
    failures = await notifications.failures(session, claimed.route_id)
    until = now + again_after(failures + 1, wait_seconds)
    turned = await notifications.mark_failed(session, claimed, now, error, until=until, gone=gone)
    if turned is not None:
        await append(session, [_about_target(EventType.NOTIFICATION_FAILING, turned, cause=error)], ACTOR)


def again_after(failures: int, wait_seconds: float = 0) -> timedelta:
    """The back-off, ten minutes at most; or as long as the target asks for, an hour at most."""
    return max(back_off(failures, _LONGEST_BACK_OFF), min(timedelta(seconds=wait_seconds), _LONGEST_WAIT))


def _about_target(type_: EventType, turned: Turned, **more: object) -> Happening:
    payload = {"route": turned.route, "channel": turned.channel, **more}
    return Happening(type_, Kind.NOTIFICATION_ROUTE.type_name, turned.route_id, payload)


async def clear(session: AsyncSession, now: datetime) -> int:
    """Gives up what nobody took within a day, and forgets what is older than 30; how many were given up."""
    await notifications.forget(session, now - KEPT)
    return await notifications.expire(session, now - GIVEN_UP_AFTER, now)


# --- the test button ------------------------------------------------------------------------------------------------


async def request_test(session: AsyncSession, actor: str, now: datetime, name: str, url: str) -> Notification:
    """A test of a route, to be sent at once; the one that is still to be sent, where there is one."""
    stored = await current(session)
    routes = stored.configuration.notification_routes
    if name not in routes:
        raise NotFound(Kind.NOTIFICATION_ROUTE.sentence_name, name, routes, field="name")
    route_id = _row(stored, name)
    there = await notifications.open_test(session, route_id)
    if there is not None:
        return there
    await notifications.ensure_targets(session, [route_id], now)
    row = _values(route_id, notices.trial(name, now, actor, url), uuid7(), now, now)
    await notifications.add(session, row)
    payload = {"route": name, "channel": routes[name].channel}
    await append(
        session, [Happening(EventType.NOTIFICATION_TESTED, Kind.NOTIFICATION_ROUTE.type_name, route_id, payload)], actor
    )
    made = await find(session, Notification, id=row["id"])
    assert made is not None
    return made
