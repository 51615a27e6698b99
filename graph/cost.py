"""What a query may cost: how many objects it can ask for, known before it is validated or run.

The cost of a field is 1 for each object it may return: a connection's page size, how many ids are given, or how many a
list or a field that loads says that it may have (`OBJECTS`), times what hangs below it. A field that looks at more than
it returns says what that costs by itself (`WORK`). Nothing costs less than one object, or one field could pay for
another. Fragments are counted once in an operation and remembered, with how deep they nest, so that a small document
cannot take long to count; the count runs before validation, whose own rules are quadratic.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from types import NoneType
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
    ListValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionResult

from graph import limits
from graph.introspecting import may_introspect, refused
from graph.planner.mapping import OBJECTS, WORK
from graph.planner.paging import DEFAULT_PAGE, LARGEST_PAGE
from graph.reading import SCHEMAS, Read, read, remember_schema

LARGEST_COST = 200_000
DEEPEST = 30
LONGEST_INTEGER = 10
"""Characters: GraphQL's Int has 32 bits, and Python refuses to read thousands of digits."""


class Reading(SchemaExtension):
    """Reads a document; refuses what is too large, asks for too many objects, nests too deep or is not valid."""

    _read: Read

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query:
            self._read = read(context.query)
            context.graphql_document = self._read.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if context.graphql_document is not None and not context.pre_execution_errors:
            try:
                context.pre_execution_errors = self._looked_at(context.schema._schema)  # noqa: SLF001 - the only way
            except GraphQLError as error:
                context.pre_execution_errors = [error]
        yield

    def on_execute(self) -> Iterator[None]:
        """The schema is told once, and remembered: that takes 200 ms."""
        context, text = self.execution_context, self.execution_context.query or ""
        known = SCHEMAS.get(text) if self._read.constant else None
        if known is not None:
            context.result = ExecutionResult(data=known, errors=None)
        yield
        result = context.result
        if self._read.constant and known is None and result is not None and result.data and not result.errors:
            remember_schema(text, result.data)

    def _looked_at(self, schema: GraphQLSchema) -> list[GraphQLError]:
        """What is not valid. Raises a GraphQLError with a code for what is refused whether it is valid or not."""
        context, document = self.execution_context, self._read.document
        given = context.variables or {}
        may = may_introspect(context.context)
        if self._read.introspects and not may:
            raise refused(context.context)
        limits.listed(schema, document, given)
        _say_which(document, context._provided_operation_name)  # noqa: SLF001 - the public one guesses
        sizes = _sizes(document, given)
        if not self._read.affordable(sizes):
            Cost(schema, document, given).check()
            self._read.afford(sizes)
        return self._read.errors(schema, hints=may)


def _sizes(document: DocumentNode, given: Mapping[str, Any]) -> Hashable:
    """What of the variables the cost depends on: numbers, and the lengths of lists."""
    names = (
        variable.variable.name.value
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
        for variable in each.variable_definitions or ()
    )
    return tuple((name, _size_of(given[name])) for name in names if name in given)


def _size_of(value: object) -> Hashable:
    return ("list", len(value)) if isinstance(value, list) else value if isinstance(value, (int, NoneType)) else "other"


def _say_which(document: DocumentNode, name: str | None) -> None:
    """Refuses to choose among several operations: the first of them need not be the one that was meant."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) > 1 and name is None:
        message = f"This document has {len(operations)} operations. Say which one to run by `operationName`."
        raise GraphQLError(message, operations, extensions={"code": "OPERATION_NAME_MISSING"})


class Cost:
    """The cost of a document's operations."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.schema = schema
        self.given = variables
        self.variables = variables
        self.document = document
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.known: dict[str, tuple[int, int]] = {}
        self.open: set[str] = set()
        self.deepest = 0

    def check(self) -> None:
        """Raises a GraphQLError where an operation may ask for more than is allowed."""
        for operation in self.document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                self.known = {}
                self.variables = _defaults(operation) | self.given
                cost = self._selections(operation, self.schema.get_root_type(operation.operation), 0)
                if cost > LARGEST_COST:
                    raise GraphQLError(
                        f"This query may ask for {cost:,} objects; {LARGEST_COST:,} are allowed."
                        " Ask for smaller pages with `first`, or for fewer levels.",
                        operation,
                        extensions={"code": "TOO_EXPENSIVE"},
                    )

    def _selections(self, node: Any, parent: GraphQLNamedType | None, depth: int) -> int:
        self._reaches(depth, node)
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
        return self._fragment(node, depth)

    def _fragment(self, node: FragmentSpreadNode, depth: int) -> int:
        name = node.name.value
        if name in self.open or name not in self.fragments:
            return 0  # a cycle or an unknown fragment: validation refuses both
        if name not in self.known:
            self.open.add(name)
            before, self.deepest = self.deepest, depth
            fragment = self.fragments[name]
            parent = self.schema.get_type(fragment.type_condition.name.value)
            self.known[name] = self._selections(fragment, parent, depth + 1), self.deepest - depth
            self.deepest = max(before, self.deepest)
            self.open.discard(name)
        cost, levels = self.known[name]
        self._reaches(depth + levels, node)
        return cost

    def _reaches(self, depth: int, node: Any) -> None:
        self.deepest = max(self.deepest, depth)
        if depth > DEEPEST:
            message = f"This query is nested more than {DEEPEST} levels deep. Ask for fewer levels."
            raise GraphQLError(message, node, extensions={"code": "TOO_DEEP"})

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, depth: int) -> int:
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None or node.selection_set is None:
            return 0
        below = self._selections(node, get_named_type(definition.type), depth + 1)
        said = _said(definition)
        return said.get(WORK, 0) + (1 + below) * (said.get(OBJECTS) or self._objects(node, definition.args))

    def _objects(self, node: FieldNode, allowed: Any) -> int:
        """How many objects the field may return at its place; the most there can be when that cannot be read."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "ids" in allowed:
            return self._bounded(self._count(given.get("ids")))
        if "first" not in allowed:
            return 1
        sizes = [self._size(given[name]) for name in ("first", "last") if name in given]
        return self._bounded(next((size for size in sizes if size is not None), DEFAULT_PAGE))

    @staticmethod
    def _bounded(count: int) -> int:
        return max(1, min(count, LARGEST_PAGE))

    def _size(self, value: ValueNode) -> int | None:
        """A page size; None for one that is null, and counts as not given."""
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) < LONGEST_INTEGER else LARGEST_PAGE
        given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return given if given is None or isinstance(given, int) else LARGEST_PAGE

    def _count(self, value: ValueNode | None) -> int:
        if isinstance(value, ListValueNode):
            return len(value.values)
        given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return len(given) if isinstance(given, list) else 1


def _said(definition: Any) -> dict[str, Any]:
    """What a field says of its own cost."""
    field = (definition.extensions or {}).get("strawberry-definition")
    return dict(field.metadata) if field else {}


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """What variables are when nothing is given for them: page sizes and lists, which alone are counted."""
    found: dict[str, Any] = {}
    for each in operation.variable_definitions or ():
        if isinstance(each.default_value, ListValueNode):
            found[each.variable.name.value] = list(each.default_value.values)
        elif isinstance(each.default_value, IntValueNode) and len(each.default_value.value) < LONGEST_INTEGER:
            found[each.variable.name.value] = int(each.default_value.value)
    return found
