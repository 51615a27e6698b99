"""A part of the log or of the envelopes in S3: pages of gzipped JSON lines, and a manifest that is written last.

    event/event_3/00000.jsonl.gz   …   event/event_3/manifest.json

Written again it is the same: a process that is killed has left pages, and the next one goes on behind them. All pages
are read back before the manifest is written, and nothing is dropped without one.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from aws.store import Store
from models import archive
from models.archive import Extent
from models.engine import Database
from models.partitions import Part

PAGES_AT_ONCE = 40
"""Of a turn: what else is due is not kept waiting."""
VERSION = 1


class ArchiveError(Exception):
    """What is in the archive is not what was put there; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """One object. first, last: keys. sha256: of its bytes as they are stored."""

    name: str
    rows: int
    first: str
    last: str
    sha256: str


class Archive:
    """The archive in one place. log: the installation whose it is, as `models.archive.log_name` has it."""

    def __init__(self, store: Store, log: str) -> None:
        self.store = store
        self._log = log

    async def write(self, database: Database, part: Part, found: Extent, stop: asyncio.Event) -> tuple[str, str] | None:
        """The manifest's address and SHA-256; None where there are pages to write still, or to stop was asked for.

        Raises ArchiveError, and what AWS raises.
        """
        pages = await asyncio.to_thread(self._written, part)
        for _ in range(PAGES_AT_ONCE):
            if stop.is_set():
                return None
            async with archive.reading(database) as session:
                lines, last = await archive.page(session, part, pages[-1].last if pages else None)
            if not lines:
                return await asyncio.to_thread(self._finish, part, found, pages)
            pages.append(await asyncio.to_thread(self._put, part, len(pages), lines, last))
        return None

    def _written(self, part: Part) -> list[Page]:
        """The pages that are there, without a gap."""
        pages: list[Page] = []
        while (facts := self.store.facts(name := _page_name(part, len(pages)))) is not None:
            if facts.get("log") != self._log:
                raise ArchiveError(
                    f"{self.store.place(name)} is of another installation. Give each its own prefix: INTERLOCK_ARCHIVE."
                )
            pages.append(Page(name, int(facts["rows"]), facts["first"], facts["last"], facts["sha256"]))
        return pages

    def _put(self, part: Part, number: int, lines: list[str], last: str) -> Page:
        body = gzip.compress("".join(f"{line}\n" for line in lines).encode(), 6, mtime=0)
        first = str(orjson.loads(lines[0])["id"])
        page = Page(_page_name(part, number), len(lines), first, last, hashlib.sha256(body).hexdigest())
        facts = {"rows": str(page.rows), "first": first, "last": last, "sha256": page.sha256, "log": self._log}
        self.store.put(page.name, body, "application/gzip", **facts)
        return page

    def _finish(self, part: Part, found: Extent, pages: list[Page]) -> tuple[str, str]:
        """Every page is read back; only then is there a manifest."""
        rows = sum(len(list(self._lines(page))) for page in pages)
        if rows != found.rows:
            raise ArchiveError(
                f"{self.store.place(f'{part.table}/{part.name}')} has {rows} rows, and the part {part.name} has"
                f" {found.rows}. Remove what is there: it is written anew."
            )
        body = orjson.dumps(
            {
                "version": VERSION,
                "log": self._log,
                "table": part.table,
                "part": part.name,
                "bound": part.bound,
                "rows": found.rows,
                "firstTime": found.first_time,
                "lastTime": found.last_time,
                "firstCursor": str(found.first) if found.first else None,
                "lastCursor": str(found.last) if found.last else None,
                "pages": [asdict(page) for page in pages],
            },
            option=orjson.OPT_INDENT_2,
        )
        name = _manifest_name(part.table, part.name)
        self.store.put(name, body, "application/json", log=self._log)
        if self.store.get(name) != body:
            raise ArchiveError(f"{self.store.place(name)} is not what was written. It is written again.")
        return self.store.place(name), hashlib.sha256(body).hexdigest()

    def _lines(self, page: Page) -> Iterator[str]:
        """The rows of a page. Raises ArchiveError where it is not what its manifest says."""
        body = self.store.get(page.name)
        if body is None or hashlib.sha256(body).hexdigest() != page.sha256:
            what = "is not there" if body is None else "was changed"
            raise ArchiveError(
                f"{self.store.place(page.name)} {what}: its SHA-256 should be {page.sha256}. Bring the object's earlier"
                " version back, or, while the part is in the database still, remove the object: it is written anew."
            )
        yield from gzip.decompress(body).decode().splitlines()

    def manifests(self) -> Iterator[dict[str, Any]]:
        """The manifests of all parts that are in the archive."""
        for name in self.store.names():
            if name.endswith("/manifest.json"):
                body = self.store.get(name)
                yield orjson.loads(body or b"{}")

    def manifest(self, table: str, part: str, sha256: str | None) -> dict[str, Any] | None:
        """Of one part; None where it is not in the archive. Raises ArchiveError where its SHA-256 is another."""
        body = self.store.get(_manifest_name(table, part))
        if body is None:
            return None
        if sha256 and hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveError(
                f"{self.store.place(_manifest_name(table, part))} was changed: its SHA-256 should be {sha256}. Bring"
                " the object's earlier version back."
            )
        found: dict[str, Any] = orjson.loads(body)
        return found

    def pages(self, manifest: dict[str, Any]) -> Iterator[list[str]]:
        """The rows of a part, page by page, each of which is what its manifest says."""
        for each in manifest["pages"]:
            yield list(self._lines(Page(**each)))


def _page_name(part: Part, number: int) -> str:
    return f"{part.table}/{part.name}/{number:05}.jsonl.gz"


def _manifest_name(table: str, part: str) -> str:
    return f"{table}/{part}/manifest.json"
