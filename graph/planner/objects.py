"""JSON of any length, written in SQL: text that is joined, in the order of the selection.

`json_build_object` finds out for each argument of each row how it is written, and copies what was written below it:
joining text, whose names are constants, takes about half of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    Alias,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Enum,
    Integer,
    Null,
    Table,
    Text,
    cast,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by


class Json(Text):
    """Text that is JSON, and never NULL: it stands in an object or a list as it is."""


Part: TypeAlias = str | ColumnElement[Any]
"""Of a text: what is the same in all rows, or SQL that is not."""
NULL = "null"
_COMMA = literal_column("','", Text)


def json_object(pairs: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[str]:
    """An object of these names and values."""
    parts: list[Part] = []
    for number, (name, value) in enumerate(pairs):
        parts += ["," if number else "{", f"{_said(name)}:", *_written(value)]
    return _joined([*parts, "}"] if pairs else ["{}"])


def json_list(values: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """A list of these values."""
    parts: list[Part] = []
    for number, value in enumerate(values):
        parts += ["," if number else "[", *_written(value)]
    return _joined([*parts, "]"] if values else ["[]"])


def json_rows(
    json: ColumnElement[str], order: Sequence[Any] = (), where: ColumnElement[bool] | None = None
) -> ColumnElement[str]:
    """A list with what each row is written as. order: that of the rows, where they do not come in it."""
    found = func.string_agg(json, aggregate_order_by(_COMMA, *order) if order else _COMMA)
    return _joined(["[", func.coalesce(found if where is None else found.filter(where), _constant("")), "]"])


def json_or(json: ColumnElement[Any], otherwise: str = NULL) -> ColumnElement[str]:
    """JSON of something that may not be there."""
    return type_coerce(func.coalesce(json, _constant(otherwise)), Json())


def _written(value: ColumnElement[Any]) -> Iterator[Part]:
    """How a value is written in JSON."""
    if isinstance(value, BindParameter | Null):
        yield _said(getattr(value, "value", None))
    elif isinstance(value.type, Json):
        yield value
    elif not _always(value):
        yield func.coalesce(_concatenated(_word(value)), _constant(NULL))
    else:
        yield from _word(value)


def _word(value: ColumnElement[Any]) -> Sequence[Part]:
    if isinstance(value.type, Enum):
        return '"', cast(value, Text), '"'  # a word of our own needs no escape
    if isinstance(value.type, Integer | Boolean):
        return (cast(value, Text),)
    return (cast(func.to_json(value), Text),)


def _always(value: ColumnElement[Any]) -> bool:
    """Whether it is a table's own column that has a value in each row."""
    column = value.__clause_element__() if hasattr(value, "__clause_element__") else value
    if not isinstance(column, Column) or column.nullable:
        return False
    return isinstance(column.table.element if isinstance(column.table, Alias) else column.table, Table)


def _said(value: Any) -> str:
    return orjson.dumps(value).decode()


def _joined(parts: Iterable[Part]) -> ColumnElement[str]:
    """The parts as one text; constants beside each other are one."""
    merged: list[Part] = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return type_coerce(_concatenated(merged), Json())


def _concatenated(parts: Iterable[Part]) -> ColumnElement[Any]:
    sql = (_constant(part) if isinstance(part, str) else part for part in parts)
    return reduce(lambda left, right: left.concat(right), sql)


def _constant(text: str) -> ColumnElement[str]:
    """Text in the statement itself, where PostgreSQL plans with it."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)
