"""What an operation asks for below one field: fragments, aliases, arguments, @skip and @include resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    InlineFragmentNode,
    get_directive_values,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.field import StrawberryField

ResolveInfo: TypeAlias = GraphQLResolveInfo[Any]


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of an answer.

    key: its name there. name: the mapped attribute. arguments: coerced, under their GraphQL names.
    children: what is asked of an object; options: the same for each concrete type of an interface.
    """

    key: str
    name: str
    definition: StrawberryField | None
    arguments: Mapping[str, Any]
    type_name: str
    children: tuple[Selected, ...] = ()
    options: Mapping[str, tuple[Selected, ...]] = field(default_factory=dict)

    @property
    def fields(self) -> int:
        """How many are selected: itself and all below, for each possible type of an interface."""
        below = (self.children, *self.options.values())
        return 1 + sum(each.fields for children in below for each in children)

    def child(self, name: str) -> list[Selected]:
        """The selected fields of that Python name: more than one where aliases are used."""
        return [each for each in self.children if each.name == name]


def selected(of: strawberry.Info[Any]) -> Selected:
    """The field that is being resolved, with everything asked below it."""
    info = of._raw_info  # noqa: SLF001 - Strawberry gives no other way to the schema and the fragments
    return _field(info, info.parent_type, info.path.key, list(info.field_nodes))


def _field(info: ResolveInfo, parent: GraphQLObjectType, key: str | int, nodes: list[FieldNode]) -> Selected:
    name = nodes[0].name.value
    if name == "__typename":
        return Selected(str(key), "__typename", None, {}, "String")
    definition = parent.fields[name]
    strawberry_field = (definition.extensions or {}).get("strawberry-definition")
    named = get_named_type(definition.type)
    children: tuple[Selected, ...] = ()
    options: dict[str, tuple[Selected, ...]] = {}
    if is_object_type(named):
        children = _children(info, named, nodes)
    elif is_abstract_type(named):
        options = {each.name: _children(info, each, nodes) for each in info.schema.get_possible_types(named)}
    return Selected(
        key=str(key),
        name=strawberry_field.python_name if strawberry_field else name,
        definition=strawberry_field,
        arguments=get_argument_values(definition, nodes[0], _variables(info)),
        type_name=named.name,
        children=children,
        options=options,
    )


def _children(info: ResolveInfo, parent: GraphQLObjectType, nodes: Iterable[FieldNode]) -> tuple[Selected, ...]:
    grouped: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()  # of all nodes together: the same field asked twice would double at each level
    for node in nodes:
        if node.selection_set:
            _collect(info, parent, node.selection_set.selections, grouped, seen)
    return tuple(_field(info, parent, key, found) for key, found in grouped.items())


def _collect(
    info: ResolveInfo,
    parent: GraphQLObjectType,
    selections: Iterable[Any],
    grouped: dict[str, list[FieldNode]],
    seen: set[str],
) -> None:
    for node in selections:
        if not _included(info, node):
            continue
        if isinstance(node, FieldNode):
            grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        elif isinstance(node, InlineFragmentNode):
            if _applies(info, parent, node.type_condition.name.value if node.type_condition else None):
                _collect(info, parent, node.selection_set.selections, grouped, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = info.fragments[node.name.value]
            if _applies(info, parent, fragment.type_condition.name.value):
                _collect(info, parent, fragment.selection_set.selections, grouped, seen)


def _included(info: ResolveInfo, node: Any) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, _variables(info))
    include = get_directive_values(GraphQLIncludeDirective, node, _variables(info))
    return not (skip and skip["if"]) and not (include and not include["if"])


def _variables(info: ResolveInfo) -> VariableValues:
    """The operation's variables as graphql-core's value functions want them: coerced, their sources not needed."""
    given: Any = info.variable_values  # a plain dict, whatever graphql-core's annotation says
    return VariableValues({}, getattr(given, "coerced", given))


def _applies(info: ResolveInfo, parent: GraphQLObjectType, condition: str | None) -> bool:
    if condition is None or condition == parent.name:
        return True
    wanted: GraphQLNamedType | None = info.schema.get_type(condition)
    return wanted is not None and is_abstract_type(wanted) and info.schema.is_sub_type(wanted, parent)
