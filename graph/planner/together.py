"""Rows that derived objects lead to, read for all of them together: one statement for each field that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.planner.execute import Answer, keyed
from graph.planner.plans import Info
from models.base import Base


@dataclass(frozen=True)
class Together:
    """Rows of a table that are answered together. read: them by key, by the field's place in the answer."""

    table: type[Base]
    keys: Sequence[Any]
    read: dict[str, asyncio.Task[dict[Any, Answer]]] = field(default_factory=dict)

    async def row(self, info: Info, key: Any) -> Answer:
        """One of them, for the field that is being resolved. The first asks for all: they are asked the same."""
        name = ".".join(each for each in info._raw_info.path.as_list() if isinstance(each, str))  # noqa: SLF001
        if name not in self.read:
            self.read[name] = asyncio.ensure_future(keyed(info, self.table, self.keys))
        return (await self.read[name])[key]
