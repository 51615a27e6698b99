"""What a query may cost: how many objects it can ask for, known before it is validated or run.

The cost of a field is 1 for each object it may return: a connection's page size times what hangs below it. Fragments
are counted once and remembered, so that a small document cannot take long to count; the count runs before validation,
whose own rules are quadratic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
)
from strawberry.extensions import ValidationCache

from graph.planner.paging import DEFAULT_PAGE, LARGEST_PAGE

LARGEST_COST = 200_000
DEEPEST = 30


class CostLimit(ValidationCache):
    """Refuses an operation that may ask for too many objects, or nests too deep; validates what is left, once."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        if document is not None and not context.pre_execution_errors:
            schema: GraphQLSchema = context.schema._schema  # noqa: SLF001 - the only way to it
            try:
                Cost(schema, document, context.variables or {}).check()
            except GraphQLError as error:
                context.pre_execution_errors = [error]
                yield
                return
        yield from super().on_validate()


class Cost:
    """The cost of a document's operations."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.document = document
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.known: dict[str, int] = {}
        self.open: set[str] = set()

    def check(self) -> None:
        """Raises a GraphQLError where an operation may ask for more than is allowed."""
        for operation in self.document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                cost = self._selections(operation, self.schema.get_root_type(operation.operation), 0)
                if cost > LARGEST_COST:
                    raise GraphQLError(
                        f"This query may ask for {cost:,} objects; {LARGEST_COST:,} are allowed."
                        " Ask for smaller pages with `first`, or for fewer levels.",
                        operation,
                        extensions={"code": "TOO_EXPENSIVE"},
                    )

    def _selections(self, node: Any, parent: GraphQLNamedType | None, depth: int) -> int:
        if depth > DEEPEST:
            message = f"This query is nested more than {DEEPEST} levels deep. Ask for fewer levels."
            raise GraphQLError(message, node, extensions={"code": "TOO_DEEP"})
        if node.selection_set is None:
            return 0
        return sum(self._selection(each, parent, depth) for each in node.selection_set.selections)

    def _selection(self, node: Any, parent: GraphQLNamedType | None, depth: int) -> int:
        if isinstance(node, FieldNode):
            return self._field(node, parent, depth)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            return self._selections(node, self.schema.get_type(condition.name.value) if condition else parent, depth)
        assert isinstance(node, FragmentSpreadNode)
        return self._fragment(node.name.value, depth)

    def _fragment(self, name: str, depth: int) -> int:
        if name in self.open or name not in self.fragments:
            return 0  # a cycle or an unknown fragment: validation refuses both
        if name not in self.known:
            self.open.add(name)
            fragment = self.fragments[name]
            parent = self.schema.get_type(fragment.type_condition.name.value)
            self.known[name] = self._selections(fragment, parent, depth + 1)
            self.open.discard(name)
        return self.known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, depth: int) -> int:
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None or node.selection_set is None:
            return 0
        below = self._selections(node, get_named_type(definition.type), depth + 1)
        return (1 + below) * (self._page(node) if "first" in definition.args else 1)

    def _page(self, node: FieldNode) -> int:
        """The page size asked for; the largest there is when it cannot be read, as validation will refuse that."""
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                if isinstance(value, IntValueNode):
                    return min(int(value.value), LARGEST_PAGE)
                given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
                return min(given, LARGEST_PAGE) if isinstance(given, int) else LARGEST_PAGE
        return DEFAULT_PAGE
