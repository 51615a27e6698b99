"""The history of the configuration: what each change did, and the configuration as it was after any of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, insert, literal, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.configuration.changing import Entry
from domain.configuration.configuration import Configuration, key_of
from domain.configuration.entities import CLASSES
from domain.configuration.fields import fields_of, plain
from domain.configuration.kinds import Kind
from models.configuration import Written
from models.event_log import Cursor
from models.tables import Change, ChangeEntry, LogEpoch
from models.tables.columns import Xid8


async def record(session: AsyncSession, change: Change, written: Sequence[Written]) -> None:
    """Keeps a change with what it did to each entity."""
    epoch = select(func.coalesce(func.max(LogEpoch.epoch), 1)).scalar_subquery()
    change.id = uuid7()
    change.epoch = (await session.scalars(select(epoch))).one()
    session.add(change)
    await session.flush()
    rows = [
        {
            "id": uuid7(),
            "change_id": change.id,
            "number": change.number,
            "position": position,
            "operation": each.entry.operation,
            "kind": each.entry.kind.value,
            "name": each.entry.key,
            "entity_id": each.row.id,
            "version": each.row.version,
            "before": fields(each.entry.before),
            "after": fields(each.entry.after),
        }
        for position, each in enumerate(written, start=1)
    ]
    await session.execute(insert(ChangeEntry), rows)


def fields(entity: Any) -> dict[str, Any] | None:
    """An entity as it is kept, and told: all of its fields under their public names."""
    if entity is None:
        return None
    return {each.public: plain(getattr(entity, name)) for name, each in fields_of(type(entity)).items()}


def entity(kind: Kind, kept: dict[str, Any]) -> Any:
    """The entity that was kept. A field that came later has its default; one that is gone is passed over."""
    declared = fields_of(CLASSES[kind]).values()
    return CLASSES[kind](**{each.name: each.restored(kept[each.public]) for each in declared if each.public in kept})


async def configuration_after(session: AsyncSession, number: int) -> Configuration:
    """The configuration as it was after a change."""
    latest = (
        select(ChangeEntry.kind, ChangeEntry.after)
        .ext(distinct_on(ChangeEntry.entity_id))
        .where(ChangeEntry.number <= number)
        .order_by(ChangeEntry.entity_id, ChangeEntry.number.desc())
    )
    found: dict[str, dict[str, Any]] = {kind.plural: dict(Configuration().of(kind)) for kind in Kind}
    for name, after in await session.execute(latest):
        if after is not None:
            kind = Kind(name)
            made = entity(kind, after)
            found[kind.plural][key_of(made)] = made
    return Configuration(**found)


async def change_numbered(session: AsyncSession, number: int) -> Change | None:
    """The change of this number."""
    return (await session.scalars(select(Change).where(Change.number == number))).one_or_none()


async def change_at(session: AsyncSession, time: datetime) -> int:
    """The number of the last change that was made by then; 0 where there was none."""
    statement = select(func.coalesce(func.max(Change.number), 0)).where(Change.time <= time)
    return int((await session.scalars(statement)).one())


async def change_by(session: AsyncSession, cursor: Cursor) -> int:
    """The number of the last change that committed before this position of the log, or made the event there."""
    position = tuple_(literal(cursor.epoch), cast(literal(str(cursor.xid), Text), Xid8))
    statement = select(func.coalesce(func.max(Change.number), 0)).where(tuple_(Change.epoch, Change.xid) <= position)
    return int((await session.scalars(statement)).one())


async def change_with_key(session: AsyncSession, actor: str, key: str) -> Change | None:
    """The change that this actor asked for under this idempotency key."""
    statement = select(Change).where(Change.actor == actor, Change.idempotency_key == key)
    return (await session.scalars(statement)).one_or_none()


async def entries_of(session: AsyncSession, number: int) -> list[tuple[Entry, UUID, int]]:
    """What a change did, in its order, with each row's key and its version after it."""
    statement = select(ChangeEntry).where(ChangeEntry.number == number).order_by(ChangeEntry.position)
    return [(_entry(each), each.entity_id, each.version) for each in await session.scalars(statement)]


def _entry(kept: ChangeEntry) -> Entry:
    kind = Kind(kept.kind)
    before = entity(kind, kept.before) if kept.before is not None else None
    after = entity(kind, kept.after) if kept.after is not None else None
    return Entry(kind, kept.name, before, after)


async def since(session: AsyncSession, number: int, entity_id: UUID | None = None) -> list[tuple[Change, ChangeEntry]]:
    """Changes after a number with their entries, the oldest first; of one entity, or of all. 20 at most."""
    statement = select(Change, ChangeEntry).join(ChangeEntry, ChangeEntry.change_id == Change.id)
    statement = statement.where(Change.number > number)
    if entity_id is not None:
        statement = statement.where(ChangeEntry.entity_id == entity_id)
    rows = await session.execute(statement.order_by(Change.number, ChangeEntry.position).limit(20))
    return [(row[0], row[1]) for row in rows]


async def since_version(session: AsyncSession, entity_id: UUID, version: int) -> list[tuple[Change, ChangeEntry]]:
    """What was done to one entity after a version of it, the oldest first."""
    statement = (
        select(Change, ChangeEntry)
        .join(ChangeEntry, ChangeEntry.change_id == Change.id)
        .where(ChangeEntry.entity_id == entity_id, ChangeEntry.version > version)
        .order_by(ChangeEntry.version)
        .limit(20)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def last_of(session: AsyncSession, kind: Kind, name: str) -> list[tuple[Change, ChangeEntry]]:
    """What was done last to the entity of this name; nothing where there never was one."""
    statement = (
        select(Change, ChangeEntry)
        .join(ChangeEntry, ChangeEntry.change_id == Change.id)
        .where(ChangeEntry.kind == kind.value, ChangeEntry.name == name)
        .order_by(ChangeEntry.number.desc())
        .limit(1)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
