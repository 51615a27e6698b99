"""One GraphQL request over HTTP, by gql: apart from the client, as a command's help must not wait for its import.

gql prefers httpx2 where that is installed, so nothing here names either library: gql's own exceptions are
the only ones caught.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportProtocolError, TransportServerError
from gql.transport.httpx import HTTPXTransport
from graphql import ExecutionResult, GraphQLSyntaxError, OperationDefinitionNode, OperationType, parse

from interlock_cli import retrying
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, LostError
from interlock_cli.failures import causes, explained, lasting, not_the_service, reason
from interlock_cli.notices import notice
from interlock_cli.working import working

UNAVAILABLE = "UNAVAILABLE"
"""The code of what the service's database keeps it from answering."""
ACCEPT = "application/graphql-response+json, application/json;q=0.9"


class UnavailableError(TransportServerError):
    """The service answers, and its database does not: as if a proxy had said 503."""


class Transport:
    """A connection to the service, open until it is closed."""

    def __init__(self, connection: Connection, seconds: float) -> None:
        """Opens it. seconds: how long an answer may take. Raises AuthenticationError for a login that has expired."""
        self._service = connection
        headers = {"Accept": ACCEPT, **connection.headers}
        self._transport = HTTPXTransport(connection.graphql_url, headers=headers, timeout=seconds)
        self._transport.connect()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Closes it."""
        self._transport.close()  # type: ignore[no-untyped-call]

    def answer(self, text: str, variables: Mapping[str, Any], operation: str | None) -> ExecutionResult:
        """The service's answer. A question is asked again where the network or a proxy failed; a change never is.

        Raises CommandError when there is no GraphQL answer.
        """
        request = GraphQLRequest(text, variable_values=dict(variables), operation_name=operation)
        retries, failed = asks_only(text), 0
        while True:
            try:
                with working("Asking the service"):
                    return _available(self._transport.execute(request))
            except (TransportConnectionFailed, TransportProtocolError, TransportServerError) as error:
                failed += 1
                seconds = _wait(error, failed) if retries else None
                if seconds is None:
                    raise self._explained(error) from error
                notice(f"{_failure(error)}; trying again in {seconds:.1f} s ({failed} of {retrying.RETRIES}).")
            with working("Waiting for the service"):
                retrying.sleep(seconds)

    def _explained(self, error: Exception) -> CommandError:
        if isinstance(error, TransportProtocolError):
            return not_the_service(self._service)
        if isinstance(error, UnavailableError):
            return LostError(str(error), "Try again; `interlock doctor` says what is wrong, if it stays so.")
        return explained(error, self._service, _status(error))


def _available(result: ExecutionResult) -> ExecutionResult:
    """The answer; raises UnavailableError for one that says that it is none now."""
    errors: list[Any] = list(result.errors or ())  # as they came: dictionaries, whatever gql's types say
    for error in errors:
        if isinstance(error, dict) and (error.get("extensions") or {}).get("code") == UNAVAILABLE:
            raise UnavailableError(str(error.get("message", "The service cannot answer now.")), 503)
    return result


def asks_only(text: str) -> bool:
    """Whether a document changes nothing: all of its operations are queries. False for what is not GraphQL."""
    try:
        operations = [each for each in parse(text).definitions if isinstance(each, OperationDefinitionNode)]
    except GraphQLSyntaxError:
        return False
    return all(each.operation == OperationType.QUERY for each in operations)


def _status(error: Exception) -> int | None:
    return error.code if isinstance(error, TransportServerError) else None


def _wait(error: Exception, failed: int) -> float | None:
    """None as well for what is no service, and where the network would fail the same way."""
    if isinstance(error, TransportProtocolError) or lasting(error):
        return None
    return retrying.wait(failed, _status(error), _retry_after(error))


def _retry_after(error: Exception) -> str:
    """The header of the answer because of which it was raised, or empty."""
    response = next((found for each in causes(error) if (found := getattr(each, "response", None)) is not None), None)
    return str(response.headers.get("retry-after", "")) if response is not None else ""


def _failure(error: Exception) -> str:
    """What happened, for a notice."""
    status = _status(error)
    return f"The service failed (HTTP status {status})" if status else f"The service did not answer ({reason(error)})"
