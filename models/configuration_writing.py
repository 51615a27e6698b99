"""The configuration written: entries as rows, a kind after the other, a few statements for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.configuration.changing import Entry
from domain.configuration.entities import CLASSES
from domain.configuration.kinds import ORGANISATION_KEY, Kind
from domain.words import OperationKind
from models.configuration import TABLES, Row, Rows, Stored, Written, columns_of


async def write(
    session: AsyncSession, stored: Stored, entries: Sequence[Entry], now: datetime
) -> tuple[list[Written], dict[Kind, dict[str, Row]]]:
    """The entries, written, and the rows of what is then in the fleet. Constraints are looked at when it commits."""
    rows = {kind: dict(stored.rows[kind]) for kind in Kind}
    written: list[Written] = []
    for kind in Kind:
        of_kind = [each for each in entries if each.kind is kind]
        if of_kind:
            written += await _write_kind(session, kind, of_kind, rows, now)
    order = {(each.kind, each.key): position for position, each in enumerate(entries)}
    written.sort(key=lambda each: order[each.entry.kind, each.entry.key])
    return written, rows


async def _write_kind(
    session: AsyncSession, kind: Kind, entries: Sequence[Entry], rows: Rows, now: datetime
) -> list[Written]:
    table = TABLES[kind]
    archived = await _archived(session, kind, [each.key for each in entries if each.before is None])
    added: list[Entry] = []
    changed: list[Entry] = []
    written = []
    for entry in entries:
        there = rows[kind].get(entry.key) or archived.get(entry.key)
        row = Row(there.id, there.version + 1) if there else Row(uuid7(), 1)
        rows[kind][entry.key] = row
        (changed if there else added).append(entry)
        written.append(Written(entry, row))
    if added:
        await session.execute(insert(table), [_values(each, rows) | {"created_at": now} for each in added])
    if changed:
        await session.execute(update(table), [_values(each, rows) | _standing(each, now) for each in changed])
    await _write_lists(session, kind, entries, rows)
    for entry in entries:
        if entry.after is None:
            del rows[kind][entry.key]
    return written


def _standing(entry: Entry, now: datetime) -> dict[str, Any]:
    """A hold that comes back under its name is another one: it has been there since now."""
    anew = {"created_at": now} if entry.kind is Kind.HOLD and entry.before is None else {}
    return {"archived_at": now if entry.operation is OperationKind.ARCHIVE else None} | anew


async def _archived(session: AsyncSession, kind: Kind, keys: Sequence[str]) -> dict[str, Row]:
    """The rows that come back under the name that they had."""
    table, name = TABLES[kind], CLASSES[kind].KEY
    if not keys:
        return {}
    if name is None:
        one = (await session.execute(select(table.id, table.version))).one_or_none()  # type: ignore[attr-defined]
        return {ORGANISATION_KEY: Row(*one)} if one else {}
    column = getattr(table, name)
    found = await session.execute(select(column, table.id, table.version).where(column.in_(keys)))  # type: ignore[attr-defined]
    return {key: Row(id_, version) for key, id_, version in found}


def _values(entry: Entry, rows: Rows) -> dict[str, Any]:
    """The columns of an entry's row; of an archived one, its key and version alone."""
    row = rows[entry.kind][entry.key]
    values: dict[str, Any] = {"id": row.id, "version": row.version}
    if entry.after is None:
        return values
    columns = columns_of(entry.kind)
    for name, column in columns.plain.items():
        value = getattr(entry.after, name)
        values[column] = list(value) if isinstance(value, tuple) else value
    for name, (column, other) in columns.references.items():
        key = getattr(entry.after, name)
        values[column] = rows[other][key].id if key is not None else None
    return values


async def _write_lists(session: AsyncSession, kind: Kind, entries: Iterable[Entry], rows: Rows) -> None:
    for name, (between, other) in columns_of(kind).lists.items():
        owner, target = between.columns.keys()
        ids = [rows[kind][each.key].id for each in entries if each.before is not None]
        if ids:
            await session.execute(delete(between).where(between.c[owner].in_(ids)))
        pairs = [
            {owner: rows[kind][each.key].id, target: rows[other][key].id}
            for each in entries
            if each.after is not None
            for key in getattr(each.after, name)
        ]
        if pairs:
            await session.execute(insert(between), pairs)
