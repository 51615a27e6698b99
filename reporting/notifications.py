"""From the log to notifications, and from notifications to their targets. Time is passed in.

Each target is spoken to by one at a time, and by itself: one that hangs holds nobody else back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from aws.secrets import SecretError, Secrets
from domain.events import EventType
from domain.words import Channel
from models import notifications
from models.engine import Database
from models.event_log import EventFilter, EventRow
from models.notifications import Claimed
from models.settings import Settings
from reporting.channels import mail, slack, sns, webhook
from reporting.channels.addresses import Web
from reporting.channels.mail import Server
from reporting.channels.outcome import Outgoing, Refused
from reporting.reader import LogReader
from resolvers import notifying, outcomes

OUTCOMES = "outcomes"
"""The reader that tells what changes of executions mean."""
NOTIFICATIONS = "notifications"
"""The reader that makes notifications of events."""
TARGETS_AT_ONCE = 16
WHOLE_SECONDS = 60
"""One sending, whatever it waits for: shorter than the lease."""
IN_A_ROW = 20
"""Notifications for one target before the others' turn comes."""
_CHANGES = EventFilter(types=frozenset({EventType.EXECUTION_CHANGED.value}))
_log = structlog.get_logger("interlock.reporting")
Clock = Callable[[], datetime]
T = TypeVar("T")


class Notices:
    """What is told: the readers of the log, and what is found by time. url: the service's own, for links."""

    def __init__(self, database: Database, url: str, clock: Clock) -> None:
        self._database = database
        self._url = url
        self._clock = clock
        self._outcomes = LogReader(database, OUTCOMES, _CHANGES, from_now=True)
        self._notifications = LogReader(database, NOTIFICATIONS, from_now=True)

    async def derive(self) -> bool:
        """What changes of executions mean becomes events. True when there may be more."""
        return await self._outcomes.turn(outcomes.derive)

    async def enqueue(self) -> bool:
        """Events become notifications. True when there may be more."""

        async def handle(session: AsyncSession, events: Sequence[EventRow]) -> None:
            await notifying.enqueue(session, events, self._url, self._clock())

        return await self._notifications.turn(handle)

    async def tell_waiting(self) -> bool:
        """What has not moved for too long becomes events."""
        async with self._database.transaction() as session:
            await outcomes.tell_waiting(session, self._clock())
        return False

    async def clear(self) -> bool:
        """What nobody took is given up; what is old is forgotten."""
        async with self._database.transaction() as session:
            given_up = await notifying.clear(session, self._clock())
        if given_up:
            _log.warning("notifications given up", notifications=given_up)
        return False


@dataclass(frozen=True, slots=True)
class Channels:
    """What the channels need. source: the service's own address, as CloudEvents name it."""

    web: Web
    secrets: Secrets
    threads: ThreadPoolExecutor
    slack_url: str
    server: Server | None
    source: str

    async def send(self, claimed: Claimed, now: datetime) -> dict[str, Any] | None:
        """The receipt. Raises Refused, whose reason has no secret in it."""
        secret = None
        try:
            if claimed.secret_arn and claimed.channel in (Channel.SLACK, Channel.WEBHOOK):
                secret = await self._in_thread(self.secrets.get, claimed.secret_arn)
            return await self._sent(Outgoing(claimed, secret), now)
        except SecretError as error:
            raise Refused(str(error)) from None
        except Refused as refused:
            if refused.stale and claimed.secret_arn:
                self.secrets.forget(claimed.secret_arn)
            reason = masked(refused.reason, secret)
            raise Refused(reason, refused.wait_seconds, gone=refused.gone) from None

    async def _sent(self, outgoing: Outgoing, now: datetime) -> dict[str, Any] | None:
        match outgoing.claimed.channel:
            case Channel.SLACK:
                return await slack.send(self.web, outgoing, self.slack_url)
            case Channel.SNS:
                return await self._in_thread(sns.send, outgoing)
            case Channel.EMAIL:
                await self._in_thread(mail.send, self.server, outgoing)
            case _:
                await webhook.send(self.web, outgoing, self.source, now)
        return None

    async def _in_thread(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, *given)


def masked(text: str, secret: str | None) -> str:
    """The text without the secret, or what is secret of its address."""
    for part in filter(None, {secret, (secret or "").partition("://")[2]}):
        text = text.replace(part, "***")
    return text


class Dispatcher:
    """Sends what is due to as many targets at once as may be; an unexpected failure is one of its notification."""

    def __init__(self, database: Database, channels: Channels, clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def turn(self) -> bool:
        """Begins to send to every target for which something is due. True when there may be more at once."""
        while len(self._tasks) < TARGETS_AT_ONCE:
            claimed = await self._claim()
            if claimed is None:
                return False
            task = asyncio.create_task(self._target(claimed), name=f"notify {claimed.route}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await asyncio.wait(self._tasks, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        return True

    async def _claim(self, route: UUID | None = None) -> Claimed | None:
        now = self._clock()
        async with self._database.transaction() as session:
            return await notifications.claim(session, now, now + notifying.LEASE, route)

    async def _target(self, claimed: Claimed) -> None:
        """One target's notifications, one after the other, while it takes them."""
        following: Claimed | None = claimed
        sent = 0
        try:
            while following is not None and await self._send(following):
                sent += 1
                more = sent < IN_A_ROW and not self._stopping
                following = await self._claim(claimed.route_id) if more else None
        except Exception as error:  # the database: the lease is over before it is tried again
            _log.exception("notification not settled: tried again", route=claimed.route, error=type(error).__name__)

    async def _send(self, claimed: Claimed) -> bool:
        """Whether it was taken; written down either way."""
        told = {"route": claimed.route, "notification": str(claimed.id), "attempt": claimed.attempts}
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                receipt = await self._channels.send(claimed, self._clock())
        except Exception as error:
            refused = error if isinstance(error, Refused) else _unexpected(error)
            await self._settle(
                lambda session, now: notifying.record_failed(
                    session, claimed, now, refused.reason, wait_seconds=refused.wait_seconds, gone=refused.gone
                )
            )
            _log.warning("notification not taken", **told, reason=refused.reason)
            return False
        await self._settle(lambda session, now: notifying.record_sent(session, claimed, now, receipt))
        _log.info("notification sent", **told)
        return True

    async def _settle(self, record: Callable[[AsyncSession, datetime], Awaitable[None]]) -> None:
        async with self._database.transaction() as session:
            await record(session, self._clock())

    async def __aenter__(self) -> Dispatcher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is on its way is finished, and nothing more is begun."""
        self._stopping = True
        await self.finish()
        self._channels.threads.shutdown(wait=False, cancel_futures=True)
        await self._channels.web.close()

    async def finish(self) -> None:
        """Waits for what is on its way."""
        await asyncio.gather(*self._tasks)


def _unexpected(error: Exception) -> Refused:
    """The type alone: what it says may hold what is secret."""
    if isinstance(error, TimeoutError):
        return Refused(f"not sent within {WHOLE_SECONDS} seconds")
    _log.error("notification could not be sent", error=type(error).__name__)
    return Refused(f"it could not be sent: {type(error).__name__}")


def dispatcher(database: Database, settings: Settings, clock: Clock) -> Dispatcher:
    """The one that sends, as the settings say."""
    server = None
    if settings.smtp_url and settings.smtp_from:
        server = Server(settings.smtp_url.get_secret_value(), settings.smtp_from)
    channels = Channels(
        web=Web(loopback=settings.notify_loopback, networks=settings.own_networks),
        secrets=Secrets(),
        threads=ThreadPoolExecutor(TARGETS_AT_ONCE, thread_name_prefix="notify"),
        slack_url=settings.slack_url,
        server=server,
        source=settings.base_url,
    )
    return Dispatcher(database, channels, clock)
