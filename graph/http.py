"""GraphQL over HTTP and graphql-transport-ws: Strawberry's view, with the parts of the standards that it leaves out.

The GraphQL-over-HTTP draft: `application/graphql-response+json` where it is accepted, and then 400 for a request that
was not executed; JSON errors for every refusal. 503 where any part of the answer failed for the database's sake.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from cross_web import HTTPException
from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from domain.permissions import Viewer
from domain.sight import seeing
from graph import keeping, receiving
from graph.accepting import GRAPHQL_RESPONSE, NOT_ACCEPTABLE, Way, standard, way
from graph.accepting import refusal as not_acceptable
from graph.answers import RETRY_SECONDS, failed, failure
from graph.authentication import answers
from graph.authentication.bearers import Bearers
from graph.authentication.callers import NOBODY, Caller
from graph.authentication.sockets import until_ended
from graph.clients import Buckets, Sockets, client_named, client_of, too_many, too_often
from graph.context import Context, Place
from graph.deadlines import Abandoned, DeadlineExceeded, exceeded, within
from graph.documents.requests import DocumentRefused, Documents
from graph.frames import TextFrames
from graph.keeping import Keeping
from graph.kept import Answers
from graph.readiness import Draining
from graph.receiving import Asked
from graph.schema import UNAVAILABLE, Schema
from graph.sharing import Group, Key, SharingHandler
from graph.streams import LAST_EVENT_ID, EventStream
from models.narrowing.seeing import seen_by

FIRST_WORD_SECONDS = 10
"""Within which a socket is initialised: who says nothing is let go by 4408."""
RETRY = {"Retry-After": str(RETRY_SECONDS)}


class GraphQLView(GraphQL[Context, None]):
    """The endpoint `/graphql`.

    bearers: who may ask; without them, everybody is the context's viewer. buckets: how often a client may ask.
    origins: whose pages may open a socket, too. draining: whether the service is being stopped.
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
        draining: Draining | None = None,
    ) -> None:
        """Raises SettingsError for a folder of documents that cannot be read."""
        settings = context.settings
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=FIRST_WORD_SECONDS),
            max_subscriptions_per_connection=settings.operations_of_socket,
            allowed_origins=origins,
        )
        self.buckets = buckets or Buckets(0, 1)
        self.context = context
        self.bearers = bearers
        self.documents = Documents(settings)
        self.of_callers, self.of_addresses = Sockets(settings.sockets_of_caller), Sockets(settings.sockets_of_address)
        self.seconds = settings.operation_seconds
        self.draining = draining or Draining()
        self.groups: dict[Key, Group] = {}
        self.keeping = Keeping(Answers(context.database.whole.lookout, settings.answers_mb * 1_000_000))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._speak(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except (ClientDisconnect, Abandoned):
            return
        except answers.REFUSALS as unknown:
            response = answers.refusal(unknown)
        except DocumentRefused as refused:
            response = failed(refused.status, refused.error)
        except DeadlineExceeded:
            response = failed(504, exceeded(self.seconds))
        except HTTPException as refused:
            response = failure(refused.status_code, refused.reason)
        await response(scope, request.receive, send)

    async def _speak(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket, if its address has no more than it may."""
        address = client_of(scope)
        if not self.of_addresses.enter(address):
            refusal = failure(429, too_many(f"the address {address}"), RETRY, code="TOO_MANY_SOCKETS")
            await refusal(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.of_addresses.leave(address)

    async def _answer(self, request: Request) -> Response:
        """Raises what is told by `__call__`."""
        if self.bearers is not None:
            request.state.caller = await answers.caller(self.bearers, request)
            request.state.viewer = request.state.caller.viewer
        viewer = getattr(request.state, "viewer", self.context.viewer)
        refused = self._too_often(request, viewer) or await receiving.refusal(request)
        if refused is not None:
            return refused
        asked = self._asked(request, viewer)
        found = receiving.kind(asked)
        how = way(request.headers.get("accept", "*/*"), found)
        if how is Way.NONE:
            return failure(406, not_acceptable(found), code=NOT_ACCEPTABLE)
        if found is OperationType.MUTATION and self.bearers is not None and request.state.caller.remembered:
            request.state.caller = await answers.caller(self.bearers, request, afresh=True)
        if how is Way.STREAM:
            return await self._stream(request, asked, found)
        if found is OperationType.QUERY:
            known = await self.keeping.known(request, asked, seeing(viewer))
            if known is not None:
                return known
        # A change that was begun is finished for nobody, too: whoever asked finds it done, or asks again.
        gone = None if found is OperationType.MUTATION else receiving.gone(request)
        made = self.keeping.made(request, seen_by(self.context.database, viewer), self.run)
        return await within(self.seconds, made, gone)

    def _too_often(self, request: Request, viewer: Viewer) -> Response | None:
        """The request is its caller's to pay for, and not their address's any more."""
        client, address = client_named(viewer, request.scope), client_of(request.scope)
        if self.bearers is None or client == address:
            return None
        self.buckets.give_back(address)
        seconds = self.buckets.wait_for(client)
        return failure(429, too_often(seconds), {"Retry-After": str(seconds)}, code="RATE_LIMITED") if seconds else None

    def _asked(self, request: Request, viewer: Viewer) -> Asked:
        """The request with its document, which is put where the view reads it. Raises DocumentRefused."""
        given: Asked = request.state.asked
        try:
            asked = self.documents.asked(given, viewer)
        except GraphQLError:
            return given  # what is wrong with it is told when it is run
        if asked != given:
            request._body = orjson.dumps(asked)  # noqa: SLF001 - see `graph/receiving.py`
        return asked

    async def _stream(self, request: Request, asked: Asked, kind: OperationType | None) -> Response:
        context = await self.get_context(request, request)  # type: ignore[arg-type]  # which it does not look at
        client = client_named(context.viewer, request.scope)
        if self.draining.begun:
            return failure(503, "The service is being stopped.", RETRY, code=UNAVAILABLE)
        if not self.of_callers.enter(client):
            return failure(429, too_many(client), RETRY, code="TOO_MANY_SOCKETS")
        place = Place(request.headers.get(LAST_EVENT_ID))
        context = replace(context, place=place)
        return EventStream(
            lambda: self.schema.stream(
                asked["query"], asked.get("variables"), context, operation_name=asked.get("operationName")
            ),
            place,
            self.draining,
            ended=self._ending(request),
            seconds=None if kind is OperationType.SUBSCRIPTION else self.seconds,
            left=partial(self.of_callers.leave, client),
        )

    def _ending(self, request: Request) -> Callable[[], Coroutine[Any, Any, str]] | None:
        """What a stream ends with: its caller's token, where that ends."""
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None or self.bearers is None or caller.ends_at is None:
            return None
        return partial(until_ended, caller, self.bearers)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Who asks, and from where. A socket's is nobody, until it has said who it is (`graph/authentication`)."""
        unsaid = Caller(self.context.viewer if self.bearers is None else NOBODY)
        caller = getattr(request.state, "caller", unsaid)
        query = keeping.noted(request)
        return replace(
            self.context,
            viewer=caller.viewer,
            session=caller.session,
            source=source_of(request),
            noted=None if query is None else query.noted,
        )

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """A request that was refused before execution has no `data`, as the draft says."""
        answer = await super().process_result(request, result)
        request.state.executed = not (result.errors and result.data is None and not _ran(result))
        if not request.state.executed:
            answer.pop("data", None)
        codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
        request.state.unavailable = UNAVAILABLE in codes
        keeping.note(request, result, self.context.database)
        return answer

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """As strict as the standard: no NaN, no half of a surrogate pair; what nests too deep is no JSON."""
        return orjson.loads(data)

    async def run(self, request: Any, *rest: Any, **named: Any) -> Any:
        response = await super().run(request, *rest, **named)
        if isinstance(request, Request) and standard(request):
            response.headers["content-type"] = GRAPHQL_RESPONSE
            if not getattr(request.state, "executed", True):
                response.status_code = 400
        if getattr(request.state, "unavailable", False):
            response.status_code = 503
            response.headers.update(RETRY)
        return response


def source_of(request: Request | WebSocket) -> str:
    """The client as it names itself, and its address: for the history, which nobody decides by."""
    client = "".join(each for each in request.headers.get("user-agent", "unnamed") if each.isprintable())
    return f"{client[:200]} from {request.client.host if request.client else 'a socket'}"


def _ran(result: ExecutionResult) -> bool:
    """Whether any error has a path: it came from a field that was executed."""
    return any(error.path for error in result.errors or ())
