"""Compiled reads, remembered: the same question of the same document is compiled once.

A plan belongs to a field of an operation, with those variables that its statement depends on: what a field is found by
is bound when the statement runs, so that 500 services share one plan. Documents are parsed once (`graph/reading.py`),
so the parsed operation itself is the key; what is remembered keeps it alive, and so no other can take its identity.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import orjson
import strawberry
from graphql import FragmentSpreadNode, Node, OperationDefinitionNode, VariableNode, Visitor, visit
from sqlalchemy import Select

from graph.planner.compile import has_code, loads
from graph.planner.selection import Selected, selected
from graph.planner.steady import steady
from models.engine import Database
from models.narrowing.seeing import Narrowed
from models.prepared import Prepared

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

    def prepared(self, database: Database | Narrowed) -> Prepared:
        """The statement as it is sent; made once, as all databases of a process speak the same SQL."""
        known: Prepared | None = self.__dict__.get("_prepared")
        if known is None:
            known = self.__dict__["_prepared"] = database.prepared(self.statement)
        return known

    def steady(self, database: Database | Narrowed) -> bool:
        """Whether it is answered the same for as long as the rows are.

        A field that loads may ask for anything, and the time among it; one that is computed has its columns alone.
        """
        known: bool | None = self.__dict__.get("_steady")
        if known is None:
            text = self.prepared(database).text
            known = self.__dict__["_steady"] = not loads(self.asked) and steady(text)
        return known


LARGEST_REMEMBERED = 16_384
"""Bytes of the variables of a plan that is remembered: a body may have megabytes, and no two are the same."""
_plans: OrderedDict[Any, Plan] = OrderedDict()
_depending: OrderedDict[Any, Depending] = OrderedDict()
_fields = 0


@dataclass(frozen=True, slots=True)
class Depending:
    """The variables, by name, that the statement of a field of an operation depends on."""

    operation: OperationDefinitionNode
    names: tuple[str, ...]


def planned(info: Info, build: Callable[[Selected], Select[Any]], *found_by: str, arguments: bool = False) -> Plan:
    """The plan of the field that is being resolved; built when it is not remembered.

    The statement that `build` makes may depend on nothing but what is asked below the field and on `found_by`: whatever
    else differs is a bound parameter. arguments: whether it depends on the field's own arguments, too.
    """
    global _fields  # noqa: PLW0603 - the sum of what is remembered beside it
    raw = info._raw_info  # noqa: SLF001 - Strawberry gives no other way to the operation
    nodes = tuple(
        map(id, raw.field_nodes)
    )  # which of a name's there are depends on directives, and on types around them
    place = (id(raw.operation), raw.parent_type.name, str(raw.path.key), nodes, arguments)
    variables = _text(raw.variable_values, _variables(raw, place, arguments=arguments))
    if len(variables) > LARGEST_REMEMBERED:
        asked = selected(info)
        return Plan(asked, build(asked), raw.operation)
    key = (place, found_by, variables)
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


def _variables(raw: Any, place: Any, *, arguments: bool) -> tuple[str, ...]:
    """The names of the variables that a field's statement depends on."""
    found = _depending.get(place)
    if found is None:
        used = _Used(raw.fragments)
        for node in raw.field_nodes if arguments else [each.selection_set for each in raw.field_nodes]:
            visit(node, used)
        found = _depending[place] = Depending(raw.operation, tuple(sorted(used.names)))
        if len(_depending) > MOST_PLANS:
            _depending.popitem(last=False)
    return found.names


class _Used(Visitor):
    """Finds the variables that stand in nodes, and in the fragments that these spread."""

    def __init__(self, fragments: Mapping[str, Node]) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._left = dict(fragments)

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        fragment = self._left.pop(node.name.value, None)
        if fragment is not None:
            visit(fragment, self)


def forget() -> None:
    """Forgets every plan, for who measures what making one takes."""
    global _fields  # noqa: PLW0603 - as above
    _plans.clear()
    _depending.clear()
    _fields = 0


def _text(variables: Any, names: Sequence[str]) -> bytes:
    coerced = getattr(variables, "coerced", variables)
    return orjson.dumps(
        {name: coerced[name] for name in names if name in coerced}, default=repr, option=orjson.OPT_SORT_KEYS
    )
