"""Statements as text, remembered: SQLAlchemy makes a statement's text once for all who ask it with other values.

SQLAlchemy's own memory of them counts statements. Those that answer documents are of any length, so what is remembered
here is bounded by their characters.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

MOST_CHARACTERS = 600_000
"""Of all statements together, at 80 bytes each with what SQLAlchemy keeps beside the text. Ninety statements, of which
forty ask for everything within two objects of a root field, have 270,000."""


class Statements:
    """As much of a mapping as SQLAlchemy asks of `compiled_cache`."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self.characters = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Any, default: Any = None) -> Any:
        """The statement of a key, which is used now."""
        found = self._kept.get(key)
        if found is None:
            return default
        self._kept.move_to_end(key)
        return found

    def __setitem__(self, key: Any, compiled: Any) -> None:
        """Keeps one; those that were used longest ago go."""
        before = self._kept.pop(key, None)
        self.characters += _length(compiled) - (0 if before is None else _length(before))
        self._kept[key] = compiled
        while self.characters > self._most:
            self.characters -= _length(self._kept.popitem(last=False)[1])


def _length(compiled: Any) -> int:
    return len(compiled.string)
