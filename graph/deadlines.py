"""Work that ends: when its time is over, or when whoever asked for it is gone. What it has begun is cancelled.

A cancelled statement is cancelled in PostgreSQL too: psycopg asks the server for that. A change that was not committed
is rolled back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from graphql import GraphQLError

EXCEEDED = "DEADLINE_EXCEEDED"
_Answer = TypeVar("_Answer")


class DeadlineExceeded(Exception):
    """The time is over."""


class Abandoned(Exception):
    """Nobody waits for the answer any more."""


async def within(seconds: float, work: Coroutine[Any, Any, _Answer], gone: Awaitable[object] | None) -> _Answer:
    """The answer. gone: what ends when whoever asked has left. Raises DeadlineExceeded and Abandoned."""
    task = asyncio.create_task(work, name="answer within a deadline")
    left = asyncio.ensure_future(gone) if gone is not None else None
    try:
        await asyncio.wait({task, left} if left else {task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Abandoned if left and left.done() else DeadlineExceeded
    finally:
        await _ended(each for each in (task, left) if each is not None and not each.done())


async def _ended(tasks: Any) -> None:
    """Cancelled, and over: their connections are back in the pool, or closed."""
    waiting = set(tasks)
    for each in waiting:
        each.cancel()
    if waiting:
        await asyncio.wait(waiting)


def exceeded(seconds: float) -> GraphQLError:
    """What is told of it."""
    remedy = "Ask for less at once. A change is done whole or not at all; an idempotencyKey does it once."
    message = f"This was not done within the {seconds:g} s that one operation may take, and was stopped."
    return GraphQLError(message, extensions={"code": EXCEEDED, "remedy": remedy})
