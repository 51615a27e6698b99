"""Strawberry's own handler of graphql-transport-ws over the service's schema: it executes each socket's operation.

Nobody is asked who they are. Beside the service as it is shipped it shows what sharing executions saves.
"""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from bench.subscriptions import EachView
from domain.permissions import Role, Viewer
from graph.context import Context
from graph.schema import build
from models.engine import Database
from models.settings import Settings
from subscriptions.feed import Feed


def application() -> Starlette:
    """Over the database that BENCH_DATABASE names, as libpq has it."""
    database = Database(os.environ["BENCH_DATABASE"])
    viewer = Viewer("bench", frozenset({Role.VIEWER}))
    context = Context(database=database, feed=Feed(database), settings=Settings(), viewer=viewer)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()  # as `serve` does
        async with database, context.feed:
            yield

    return Starlette(routes=[WebSocketRoute("/graphql", EachView(build(), context))], lifespan=lifespan)
