"""Connections: a page of a to-many relation by keyset, its page information, and its count, as one expression.

A cursor is base64 of a JSON list: the values of the table's keyset columns for that row. A page's rows are numbered in
the order in which they were fetched: forwards from `after`, or backwards from `before`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, cast, func, inspect, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from domain.errors import InvalidValue
from graph.planner.joins import MANY, Alias, Joins
from graph.planner.objects import json_object, json_rows
from graph.planner.selection import Selected
from models import event_log
from models.filters import keyset, narrowed
from models.tables import Event
from models.tables.columns import Xid8

DEFAULT_PAGE = 50
LARGEST_PAGE = 500
_LARGEST_INTEGER = 2**31 - 1

BuildObject = Callable[[Alias, str, Any, Joins], ColumnElement[Any]]


def node_type(asked: Selected) -> str:
    """The GraphQL type of a connection's nodes."""
    return asked.type_name.removesuffix("Connection")


def page_size(arguments: Mapping[str, Any]) -> int:
    """How many rows a connection's arguments ask for; `InvalidValue` outside 0 to 500."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise InvalidValue("last", last, "`first` to page forwards or `last` to page backwards, not both")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_PAGE:
            raise InvalidValue(name, size, f"a whole number from 0 to {LARGEST_PAGE}; page on with a cursor")
    return int(next((size for size in (first, last) if size is not None), DEFAULT_PAGE))


def resumed_behind(asked: Selected) -> event_log.Cursor | None:
    """The position of the log that a page of events goes on behind; None for any other page."""
    after = asked.arguments.get("after")
    return event_log.Cursor.parse(after) if after is not None and node_type(asked) == Event.__name__ else None


def connection(
    alias: Alias,
    asked: Selected,
    build: BuildObject,
    related: ColumnElement[bool] | None,
    outer: Alias | None,
) -> ColumnElement[Any]:
    """The JSON of a connection over `alias`: one page of the rows that are related to `outer` and pass the filter."""
    conditions = narrowed(alias, asked.arguments.get("filter") or {})
    if related is not None:
        conditions.append(related)
    page = _Page.of(alias, asked)
    joins = Joins(many=page.size >= MANY)
    objects = [build(alias, node_type(asked), child.children, joins) for child in _nodes(asked)]
    rows = _rows(alias, page, conditions, joins, objects, outer)
    total = select(func.count()).select_from(alias).where(*conditions)
    answer = _Answer(page, rows, (total.correlate(outer) if outer is not None else total).scalar_subquery())
    parts = [(child.key, answer.part(asked, child)) for child in asked.children]
    one = select(json_object(parts)).select_from(rows).having(true())  # one answer, of no rows too
    return one.scalar_subquery()


def _rows(
    alias: Alias,
    page: _Page,
    conditions: list[Any],
    joins: Joins,
    objects: list[Any],
    outer: Alias | None,
) -> Subquery:
    """The page's rows; where they are numbered, one more, which says that there is a next page."""
    columns = [json.label(f"object_{number}") for number, json in enumerate(objects)]
    if page.numbered:
        columns.append(func.row_number().over(order_by=page.order).label("n"))
    statement = joins.of(select(page.cursor.label("cursor"), *columns).select_from(alias))
    statement = statement.where(*conditions, *page.beyond).order_by(*page.order)
    statement = statement.limit(page.size + 1 if page.numbered else page.size)
    return (statement.correlate(outer) if outer is not None else statement).subquery()


def _nodes(asked: Selected) -> list[Selected]:
    """The selections of a connection whose value is a node, in the order in which `_Answer` meets them."""
    return [*asked.child("nodes"), *(node for edge in asked.child("edges") for node in edge.child("node"))]


@dataclass(frozen=True, slots=True)
class _Page:
    """Which rows: how many, in which order, and beyond which cursor.

    numbered: whether the answer says more of the page than its rows, or has them in another order than they come in.
    """

    size: int
    numbered: bool
    backwards: bool
    bounded: bool
    order: list[Any]
    beyond: list[Any]
    cursor: ColumnElement[str]

    @classmethod
    def of(cls, alias: Alias, asked: Selected) -> _Page:
        arguments = asked.arguments
        names, descending = keyset(alias)
        columns = [getattr(alias, name) for name in names]
        backwards = arguments.get("last") is not None
        falling = descending != backwards
        beyond = []
        for argument, follows in (("after", True), ("before", False)):
            if arguments.get(argument) is not None:
                bound = tuple_(*_bound(alias, argument, arguments[argument], columns))
                here = tuple_(*columns)
                beyond.append(here < bound if descending == follows else here > bound)
        return cls(
            size=page_size(arguments),
            numbered=backwards or bool(asked.child("page_info")),
            backwards=backwards,
            bounded=arguments.get("before" if backwards else "after") is not None,
            order=[column.desc() if falling else column.asc() for column in columns],
            beyond=beyond,
            cursor=alias.cursor if _is_log(alias) else _cursor(columns),
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    """A connection's fields over the rows of its page."""

    page: _Page
    rows: Subquery
    total: ColumnElement[int]

    def part(self, asked: Selected, child: Selected) -> ColumnElement[Any]:
        """The value of `edges`, `nodes`, `pageInfo` or `totalCount`."""
        if child.name == "total_count":
            return self.total
        if child.name == "page_info":
            return json_object([(each.key, self._page_info(each)) for each in child.children])
        if child.name == "nodes":
            return self._list(self._node(asked, child))
        if child.name == "edges":
            return self._list(json_object([(each.key, self._edge(asked, each)) for each in child.children]))
        return literal(asked.type_name)

    def _edge(self, asked: Selected, child: Selected) -> ColumnElement[Any]:
        if child.name == "node":
            return self._node(asked, child)
        return self.rows.c.cursor if child.name == "cursor" else literal(f"{node_type(asked)}Edge")

    def _node(self, asked: Selected, child: Selected) -> ColumnElement[Any]:
        number = next(n for n, each in enumerate(_nodes(asked)) if each is child)
        return self.rows.c[f"object_{number}"]

    def _page_info(self, child: Selected) -> ColumnElement[Any]:
        more, bounded = func.count() > self.page.size, literal(self.page.bounded)
        forwards, backwards = (bounded, more) if self.page.backwards else (more, bounded)
        values: dict[str, ColumnElement[Any]] = {
            "has_next_page": forwards,
            "has_previous_page": backwards,
            "start_cursor": self._end(last=self.page.backwards),
            "end_cursor": self._end(last=not self.page.backwards),
        }
        return values.get(child.name, literal("PageInfo"))

    def _end(self, *, last: bool) -> ColumnElement[Any]:
        number = self.rows.c.n.desc() if last else self.rows.c.n.asc()
        cursors = func.array_agg(aggregate_order_by(self.rows.c.cursor, number), type_=ARRAY(Text))
        return cursors.filter(self._within())[1]

    def _list(self, json: ColumnElement[Any]) -> ColumnElement[str]:
        if not self.page.numbered:
            return json_rows(json)
        number = self.rows.c.n.desc() if self.page.backwards else self.rows.c.n.asc()
        return json_rows(json, [number], self._within())

    def _within(self) -> ColumnElement[bool]:
        return self.rows.c.n <= self.page.size


def _is_log(alias: Alias) -> bool:
    """The log's cursors are its own: a page of events and a subscription resume from the same text."""
    return inspect(alias).mapper.class_ is Event


def _bound(alias: Alias, argument: str, cursor: str, columns: list[Any]) -> list[Any]:
    if _is_log(alias):
        position = event_log.Cursor.parse(cursor, argument)
        epoch = select(
            literal(position.epoch)
        ).scalar_subquery()  # unknown to the plan: `models.event_log._place` says why
        return [epoch, cast(literal(str(position.xid)), Xid8), literal(position.id)]
    return [
        literal(value, column.type) for value, column in zip(_values(argument, cursor, columns), columns, strict=True)
    ]


def _cursor(columns: list[Any]) -> ColumnElement[str]:
    text = cast(func.json_build_array(*columns), Text)
    return func.translate(func.encode(func.convert_to(text, "UTF8"), "base64"), "\n", "")


def _values(argument: str, cursor: str, columns: list[Any]) -> list[Any]:
    """The keyset values of a cursor, each as the type of its column."""
    try:
        values = json.loads(base64.b64decode(cursor, validate=True))
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError
        return [_keyed(column.type.python_type, value) for column, value in zip(columns, values, strict=True)]
    except (ValueError, RecursionError, binascii.Error):
        raise InvalidValue(argument, cursor, "a cursor that this connection returned") from None


def _keyed(kind: type, value: Any) -> Any:
    """A cursor's value as its column has it; ValueError for one that the column cannot have."""
    if kind is int and type(value) is int and abs(value) <= _LARGEST_INTEGER:
        return value
    if kind is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind is not int and isinstance(value, str) and "\0" not in value:
        return kind(value)
    raise ValueError
