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
from graph.planner.questions import Noted, Question
from graph.reading import read
from graph.receiving import Asked
from graph.repeating import Repeats
from graph.turns import Turns
from models.engine import Database
from models.faults import unavailable
from models.lookouts import State
from models.narrowing.seeing import Narrowed

MADE_ANEW = frozenset({"no-cache", "no-store"})
"""What a request says in Cache-Control (RFC 9111, section 5.2.1) that wants its answer made for itself."""

Run: TypeAlias = Callable[[Request], Awaitable[Response]]


class Query:
    """A request's query, while it is answered.

    key: what equal ones have in common. wanted: the state that a kept answer would be of. noted: what the planner has
    answered of it. whole: whether it was answered without an error; planned: by the
    planner alone; kept: with what stays the same while the rows do.
    """

    __slots__ = ("asked", "kept", "key", "noted", "planned", "wanted", "whole")

    def __init__(self, asked: Asked, key: Key) -> None:
        self.asked, self.key = asked, key
        self.wanted: State | None = None
        self.noted = Noted()
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
        body = self.answers.get(key, query.wanted)
        return None if body is None else _sent(request, body)

    async def made(self, request: Request, database: Database | Narrowed, run: Run) -> Response:
        """The answer, made now; one for all who wait for the same, if it may be kept."""
        query = noted(request)
        if query is None or query.wanted is None:
            return await self._made(request, query, database, run)
        async with self.turns.turn(query.key) as turn:
            if turn.waited and turn.given is None:
                query.wanted = await self.answers.state()
                turn.given = self.answers.get(query.key, query.wanted)
            if turn.given is not None:
                return _sent(request, turn.given)
            response = await self._made(request, query, database, run)
            if query.kept:
                turn.given = bytes(response.body)
                if query.wanted is not None:
                    self.answers.keep(query.key, query.wanted, turn.given)
            elif query.whole:
                read(query.asked["query"]).unsteady.add(query.asked.get("operationName"))
        return response

    async def _made(self, request: Request, query: Query | None, database: Database | Narrowed, run: Run) -> Response:
        if query is None:
            return await run(request)
        questions = self.repeats.get(query.key)
        if questions is not None and (body := await _repeated(query, questions, database)) is not None:
            query.whole, query.kept = True, _steady(questions, database)
            return _sent(request, body)
        response = await run(request)
        if query.planned:
            self.repeats.keep(query.key, query.noted.questions, len(request._body))  # noqa: SLF001 - as the view reads it
        return response


async def _repeated(query: Query, questions: Mapping[str, Question], database: Database | Narrowed) -> bytes | None:
    """The body of the answer; None where it fails: how that is told is found by executing the query.

    Of a database that does not answer, nothing is asked again for that.
    """
    try:
        return await repeating.answer(questions, database)
    except Exception as error:
        query.noted.failed = error if unavailable(error) else None
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
    answered = query.noted.questions
    query.planned = query.whole and data is not None and data.keys() == answered.keys()
    if query.planned and data is not None:
        query.noted.questions = {name: answered[name] for name in data}  # they were not answered in their order
    query.kept = query.planned and _steady(answered, database)


def _steady(questions: Mapping[str, Question], database: Database | Narrowed) -> bool:
    return all(each.plan.steady(database) for each in questions.values())


def _sent(request: Request, body: bytes) -> Response:
    """An answer without errors, as it is sent to whoever accepts what this request does."""
    return Response(body, media_type=GRAPHQL_RESPONSE if standard(request) else "application/json")


def _made_anew(request: Request) -> bool:
    told = request.headers.get("cache-control", "")
    return any(each.strip().lower() in MADE_ANEW for each in told.split(","))
