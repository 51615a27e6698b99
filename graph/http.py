"""GraphQL over HTTP and graphql-transport-ws: Strawberry's view, with the parts of the standards that it leaves out.

The GraphQL-over-HTTP draft: `application/graphql-response+json` where it is accepted, and then 400 for a request that
was not executed; JSON errors for every refusal. 503 where any part of the answer failed for the database's sake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from cross_web import HTTPException
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from graph.answers import RETRY_SECONDS, failure, passing
from graph.asked import misshapen, too_large
from graph.authentication import answers
from graph.authentication.bearers import NOBODY, Bearers, Caller
from graph.clients import Buckets
from graph.context import Context
from graph.frames import TextFrames
from graph.schema import UNAVAILABLE, Schema
from graph.sharing import Group, Key, SharingHandler

LARGEST_BODY = 5 * 1024 * 1024
"""A file of the command, which has 4 MB at most, and what surrounds it."""
FIRST_WORD_SECONDS = 10
"""Within which a socket is initialised: who says nothing is let go by 4408."""
GRAPHQL_RESPONSE = "application/graphql-response+json"


class GraphQLView(GraphQL[Context, None]):
    """The endpoint `/graphql`.

    bearers: who may ask; without them, everybody is the context's viewer. buckets: how often a client may ask.
    origins: whose pages may open a socket, too.
    """

    websocket_adapter_class = TextFrames
    graphql_transport_ws_handler_class = SharingHandler

    def __init__(
        self,
        schema: Schema,
        context: Context,
        bearers: Bearers | None = None,
        buckets: Buckets | None = None,
        origins: Sequence[str] = (),
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=FIRST_WORD_SECONDS),
            allowed_origins=origins,
        )
        self.buckets = buckets or Buckets(0, 1)
        self.context = context
        self.bearers = bearers
        self.groups: dict[Key, Group] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            if self.bearers is not None:
                request.state.caller = await answers.caller(self.bearers, request)
            response = await self._refusal(request) or await self.run(request)
        except ClientDisconnect:
            return
        except answers.REFUSALS as unknown:
            response = answers.refusal(unknown)
        except SQLAlchemyError as error:
            response = passing(error)
        except HTTPException as refused:
            response = failure(refused.status_code, refused.reason)
        await response(scope, request.receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Who asks, and from where. A socket's is nobody, until it has said who it is (`graph/authentication`)."""
        unsaid = Caller(self.context.viewer if self.bearers is None else NOBODY)
        caller = getattr(request.state, "caller", unsaid)
        return replace(self.context, viewer=caller.viewer, session=caller.session, source=source_of(request))

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """A request that was refused before execution has no `data`, as the draft says."""
        answer = await super().process_result(request, result)
        request.state.executed = not (result.errors and result.data is None and not _ran(result))
        if not request.state.executed:
            answer.pop("data", None)
        codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
        request.state.unavailable = UNAVAILABLE in codes
        return answer

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """As strict as the standard: no NaN, no half of a surrogate pair; what nests too deep is no JSON."""
        return orjson.loads(data)

    async def run(self, request: Any, *rest: Any, **named: Any) -> Any:
        response = await super().run(request, *rest, **named)
        if isinstance(request, Request) and GRAPHQL_RESPONSE in request.headers.get("accept", ""):
            response.headers["content-type"] = GRAPHQL_RESPONSE
            if not getattr(request.state, "executed", True):
                response.status_code = 400
        if getattr(request.state, "unavailable", False):
            response.status_code = 503
            response.headers["retry-after"] = str(RETRY_SECONDS)
        return response

    async def _refusal(self, request: Request) -> Response | None:
        """What is refused before GraphQL sees it; the body is read here, and kept by the request."""
        if request.method != "POST":
            return failure(405, "GraphQL is asked by POST.", {"Allow": "POST"})
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return failure(415, "Send application/json.")
        body = await _body(request)
        if body is None:
            return failure(413, f"A request may have {LARGEST_BODY:,} bytes.", code="TOO_LARGE")
        request._body = body  # noqa: SLF001 - where Starlette keeps a body that was read; the view reads it again
        return _refused(body)


def _refused(body: bytes) -> Response | None:
    """What is refused of a body; a batch is no object."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return failure(400, "The request's body is not JSON.")
    wrong = misshapen(asked)
    if wrong is not None:
        return failure(400, wrong)
    large = too_large(asked)
    return failure(413, large, code="TOO_LARGE") if large else None


async def _body(request: Request) -> bytes | None:
    """The body; None where it is larger than it may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def source_of(request: Request | WebSocket) -> str:
    """The client as it names itself, and its address: for the history, which nobody decides by."""
    client = "".join(each for each in request.headers.get("user-agent", "unnamed") if each.isprintable())
    return f"{client[:200]} from {request.client.host if request.client else 'a socket'}"


def _ran(result: ExecutionResult) -> bool:
    """Whether any error has a path: it came from a field that was executed."""
    return any(error.path for error in result.errors or ())
