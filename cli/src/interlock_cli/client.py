"""One GraphQL request over HTTP: the answer's data, or a sentence saying what was wrong.

gql prefers httpx2 where that is installed, so nothing here names either library: gql's own exceptions are
the only ones caught.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, NoReturn, Self

from gql import GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportProtocolError,
    TransportServerError,
)
from gql.transport.httpx import HTTPXTransport
from graphql import ExecutionResult

from interlock_cli.connection import Connection
from interlock_cli.documents import document
from interlock_cli.errors import AuthenticationError, CommandError, RequestRefusedError

TIMEOUT_SECONDS = 30.0
UNAUTHENTICATED = {"UNAUTHENTICATED", "FORBIDDEN"}
ACCEPT = "application/graphql-response+json, application/json;q=0.9"
PAGE = 100
TOO_LARGE = 413
NOT_IMPLEMENTED = 501  # a server that knows no POST: not the service, which answers every one

Data = dict[str, Any]


class Client:
    """A connection to the service, open while the `with` block lasts."""

    def __init__(self, connection: Connection, seconds: float = TIMEOUT_SECONDS) -> None:
        """Opens nothing yet. `seconds` is how long an answer may take."""
        self.connection = connection
        headers = {"Accept": ACCEPT, **connection.headers}
        self._transport = HTTPXTransport(connection.graphql_url, headers=headers, timeout=seconds)

    def __enter__(self) -> Self:
        self._transport.connect()  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()  # type: ignore[no-untyped-call]

    def answer(self, text: str, variables: Mapping[str, Any] | None = None) -> ExecutionResult:
        """The service's whole answer to a document, GraphQL errors included.

        Raises CommandError when there is no GraphQL answer, AuthenticationError for 401 and 403.
        """
        try:
            result = self._transport.execute(GraphQLRequest(text, variable_values=dict(variables or {})))
        except (TransportConnectionFailed, TransportProtocolError, TransportServerError) as error:
            raise explained(error, self.connection) from error
        refuse_unauthenticated(result.errors, self.connection)
        return result

    def ask(self, name: str, **variables: Any) -> Data:
        """The data of the shipped document `name`; any GraphQL error raises RequestRefusedError."""
        result = self.answer(document(name), variables)
        if result.errors or result.data is None:
            raise RequestRefusedError(f"The service refused the request: {sentences(result.errors)}")
        return result.data

    def pages(self, name: str, field: str, limit: int | None = None, **variables: Any) -> Iterator[Data]:
        """Every node of the root connection `field`, page after page, at most `limit`."""
        after: str | None = None
        left = limit
        while left is None or left > 0:
            first = PAGE if left is None else min(PAGE, left)
            page = self.ask(name, first=first, after=after, **variables)[field]
            yield from page["nodes"]
            left = None if left is None else left - len(page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def explained(error: BaseException, connection: Connection, status: int | None = None) -> CommandError:
    """What a transport's exception means to a person, and what to do; `status` is HTTP's, if known."""
    where = connection.graphql_url
    status = error.code if isinstance(error, TransportServerError) else status
    if status is not None:
        return _status_explained(status, connection)
    if isinstance(error, TransportProtocolError):
        return _not_the_service(where)
    return CommandError(
        f"No service answers at {connection.url} ({_reason(error)}).",
        "Start it with `make serve`, or give its address with --url or INTERLOCK_URL.",
    )


def _status_explained(status: int, connection: Connection) -> CommandError:
    where = connection.graphql_url
    if status in (401, 403):
        return unauthenticated(connection, f"HTTP status {status}")
    if status == TOO_LARGE:
        return CommandError(
            f"The request is larger than the service at {where} takes (HTTP status 413).",
            "Leave out sections that are as they should be: what a file does not have stays as it is.",
        )
    if status >= 500 and status != NOT_IMPLEMENTED:
        return CommandError(
            f"The service at {where} failed (HTTP status {status}).",
            "Try again; if it stays so, look at the service's log.",
        )
    return _not_the_service(where, f" (HTTP status {status})")


def _not_the_service(where: str, detail: str = "") -> CommandError:
    return CommandError(
        f"{where} is not an Interlock service: its answer is not GraphQL{detail}.",
        "Check --url or INTERLOCK_URL; a proxy or a login page may answer in its place.",
    )


def unauthenticated(connection: Connection, detail: str) -> AuthenticationError:
    """The failure for a token that is missing or was refused; `detail` is what the service said."""
    return AuthenticationError(
        f"The service at {connection.graphql_url} did not accept who you are ({detail}).",
        "Put a valid token into INTERLOCK_TOKEN.",
    )


def _reason(error: BaseException) -> str:
    """The innermost message: gql wraps the socket's own words."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())[:200] or type(error).__name__


def refuse_unauthenticated(errors: Any, connection: Connection) -> None:
    """Raises AuthenticationError when a GraphQL error's code says so, whatever the HTTP status was."""
    for error in errors or ():
        code = (error.get("extensions") or {}).get("code") if isinstance(error, dict) else None
        if code in UNAUTHENTICATED:
            raise unauthenticated(connection, str(error.get("message", code)))


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


def raise_typed(errors: list[Data]) -> NoReturn:
    """Fails the command with every typed error of a result."""
    raise CommandError(" ".join(typed_error(error) for error in errors))
