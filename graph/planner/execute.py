"""A planned read is run: one statement, fields of code filled in, the bytes passed on.

Each function answers the field that is being resolved. The answer is an `orjson.Fragment`, which the executor does not
look into (graph/executor.py), or None.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from domain.errors import InvalidValue
from graph.planner import compile as compiler
from graph.planner import paging
from graph.planner.mapping import TABLES, VIEWS
from graph.planner.objects import json_list, json_or
from graph.planner.plans import Info, Plan, planned
from graph.planner.questions import Question, filled
from graph.planner.selection import Selected, selected
from models import tables
from models.base import Base

Answer: TypeAlias = Any
"""An `orjson.Fragment`, or None: whatever type the field has, the executor passes it on."""


async def one(info: Info, table: type[Base], **where: Any) -> Answer:
    """The row whose columns have these values."""
    plan = planned(info, lambda asked: _row(asked, table.__name__, {name: name for name in where}), *where)
    return await _answer(info, plan, where)


async def row(info: Info, table: type[Base], key: Any) -> Answer:
    """The row with this key, for a field whose type says that there is one."""
    return None if key is None else await one(info, table, id=key)


async def connection(info: Info) -> Answer:
    """All rows of the connection's table, a page of them. Raises CursorTooOld where some of the log's are missing."""

    def build(asked: Selected) -> Select[Any]:
        alias = aliased(TABLES[paging.node_type(asked)])
        return select(paging.connection(alias, asked, compiler.build_object, None, None))

    return await _answer(info, planned(info, build, arguments=True))


async def answered(info: Info, build: Callable[[Selected], Select[Any]], **values: Any) -> Answer:
    """What a statement of one's own answers: the JSON of what is asked for, as text.

    values: the parameters that it has. It is remembered, so it may depend on nothing but what is asked (`planned`).
    """
    return await _answer(info, planned(info, build), values)


async def node(info: Info, global_id: str) -> Answer:
    """The row that a global id names; its own type's selection is what counts."""
    type_name, key = parse_id("id", global_id)
    plan = planned(info, lambda asked: _row(asked, type_name, {"id": "id"}), type_name)
    return await _answer(info, plan, {"id": key})


async def nodes(info: Info, global_ids: Sequence[str]) -> Answer:
    """The rows that the global ids name, in their order, null for one that is not there; still one statement."""
    if len(global_ids) > paging.LARGEST_PAGE:
        raise InvalidValue("ids", f"{len(global_ids)} ids", f"at most {paging.LARGEST_PAGE} ids")
    return await _list(info, [parse_id("ids", each) for each in global_ids])


async def rows(info: Info, table: type[Base], keys: Sequence[Any]) -> Answer:
    """The rows with these keys, in their order, for a field that is a list of them."""
    return await _list(info, [(table.__name__, key) for key in keys])


async def keyed(info: Info, table: type[Base], keys: Sequence[Any]) -> dict[Any, Answer]:
    """The rows with these keys, by key, for fields of several objects that are answered together: one statement."""

    def build(asked: Selected) -> Select[Any]:
        name = asked.type_name if VIEWS.get(asked.type_name) is table else table.__name__
        alias, statement = compiler.row_of(table, name, asked.children)
        return statement.add_columns(alias.id).where(alias.id == any_(bindparam("keys", type_=ARRAY(Uuid))))

    plan = planned(info, build)
    async with info.context.database.reading() as reader:
        found = {key: text for text, key in await reader.execute(plan.statement, {"keys": list(keys)})}
    return dict(zip(found, await filled(info.context.database, plan, list(found.values())), strict=True))


async def _list(info: Info, keys: Sequence[tuple[str, Any]]) -> Answer:
    """Not remembered: the statement is as long as the list."""
    asked = selected(info)
    names = [f"id_{number}" for number in range(len(keys))]
    found = [
        json_or(_row(asked, type_name, {"id": name}).scalar_subquery())
        for name, (type_name, _) in zip(names, keys, strict=True)
    ]
    plan = Plan(asked, select(json_list(found)))
    return await _answer(info, plan, {name: key for name, (_, key) in zip(names, keys, strict=True)})


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
        return type_name, _event_key(key) if TABLES[type_name] is tables.Event else UUID(key)
    except (ValueError, KeyError, binascii.Error):
        raise InvalidValue(field, global_id, "an id that this graph returned") from None


def _event_key(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # PostgreSQL's bigint
        raise ValueError
    return int(text)


def global_id(type_name: str, key: object) -> str:
    """The global id of a row."""
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def _row(asked: Selected, type_name: str, where: Mapping[str, str]) -> Select[Any]:
    """The row whose columns equal parameters that are bound when it is run; where: each column's parameter."""
    children = asked.options.get(type_name, asked.children)
    tagged = bool(asked.options) and compiler.has_code(asked)
    alias, statement = compiler.row_of(TABLES[type_name], type_name, children, tagged=tagged)
    columns = {parameter: getattr(alias, name) for name, parameter in where.items()}
    return statement.where(*(column == bindparam(name, type_=column.type) for name, column in columns.items()))


async def _answer(info: Info, plan: Plan, values: Mapping[str, Any] | None = None) -> Answer:
    """The answer, which is noted where a root field is asked, and somebody wants to know."""
    question, context, path = Question(plan, values or {}), info.context, info._raw_info.path  # noqa: SLF001 - no other way
    noted = context.noted if path.prev is None else None
    if noted is not None and noted.failed is not None:
        raise noted.failed
    answer = await question.answer(context.database)
    if noted is not None:
        noted.questions[str(path.key)] = question
    return answer
