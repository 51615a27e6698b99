"""The worker's loop: look what is due, do it, wait; until it is asked to stop.

Several may run: the one that is elected does the work of a turn. What fails is logged and stops nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from datetime import datetime

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from aws.accounts import Accounts
from aws.pipelines import codepipelines
from models import pokes
from models.engine import Database
from models.settings import Settings
from models.upkeep import elected
from upkeep.retention import Retention
from upkeep.turn import Turn

LOOK_SECONDS = 30.0
"""How often it is looked what is due when nobody pokes."""
BETWEEN_LOOKS = 1.0
"""Seconds between two turns at least, however many events there are."""
LISTEN_AGAIN = 5.0
_log = structlog.get_logger("interlock.upkeep")


async def run(
    database: Database, settings: Settings, stop_event: asyncio.Event, clock: Callable[[], datetime] | None = None
) -> None:
    """Do what is due until asked to stop; what is in hand is finished. A database that is away is waited for."""
    cleaner = Accounts(settings.cleaner_role, "INTERLOCK_CLEANER_ROLE")
    retention = Retention(database, settings, stop_event)
    now = clock or database.clock.now
    turn = Turn(database, settings.base_url, cleaner, codepipelines(settings), stop_event, now, retention)
    poked = asyncio.Event()
    listening = asyncio.create_task(_listen(database, poked), name="listen for pokes")
    _log.info("looking after test environments, holds and stale pipelines")
    try:
        while not stop_event.is_set():
            poked.clear()
            await _take(database, turn)
            await _wait(BETWEEN_LOOKS, stop_event)
            await _wait(LOOK_SECONDS - BETWEEN_LOOKS, stop_event, poked)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    _log.info("stopped")


async def _take(database: Database, turn: Turn) -> None:
    """One turn, where this process is elected."""
    try:
        async with elected(database) as mine:
            if mine:
                await turn.take()
    except (SQLAlchemyError, OSError) as error:
        _log.warning("database out of reach: tried again", reason=str(error).splitlines()[0])


async def _wait(seconds: float, *events: asyncio.Event) -> None:
    """Returns when one of the events is set, or the time is over."""
    waiting: list[asyncio.Task[bool]] = [asyncio.create_task(each.wait()) for each in events]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _listen(database: Database, poked: asyncio.Event) -> None:
    """Pokes are passed on; while they cannot be heard, the worker looks by itself."""
    while True:
        with suppress(psycopg.Error, OSError):
            async with aclosing(pokes.listen(database.address)) as heard:
                async for _ in heard:
                    poked.set()
        await asyncio.sleep(LISTEN_AGAIN)
