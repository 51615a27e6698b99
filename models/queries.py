"""Rows found by their columns: what the use-cases ask of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import ARRAY, ColumnElement, any_, bindparam, func, select, text
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from domain.errors import Refused
from models.base import Base

Row = TypeVar("Row", bound=Base)

__all__ = [
    "UNKEEPABLE",
    "among",
    "everything",
    "find",
    "locked",
    "most",
    "take_turns",
    "values",
    "wait_for_locks",
]

UNKEEPABLE = (DataError, psycopg.DataError)
"""What is raised for a value that no column can have, such as text with the character NUL."""


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: str) -> ColumnElement[bool]:
    """Whether a column has one of the values that are given under this name, as one list, however many they are.

    With `in_` each number of them is another statement, written, prepared and planned anew.
    """
    return column == any_(bindparam(values, type_=ARRAY(column.type)))


async def find(session: AsyncSession, table: type[Row], **where: Any) -> Row | None:
    """The one row whose columns have these values; the columns are unique together."""
    return (await session.scalars(select(table).filter_by(**where))).one_or_none()


async def locked(session: AsyncSession, table: type[Row], **where: Any) -> Row | None:
    """The same, held against other writers until the transaction ends.

    Rows that refer to it may still be added: whoever holds another row may be about to, and neither waits for ever.
    """
    return (await session.scalars(select(table).filter_by(**where).with_for_update(key_share=True))).one_or_none()


async def wait_for_locks(session: AsyncSession, seconds: float) -> None:
    """From now on the transaction waits for a lock no longer than this: a millisecond at least."""
    await session.execute(_WAIT_FOR_LOCKS, {"wait": f"{round(seconds * 1000)}ms"})


_WAIT_FOR_LOCKS = text("select set_config('lock_timeout', :wait, true)")


async def take_turns(session: AsyncSession, what: str) -> None:
    """Waits for other transactions that do the same, and goes first until this one ends.

    For what rests on rows that another transaction may be about to add: no row is there to be locked. Raises Refused
    where the others take longer than a lock is waited for.
    """
    try:
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))
    except DBAPIError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        message = f"Others are changing the {what} at this moment, and take long."
        raise Refused("BUSY", message, remedy="Ask again in a moment: nothing was changed.") from error


async def everything(session: AsyncSession, table: type[Row], **where: Any) -> Sequence[Row]:
    """All rows whose columns have these values, by key."""
    statement = select(table).filter_by(**where).order_by(*table.__table__.primary_key)
    return (await session.scalars(statement)).all()


async def values(session: AsyncSession, table: type[Base], column: str) -> Sequence[str]:
    """One column of all rows: the names to suggest from."""
    return (await session.scalars(select(getattr(table, column)))).all()


async def most(session: AsyncSession, table: type[Base], column: str, **where: Any) -> int:
    """The largest value of a column, 0 where there is no row."""
    statement = select(func.coalesce(func.max(getattr(table, column)), 0)).filter_by(**where)
    return int((await session.scalars(statement)).one())
