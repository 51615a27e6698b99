"""A statement of SQLAlchemy's, as text that PostgreSQL prepares, with what is bound to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select
from sqlalchemy.engine import Dialect

_PLACE = re.compile(r"%\((\w+)\)s|%%")

Bound: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A statement and its parameters: `$1` and so on in the place of values.

    direct: whether the text is whole. Of a list that is bound, its length is part of the text.
    """

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.direct = not (compiled.post_compile_params or compiled.literal_execute_params)
        self._names: list[str] = []
        self.text = _PLACE.sub(self._numbered, compiled.string)
        bound = {name: _bound(parameter.type, dialect) for parameter, name in compiled.bind_names.items()}
        self._asked = [name for name in self._names if compiled.binds[name].required]
        self._bound = {name: bind for name, bind in bound.items() if bind is not None}
        known = compiled.construct_params(_check=False)
        self._known = {name: self._of(name, known[name]) for name in self._names if name not in self._asked}

    def values(self, given: Mapping[str, Any]) -> Sequence[Any]:
        """What is bound, in the order of the text. given: by name, what the statement does not have."""
        asked = {name: self._of(name, given[name]) for name in self._asked}
        return [asked[name] if name in asked else self._known[name] for name in self._names]

    def _of(self, name: str, value: Any) -> Any:
        bind = self._bound.get(name)
        return value if bind is None else bind(value)

    def _numbered(self, found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "%"
        if name not in self._names:
            self._names.append(name)
        return f"${self._names.index(name) + 1}"


def _bound(kind: Any, dialect: Dialect) -> Bound | None:
    found: Bound | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found
