"""Which answers are kept, and given again: those of queries that are steady, until anything is committed.

Steady: every root field is answered by one statement that asks for no time (`graph/planner/steady.py`) and by code that
has nothing but its columns. That is known when the answer is there; a document's operation that is found not to be is
not looked at again. An answer with an error is made anew each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from strawberry.types import ExecutionResult

from graph.accepting import GRAPHQL_RESPONSE, standard
from graph.kept import Answers, Key, key_of
from graph.reading import read
from models.lookouts import State

MADE_ANEW = frozenset({"no-cache", "no-store"})
"""What a request says in Cache-Control (RFC 9111, section 5.2.1) that wants its answer made for itself."""

Asked: TypeAlias = dict[str, Any]


class Keeping:
    """Answers requests with what is kept, and keeps what may be."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def may(self, request: Request, asked: Asked) -> bool:
        """Whether an answer to this query might be kept.

        Not of a document that asks for the schema: who may do that differs, whatever they may see.
        """
        document = read(asked["query"])
        return (
            self.answers.most > 0
            and asked.get("operationName") not in document.unsteady
            and not document.introspects
            and not _made_anew(request.headers.get("cache-control", ""))
        )

    async def known(self, request: Request, asked: Asked, scope: str) -> Response | None:
        """What is kept, where nothing was committed since. scope: what the viewer may see (`domain.sight.seeing`)."""
        key = key_of(asked, scope)
        state = None if key is None else await self.answers.state()
        if key is None or state is None:
            return None
        request.state.wanted = key, state
        return _same(request, self.answers.get(key, state))

    async def made(self, request: Request, asked: Asked, run: Callable[[Request], Awaitable[Response]]) -> Response:
        """The answer, made now; one for all who ask the same at the same time, if it may be kept."""
        wanted: tuple[Key, State] | None = getattr(request.state, "wanted", None)
        if wanted is None:
            return await run(request)
        others = _same(request, await self.answers.made(*wanted))
        if others is not None:
            return others
        request.state.steady, request.state.whole, request.state.kept = set(), False, False
        with self.answers.making(*wanted):
            response = await run(request)
            if request.state.kept:
                self.answers.keep(*wanted, bytes(response.body))
            elif request.state.whole:
                read(asked["query"]).unsteady.add(asked.get("operationName"))
        return response


def noted(request: Any) -> set[str] | None:
    """Where the planner notes the root fields that are steady; None where nothing is to be kept."""
    found: set[str] | None = getattr(request.state, "steady", None)
    return found


def note(request: Request, result: ExecutionResult) -> None:
    """What of a result decides whether it is kept. whole: it has no error. kept: and all of it is steady."""
    data = result.data
    request.state.whole = data is not None and not result.errors
    request.state.kept = data is not None and not result.errors and data.keys() == noted(request)


def _same(request: Request, body: bytes | None) -> Response | None:
    """An answer without errors, as it is sent to whoever accepts what this request does."""
    if body is None:
        return None
    return Response(body, media_type=GRAPHQL_RESPONSE if standard(request) else "application/json")


def _made_anew(cache_control: str) -> bool:
    return any(each.strip().lower() in MADE_ANEW for each in cache_control.split(","))
