"""The intake's program: its workers, side by side, until it is asked to stop."""

from __future__ import annotations

import asyncio

from intake import reader
from models.engine import Database
from models.settings import Settings


async def run(database: Database, settings: Settings, stop_event: asyncio.Event) -> None:
    """Take in what AWS tells until asked to stop; what is in hand is finished, or given back."""
    assert settings.queue_url is not None  # the program has checked it
    readers = [reader.run(database, settings, settings.queue_url, stop_event) for _ in range(settings.intake_consumers)]
    await asyncio.gather(*readers)
