"""The ASGI application: the composition root of the service that answers requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute

from graph import pages, well_known
from graph.authentication.answers import guarded
from graph.authentication.bearers import Bearers
from graph.authentication.callers import NOBODY
from graph.authentication.pages import LoginPages
from graph.clients import Buckets, RateLimit
from graph.context import Context
from graph.denials import Denials
from graph.events import EventsEndpoint
from graph.headers import Guarded, SameOrigin
from graph.hosts import OwnHosts
from graph.http import GraphQLView
from graph.metrics import MetricsPage
from graph.readiness import Draining, NoNewSockets, Readiness
from graph.request_ids import Identified
from graph.schema import build
from models.doors import NOBODY as NOBODY_MAY
from models.engine import Database
from models.settings import Settings
from subscriptions.feed import Feed

CONSOLE = Path(__file__).parent.parent / "console" / "dist"
LARGE = 20_000
"""Bytes of an answer from which on compressing it takes less time than a network does with it."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Of what the page for events answers itself, so that every answer is JSON."""


def application(settings: Settings, database: Database, draining: Draining | None = None) -> Starlette:
    """The service over one database. The feed lives as long as the application.

    draining: whether it is being stopped, told by whoever serves it. Raises SettingsError for settings about who may
    ask that do not go together.
    """
    feed, denials = Feed(database), Denials()
    bearers = Bearers(settings, database, denials=denials, feed=feed)
    context = Context(database=database, feed=feed, settings=settings, viewer=NOBODY, denials=denials)
    draining = draining or Draining()
    buckets = Buckets(settings.rate_limit, settings.rate_burst)
    view = GraphQLView(build(), context, bearers, buckets, settings.origins, draining)
    page = MetricsPage(
        database,
        refused=lambda: {**bearers.refused, "DENIED": denials.counted},
        sockets=lambda: draining.sockets,
    )
    readiness, events = Readiness(database, draining, feed), EventsEndpoint(settings, database)

    async def metrics(request: Request) -> Response:
        return await page(request)

    shown = pages.routes(CONSOLE, settings.graphiql and settings.introspection != NOBODY_MAY)
    return Starlette(
        routes=[
            Route("/graphql", view, middleware=[Middleware(GZipMiddleware, minimum_size=LARGE, compresslevel=1)]),
            WebSocketRoute("/graphql", view, middleware=[Middleware(NoNewSockets, draining=draining)]),
            Route("/events", events.answer, methods=METHODS),
            *LoginPages(settings, bearers).routes,
            Route(well_known.PATH, well_known.page(settings), methods=["GET"]),
            Route("/healthz", readiness.alive),
            Route("/readyz", readiness.answer),
            Route("/metrics", metrics if settings.metrics_open else guarded(metrics, bearers), methods=["GET"]),
            Mount("/", routes=shown, middleware=[Middleware(GZipMiddleware, compresslevel=6)]),
        ],
        middleware=_doors(settings, buckets),
        lifespan=_lifespan(feed, events),
    )


def _doors(settings: Settings, buckets: Buckets) -> list[Middleware]:
    """What every request passes, from the outside in."""
    allowed = settings.origins
    cross_origin = Middleware(
        CORSMiddleware, allow_origins=allowed, allow_methods=["POST"], allow_headers=["authorization", "content-type"]
    )
    return [
        Middleware(Identified),
        Middleware(Guarded, encrypted=settings.base_url.startswith("https:")),
        Middleware(RateLimit, buckets),
        Middleware(OwnHosts, names=_hosts(settings), probed=_probed(settings)),
        *([cross_origin] if settings.allowed_origins else []),
        Middleware(SameOrigin, own=allowed),
    ]


def _hosts(settings: Settings) -> list[str]:
    """The names under which the service may be asked: no page of another site can pose as it (DNS rebinding)."""
    own = settings.base_url.split("//", 1)[1].split("/")[0].rsplit(":", 1)[0]
    return ["127.0.0.1", "localhost", "[::1]", settings.host, own]


def _probed(settings: Settings) -> frozenset[str]:
    """The pages that are asked by a pod's address: the metrics as well, where it is said who may read them."""
    metrics = settings.metrics_access is not None or not settings.metrics_open
    return frozenset({"/healthz", "/readyz", *(["/metrics"] if metrics else [])})


def _lifespan(feed: Feed, events: EventsEndpoint) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with feed:
            yield
            await events.close()

    return lifespan
