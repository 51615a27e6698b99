"""A selection becomes SQL: one expression that builds the JSON of one object, and all that hangs below it.

To-one relations are joined, to-many relations and polymorphic subjects are correlated subqueries. Fields of code
find their columns under the key `$`, which no GraphQL name can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, inspect, literal, select
from sqlalchemy.orm import RelationshipProperty, aliased

from graph.planner import paging
from graph.planner.joins import MANY, TOPOLOGY, Alias, Joins
from graph.planner.mapping import LISTS, LOADS, NEEDS, SAME, SUBJECT, TABLES, VIEWS, NotPlannable
from graph.planner.objects import json_object, json_or, json_rows
from graph.planner.selection import Selected
from models.base import Base

HIDDEN = "$"


def row_of(
    table: type[Base], type_name: str, children: Sequence[Selected], *, tagged: bool = False
) -> tuple[Alias, Select[Any]]:
    """A fresh alias of the table and a statement for the JSON of its rows, to be narrowed by the caller.

    tagged: the JSON says which type it is, for the fields of code behind an interface.
    """
    alias: Alias = aliased(table)
    joins = Joins()
    json = build_object(alias, type_name, children, joins, tagged=tagged)
    return alias, joins.of(select(json).select_from(alias))


def has_code(asked: Selected) -> bool:
    """Whether a field of code is asked for anywhere below."""
    return any(needs(child) or has_code(child) for child in _below(asked))


def loads(asked: Selected) -> bool:
    """Whether a field that loads is asked for anywhere below."""
    return any(bool(child.definition and LOADS in child.definition.metadata) or loads(child) for child in _below(asked))


def _below(asked: Selected) -> Iterator[Selected]:
    return chain(asked.children, *asked.options.values())


def global_id(type_name: str, key: ColumnElement[Any]) -> ColumnElement[Any]:
    """Relay's id: base64 of `Type:key`; 72 characters at most, and PostgreSQL breaks lines at 76."""
    text = func.concat(type_name + ":", cast(key, Text))
    return func.encode(func.convert_to(text, "UTF8"), "base64")


def build_object(
    alias: Alias, type_name: str, children: Sequence[Selected], joins: Joins, *, tagged: bool = False
) -> ColumnElement[Any]:
    """The JSON of one row; the relations that it needs are added to `joins`."""
    pairs = [(child.key, _value(alias, type_name, child, joins)) for child in children if not needs(child)]
    hidden = sorted({column for child in children for column in needs(child)})
    if hidden or tagged:
        columns: list[tuple[str, ColumnElement[Any]]] = [("__typename", literal(type_name))]
        pairs.append((HIDDEN, json_object(columns + [(name, getattr(alias, name)) for name in hidden])))
    return json_object(pairs)


def alias_type(alias: Alias) -> str:
    """The GraphQL type, which is the mapped class's name."""
    return str(inspect(alias).mapper.class_.__name__)


def needs(child: Selected) -> tuple[str, ...]:
    """The columns that a field of code needs; none for a field that SQL answers."""
    return child.definition.metadata.get(NEEDS, ()) if child.definition else ()


def _value(alias: Alias, type_name: str, child: Selected, joins: Joins) -> ColumnElement[Any]:
    if child.name == "__typename":
        return literal(type_name)
    if child.name == "id":
        return global_id(type_name, alias.id)
    said = child.definition.metadata if child.definition else {}
    for kind, build in _DECLARED.items():
        if kind in said:
            return build(alias, child, joins)
    return _mapped(alias, type_name, child, joins)


def _mapped(alias: Alias, type_name: str, child: Selected, joins: Joins) -> ColumnElement[Any]:
    """A column, or what a relation leads to."""
    mapper = inspect(alias).mapper
    attribute = mapper.attrs.get(child.name)
    if attribute is None:
        raise NotPlannable(f"{type_name}.{child.name} is neither mapped nor code with declared columns")
    if not isinstance(attribute, RelationshipProperty):
        return getattr(alias, child.name)
    if attribute.uselist:
        return _to_many(alias, child)
    return _to_one(alias, child, joins)


def _to_one(alias: Alias, child: Selected, joins: Joins) -> ColumnElement[Any]:
    relation, table = getattr(alias, child.name), TABLES[child.type_name]
    other: Alias = aliased(table)
    if not (joins.many and table in TOPOLOGY and _shared(table, child.children)):
        joins.add(relation.of_type(other))
        return json_or(case((other.id.is_not(None), build_object(other, child.type_name, child.children, joins))))
    below = Joins()
    json = build_object(other, child.type_name, child.children, below).label("json")
    written = (
        below.of(select(other.id, json).select_from(other)).offset(0).subquery()
    )  # OFFSET: PostgreSQL keeps it apart
    ((local, _),) = relation.property.local_remote_pairs
    joins.add(written, getattr(alias, local.key) == written.c.id)
    return json_or(written.c.json)


def _shared(table: type[Base], children: Sequence[Selected]) -> bool:
    """Whether a row's JSON is made of its columns, and of to-one relations to more of the topology."""
    return all(not needs(child) and _is_shared(inspect(table).attrs.get(child.name), child) for child in children)


def _is_shared(attribute: Any, child: Selected) -> bool:
    if not isinstance(attribute, RelationshipProperty):
        return attribute is not None or child.name == "__typename"
    table = attribute.mapper.class_
    return not attribute.uselist and table in TOPOLOGY and _shared(table, child.children)


def _to_many(alias: Alias, child: Selected) -> ColumnElement[Any]:
    node_type = paging.node_type(child)
    related: Alias = aliased(TABLES[node_type])
    relation = getattr(alias, child.name)
    condition = relation.of_type(related).expression
    if relation.property.secondary is not None:
        condition = select(literal(1)).where(condition).correlate(alias, related).exists()
    return paging.connection(related, child, build_object, condition, outer=alias)


def _same_row(alias: Alias, child: Selected, joins: Joins) -> ColumnElement[Any]:
    return build_object(alias, child.type_name, child.children, joins)


def _list(alias: Alias, child: Selected, _: Joins) -> ColumnElement[Any]:
    """The rows of a list that no relation gives, in its order."""
    rows_of, most = child.definition.metadata[LISTS]  # type: ignore[union-attr]
    related: Alias = aliased(VIEWS[child.type_name])
    conditions, order = rows_of(related, alias)
    size = most or paging.page_size(child.arguments)
    joins = Joins(many=size >= MANY)
    json = build_object(related, child.type_name, child.children, joins).label("json")
    rows = joins.of(select(json).select_from(related)).where(*conditions).order_by(*order)
    some = rows.limit(size).correlate(alias).subquery()
    return select(json_rows(some.c.json)).select_from(some).scalar_subquery()


def _subject(alias: Alias, child: Selected, _: Joins) -> ColumnElement[Any]:
    type_column, id_column = child.definition.metadata[SUBJECT]  # type: ignore[union-attr]
    branches = []
    for type_name, children in child.options.items():
        if type_name == alias_type(alias):
            continue  # an event is not about an event
        other, found = row_of(TABLES[type_name], type_name, children, tagged=has_code(child))
        branch = found.correlate(alias).where(other.id == getattr(alias, id_column)).scalar_subquery()
        branches.append((getattr(alias, type_column) == type_name, branch))
    return json_or(case(*branches))


_DECLARED = {SUBJECT: _subject, LISTS: _list, SAME: _same_row}
"""What a field declares that is neither a column nor a relation, and what builds it."""
