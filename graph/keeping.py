"""Which answers are kept, and given again: those of queries that are steady, until anything is committed.

Steady: every root field is answered by one statement that asks for no time (`graph/planner/steady.py`) and by code that
has nothing but its columns. That is known when the answer is there; a document's operation that is found not to be is
not looked at again. An answer with an error is made anew each time.

What is made anew, of a query that was asked before, is read by the statements that answered it then
(`graph/repeating.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from strawberry.types import ExecutionResult

from graph import repeating
from graph.accepting import GRAPHQL_RESPONSE, standard
from graph.kept import Answers, Key, key_of
from graph.planner.questions import Question
from graph.reading import read
from graph.receiving import Asked
from graph.repeating import Repeats
from graph.turns import Turns
from models.engine import Database
from models.lookouts import State
from models.narrowing.seeing import Narrowed

MADE_ANEW = frozenset({"no-cache", "no-store"})
"""What a request says in Cache-Control (RFC 9111, section 5.2.1) that wants its answer made for itself."""

Run: TypeAlias = Callable[[Request], Awaitable[Response]]


class Query:
    """A request's query, while it is answered.

    key: what equal ones have in common. wanted: the state that a kept answer would be of. noted: what the planner has
    answered of it, by the names of its root fields. whole: whether it was answered without an error; planned: by the
    planner alone; kept: with what stays the same while the rows do.
    """

    __slots__ = ("asked", "kept", "key", "noted", "planned", "wanted", "whole")

    def __init__(self, asked: Asked, key: Key) -> None:
        self.asked, self.key = asked, key
        self.wanted: State | None = None
        self.noted: dict[str, Question] = {}
        self.whole = self.planned = self.kept = False


class Keeping:
    """Answers requests with what is kept, and keeps what may be."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.repeats = Repeats()
        self.turns = Turns()

    async def known(self, request: Request, asked: Asked, scope: str) -> Response | None:
        """What is kept, where nothing was committed since. scope: what the viewer may see (`domain.sight.seeing`).

        Not of a document that asks for the schema: who may do that differs, whatever they may see.
        """
        document = read(asked["query"])
        key = None if document.introspects else key_of(asked, scope)
        if key is None:
            return None
        query = request.state.asking = Query(asked, key)
        if self.answers.most == 0 or asked.get("operationName") in document.unsteady or _made_anew(request):
            return None
        query.wanted = await self.answers.state()
        return None if query.wanted is None else _same(request, self.answers.get(key, query.wanted))

    async def made(self, request: Request, database: Database | Narrowed, run: Run) -> Response:
        """The answer, made now; one for all who wait for the same, if it may be kept."""
        query = noted(request)
        if query is None or query.wanted is None:
            return await self._made(request, query, database, run)
        async with self.turns.turn(query.key) as turn:
            if turn.waited and turn.given is None:
                query.wanted = await self.answers.state()
                turn.given = self.answers.get(query.key, query.wanted)
            others = _same(request, turn.given)
            if others is not None:
                return others
            response = await self._made(request, query, database, run)
            if query.kept:
                turn.given = bytes(response.body)
                if query.wanted is not None:
                    self.answers.keep(query.key, query.wanted, turn.given)
            elif query.whole:
                read(query.asked["query"]).unsteady.add(query.asked.get("operationName"))
        return response

    async def _made(self, request: Request, query: Query | None, database: Database | Narrowed, run: Run) -> Response:
        if query is not None and (questions := self.repeats.get(query.key)) is not None:
            response = await _repeated(request, questions, database)
            if response is not None:
                query.whole, query.kept = True, _steady(questions, database)
                return response
        response = await run(request)
        if query is not None and query.planned:
            self.repeats.keep(query.key, query.noted, len(request._body))  # noqa: SLF001 - as the view reads it
        return response


async def _repeated(
    request: Request, questions: Mapping[str, Question], database: Database | Narrowed
) -> Response | None:
    """The answer; None where it fails: what of it, and how that is told, is found by executing it."""
    try:
        return _same(request, await repeating.answer(questions, database))
    except Exception:
        return None


def noted(request: Any) -> Query | None:
    """The query that is being answered; None where nothing of it is remembered."""
    found: Query | None = getattr(request.state, "asking", None)
    return found


def note(request: Request, result: ExecutionResult, database: Database | Narrowed) -> None:
    """What of a result decides whether it is kept, and how it is answered again."""
    query, data = noted(request), result.data
    if query is None:
        return
    query.whole = data is not None and not result.errors
    query.planned = query.whole and data is not None and data.keys() == query.noted.keys()
    if query.planned and data is not None:
        query.noted = {name: query.noted[name] for name in data}  # they were not answered in their order
    query.kept = query.planned and _steady(query.noted, database)


def _steady(questions: Mapping[str, Question], database: Database | Narrowed) -> bool:
    return all(each.plan.steady(database) for each in questions.values())


def _same(request: Request, body: bytes | None) -> Response | None:
    """An answer without errors, as it is sent to whoever accepts what this request does."""
    if body is None:
        return None
    return Response(body, media_type=GRAPHQL_RESPONSE if standard(request) else "application/json")


def _made_anew(request: Request) -> bool:
    told = request.headers.get("cache-control", "")
    return any(each.strip().lower() in MADE_ANEW for each in told.split(","))
