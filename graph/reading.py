"""A document, read: scanned, parsed, counted and validated once, and remembered with what came of it.

What is remembered is bounded by tokens and not by documents alone: a document that is as long as it may be takes the
place of ten that clients send.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph import limits, scanning

DOCUMENTS = 256
"""Documents that are remembered: a company's clients send far fewer different ones."""
TOKENS_REMEMBERED = 60_000
"""Of all of them together, about 600 bytes each: the documents of a release have 25,000."""
MOST_ERRORS = 10
"""Told of one document. Each may compare a name with all of the schema's, which takes 2 ms."""
SCHEMAS_REMEMBERED = 8
"""An editor has one document, and each answer half a megabyte."""
COSTS_REMEMBERED = 16
"""Of one document: clients ask for few different page sizes."""
INVALID = "GRAPHQL_VALIDATION_FAILED"
UNREADABLE = "GRAPHQL_PARSE_FAILED"
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(slots=True, eq=False)
class Read:
    """One document. introspects: whether it asks for the schema itself.

    unsteady: the names of operations, None for the only one, whose answers were found not to stay while the rows do.
    """

    document: DocumentNode
    introspects: bool
    unsteady: set[str | None] = field(default_factory=set)
    _errors: dict[bool, list[GraphQLError]] = field(default_factory=dict)
    _affordable: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)

    @property
    def operations(self) -> list[str]:
        """The names of its operations; `` for one without."""
        found = (each for each in self.document.definitions if isinstance(each, OperationDefinitionNode))
        return [each.name.value if each.name else "" for each in found]

    @property
    def constant(self) -> bool:
        """Whether its answer is the schema's alone: the same for whoever may ask, for as long as the process lives."""
        found = [each for each in self.document.definitions if isinstance(each, OperationDefinitionNode)]
        return (
            self.introspects
            and len(found) == 1
            and not found[0].variable_definitions
            and all(
                isinstance(each, FieldNode) and each.name.value in limits.INTROSPECTIONS
                for each in found[0].selection_set.selections
            )
        )

    def kind(self, name: str | None) -> OperationType | None:
        """What the operation of that name is, or the only one without a name; None where that cannot be said."""
        found = [each for each in self.document.definitions if isinstance(each, OperationDefinitionNode)]
        if name is not None:
            found = [each for each in found if each.name and each.name.value == name]
        return found[0].operation if len(found) == 1 else None

    def errors(self, schema: GraphQLSchema, *, hints: bool) -> list[GraphQLError]:
        """What is not valid in it; MOST_ERRORS at most. hints: whether names that were nearly meant are told."""
        if hints not in self._errors:
            self._errors[hints] = validate(schema, self.document, RULES, MOST_ERRORS, hide_suggestions=not hints)
        return [_told(each) for each in self._errors[hints]]

    def affordable(self, given: Hashable) -> bool:
        """Whether it was found to be, with variables whose sizes are these."""
        return given in self._affordable

    def afford(self, given: Hashable) -> None:
        """Remembers that it is."""
        self._affordable[given] = None
        if len(self._affordable) > COSTS_REMEMBERED:
            self._affordable.popitem(last=False)


def _told(error: GraphQLError) -> GraphQLError:
    """A copy of what is remembered, with its code: what is told of one request is none of the next one's."""
    return GraphQLError(error.message, error.nodes, extensions={"code": INVALID})


_remembered: OrderedDict[str, Read] = OrderedDict()
_tokens = 0
SCHEMAS: OrderedDict[str, dict[str, Any]] = OrderedDict()
"""Answers that are the schema's alone, by their documents."""


def read(text: str) -> Read:
    """The document of a text. Raises GraphQLError for one that is none, or has too much of something."""
    global _tokens  # noqa: PLW0603 - the sum of what is remembered beside it
    found = _remembered.get(text)
    if found is not None:
        _remembered.move_to_end(text)
        return found
    scanning.within(text)
    try:
        document = parse(text, max_tokens=scanning.MOST_TOKENS)
    except GraphQLError as error:
        error.extensions = {"code": UNREADABLE}
        raise
    counts = limits.within(document)
    found = _remembered[text] = Read(document, introspects=counts["introspections"] > 0)
    _tokens += document.token_count
    while len(_remembered) > DOCUMENTS or _tokens > TOKENS_REMEMBERED:
        _, oldest = _remembered.popitem(last=False)
        _tokens -= oldest.document.token_count
    return found


def remember_schema(text: str, data: Mapping[str, Any]) -> None:
    """The answer to a document that is `constant`, as bytes."""
    SCHEMAS[text] = {name: orjson.Fragment(orjson.dumps(value)) for name, value in data.items()}
    if len(SCHEMAS) > SCHEMAS_REMEMBERED:
        SCHEMAS.popitem(last=False)


def forget() -> None:
    """Forgets every document, for who measures what reading takes."""
    global _tokens  # noqa: PLW0603 - as above
    _remembered.clear()
    SCHEMAS.clear()
    _tokens = 0
