"""The intake's program: its workers, side by side, until it is asked to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import structlog

from aws.accounts import Accounts
from intake import reader
from intake.explaining import Explainer, workers
from intake.polling import Poller
from models.engine import Database
from models.settings import Settings
from models.workers import Worker, work

LOOK_FOR_SILENT_SECONDS = 15.0
_log = structlog.get_logger("interlock.intake")


async def run(database: Database, settings: Settings, stop_event: asyncio.Event) -> None:
    """Take in what AWS tells until asked to stop; what is in hand is finished, or given back.

    Without a queue, AWS is asked alone: why things failed, and for executions of which nothing is heard.
    """
    running = [work(list(_asking(database, settings)), stop_event)]
    if settings.queue_url is None:
        _log.info("no queue is read: INTERLOCK_QUEUE_URL is not set; failures are explained, silent executions polled")
    else:
        queue = settings.queue_url
        running += [reader.run(database, settings, queue, stop_event) for _ in range(settings.intake_consumers)]
    await asyncio.gather(*running)


def _asking(database: Database, settings: Settings) -> Iterator[Worker]:
    """The workers that ask AWS, through the reader role of each account."""
    accounts = Accounts(settings.reader_role, "INTERLOCK_READER_ROLE")
    poller = Poller(database, accounts, timedelta(minutes=settings.silent_minutes))
    yield from workers(Explainer(database, accounts))
    yield Worker("poll silent executions", poller.turn, LOOK_FOR_SILENT_SECONDS)
