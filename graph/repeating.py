"""Queries that were asked before are answered by the statements that answered them then: what they find is read anew.

Which statements answer a query, and with what bound, follows from its document, operation, variables and what its
viewer may see: a root field that the planner answers has no other source (graph/queries.py). So what has been
validated, found affordable, coerced and executed once is not again; Strawberry and graphql-core take longer for it than
PostgreSQL for a hundred rows.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import ref

import orjson

from graph.kept import Key
from graph.planner.plans import Plan
from graph.planner.questions import Question
from models.engine import Database
from models.narrowing.seeing import Narrowed

MOST = 8_000_000
"""Bytes of all together, as far as they are counted: what is bound is a part of what was asked."""
ENTRY = 2_000
LARGEST = 16_384
"""Bytes of a request that is remembered: a body may have megabytes, and no two are the same."""


@dataclass(frozen=True, slots=True)
class _Root:
    """A root field under its name in the answer. plan: the planner's own, and no reason for it to stay."""

    name: str
    plan: ref[Plan]
    values: Mapping[str, Any]


class Repeats:
    """Queries by what equal ones have in common (`graph.kept.key_of`)."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Key, tuple[Sequence[_Root], int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, key: Key, questions: Mapping[str, Question], size: int) -> None:
        """Remembers what has answered a query, whole and without an error. size: of the request, in bytes."""
        if size > LARGEST or not all(each.plan.operation for each in questions.values()):
            return
        roots = [_Root(name, ref(each.plan), each.values) for name, each in questions.items()]
        self.bytes += size + ENTRY - self._kept.pop(key, ((), 0))[1]
        self._kept[key] = roots, size + ENTRY
        while self.bytes > self._most:
            self.bytes -= self._kept.popitem(last=False)[1][1]

    def get(self, key: Key) -> Mapping[str, Question] | None:
        """What answers it; None where it is not remembered, or a plan is not any more."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        questions = {}
        for root in found[0]:
            plan = root.plan()
            if plan is None:
                self.bytes -= self._kept.pop(key)[1]
                return None
            questions[root.name] = Question(plan, root.values)
        return questions


async def answer(questions: Mapping[str, Question], database: Database | Narrowed) -> bytes:
    """The body of the answer. Raises what reading raises."""
    if len(questions) == 1:
        found = [await each.answer(database) for each in questions.values()]
    else:
        found = await asyncio.gather(*(each.answer(database) for each in questions.values()))
    return orjson.dumps({"data": dict(zip(questions, found, strict=True))})
