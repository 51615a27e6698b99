"""One turn of the worker: everything that is due now. Time is passed in, and AWS is asked in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from aws.accounts import Accounts, AwsError, UnreachableError, words
from aws.pipelines import CodePipelines
from domain.errors import Problem
from domain.upkeep import Look
from models.engine import Database
from models.upkeep import Place, Wanted
from resolvers import sessions, waivers
from resolvers import upkeep as use_cases
from upkeep.retention import Retention
from upkeep.stacks import Cleaner
from upkeep.starter import start

AT_ONCE = 4
"""Accounts that are looked at at the same time."""
_log = structlog.get_logger("interlock.upkeep")
_WAS_SHARED = (
    "{name} was a shared environment before it was a test environment, so nothing is deleted by itself. Delete what is "
    "to go in account {account}, Region {region}, yourself, and archive the environment with archiveEnvironment."
)


class Turn:
    """What is done in a turn. url: where pipelines reach the service. clock: the time, asked before each thing.

    retention: what is kept of the log and of the envelopes; without it, everything.
    """

    def __init__(
        self,
        database: Database,
        url: str,
        cleaner: Accounts,
        starter: CodePipelines,
        stop: asyncio.Event,
        clock: Callable[[], datetime],
        retention: Retention | None = None,
    ) -> None:
        self._database = database
        self._url = url
        self._cleaner = cleaner
        self._starter = starter
        self._stop = stop
        self._clock = clock
        self._retention = retention

    async def take(self) -> None:
        """Each thing by itself: one that fails is logged, and tried again at the next turn."""
        await self._alone("warnings", self.warn)
        await self._alone("holds", self.archive_holds)
        await self._alone("waivers", self.tell_expired)
        await self._alone("sessions", self.prune_sessions)
        await self._alone("ends", self.begin_cleaning)
        cleaning = [self._alone("cleaning", self.clean) for _ in range(AT_ONCE)]
        await asyncio.gather(*cleaning, self._alone("pipelines", self.start_pipelines))
        await self._alone("parts", self.retain)

    async def retain(self) -> None:
        """Parts of the log and of the envelopes are made ahead, and old ones go."""
        if self._retention is not None:
            await self._retention.turn(self._clock())

    async def _alone(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        if self._stop.is_set():
            return
        try:
            await work()
        except Exception as error:
            _log.exception("not done: tried again", what=what, error=str(error))

    async def warn(self) -> None:
        """Owners of test environments that end soon are told."""
        async with self._database.transaction() as session:
            if told := await use_cases.warn(session, self._clock()):
                _log.info("told of test environments that end soon", environments=told)

    async def archive_holds(self) -> None:
        """Holds whose time is over go."""
        async with self._database.transaction() as session:
            if gone := await use_cases.archive_holds(session, use_cases.worker(self._clock(), self._url)):
                _log.info("holds archived", holds=gone)

    async def tell_expired(self) -> None:
        """People are told of waivers whose time is over."""
        async with self._database.transaction() as session:
            if told := await waivers.tell_expired(session, self._clock()):
                _log.info("waivers have expired", waivers=told)

    async def prune_sessions(self) -> None:
        """Sessions of browsers whose hours are over end, and those that ended long ago are forgotten."""
        async with self._database.transaction() as session:
            ended, forgotten = await sessions.prune(session, self._clock())
        if ended or forgotten:
            _log.info("sessions of browsers", ended=ended, forgotten=forgotten)

    async def begin_cleaning(self) -> None:
        """Test environments whose end has come are taken in hand."""
        async with self._database.transaction() as session:
            if begun := await use_cases.begin_cleaning(session, self._clock()):
                _log.info("test environments at their end", environments=begun)

    async def clean(self) -> None:
        """The accounts of those are looked at, as long as one is due."""
        while not self._stop.is_set():
            async with self._database.transaction() as session:
                place = await use_cases.claim_cleaning(session, self._clock())
            if place is None:
                return
            await self._record(place, await asyncio.to_thread(self._look, place))

    def _look(self, place: Place) -> Look:
        """A look that fails, for whatever reason, is one that is told of and made again.

        What carries the name of an environment that was shared once may be the shared one's: nothing of it is deleted.
        """
        if place.was_shared:
            return Look(unreachable=_WAS_SHARED.format(name=place.name, account=place.account, region=place.region))
        try:
            session = self._cleaner.session(place.account, place.region)
            return Cleaner(session, place.account).look(place.name)
        except UnreachableError as error:
            return Look(unreachable=str(error))
        except AwsError as error:
            return Look(unreachable=f"the stacks of account {place.account} cannot be listed: {words(error)}")
        except Exception as error:
            _log.exception("a look failed", environment=place.name)
            return Look(unreachable=f"{type(error).__name__}: {error}"[:500])

    async def _record(self, place: Place, look: Look) -> None:
        facts = {"environment": place.name, "stacks": len(look.stacks), "cause": look.cause}
        _log.info("looked at a test environment's account", **facts, moving=look.moving)
        by = use_cases.worker(self._clock(), self._url)
        try:
            async with self._database.transaction() as session:
                await use_cases.record_look(session, by, place, look)
        except Problem as problem:
            refused = Look(unreachable=f"it cannot be archived: {problem}")
            async with self._database.transaction() as session:
                await use_cases.record_look(session, by, place, refused)

    async def start_pipelines(self) -> None:
        """Stale pipelines, and those that somebody asked for, are started, as long as one may be."""
        async with self._database.transaction() as session:
            await use_cases.ask_for_stale(session, self._clock())
        while not self._stop.is_set():
            async with self._database.transaction() as session:
                wanted = await use_cases.claim_start(session, self._clock())
            if wanted is None:
                return
            await self._start(wanted)

    async def _start(self, wanted: Wanted) -> None:
        try:
            execution = await asyncio.to_thread(start, self._starter, wanted)
        except (UnreachableError, *AwsError) as error:
            cause = str(error) if isinstance(error, UnreachableError) else words(error)
            _log.warning("pipeline not started", pipeline=wanted.arn, cause=cause)
            async with self._database.transaction() as session:
                await use_cases.record_start_failed(session, wanted, cause, self._clock())
            return
        _log.info("pipeline started", pipeline=wanted.arn, execution=execution)
        async with self._database.transaction() as session:
            await use_cases.record_started(session, wanted, execution, self._clock())
