"""Old parts go to an archive in a real emulator's S3, are read back, dropped, and can be brought back."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from aws.store import Store
from domain.events import EventType, Happening
from graph.archive import restored
from models import archive, partitions, readers
from models.engine import Database
from models.event_log import Cursor, append, read_head
from models.health import READERS
from models.partitions import IDS, make_ahead, parts
from models.settings import Settings
from tests.emulator import HUB, Cloud, emulator
from tests.service import FORKING, ROOT, _ready_to_fork, environment
from upkeep.archiving import Archive
from upkeep.retention import Retention

__all__ = ["emulator"]

pytestmark = [pytest.mark.database, pytest.mark.slow]

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=400)


@dataclass
class Bucket:
    """A bucket of a test's own, and what is in it."""

    cloud: Cloud
    name: str

    @property
    def address(self) -> str:
        """As INTERLOCK_ARCHIVE has it."""
        return f"s3://{self.name}/interlock"

    def store(self) -> Store:
        """The archive's."""
        return Store(self.address, client=self.cloud.client("s3"))

    def objects(self) -> list[str]:
        """Keys, in order."""
        found = self.cloud.client("s3").list_objects_v2(Bucket=self.name)
        return [each["Key"] for each in found.get("Contents", [])]

    def body(self, key: str) -> bytes:
        """An object."""
        return bytes(self.cloud.client("s3").get_object(Bucket=self.name, Key=key)["Body"].read())


@pytest.fixture
def bucket(emulator: str) -> Iterator[Bucket]:
    cloud = Cloud(emulator, HUB)
    name = f"archive-{uuid4()}"
    cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return Bucket(cloud, name)


async def write(database: Database, count: int) -> None:
    """Events of a part that nothing more comes into: the next id is of the next part."""
    subject = uuid4()
    async with database.transaction() as session:
        happenings = [Happening(EventType.SERVICE_REGISTERED, "Service", subject, {"n": n}) for n in range(count)]
        await append(session, happenings, "a test")
    async with database.transaction() as session:
        await session.execute(text(f"select setval('event_id_seq', {IDS}, false)"))
    await make_ahead(database, NOW)


async def read_by_all(database: Database) -> None:
    """Every reader of the log is at its end."""
    async with database.transaction() as session:
        head = (await read_head(session)).cursor
        for name in READERS:
            await readers.hold(session, name, str(Cursor(1, 0, 0)))
            await readers.move(session, name, str(head))


def retention(database: Database, bucket: Bucket | None, **more: Any) -> Retention:
    """The worker's part, of events."""
    settings = Settings(keep_events_days=90, archive=bucket.address if bucket else None, **more)
    return Retention(database, settings, asyncio.Event(), bucket.store if bucket else None)


async def value(database: Database, statement: str) -> Any:
    """A statement's only value."""
    async with database.reading() as connection:
        return (await connection.execute(text(statement))).scalar_one()


async def turns(kept: Retention, now: datetime = LATER, most: int = 8) -> None:
    """Several, as the worker has them."""
    for number in range(most):
        await kept.turn(now + timedelta(hours=number))


EVENTS = "select count(*) from event"


async def test_an_old_part_is_archived_read_back_and_dropped(
    database: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages and a manifest, encrypted; what is restored is what was dropped, to the last microsecond."""
    monkeypatch.setattr(archive, "PAGE", 4)
    await write(database, 10)
    await read_by_all(database)
    before = await value(database, "select json_agg(event order by id)::text from event")
    await turns(retention(database, bucket), NOW)
    assert await value(database, EVENTS) == 10  # nothing is old
    await turns(retention(database, bucket))
    assert await value(database, EVENTS) == 0
    names = [f"interlock/event/event_0/{name}" for name in ("00000.jsonl.gz", "00001.jsonl.gz", "00002.jsonl.gz")]
    assert bucket.objects() == [*names, "interlock/event/event_0/manifest.json"]
    manifest = json.loads(bucket.body(bucket.objects()[-1]))
    assert (manifest["rows"], [page["rows"] for page in manifest["pages"]]) == (10, [4, 4, 2])
    lines = [json.loads(line) for name in names for line in gzip.decompress(bucket.body(name)).splitlines()]
    assert [line["payload"]["n"] for line in lines] == list(range(10))
    async with database.reading() as connection:
        head = await read_head(connection)
    assert (str(head.beginning), manifest["lastCursor"]) == (manifest["lastCursor"], str(head.beginning))
    encrypted = bucket.cloud.client("s3").head_object(Bucket=bucket.name, Key=names[0])
    assert encrypted["ServerSideEncryption"] == "AES256"
    env = environment(database.url, **bucket.cloud.environment, INTERLOCK_ARCHIVE=bucket.address)
    listed = await asyncio.to_thread(graph, env, "archive", "list")
    assert "event_0" in listed.stdout
    assert "10 rows" in listed.stdout
    assert "dropped" in listed.stdout
    for _ in range(2):
        done = await asyncio.to_thread(graph, env, "archive", "restore", "event_0")
        assert done.stdout.startswith("10 rows are in the table restored.event_0."), done.stderr
    assert await value(database, "select json_agg(e order by id)::text from restored.event_0 as e") == before


def graph(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m graph …`, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "graph", *arguments], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )


async def test_what_is_asked_of_no_archive_is_refused(database: Database, bucket: Bucket) -> None:
    """Without the setting, for a name that is none, for a part that is not there: a sentence, and exit code 1."""
    env = environment(database.url, **bucket.cloud.environment)
    archived = env | {"INTERLOCK_ARCHIVE": bucket.address}
    for given, arguments, said in (
        (env, ("list",), "INTERLOCK_ARCHIVE is not set"),
        (archived, ("restore", "event_7"), "There is no 'event_7'"),
        (archived, ("restore", "event; drop"), "is no part's name"),
        (env | {"INTERLOCK_ARCHIVE": "s3://no-such-bucket-x"}, ("list",), "cannot be read: NoSuchBucket"),
    ):
        done = await asyncio.to_thread(graph, given, "archive", *arguments)
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


async def test_nothing_is_dropped_that_a_reader_has_not_read(database: Database, bucket: Bucket) -> None:
    """It is archived, and stays until the last reader has passed it: one that nobody ever started as well."""
    await write(database, 3)
    kept = retention(database, bucket)
    await turns(kept)
    assert (await value(database, EVENTS), len(bucket.objects())) == (3, 2)
    await read_by_all(database)
    async with database.transaction() as session:
        await readers.move(session, "traces", str(Cursor(1, 1, 1)))
    await turns(kept, LATER + timedelta(days=1))
    assert await value(database, EVENTS) == 3
    await read_by_all(database)
    await turns(kept, LATER + timedelta(days=2))
    assert await value(database, EVENTS) == 0


async def test_without_an_archive_nothing_is_dropped_unless_it_is_said(database: Database) -> None:
    """A time to keep is not enough: INTERLOCK_DROP_UNARCHIVED=1 says it."""
    await write(database, 3)
    await read_by_all(database)
    await turns(retention(database, None))
    assert await value(database, EVENTS) == 3
    await turns(retention(database, None, drop_unarchived=True))
    assert await value(database, EVENTS) == 0


async def test_what_was_changed_in_the_archive_keeps_the_part(
    database: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is not what was written is noticed before anything is dropped; removed, it is written anew."""
    monkeypatch.setattr(archive, "PAGE", 2)
    await write(database, 4)
    await read_by_all(database)
    s3, page = bucket.cloud.client("s3"), "interlock/event/event_0/00000.jsonl.gz"
    await one_page(database, bucket)
    facts = s3.head_object(Bucket=bucket.name, Key=page)["Metadata"]
    s3.put_object(Bucket=bucket.name, Key=page, Body=b"something else", Metadata=facts)
    kept = retention(database, bucket)
    await turns(kept)
    assert await value(database, EVENTS) == 4
    s3.delete_object(Bucket=bucket.name, Key=page)
    await turns(kept, LATER + timedelta(days=1))
    assert await value(database, EVENTS) == 0


async def one_page(database: Database, bucket: Bucket) -> None:
    """The first page of the first part is written, and the process ends."""
    async with database.reading() as connection:
        part = (await parts(connection, "event"))[0]
        found = await archive.extent(connection, part)
        log = await archive.log_name(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("upkeep.archiving.PAGES_AT_ONCE", 1)
        assert await Archive(bucket.store(), log).write(database, part, found, asyncio.Event()) is None


async def test_the_archive_of_another_installation_is_left_alone(database: Database, bucket: Bucket) -> None:
    """Its pages are not taken for one's own: nothing is dropped, nothing is overwritten."""
    await write(database, 4)
    await read_by_all(database)
    bucket.store().put("event/event_0/00000.jsonl.gz", b"theirs", "application/gzip", log="another", rows="4")
    await turns(retention(database, bucket))
    assert await value(database, EVENTS) == 4
    assert bucket.body("interlock/event/event_0/00000.jsonl.gz") == b"theirs"


async def test_while_s3_is_away_nothing_is_dropped(database: Database, bucket: Bucket) -> None:
    """It is tried again, and done when it is back."""
    await write(database, 4)
    await read_by_all(database)
    away = Bucket(Cloud("http://127.0.0.1:9", HUB), bucket.name)
    kept = Retention(database, Settings(keep_events_days=90, archive=bucket.address), asyncio.Event(), away.store)
    await kept.turn(LATER)
    assert await value(database, EVENTS) == 4
    await turns(retention(database, bucket))
    assert await value(database, EVENTS) == 0


def killed(env: dict[str, str], step: str, after: int) -> None:
    """In a process of its own: the worker's turns, ended by SIGKILL when a step is taken once more than `after`."""
    os.environ.clear()
    os.environ.update(env)
    archive.PAGE = 2
    place, _, name = step.partition(".")
    owner: Any = {"Store": Store, "archive": archive, "partitions": partitions}[place]
    original, calls = getattr(owner, name), 0

    def killing(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > after:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*given, **named)

    setattr(owner, name, killing)

    async def work() -> None:
        async with Database(env["INTERLOCK_DATABASE_URL"]) as database:
            await turns(Retention(database, Settings(), asyncio.Event()))

    asyncio.run(work())


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("Store.put", 0),
        ("Store.put", 2),
        ("Store.put", 5),
        ("Store.get", 1),
        ("archive.keep", 0),
        ("archive.held_by", 0),
        ("partitions.drop", 0),
        ("partitions._keep", 0),
    ],
)
async def test_killed_at_each_step(
    database: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    """Killed before a page, between pages, before the manifest, while it reads back, before and amid the dropping: the
    next process ends it, and nothing is lost or there twice.
    """
    await write(database, 10)
    await read_by_all(database)
    before = await value(database, "select json_agg(event order by id)::text from event")
    env = environment(
        database.url,
        **bucket.cloud.environment,
        INTERLOCK_ARCHIVE=bucket.address,
        INTERLOCK_KEEP_EVENTS_DAYS="90",
    )
    _ready_to_fork()
    process = FORKING.Process(target=killed, args=(env, step, after), daemon=True)
    process.start()
    await asyncio.to_thread(process.join, 60)
    assert process.exitcode == -signal.SIGKILL
    there = await value(database, EVENTS)
    assert there in (0, 10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "PAGE", 2)
        await turns(retention(database, bucket))
    assert await value(database, EVENTS) == 0
    assert len(bucket.objects()) == 6
    monkeypatch.setattr("graph.archive.Store", lambda *_: bucket.store())
    said: list[str] = []
    await restored(database, Settings(archive=bucket.address), "event_0", said.append)
    assert said == ["10 rows are in the table restored.event_0. Drop it when you have read them."]
    assert await value(database, "select json_agg(e order by id)::text from restored.event_0 as e") == before


async def test_envelopes_and_their_receipts_go_by_months(database: Database, bucket: Bucket) -> None:
    """A month of envelopes is dropped, and with it the receipts by which what repeats them would be known."""
    with psycopg.connect(database.address, autocommit=True) as connection:
        connection.execute("insert into envelope_receipt (event_id) values ('e-1')")
        connection.execute(
            "insert into envelope (id, event_id, detail_type, body, time)"
            " values ('01900000-0000-7000-8000-000000000000', 'e-1', 'd', '{}', now())"
        )
    settings = Settings(keep_envelopes_days=35, archive=bucket.address)
    await turns(Retention(database, settings, asyncio.Event(), bucket.store))
    for table in ("envelope", "envelope_receipt"):
        assert await value(database, f"select count(*) from {table}") == 0
    async with database.reading() as connection:
        assert (await read_head(connection)).beginning is None
    assert await partitions.make_ahead(database, NOW) == []
    assert "interlock/envelope/envelope_first/manifest.json" in bucket.objects()
