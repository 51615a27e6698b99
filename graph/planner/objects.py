"""JSON objects and lists of any length, in the order of the selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, cast, func, literal

MOST_ARGUMENTS = 100
"""What a function of PostgreSQL takes."""


def json_object(pairs: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
    """An object of these names and values."""
    built = [
        func.json_build_object(*(each for name, value in part for each in (literal(name), value)))
        for part in _parts(pairs, MOST_ARGUMENTS // 2)
    ]
    return _joined(built)


def json_list(values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """A list of these values."""
    return _joined([func.json_build_array(*part) for part in _parts(values, MOST_ARGUMENTS)])


def _parts(given: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [given[start : start + size] for start in range(0, len(given), size)] or [()]


def _joined(parts: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """One object, or one list, of several: joined as text, as `jsonb` would sort the keys."""
    if len(parts) == 1:
        return parts[0]
    whole: ColumnElement[Any] = func.left(cast(parts[0], Text), -1)
    for part in parts[1:-1]:
        whole = func.concat(whole, ", ", func.substr(func.left(cast(part, Text), -1), 2))
    return cast(func.concat(whole, ", ", func.substr(cast(parts[-1], Text), 2)), JSON)
