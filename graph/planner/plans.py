"""Compiled reads, remembered: the same question of the same document is compiled once.

A plan belongs to a field of an operation with its variables. Documents are parsed once (`graph/reading.py`), so the
parsed operation itself is the key; the plan keeps it alive, and so no other operation can take its identity.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import orjson
import strawberry
from graphql import OperationDefinitionNode
from sqlalchemy import Select

from graph.planner.compile import has_code, loads
from graph.planner.selection import Selected, selected
from graph.planner.steady import steady

MOST_PLANS = 512
MOST_FIELDS = 10_000
"""Of all plans together, at 8 KB each: of a statement, what SQLAlchemy makes of a field takes the most."""

Info: TypeAlias = strawberry.Info[Any]


@dataclass(frozen=True)
class Plan:
    """What is asked, and the statement that answers it."""

    asked: Selected
    statement: Select[Any]
    operation: OperationDefinitionNode | None = None

    @cached_property
    def has_code(self) -> bool:
        """Whether a field of code has to be filled in."""
        return has_code(self.asked)

    def steady(self, text: str) -> bool:
        """Whether it is answered the same for as long as the rows are. text: the statement as it was sent.

        A field that loads may ask for anything, and the time among it; one that is computed has its columns alone.
        """
        known: bool | None = self.__dict__.get("_steady")
        if known is None:
            known = self.__dict__["_steady"] = not loads(self.asked) and steady(text)
        return known


LARGEST_REMEMBERED = 16_384
"""Bytes of the variables of a plan that is remembered: a body may have megabytes, and no two are the same."""
_plans: OrderedDict[Any, Plan] = OrderedDict()
_fields = 0


def planned(info: Info, build: Callable[[Selected], Select[Any]]) -> Plan:
    """The plan of the field that is being resolved; built when it is not remembered.

    The statement that `build` makes may depend on nothing but the operation, its variables and the type of a `node`,
    which its id, a variable or a literal, names: whatever else differs is a bound parameter.
    """
    global _fields  # noqa: PLW0603 - the sum of what is remembered beside it
    raw = info._raw_info  # noqa: SLF001 - Strawberry gives no other way to the operation
    variables = _text(raw.variable_values)
    if len(variables) > LARGEST_REMEMBERED:
        asked = selected(info)
        return Plan(asked, build(asked), raw.operation)
    key = (id(raw.operation), tuple(raw.path.as_list()), variables)
    plan = _plans.get(key)
    if plan is None:
        asked = selected(info)
        plan = _plans[key] = Plan(asked, build(asked), raw.operation)
        _fields += plan.asked.fields
        while len(_plans) > MOST_PLANS or _fields > MOST_FIELDS:
            _fields -= _plans.popitem(last=False)[1].asked.fields
    else:
        _plans.move_to_end(key)
    return plan


def forget() -> None:
    """Forgets every plan, for who measures what making one takes."""
    global _fields  # noqa: PLW0603 - as above
    _plans.clear()
    _fields = 0


def _text(variables: Any) -> bytes:
    coerced = getattr(variables, "coerced", variables)
    return orjson.dumps(coerced, default=repr, option=orjson.OPT_SORT_KEYS)
