"""Columns that every table spells the same way."""

from __future__ import annotations

from datetime import datetime
from enum import Enum as PythonEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Enum, ForeignKey, Index, Text, TextClause, column, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType
from uuid_utils.compat import uuid7


class Kept:
    """What every configured row has beside its fields: how often it was changed, and whether it is still in the fleet.

    version: 1 when it came to be, one more with each change; an edit names the version that it was made from.
    """

    version: Mapped[int] = mapped_column(default=1, server_default="1")
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def key() -> Mapped[UUID]:
    """A primary key that sorts by time of creation (UUIDv7)."""
    return mapped_column(primary_key=True, default=uuid7)


def refers(target: str, *, index: bool = True) -> Mapped[Any]:
    """A foreign key. Rows are archived, never deleted under their dependents.

    It is indexed: the graph follows every relation from both its ends, and before a row is deleted its dependents are
    looked for. index: False where another index, or a constraint, begins with it.
    """
    return mapped_column(ForeignKey(target, ondelete="RESTRICT"), index=index)


def index(*names: str, serves: str, name: str | None = None, where: str | None = None, **options: Any) -> Index:
    """An index beyond those of foreign keys and constraints.

    serves: what needs it, `path::name` of a statement, or of the function that makes it: the first of them, if several
    do. name: as the convention has it, if left out. where: the rows that are in it, if not all are.
    """
    rows: dict[str, Any] = {} if where is None else {"postgresql_where": text(where)}
    return Index(name, *names, info={"serves": serves}, **rows, **options)


def unique_among(*names: str, name: str, where: TextClause) -> ExcludeConstraint:
    """Unique together among some rows, at the end of the transaction: two rows may change places in one."""
    pairs: list[Any] = [(column(each), "=") for each in names]
    return ExcludeConstraint(*pairs, name=name, using="btree", where=where, deferrable=True, initially="DEFERRED")


def moment() -> Mapped[Any]:
    """A point in time, kept in UTC."""
    return mapped_column(DateTime(timezone=True))


def created() -> Mapped[datetime]:
    """When the row came to be: the time of its transaction."""
    return mapped_column(DateTime(timezone=True), server_default=func.now())


def texts() -> Mapped[Any]:
    """A list of texts, empty where nothing is said."""
    return mapped_column(ARRAY(Text), server_default="{}")


def word(kind: type[PythonEnum], *, server_default: str | None = None) -> Mapped[Any]:
    """One of an enumeration's values, as text with a CHECK constraint: readable in SQL."""
    return mapped_column(
        Enum(
            kind,
            native_enum=False,
            create_constraint=True,
            length=30,
            name=kind.__name__.lower(),
            values_callable=lambda words: [each.value for each in words],
        ),
        server_default=server_default,
    )


def document() -> Mapped[Any]:
    """A JSON document whose shape its owner's docstring gives."""
    return mapped_column(JSONB(none_as_null=True))
