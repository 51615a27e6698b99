"""Server-sent events: GraphQL over SSE, "distinct connections mode", for who cannot open a WebSocket.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Each result is an event `next`, whose id is the cursor
of what it tells: sent back as `Last-Event-ID` it resumes behind that. `complete` says that there will be no more. A
stream that ends without it is to be resumed: the token has ended, or the service is started again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeAlias

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import ExecutionResult

from graph.context import Place
from graph.deadlines import exceeded
from graph.readiness import Draining

HEARTBEAT_SECONDS = 15.0
"""Less than the idle limit of common load balancers (60 s)."""
LOOK_SECONDS = 1.0
"""How often it is looked whether the service is being stopped."""
LAST_EVENT_ID = "last-event-id"
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}

COMPLETE = "complete"
_FIRST = asyncio.FIRST_COMPLETED

Results: TypeAlias = AsyncGenerator[Any, None]


class EventStream(Response):
    """The results of one operation. place: where it is in the log. ended: returns, with why, when the token has ended.

    seconds: what an operation that does not last may take; None for a subscription. left: called when it is over.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        run: Callable[[], Awaitable[Results]],
        place: Place,
        draining: Draining,
        *,
        ended: Callable[[], Coroutine[Any, Any, str]] | None,
        seconds: float | None,
        left: Callable[[], None],
    ) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._run, self._place, self._draining = run, place, draining
        self._ended, self._seconds, self._left = ended, seconds, left
        self._spoke = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        watched: set[asyncio.Future[str]] = {asyncio.ensure_future(_gone(receive))}
        if self._ended is not None:
            watched.add(asyncio.ensure_future(self._ended()))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with aclosing(await self._run()) as results:
                await self._pass_on(results, watched, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            pass  # the reader is gone
        finally:
            for each in watched:
                each.cancel()
            self._left()

    async def _pass_on(self, results: Results, watched: set[asyncio.Future[str]], send: Send) -> None:
        """Until the results, the token or the service end, or nobody reads."""
        began = self._spoke = time.monotonic()
        waiting: asyncio.Future[Any] | None = None
        ended: str | None = None
        try:
            while ended is None:
                waiting = waiting or asyncio.ensure_future(_next(results))
                done, _ = await asyncio.wait({waiting, *watched}, timeout=LOOK_SECONDS, return_when=_FIRST)
                ended = next((each.result() for each in watched & done), None)
                if ended is None and waiting in done:
                    result, waiting = waiting.result(), None
                    if result is None:
                        ended = COMPLETE
                    else:
                        await self._tell(send, result)
                elif ended is None:
                    ended = await self._idle(began, send)
            await _say(send, "event: complete\ndata:\n\n" if ended == COMPLETE else f": {ended}\n\n")
        finally:
            if waiting is not None:
                waiting.cancel()
                await asyncio.wait({waiting})

    async def _idle(self, began: float, send: Send) -> str | None:
        """Nothing has come for a while. Why the stream ends, if it does."""
        now = time.monotonic()
        if self._draining.begun:
            return "service restart"
        if self._seconds is not None and now - began > self._seconds:
            await self._tell(send, ExecutionResult(data=None, errors=[exceeded(self._seconds)]))
            return COMPLETE
        if now - self._spoke >= HEARTBEAT_SECONDS:
            self._spoke = now
            await _say(send, ": \n\n")
        return None

    async def _tell(self, send: Send, result: Any) -> None:
        """One event `next`; what was refused before it was executed has no `data`."""
        self._spoke = time.monotonic()
        payload: dict[str, Any] = {"data": result.data} if isinstance(result, ExecutionResult) and result.data else {}
        if result.errors:
            payload["errors"] = [error.formatted for error in result.errors]
        cursor = f"id: {self._place.at}\n" if self._place.at else ""
        await _say(send, f"event: next\n{cursor}data: {orjson.dumps(payload).decode()}\n\n")


async def _next(results: Results) -> Any:
    """None behind the last one."""
    with suppress(StopAsyncIteration):
        return await anext(results)


async def _gone(receive: Receive) -> str:
    while (await receive())["type"] != "http.disconnect":
        pass
    return "gone"


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
