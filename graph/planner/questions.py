"""A planned read with what is bound to it: it can be asked again, past everything that has led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from graph.planner import paging
from graph.planner.completing import completed
from graph.planner.plans import Plan
from models import event_log
from models.engine import Database
from models.narrowing.seeing import Narrowed


@dataclass(frozen=True, slots=True)
class Question:
    """One statement, whose answer is JSON. values: what is bound to it, by name."""

    plan: Plan
    values: Mapping[str, Any] = field(default_factory=dict)

    async def answer(self, database: Database | Narrowed) -> orjson.Fragment | None:
        """The answer, read now. Raises CursorTooOld where some of a page's events are missing."""
        plan = self.plan
        text = await database.json(plan.statement, plan.prepared(database), self.values)
        if (behind := paging.resumed_behind(plan.asked)) is not None:
            async with database.reading() as reader:
                await event_log.require_kept(reader, behind)
        return None if text is None else (await filled(database, plan, [text]))[0]


@dataclass(slots=True)
class Noted:
    """What the planner has answered of a query, by the names of its root fields.

    failed: what has kept the database from answering just now: whatever is asked is told so, and does not wait again.
    """

    questions: dict[str, Question] = field(default_factory=dict)
    failed: Exception | None = None


async def filled(database: Database | Narrowed, plan: Plan, texts: Sequence[str | bytes]) -> Sequence[orjson.Fragment]:
    """What is passed on for each answer of the statement; fields that load do so once for all of them."""
    if not plan.has_code:
        return [orjson.Fragment(text) for text in texts]
    whole = await completed(database, plan.asked, [orjson.loads(text) for text in texts])
    return [orjson.Fragment(orjson.dumps(each)) for each in whole]
