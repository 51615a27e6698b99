"""The ASGI application: the composition root of the service that answers requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from graph import pages
from graph.context import Context
from graph.events import EventsEndpoint
from graph.http import GraphQLView
from graph.metrics import MetricsPage
from graph.schema import build
from models.engine import Database
from models.settings import Settings
from subscriptions.feed import Feed

CONSOLE = Path(__file__).parent.parent / "console" / "dist"
LOCAL_ACTOR = "local"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Of what the page for events answers itself, so that every answer is JSON."""


def application(settings: Settings, database: Database) -> Starlette:
    """The service over one database. The feed lives as long as the application."""
    feed = Feed(database)
    context = Context(database=database, feed=feed, settings=settings, actor=LOCAL_ACTOR)
    view = GraphQLView(build(), context)
    page = MetricsPage(database)

    async def metrics(request: Request) -> Response:
        return await page(request)

    return Starlette(
        routes=[
            Route("/graphql", view),
            WebSocketRoute("/graphql", view),
            Route("/events", EventsEndpoint(settings, database).answer, methods=METHODS),
            Route("/healthz", _healthy),
            Route("/readyz", _readiness(database)),
            Route("/metrics", metrics, methods=["GET"]),
            Mount("/", routes=pages.routes(CONSOLE), middleware=[Middleware(GZipMiddleware, compresslevel=6)]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings), www_redirect=False)],
        lifespan=_lifespan(feed),
    )


def _hosts(settings: Settings) -> list[str]:
    """The names under which the service may be asked: no page of another site can pose as it (DNS rebinding)."""
    own = settings.base_url.split("//", 1)[1].split("/")[0].rsplit(":", 1)[0]
    return ["127.0.0.1", "localhost", "[::1]", settings.host, own]


def _lifespan(feed: Feed) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with feed:
            yield

    return lifespan


async def _healthy(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


def _readiness(database: Database) -> Callable[[Request], Any]:
    async def ready(_: Request) -> Response:
        """The database answers: 200, or 503 with what is wrong."""
        try:
            async with database.reading() as connection:
                await connection.execute(select(1))
        except Exception as error:
            return JSONResponse({"database": type(error).__name__}, 503)
        return JSONResponse({"database": "ok"})

    return ready
