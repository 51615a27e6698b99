"""Fields of code are filled into the JSON that PostgreSQL built, in the order of the selection.

Fields that load are gathered from the whole answer first: each function that loads is called once, with the different
rows that need it, and all of them see one state of the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeAlias

import orjson

from graph.planner import compile as compiler
from graph.planner.mapping import LOADS, Load, compute
from graph.planner.selection import Selected
from models.engine import Database
from models.narrowing.seeing import Narrowed

Columns: TypeAlias = dict[str, Any]
Loading: TypeAlias = tuple[Load, bytes]
"""What loads a field's values, and the arguments that the field is asked with, as JSON."""
Fill: TypeAlias = Callable[[Selected, Columns], Any]


async def completed(database: Database | Narrowed, asked: Selected, value: Any) -> Any:
    """The value with its fields of code filled in."""
    waiting: dict[Loading, dict[bytes, Columns]] = defaultdict(dict)

    def gather(child: Selected, columns: Columns) -> None:
        if load := _loading(child):
            needed = _needed(child, columns)
            waiting[load].setdefault(_key(needed), needed)

    _walk(asked, value, gather)
    loaded = await _loaded(database, waiting) if waiting else {}

    def fill(child: Selected, columns: Columns) -> Any:
        assert child.definition is not None
        if load := _loading(child):
            return _shown(child, loaded[load][_key(_needed(child, columns))])
        return compute(child.definition, columns)

    return _walk(asked, value, fill)


async def _loaded(
    database: Database | Narrowed, waiting: Mapping[Loading, Mapping[bytes, Columns]]
) -> dict[Loading, dict[bytes, Any]]:
    """The values of the rows, by the function that loads them and what it is given."""
    found: dict[Loading, dict[bytes, Any]] = {}
    async with database.snapshot() as session:
        for (load, arguments), rows in waiting.items():
            given = [SimpleNamespace(**columns) for columns in rows.values()]
            values = await load(session, given, **orjson.loads(arguments))
            found[load, arguments] = dict(zip(rows, values, strict=True))
    return found


def _loading(child: Selected) -> Loading | None:
    load = child.definition.metadata.get(LOADS) if child.definition else None
    return (load, orjson.dumps(child.arguments)) if load else None


def _needed(child: Selected, columns: Columns) -> Columns:
    return {name: columns[name] for name in compiler.needs(child)}


def _key(columns: Columns) -> bytes:
    return orjson.dumps(columns, option=orjson.OPT_SORT_KEYS)


def _walk(asked: Selected, value: Any, fill: Fill) -> Any:
    """The value anew, in the order of the selection, with what `fill` gives for fields of code."""
    if isinstance(value, list):
        return [_walk(asked, each, fill) for each in value]
    if not isinstance(value, dict) or not (asked.children or asked.options):
        return value
    if asked.options and compiler.HIDDEN not in value:
        return value  # a row behind an interface that asks for no field of code
    columns = value.get(compiler.HIDDEN, {})
    children = asked.options[columns["__typename"]] if asked.options else asked.children
    return {child.key: _child(child, value, columns, fill) for child in children}


def _child(child: Selected, value: dict[str, Any], columns: Columns, fill: Fill) -> Any:
    return fill(child, columns) if compiler.needs(child) else _walk(child, value[child.key], fill)


def _shown(asked: Selected, value: Any) -> Any:
    """What is asked of a loaded value."""
    if isinstance(value, list):
        return [_shown(asked, each) for each in value]
    if not isinstance(value, Mapping) or not asked.children:
        return value
    return {
        child.key: asked.type_name if child.name == "__typename" else _shown(child, value[child.name])
        for child in asked.children
    }
