"""`python -m graph archive list | restore`: what is in the archive, and parts of it readable again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aws.accounts import AwsError, words
from aws.store import Store
from models import archive
from models.engine import Database
from models.partitions import PARTITION
from models.settings import Settings
from upkeep.archiving import Archive, ArchiveError


class ArchiveUnusable(Exception):
    """What was asked of the archive cannot be done; the message says why, and what to do."""


async def listed(database: Database, settings: Settings, say: Callable[[str], None]) -> None:
    """A line for each part: what it has, and where. Raises ArchiveUnusable."""
    try:
        found = await asyncio.to_thread(lambda: list(_archive(settings).manifests()))
    except AwsError as error:
        raise ArchiveUnusable(f"{settings.archive} cannot be read: {words(error)}") from error
    async with database.reading() as connection:
        for each in sorted(found, key=lambda manifest: (manifest["table"], manifest["firstTime"])):
            known = await archive.archived(connection, each["part"])
            state = "dropped" if known and known.dropped_at else "in the database still"
            say(f"{each['part']:<18} {each['rows']:>9} rows  {each['firstTime']}  {each['lastTime']}  {state}")
    if not found:
        say(f"There is nothing in {settings.archive}.")


async def restored(database: Database, settings: Settings, name: str, say: Callable[[str], None]) -> None:
    """The part is in the table `restored.<name>`. Again, it is finished, or the same. Raises ArchiveUnusable."""
    if not PARTITION.fullmatch(name):
        raise ArchiveUnusable(f"{name!r} is no part's name: `python -m graph archive list` has them.")
    table, stored = name.partition("_")[0], _archive(settings)
    try:
        async with database.reading() as connection:
            known = await archive.archived(connection, name)
        manifest = await asyncio.to_thread(stored.manifest, table, name, known.sha256 if known else None)
        if manifest is None:
            raise ArchiveUnusable(
                f"There is no {name!r} in {settings.archive}: `python -m graph archive list` has what there is."
            )
        rows = await _restored(database, stored, manifest)
    except AwsError as error:
        raise ArchiveUnusable(f"{settings.archive} cannot be read: {words(error)}") from error
    except ArchiveError as error:
        raise ArchiveUnusable(str(error)) from error
    say(f"{rows} rows are in the table {archive.RESTORED}.{name}. Drop it when you have read them.")


async def _restored(database: Database, stored: Archive, manifest: dict[str, Any]) -> int:
    table, name = manifest["table"], manifest["part"]
    async with database.transaction() as session:
        await archive.prepare_restored(session, table, name)
    pages = stored.pages(manifest)
    while (lines := await asyncio.to_thread(next, pages, None)) is not None:
        async with database.transaction() as session:
            await archive.restore(session, table, name, lines)
    async with database.transaction() as session:
        rows = await archive.restored_rows(session, name)
    if rows != manifest["rows"]:
        raise ArchiveError(f"{rows} rows are in {archive.RESTORED}.{name}, and {manifest['rows']} were archived.")
    return rows


def _archive(settings: Settings) -> Archive:
    if settings.archive is None:
        raise ArchiveUnusable("INTERLOCK_ARCHIVE is not set: there is no archive. Give it as s3://bucket/prefix.")
    return Archive(Store(settings.archive, settings.archive_kms_key), "")
