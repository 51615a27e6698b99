"""The configuration as rows: read whole as one value, and written entity by entity.

A field of an entity is the column of its name; a reference is the column `<field>_id`, and a list of references the
table between the two. Everything follows from the declarations of the entities and of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import RelationshipProperty

from domain.configuration.changing import Entry
from domain.configuration.configuration import Configuration, key_of
from domain.configuration.entities import CLASSES
from domain.configuration.fields import Field, fields_of
from domain.configuration.kinds import Kind
from models import tables
from models.base import Base

TABLES: dict[Kind, type[Base]] = {kind: getattr(tables, kind.type_name) for kind in Kind}


class Row(NamedTuple):
    """What a row has beside its entity."""

    id: UUID
    version: int


Rows = dict[Kind, dict[str, Row]]

MEMORY = "configuration"
"""The key in `session.info` of the process's Memory."""
SEEN = "configuration_seen"
"""The key in `session.info` of what a narrowed session sees (`models.narrowing.seeing.Seen`)."""
WRITTEN = "configuration_written"
"""The key in `session.info` of the configuration that the transaction has written, and that counts once it commits."""


@dataclass(frozen=True)
class Stored:
    """The configuration as it is kept. rows: of what is in it.

    number, change: of the last change; 0 and None before the first. After a restore another change has its number.
    """

    configuration: Configuration
    rows: Mapping[Kind, Mapping[str, Row]]
    number: int
    change: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Written:
    """One entry, written: the row's key and its version now."""

    entry: Entry
    row: Row


@dataclass(frozen=True)
class Columns:
    """Where the fields of a kind are kept."""

    plain: Mapping[str, str]
    references: Mapping[str, tuple[str, Kind]]
    lists: Mapping[str, tuple[Table, Kind]]


@cache
def columns_of(kind: Kind) -> Columns:
    table, plain, references, lists = TABLES[kind], {}, {}, {}
    attributes = inspect(table).attrs
    for name, each in fields_of(CLASSES[kind]).items():
        attribute = attributes.get(name)
        if isinstance(attribute, RelationshipProperty) and attribute.secondary is not None:
            assert isinstance(attribute.secondary, Table)
            lists[name] = (attribute.secondary, _refers(each))
        elif f"{name}_id" in attributes and each.told.refers:
            references[name] = (f"{name}_id", _refers(each))
        else:
            plain[name] = name
    return Columns(plain, references, lists)


def _refers(field: Field) -> Kind:
    assert field.told.refers is not None
    return Kind(field.told.refers)


@dataclass
class Memory:
    """The configuration that a process read last, or wrote and committed: shared by its sessions."""

    stored: Stored | None = None

    def keep(self, stored: Stored | None) -> None:
        """Remembers a committed configuration, unless a later one is there already.

        Later is also a smaller number of a later history: keys sort by time.
        """
        if stored is None or stored.change is None:
            return
        there = self.stored
        if there is None or there.change is None or stored.number > there.number or stored.change > there.change:
            self.stored = stored


async def current(session: AsyncSession) -> Stored:
    """The configuration as the session sees it: the one that is remembered, if nothing has changed since.

    A database without changes is read each time: what is in it was not written through the one door.
    Of a narrowed session it is what its viewer sees.
    """
    if (seen := session.info.get(SEEN)) is not None:
        return await seen.stored()  # type: ignore[no-any-return]  # it is made above this module
    last = await _last(session)
    memory: Memory = session.info.get(MEMORY) or Memory()
    written: Stored | None = session.info.get(WRITTEN)
    for known in (written, memory.stored):
        if known is not None and last and known.change == last.id:
            return known
    loaded = await _loaded(session, last)
    if written is None:  # what the transaction itself has written is nobody else's yet
        memory.keep(loaded)
    return loaded


async def _loaded(session: AsyncSession, last: _Last | None) -> Stored:
    """All of it as after one change: read again if another change came in between."""
    while True:
        try:
            loaded = await load(session, last.number if last else 0)
        except KeyError:  # a reference to what came to be after its table was read
            if await _last(session) == last:
                raise
        else:
            if await _last(session) == last:
                return replace(loaded, change=last.id if last else None)
        last = await _last(session)


class _Last(NamedTuple):
    """The last change."""

    number: int
    id: UUID


async def _last(session: AsyncSession) -> _Last | None:
    statement = select(tables.Change.number, tables.Change.id).order_by(tables.Change.number.desc()).limit(1)
    found = (await session.execute(statement)).one_or_none()
    return _Last(*found) if found else None


async def load(session: AsyncSession, number: int) -> Stored:
    """All of it, a statement for each table. To be read under one snapshot, or while nobody else may change it."""
    rows: Rows = {}
    keys: dict[Kind, dict[UUID, str]] = {}
    found = {}
    for kind in Kind:
        entities, rows[kind] = await _entities(session, kind, keys)
        keys[kind] = {row.id: key for key, row in rows[kind].items()}
        if kind is Kind.SERVICE:  # a service may refer to one that comes after it
            entities = await _with_lists(session, kind, entities, keys)
        found[kind.plural] = entities
    return Stored(Configuration(**found), rows, number)


async def _entities(
    session: AsyncSession, kind: Kind, keys: Mapping[Kind, Mapping[UUID, str]]
) -> tuple[dict[str, Any], dict[str, Row]]:
    table, columns, entity = TABLES[kind], columns_of(kind), CLASSES[kind]
    names = [*columns.plain.values(), *(column for column, _ in columns.references.values())]
    statement = select(table.id, table.version, *(getattr(table, name) for name in names))  # type: ignore[attr-defined]
    lists = {} if kind is Kind.SERVICE else await _lists(session, kind, keys)
    entities, rows = {}, {}
    for id_, version, *values in await session.execute(statement.where(table.archived_at.is_(None))):  # type: ignore[attr-defined]
        given = dict(zip([*columns.plain, *columns.references], values, strict=True))
        for name, (_, other) in columns.references.items():
            given[name] = keys[other][given[name]] if given[name] is not None else None
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        made = entity(**given, **{name: tuple(sorted(of.get(id_, ()))) for name, of in lists.items()})
        key = key_of(made)
        entities[key], rows[key] = made, Row(id_, version)
    return entities, rows


async def _with_lists(
    session: AsyncSession, kind: Kind, entities: Mapping[str, Any], keys: Mapping[Kind, Mapping[UUID, str]]
) -> dict[str, Any]:
    lists = await _lists(session, kind, keys)
    by_key = {name: {keys[kind][id_]: tuple(sorted(to)) for id_, to in of.items()} for name, of in lists.items()}
    return {
        key: _replaced(entity, {name: of[key] for name, of in by_key.items() if key in of})
        for key, entity in entities.items()
    }


def _replaced(entity: Any, values: Mapping[str, Any]) -> Any:
    return type(entity)(**{name: values.get(name, getattr(entity, name)) for name in fields_of(type(entity))})


async def _lists(
    session: AsyncSession, kind: Kind, keys: Mapping[Kind, Mapping[UUID, str]]
) -> dict[str, dict[UUID, list[str]]]:
    """For each list of references: the owner's key to the others' names."""
    found: dict[str, dict[UUID, list[str]]] = {}
    for name, (between, other) in columns_of(kind).lists.items():
        pairs: dict[UUID, list[str]] = {}
        for owner, target in await session.execute(select(between)):
            if target in keys[other]:
                pairs.setdefault(owner, []).append(keys[other][target])
        found[name] = pairs
    return found
