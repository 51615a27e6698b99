"""One mutation is one use-case in one transaction; its expected failures are part of its payload."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Problem, each
from graph import planner
from graph.context import Info
from graph.types.errors import Error, published
from models.base import Base
from models.recording import waits_in_a_circle
from resolvers.own_pipeline import About, require_own

TRIES = 3
"""Of a transaction that waits in a circle with others."""


@strawberry.type
class Payload:
    """What every mutation answers. `produced` is what the use-case returned, None where it failed."""

    produced: strawberry.Private[Any] = None
    errors: list[Error] = strawberry.field(default_factory=list, description="Why nothing was changed; else empty.")


P = TypeVar("P", bound=Payload)


async def outcome(info: Info, payload: type[P], use_case: Callable[..., Awaitable[Any]], **given: Any) -> P:
    """Carries the use-case out; what it raises as a Problem becomes the payload's error, and nothing is changed.

    One that waited in a circle with other transactions is carried out again: nothing of it was done.
    """
    for left in reversed(range(TRIES)):
        try:
            async with info.context.database.transaction() as session:
                return payload(produced=await use_case(session, info.context.actor, **given))
        except Problem as problem:
            return payload(errors=[published(one) for one in each(problem)])
        except DBAPIError as error:
            if left == 0 or not waits_in_a_circle(error):
                raise
    raise AssertionError("unreachable: the last try returns or raises")


async def reported(
    info: Info, payload: type[P], use_case: Callable[..., Awaitable[Any]], about: Callable[[], About], **given: Any
) -> P:
    """As `outcome`, for what pipelines ask and report. about: what it is about, which must be the viewer's own."""

    async def own(session: AsyncSession, actor: str, **rest: Any) -> Any:
        await require_own(session, info.context.viewer, info.field_name, about())
        return await use_case(session, actor, **rest)

    return await outcome(info, payload, own, **given)


def produced(table: type[Base], description: str) -> Any:
    """The row that a use-case returned, read after its transaction: one statement for whatever is asked of it."""

    async def resolve(root: Payload, info: strawberry.Info):  # type: ignore[no-untyped-def]  # typed by its field
        return await planner.row(info, table, root.produced and root.produced.id)

    return strawberry.field(resolver=resolve, description=description)


def fields(input_: Any) -> dict[str, Any]:
    """An input's fields as keyword arguments of its use-case."""
    return {name: value for name, value in vars(input_).items() if value is not strawberry.UNSET}
