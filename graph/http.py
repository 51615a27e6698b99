"""GraphQL over HTTP and graphql-transport-ws: Strawberry's view, with the parts of the standards that it leaves out.

The GraphQL-over-HTTP draft: `application/graphql-response+json` where it is accepted, and then 400 for a request that
was not executed; JSON errors for every refusal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from graph.context import Context
from graph.schema import Schema
from graph.sharing import Group, Key, SharingHandler

LARGEST_BODY = 5 * 1024 * 1024
"""A file of the command, which has 4 MB at most, and what surrounds it."""
GRAPHQL_RESPONSE = "application/graphql-response+json"


class TextFrames(ASGIWebSocketAdapter):
    """graphql-transport-ws wants text frames; the view encodes to bytes."""

    async def send_json(self, message: Any) -> None:
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone


class GraphQLView(GraphQL[Context, None]):
    """The endpoint `/graphql`."""

    websocket_adapter_class = TextFrames
    graphql_transport_ws_handler_class = SharingHandler

    def __init__(self, schema: Schema, context: Context) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
        )
        self.context = context
        self.groups: dict[Key, Group] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._refusal(request) or await self.run(request)
        except HTTPException as refused:
            response = failure(refused.status_code, refused.reason)
        await response(scope, request.receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Who is asking is not told apart yet (docs/architecture.md, "Who may ask"); from where is."""
        return replace(self.context, source=_source(request))

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """A request that was refused before execution has no `data`, as the draft says."""
        answer = await super().process_result(request, result)
        request.state.executed = not (result.errors and result.data is None and not _ran(result))
        if not request.state.executed:
            answer.pop("data", None)
        return answer

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    async def run(self, request: Any, *rest: Any, **named: Any) -> Any:
        response = await super().run(request, *rest, **named)
        if isinstance(request, Request) and GRAPHQL_RESPONSE in request.headers.get("accept", ""):
            response.headers["content-type"] = GRAPHQL_RESPONSE
            if not getattr(request.state, "executed", True):
                response.status_code = 400
        return response

    async def _refusal(self, request: Request) -> Response | None:
        """What is refused before GraphQL sees it; the body is read here, and kept by the request."""
        if request.method != "POST":
            return failure(405, "GraphQL is asked by POST.", {"Allow": "POST"})
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return failure(415, "Send application/json.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return failure(413, f"A request may have {LARGEST_BODY:,} bytes.")
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            return failure(400, "The request's body is not JSON.")
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return failure(400, "Send a JSON object with `query`, a string.")
        request._body = bytes(body)  # noqa: SLF001 - where Starlette keeps a body that was read; the view reads it again
        return None


def _source(request: Request | WebSocket) -> str:
    """The client as it names itself, and its address: for the history, which nobody decides by."""
    client = "".join(each for each in request.headers.get("user-agent", "unnamed") if each.isprintable())
    return f"{client[:200]} from {request.client.host if request.client else 'a socket'}"


def _ran(result: ExecutionResult) -> bool:
    """Whether any error has a path: it came from a field that was executed."""
    return any(error.path for error in result.errors or ())


def failure(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal in GraphQL's own shape."""
    body = orjson.dumps({"errors": [{"message": message}]})
    return Response(body, status, headers, media_type="application/json")
