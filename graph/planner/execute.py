"""A planned read is run: one statement, fields of code filled in, the bytes passed on.

Each function answers the field that is being resolved. The answer is an `orjson.Fragment`, which the executor does not
look into (graph/executor.py), or None.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import strawberry
from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import aliased

from domain.errors import InvalidValue
from graph.planner import compile as compiler
from graph.planner import paging
from graph.planner.mapping import TABLES, compute
from graph.planner.selection import Selected, selected
from models import tables
from models.base import Base

Answer: TypeAlias = Any
"""An `orjson.Fragment`, or None: whatever type the field has, the executor passes it on."""


async def one(info: strawberry.Info[Any], table: type[Base], **where: Any) -> Answer:
    """The row whose columns have these values."""
    asked = selected(info)
    return await _answer(info, asked, _as_text(_row(asked, table.__name__, where)))


async def row(info: strawberry.Info[Any], table: type[Base], key: Any) -> Any:
    """The row with this key, for a field whose type says that there is one."""
    return None if key is None else await one(info, table, id=key)


async def connection(info: strawberry.Info[Any]) -> Any:
    """All rows of the connection's table, a page of them."""
    asked = selected(info)
    alias = aliased(TABLES[paging.node_type(asked)])
    expression = paging.connection(alias, asked, compiler.build_object, None, None)
    return await _answer(info, asked, select(cast(expression, Text)))


async def node(info: strawberry.Info[Any], global_id: str) -> Any:
    """The row that a global id names; its own type's selection is what counts."""
    asked = selected(info)
    type_name, key = parse_id("id", global_id)
    return await _answer(info, asked, _as_text(_row(asked, type_name, {"id": key})))


async def nodes(info: strawberry.Info[Any], global_ids: Sequence[str]) -> Any:
    """The rows that the global ids name, in their order, null for one that is not there; still one statement."""
    asked = selected(info)
    if len(global_ids) > paging.LARGEST_PAGE:
        raise InvalidValue("ids", f"{len(global_ids)} ids", f"at most {paging.LARGEST_PAGE} ids")
    keys = [parse_id("ids", each) for each in global_ids]
    found = [_row(asked, type_name, {"id": key}).scalar_subquery() for type_name, key in keys]
    return await _answer(info, asked, select(cast(func.json_build_array(*found), Text)))


async def rows(info: strawberry.Info[Any], table: type[Base], keys: Sequence[Any]) -> Any:
    """The rows with these keys, in their order, for a field that is a list of them."""
    asked = selected(info)
    found = [_row(asked, table.__name__, {"id": key}).scalar_subquery() for key in keys]
    return await _answer(info, asked, select(cast(func.json_build_array(*found), Text)))


def key_of(global_id: str, type_name: str, field: str) -> Any:
    """The key behind a global id that must be of one type."""
    found, key = parse_id(field, global_id)
    if found != type_name:
        raise InvalidValue(field, global_id, f"the id of a {type_name}, not of a {found}")
    return key


def parse_id(field: str, global_id: str) -> tuple[str, Any]:
    """The type and key of a global id; `InvalidValue` when this graph cannot have made it."""
    try:
        type_name, key = base64.b64decode(global_id, validate=True).decode().split(":", 1)
        return type_name, int(key) if TABLES[type_name] is tables.Event else UUID(key)
    except (ValueError, KeyError, binascii.Error):
        raise InvalidValue(field, global_id, "an id that this graph returned") from None


def global_id(type_name: str, key: object) -> str:
    """The global id of a row."""
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def _row(asked: Selected, type_name: str, where: dict[str, Any]) -> Select[Any]:
    children = asked.options.get(type_name, asked.children)
    tagged = bool(asked.options) and compiler.has_code(asked)
    alias, statement = compiler.row_of(TABLES[type_name], type_name, children, tagged=tagged)
    return statement.where(*(getattr(alias, name) == value for name, value in where.items()))


def _as_text(statement: Select[Any]) -> Select[Any]:
    json = statement.selected_columns[0]
    return statement.with_only_columns(cast(json, Text), maintain_column_froms=True)


async def _answer(info: strawberry.Info[Any], asked: Selected, statement: Select[Any]) -> Answer:
    async with info.context.database.reads.connect() as reader:
        text: str | None = await reader.scalar(statement)
    if text is None:
        return None
    if compiler.has_code(asked):
        return orjson.Fragment(orjson.dumps(_completed(asked, orjson.loads(text))))
    return orjson.Fragment(text)


def _completed(asked: Selected, value: Any) -> Any:
    """The value with its fields of code filled in, in the order of the selection."""
    if isinstance(value, list):
        return [_completed(asked, each) for each in value]
    if not isinstance(value, dict) or not (asked.children or asked.options):
        return value
    if asked.options and compiler.HIDDEN not in value:
        return value  # a row behind an interface that asks for no field of code
    columns = value.get(compiler.HIDDEN, {})
    children = asked.options[columns["__typename"]] if asked.options else asked.children
    return {child.key: _child(child, value, columns) for child in children}


def _child(child: Selected, value: dict[str, Any], columns: dict[str, Any]) -> Any:
    if child.definition and compiler.needs(child):
        return compute(child.definition, columns)
    return _completed(child, value[child.key])
