"""`python -m graph serve`, which says what it holds: a line on its standard input asks, a line of JSON answers.

What was there when it began to serve is frozen (`gc.freeze`): what is counted is what came with requests.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
from pathlib import Path
from typing import Any

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from graph import __main__ as program
from graph import app, reading
from graph.http import GraphQLView
from graph.planner import plans
from models.narrowing import seeing

_views: list[GraphQLView] = []


class _Noted(GraphQLView):
    """The view, which is found again."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _views.append(self)


def held() -> dict[str, Any]:
    """stores: how many entries each has. lasting: what is there while somebody is connected. resident: KiB."""
    for _ in range(3):
        gc.collect()
    objects = gc.get_objects()
    return {
        "resident": _resident(),
        "objects": len(objects),
        "blocks": sys.getallocatedblocks(),
        "stores": _stores(_views[0]),
        "lasting": _lasting(_views[0], objects),
    }


def _resident() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def _stores(view: GraphQLView) -> dict[str, int]:
    denials, database = view.context.denials, view.context.database.whole
    sights = seeing._sights.get(database)
    statements, narrowed = (
        each.sync_engine.get_execution_options()["compiled_cache"] for each in (database.engine, database.narrowed)
    )
    return {
        "documents": len(reading._remembered),
        "tokens": reading._tokens,
        "plans": len(plans._plans),
        "fields": plans._fields,
        "depending": len(plans._depending),
        "repeats": view.keeping.repeats.bytes,
        "statements": len(statements),
        "characters": statements.characters,
        "narrowed": narrowed.characters,
        "looked at": len(view.documents._looked_at),
        "sights": len(sights._known) if sights else 0,
        "buckets": len(view.buckets._levels),
        "denials": len(denials._told),
    }


def _lasting(view: GraphQLView, objects: list[Any]) -> dict[str, int]:
    return {
        "followers": len(view.context.feed.followers),
        "groups": len(view.groups),
        "callers": len(view.of_callers._open),
        "addresses": len(view.of_addresses._open),
        "sockets": sum(isinstance(each, (WebSocketsSansIOProtocol, WebSocket)) for each in objects),
        "tasks": sum(isinstance(each, asyncio.Task) and not each.done() for each in objects),
    }


def _answer() -> None:
    for _ in sys.stdin:
        sys.stdout.write(json.dumps(held()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    app.GraphQLView = _Noted  # type: ignore[misc]  # found again, and nothing else
    threading.Thread(target=_answer, daemon=True, name="what is held").start()
    sys.argv = ["graph", "serve"]
    sys.exit(program.main())
