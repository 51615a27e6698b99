"""A document's identifier, as the appendix "Persisted Documents" of GraphQL over HTTP has it; and what is the same.

Clients print what they send each in their own way, and put fragments in an order of their own. So what is trusted is an
operation with the fragments that it needs, printed by one printer and in one order.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    print_ast,
    visit,
)
from graphql.language import Visitor

PREFIX = "sha256:"
HEX = re.compile(r"[0-9a-f]{64}")


def identifier(text: str) -> str:
    """`sha256:` and the digest of the text in UTF-8, in small hexadecimal letters."""
    return PREFIX + hashlib.sha256(text.encode(errors="replace")).hexdigest()


def operations(document: DocumentNode) -> list[str]:
    """The text of each operation with what it needs, as it is compared: the operation, then its fragments by name."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    return [
        "\n\n".join([print_ast(each), *(print_ast(fragments[name]) for name in _needed(each, fragments))])
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    ]


def _needed(operation: Node, fragments: Mapping[str, FragmentDefinitionNode]) -> list[str]:
    """The names of the fragments that an operation spreads, and they in turn; unknown ones are left to validation."""
    found: set[str] = set()
    waiting = [operation]
    while waiting:
        spread = _Spreads()
        visit(waiting.pop(), spread)
        new = (spread.names & fragments.keys()) - found
        found |= new
        waiting += [fragments[name] for name in new]
    return sorted(found)


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.add(node.name.value)
