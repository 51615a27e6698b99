"""Questions and changes to the service: the answer's data, or a sentence saying what was wrong."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from interlock_cli.connection import Connection
from interlock_cli.documents import document
from interlock_cli.errors import CommandError, LostError, RequestRefusedError
from interlock_cli.failures import forbidden, unauthenticated
from interlock_cli.moments import instant
from interlock_cli.notices import notice

if TYPE_CHECKING:
    from graphql import ExecutionResult

    from interlock_cli.answers import Ask, Change, Pages
    from interlock_cli.transport import Transport

TIMEOUT_SECONDS = 30.0
PAGE = 100

Data = Mapping[str, Any]
"""An answer, or a part of it. What `ask` and `pages` give has types of its own, and each of them is one of these."""


class Client:
    """A connection to the service, open while the `with` block lasts."""

    def __init__(self, connection: Connection, seconds: float = TIMEOUT_SECONDS) -> None:
        """Opens nothing yet. `seconds` is how long an answer may take."""
        self.connection = connection
        self._seconds = seconds
        self._transport: Transport | None = None
        self.ask: Ask = self.ask_for
        """`ask_for`, with the type of each document's answer."""
        self.change: Change = self.change_for
        """`change_for`, with the type of each payload."""
        self.pages: Pages = self.pages_for
        """`pages_for`, with the type of each document's nodes."""

    def __enter__(self) -> Self:
        from interlock_cli.transport import Transport  # noqa: PLC0415 - slow to import: help does not wait for it

        self._transport = Transport(self.connection, self._seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._transport is not None:
            self._transport.close()

    def answer(
        self, text: str, variables: Mapping[str, Any] | None = None, operation: str | None = None
    ) -> ExecutionResult:
        """The service's whole answer to a document, GraphQL errors included. operation: which of several is meant.

        A question is asked again up to three times where the network or a proxy failed; a change never is.
        Raises CommandError when there is no GraphQL answer, AuthenticationError for 401 and 403.
        """
        assert self._transport is not None, "a Client is used in its `with` block"
        result = self._transport.answer(text, variables or {}, operation)
        refuse_unauthenticated(result.errors, self.connection)
        return result

    def ask_for(self, name: str, **variables: Any) -> Any:
        """The data of the shipped document `name`; any GraphQL error raises RequestRefusedError.

        What the service does not understand because it or this command is old raises CommandError, which says which.
        """
        result = self.answer(document(name), variables)
        if result.errors or result.data is None:
            said = sentences(result.errors)
            from interlock_cli import versions  # noqa: PLC0415 - nothing is refused, most of the time

            if versions.not_understood(result.errors):
                raise versions.explained(self.connection, said)
            raise RequestRefusedError(f"The service refused the request: {said}")
        return result.data

    def change_for(self, name: str, field: str, given: Mapping[str, Any]) -> Any:
        """The payload of the shipped mutation `name`, whose only variable is `input` and whose root is `field`.

        given: the input, to which an `idempotencyKey` is added. Under it the service does the change once: so it is
        sent once more where the answer was lost. The payload's `errors` are the caller's; see `raise_typed`.
        """
        wanted = {"input": {"idempotencyKey": str(uuid.uuid4()), **given}}
        try:
            return self.ask_for(name, **wanted)[field]
        except LostError as lost:
            notice(f"{lost.message} Asking again.")
            return self.ask_for(name, **wanted)[field]

    def now(self) -> datetime:
        """The time that the service goes by, UTC: in a rehearsal not the world's."""
        return instant(self.ask("clock")["clock"]["now"])

    def pages_for(self, name: str, field: str, limit: int | None = None, **variables: Any) -> Iterator[Any]:
        """Every node of the root connection `field`, page after page, at most `limit`."""
        after: str | None = None
        left = limit
        while left is None or left > 0:
            first = PAGE if left is None else min(PAGE, left)
            page = self.ask_for(name, first=first, after=after, **variables)[field]
            yield from page["nodes"]
            left = None if left is None else left - len(page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def refuse_unauthenticated(errors: Any, connection: Connection) -> None:
    """Raises AuthenticationError when a GraphQL error's code says so, whatever the HTTP status was."""
    for error in errors or ():
        told = (error.get("extensions") or {}) if isinstance(error, dict) else {}
        if told.get("code") == "UNAUTHENTICATED":
            raise unauthenticated(connection, str(error.get("message", "UNAUTHENTICATED")))
        if told.get("code") == "FORBIDDEN":
            raise forbidden(connection, str(error.get("message", "FORBIDDEN")), str(told.get("remedy") or ""))


def sentences(errors: Any) -> str:
    """The messages of GraphQL errors, each once, joined; the place in the document where there is one."""
    lines = dict.fromkeys(_sentence(error) for error in errors or ({"message": "it gave no data"},))
    return " ".join(lines)


def _sentence(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    message = str(error.get("message", error))
    path = ".".join(str(step) for step in error.get("path") or ())
    placed = f"{message.rstrip('.')} (at {path})" if path else message
    return placed if placed.endswith((".", "?", "!")) else f"{placed}."


def typed_error(error: Data) -> str:
    """A member of `interface Error` as a sentence: what was wrong, what is allowed, what to do."""
    parts = [str(error.get("message", error.get("code", "refused")))]
    said = " ".join((parts[0], str(error.get("remedy") or "")))
    for key, words in (("allowed", "Allowed"), ("suggestions", "Did you mean")):
        values = error.get(key) or []
        listed = ", ".join(values) if isinstance(values, list) else str(values)
        if listed and not all(value in said for value in (values if isinstance(values, list) else [listed])):
            parts.append(f"{words}: {listed}{'?' if key == 'suggestions' else '.'}")
    remedy, allowed = str(error.get("remedy") or ""), str(error.get("allowed") or "")
    if not (allowed and allowed in parts[0] and remedy.endswith(f"{allowed}.")):  # "Give it as …" says nothing more
        parts.append(remedy)
    return " ".join(part for part in parts if part)


def raise_typed(errors: Sequence[Data]) -> NoReturn:
    """Fails the command with every typed error of a result."""
    raise CommandError(" ".join(typed_error(error) for error in errors))
