"""What it means to a person that no answer came, or none that is GraphQL, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from interlock_cli.connection import Connection
from interlock_cli.errors import AuthenticationError, CommandError, LostError

UNAUTHORIZED = 401
FORBIDDEN = 403
TOO_LARGE = 413
NOT_IMPLEMENTED = 501  # a server that knows no POST: not the service, which answers every one


def explained(error: BaseException, connection: Connection, status: int | None = None) -> CommandError:
    """The failure of a request: of HTTP, if its status is known, else of the network."""
    if status is not None:
        return _status_explained(status, connection)
    kind = CommandError if refused(error) else LostError
    return kind(
        f"No service answers at {connection.url} ({reason(error)}).",
        "Start it with `make serve`, or give its address with --url or INTERLOCK_URL.",
    )


def _status_explained(status: int, connection: Connection) -> CommandError:
    where = connection.graphql_url
    if status == UNAUTHORIZED:
        return unauthenticated(connection, f"HTTP status {status}")
    if status == FORBIDDEN:
        return forbidden(connection, f"HTTP status {status}")
    if status == TOO_LARGE:
        return CommandError(
            f"The request is larger than the service at {where} takes (HTTP status 413).",
            "Leave out sections that are as they should be: what a file does not have stays as it is.",
        )
    if status >= 500 and status != NOT_IMPLEMENTED:
        return LostError(
            f"The service at {where} failed (HTTP status {status}).",
            "Try again; if it stays so, look at the service's log.",
        )
    return not_the_service(connection, f" (HTTP status {status})")


def not_the_service(connection: Connection, detail: str = "") -> CommandError:
    """The failure for an answer that is not GraphQL; detail: what it is, behind a space."""
    return CommandError(
        f"{connection.graphql_url} is not an Interlock service: its answer is not GraphQL{detail}.",
        "Check --url or INTERLOCK_URL; a proxy or a login page may answer in its place.",
    )


def unauthenticated(connection: Connection, detail: str) -> AuthenticationError:
    """The failure for a token that is missing or was refused; `detail` is what the service said."""
    return AuthenticationError(
        f"The service at {connection.graphql_url} did not accept who you are ({detail.rstrip('.')}).",
        "Run `interlock login`, or put a valid token into INTERLOCK_TOKEN.",
    )


def forbidden(connection: Connection, detail: str, remedy: str = "") -> AuthenticationError:
    """The failure for somebody who is known, and may not; `detail` and `remedy` are what the service said."""
    return AuthenticationError(
        f"The service at {connection.graphql_url} knows who you are, and does not let you ask ({detail.rstrip('.')}).",
        remedy or "Ask whoever looks after it for a role, or use another login, or another token in INTERLOCK_TOKEN.",
    )


def refused(error: BaseException) -> bool:
    """Whether nobody listens there: nothing can have been done."""
    return any(isinstance(each, ConnectionRefusedError) for each in causes(error))


def lasting(error: BaseException) -> bool:
    """Whether another attempt at once would end the same: nobody listens, no such name, a certificate that is wrong."""
    return any(
        isinstance(each, ConnectionRefusedError | ssl.SSLError)
        or (isinstance(each, socket.gaierror) and each.errno != socket.EAI_AGAIN)
        for each in causes(error)
    )


def reason(error: BaseException) -> str:
    """The innermost message: libraries wrap the socket's own words."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())[:200] or type(error).__name__


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, and those because of which it was raised."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
