"""Relay's shapes: a node, and a page of them."""

from typing import Generic, TypeVar

import strawberry

from domain.words import Word

VERSION = "How often it was changed: an edit names the version that it was made from."
ARCHIVED = "Since when it is no longer part of the fleet; null while it is."

T = TypeVar("T")
W = TypeVar("W", bound=type[Word])


@strawberry.interface(description="Anything that has an id; `node(id:)` finds it again.")
class Node:
    """A row that can be asked for by its id."""

    id: strawberry.ID = strawberry.field(description="Opaque, unique over all types, never reused.")

    @classmethod
    def resolve_type(cls, value: object, *_: object) -> str:
        """A node is always planned: nothing is resolved behind the interface."""
        raise TypeError(f"a {type(value).__name__} was reached outside a planned selection")


@strawberry.type(description="Where a page begins and ends.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="More rows follow `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Rows precede `startCursor`.")
    start_cursor: str | None = strawberry.field(description="The first row's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last row's cursor: give it as `after`.")


@strawberry.type(description="A row and its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str
    node: T


@strawberry.type(description="A page of rows in their natural order: 50 when nothing is said, 500 at most.")
class Connection(Generic[T]):
    """Relay's connection, and `nodes` for those who need no cursor of each."""

    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo
    total_count: int = strawberry.field(description="All rows that pass the filter, on whatever page.")


def word(kind: W) -> W:
    """Publishes an enumeration with each value's sentence."""
    published = strawberry.enum(kind, description=kind.__doc__)
    for value in published.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = kind[value.name].sentence
    return published
