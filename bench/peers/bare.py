"""The service's endpoint alone: without who asks, without limits, and without what is counted and noted of a request.

Beside the service as it is shipped it shows what those cost.
"""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route

from domain.permissions import Role, Viewer
from graph.context import Context
from graph.http import GraphQLView
from graph.schema import build
from models.engine import Database
from models.settings import Settings
from subscriptions.feed import Feed


def application() -> Starlette:
    """Over the database that BENCH_DATABASE names, as libpq has it."""
    database = Database(os.environ["BENCH_DATABASE"])
    viewer = Viewer("bench", frozenset({Role.VIEWER}))
    context = Context(database=database, feed=Feed(database), settings=Settings(), viewer=viewer)
    view = GraphQLView(build(), context)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()  # as `serve` does
        async with database, context.feed:
            yield

    return Starlette(routes=[Route("/graphql", view)], lifespan=lifespan)
