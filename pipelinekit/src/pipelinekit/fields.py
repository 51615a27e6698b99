"""The plan's JSON, read field by field: what is wrong is named with its path, the value given and what is allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from pipelinekit.refusals import PlanUnusableError

T = TypeVar("T")


class Fields:
    """An object of the plan's JSON with its path, so that an error can name what is wrong."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise PlanUnusableError(f"{path} must be an object, not {_shown(value)}: it is no plan.")
        self._value, self._path = value, path

    def text(self, name: str, *, empty: bool = False) -> str:
        value = self._value.get(name)
        if value is None and empty:
            return ""
        if not isinstance(value, str) or not (value or empty):
            raise self._wrong(name, value, "a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        """None for null: something else holds then."""
        return None if self._value.get(name) is None else self.text(name)

    def arn(self, name: str) -> str:
        value = self.text(name)
        if not re.match(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.", value):
            raise self._wrong(name, value, "an ARN")
        return value

    def number(self, name: str, otherwise: int | None = None) -> int:
        """otherwise: what stands for a field that an older service, or an older snapshot, does not have."""
        value = self._value.get(name, otherwise)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(name, value, "a whole number, zero or more")
        return value

    def flag(self, name: str) -> bool:
        value = self._value.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, value, "true or false")
        return value

    def mapping(self, name: str) -> Mapping[str, object]:
        inner = self._value.get(name)
        if not isinstance(inner, dict):
            raise self._wrong(name, inner, "an object")
        return dict(inner)

    def inner(self, name: str) -> Fields:
        return Fields(self._value.get(name), f"{self._path}.{name}")

    def has(self, name: str) -> bool:
        """Whether the field is there at all."""
        return name in self._value

    def each(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        values = self._value.get(name)
        if not isinstance(values, list):
            raise self._wrong(name, values, "a list")
        return tuple(read(Fields(value, f"{self._path}.{name}[{index}]")) for index, value in enumerate(values))

    def _wrong(self, name: str, value: object, allowed: str) -> PlanUnusableError:
        return PlanUnusableError(f"{self._path}.{name} must be {allowed}, not {_shown(value)}: it is no plan.")


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else text[:77] + "…"
