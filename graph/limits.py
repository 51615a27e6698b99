"""What a document may be made of, looked at once before it is validated: validation's own rules are quadratic.

Every number is far above what any released client sends (tests/client_queries: 209 fields, 27 aliases, 15 operations).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    is_leaf_type,
)

from graph import scanning

MOST: dict[str, int] = scanning.MOST | {
    "root fields": 50,
    "introspections": 2,
    "comparisons of equal fields": 10_000,
}
"""What is counted, and how many a document may have. Comparisons: the squares of how often each field is repeated at
one place, and of how many fragments are spread, which is what the rule that equal fields must agree works through."""
LONGEST_LIST = 1_000
"""Values that the variables of an operation may have in lists of scalars: ids, names, enum values."""
INTROSPECTIONS = {"__schema", "__type"}
_ROOTS = {"Query", "Mutation", "Subscription"}


def within(document: DocumentNode) -> Mapping[str, int]:
    """What a document has how many of. Raises a GraphQLError with the code TOO_LARGE where that is more than it may."""
    counts = _counted(document)
    excess = next(((what, counts[what]) for what, most in MOST.items() if counts[what] > most), None)
    if excess:
        what, count = excess
        message = f"This document has {count:,} {what}; {MOST[what]:,} are allowed. Ask in several requests."
        raise GraphQLError(message, extensions={"code": "TOO_LARGE"})
    return counts


def listed(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
    """Raises a GraphQLError where variables that are lists of scalars have more values than all of them may have."""
    definitions = (
        each.variable_definitions or () for each in document.definitions if isinstance(each, OperationDefinitionNode)
    )
    names = {each.variable.name.value for each in chain(*definitions) if _is_list_of_scalars(schema, each.type)}
    count = sum(len(given) for name in names if isinstance(given := variables.get(name), list))
    if count > LONGEST_LIST:
        message = f"The variables' lists have {count:,} values; {LONGEST_LIST:,} are allowed. Ask in several requests."
        raise GraphQLError(message, extensions={"code": "TOO_LARGE"})


def _is_list_of_scalars(schema: GraphQLSchema, declared: TypeNode) -> bool:
    """JSON is none: a list of it has what AWS tells, whose number intake bounds."""
    lists = 0
    while isinstance(declared, (NonNullTypeNode, ListTypeNode)):
        lists += isinstance(declared, ListTypeNode)
        declared = declared.type
    found = schema.get_type(declared.name.value) if isinstance(declared, NamedTypeNode) else None
    return lists > 0 and found is not None and is_leaf_type(found) and found.name != "JSON"


def _counted(document: DocumentNode) -> Counter[str]:
    counts = Counter({"operations": 0})
    names: dict[tuple[int, str], int] = {}
    places: Counter[int] = Counter()
    waiting: list[tuple[Node, int]] = [(document, 0)]
    while waiting:
        node, place = waiting.pop()
        _count(counts, node)
        if isinstance(node, FieldNode):
            place = names.setdefault((place, (node.alias or node.name).value), len(names) + 1)
            places[place] += 1
        waiting += [(each, place) for each in _below(node)]
    counts["root fields"] += counts["fields of root fragments"]
    counts["comparisons of equal fields"] = sum(times * times for times in places.values() if times > 1)
    counts["comparisons of equal fields"] += counts["spreads"] ** 2
    return counts


def _below(node: Node) -> Iterator[Node]:
    for key in node.keys:
        value = getattr(node, key, None)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from value


def _count(counts: Counter[str], node: Node) -> None:
    counts["directives"] += len(getattr(node, "directives", None) or ())
    if isinstance(node, FieldNode):
        counts["fields"] += 1
        counts["aliases"] += node.alias is not None
        counts["introspections"] += node.name.value in INTROSPECTIONS
        _at_most(counts, "arguments of one field", len(node.arguments or ()))
    elif isinstance(node, FragmentSpreadNode):
        counts["spreads"] += 1
    elif isinstance(node, OperationDefinitionNode):
        counts["operations"] += 1
        counts["variables"] += len(node.variable_definitions or ())
        _at_most(counts, "root fields", _roots(node.selection_set))
    elif isinstance(node, FragmentDefinitionNode):
        counts["fragments"] += 1
        if node.type_condition.name.value in _ROOTS:
            counts["fields of root fragments"] += _roots(node.selection_set)
    elif isinstance(node, ListValueNode):
        _at_most(counts, "values of one list or object", len(node.values))
    elif isinstance(node, ObjectValueNode):
        _at_most(counts, "values of one list or object", len(node.fields))


def _at_most(counts: Counter[str], what: str, count: int) -> None:
    counts[what] = max(counts[what], count)


def _roots(selected: SelectionSetNode) -> int:
    """Fields and fragments beside each other, in inline fragments too."""
    return sum(
        _roots(each.selection_set) if isinstance(each, InlineFragmentNode) else 1 for each in selected.selections
    )
