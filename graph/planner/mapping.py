"""How GraphQL types are kept: which table, which relation, which columns a field of code needs.

A field's Python name is the name of the mapped attribute: a column, a relationship, or a column property.
Nothing else is declared anywhere.
"""

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any, TypeAlias, TypeVar, dataclass_transform

import strawberry
from strawberry.types.field import StrawberryField

from models.base import Base

T = TypeVar("T")

TABLES: dict[str, type[Base]] = {}
"""The mapped table of each GraphQL type, by the type's name."""

VIEWS: dict[str, type[Base]] = {}
"""The mapped table of each GraphQL type that shows rows of another one's table: no node, so it has no id."""

NEEDS = "interlock.needs"
LOADS = "interlock.loads"
OBJECTS = "interlock.objects"
"""A field's metadata: how many objects it counts for, where it has no pages (graph.cost)."""
WORK = "interlock.work"
"""A field's metadata: what it costs besides the objects that it returns, counted in objects (graph.cost)."""
LOOKING = 100
"""What a list that no relation gives costs, however few of its rows are asked for: its order is no index's."""
SUBJECT = "interlock.subject"
LISTS = "interlock.lists"
SAME = "interlock.same"


class NotPlannable(Exception):
    """A selection asks for something that neither the mapping nor code can answer: a mistake in the schema."""


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def mapped(table: type[Base], description: str) -> Callable[[type[T]], type[T]]:
    """A GraphQL type that is read from `table`."""

    def declare(cls: type[T]) -> type[T]:
        TABLES[cls.__name__] = table
        return strawberry.type(description=description)(cls)

    return declare


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def shows(table: type[Base], description: str) -> Callable[[type[T]], type[T]]:
    """A GraphQL type that shows rows of another type's table: some columns, under names of its own."""

    def declare(cls: type[T]) -> type[T]:
        VIEWS[cls.__name__] = table
        return strawberry.type(description=description)(cls)

    return declare


def same_row(description: str) -> Any:
    """A field of a type that `shows` rows: the row itself, as the type that it belongs to."""
    return strawberry.field(resolver=unplanned, description=description, metadata={SAME: True})


def computed(*needs: str, description: str) -> Callable[[Callable[[Any], Any]], Any]:
    """A field of code: a function of the named columns, which the statement brings along.

    The function's one argument has the columns as attributes, as PostgreSQL's JSON spells them. Its value is theirs
    alone, and not the time's: answers are kept for as long as the rows stay the same.
    """

    def declare(function: Callable[[Any], Any]) -> Any:
        return strawberry.field(resolver=function, description=description, metadata={NEEDS: needs})

    return declare


Load: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]
"""From a session and the needed columns of several rows to a value for each.

The number of its statements does not grow with the rows.

A value is None, what JSON has, or mappings and lists of it, by the Python names of the field's GraphQL type.
"""


def loaded(load: Load, *needs: str, description: str, objects: int = 1, asked: Callable[..., Any] | None = None) -> Any:
    """A field that takes more than the row: `load` is called once for all rows of an answer, after its statement.

    The function gets the columns named by `needs` as attributes, as PostgreSQL's JSON spells them. Where two fields
    have the same function, it is called once for both; a row's value may differ by its columns alone.

    objects: how many objects each row's value counts for (graph.cost).
    asked: a resolver that has the field's arguments, and is never called; the function gets them by name.
    """
    metadata = {NEEDS: needs, LOADS: load, OBJECTS: objects}
    return strawberry.field(resolver=asked or unplanned, description=description, metadata=metadata)


def compute(field: StrawberryField, columns: dict[str, Any]) -> Any:
    """The value of a field of code for the columns that it needs."""
    assert field.base_resolver is not None
    function: Any = field.base_resolver.wrapped_func
    return function(SimpleNamespace(**columns))


def subject(type_column: str, id_column: str, description: str) -> Any:
    """A field whose value is a row of any mapped table, named by two columns: its GraphQL type and its key."""
    return strawberry.field(resolver=unplanned, description=description, metadata={SUBJECT: (type_column, id_column)})


def connected(description: str, narrowed_by: type | None = None) -> Any:
    """A to-many relation as a Relay connection: at most 500 a page, 50 when nothing is said.

    narrowed_by: an input type whose fields are the filters that `models.filters` knows for the table.
    """
    return strawberry.field(resolver=paged(_unplanned_async, narrowed_by), description=description)


Rows: TypeAlias = Callable[[Any, Any], tuple[Sequence[Any], Sequence[Any]]]
"""From the aliases of a list's rows and of the row that it belongs to, to which they are and in which order."""


def listed(rows: Rows, description: str, *, most: int | None = None) -> Any:
    """A list, that no relation gives, of rows of a type that `shows` them.

    most: how many it has at most. Where that is not said, whoever asks says it by `first`.
    """
    metadata = {LISTS: (rows, most), WORK: LOOKING} | ({OBJECTS: most} if most else {})
    return strawberry.field(resolver=unplanned if most else _first, description=description, metadata=metadata)


def paged(answer: Callable[[strawberry.Info], Any], narrowed_by: type | None) -> Callable[..., Any]:
    """A resolver with a connection's arguments; `answer` reads them from the selection."""
    if narrowed_by is None:

        async def resolve(  # type: ignore[no-untyped-def]  # the type is the annotation of the field
            info: strawberry.Info,
            first: int | None = None,
            after: str | None = None,
            last: int | None = None,
            before: str | None = None,
        ):
            return await answer(info)

        return resolve

    async def resolve_filtered(  # type: ignore[no-untyped-def]
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: narrowed_by | None = None,  # type: ignore[valid-type]
    ):
        return await answer(info)

    return resolve_filtered


def unplanned(info: strawberry.Info):  # type: ignore[no-untyped-def]
    """The resolver of a field that is planned with what surrounds it."""
    raise NotPlannable(f"{info.field_name} was reached outside a planned selection")


def _first(info: strawberry.Info, first: int = 50):  # type: ignore[no-untyped-def]
    unplanned(info)


async def _unplanned_async(info: strawberry.Info) -> Any:
    unplanned(info)
