"""One request over HTTP: every way in which it can go wrong is a sentence and an exit code."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from interlock_cli.client import sentences, typed_error
from interlock_cli.connection import Connection
from tests.cli.conftest import Answer, Pretend, as_json

EMPTY = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


def test_no_service_at_the_address(run: Callable[..., Result]) -> None:
    """A refused connection names the address and says how to start or find the service."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    result = run("services", env={"INTERLOCK_URL": url})
    assert result.exit_code == 1
    assert url in result.stderr
    assert "INTERLOCK_URL" in result.stderr


@pytest.mark.parametrize(
    ("answer", "exit_code", "words"),
    [
        ((200, "text/html", "<html>login</html>"), 1, "not an Interlock service"),
        ((404, "text/html", "<html>nothing</html>"), 1, "not an Interlock service"),
        ((302, "text/plain", ""), 1, "not an Interlock service"),
        ((200, "application/json", "[]"), 1, "not an Interlock service"),
        ((200, "application/json", '{"hello": 1}'), 1, "not an Interlock service"),
        ((503, "text/plain", "down"), 1, "HTTP status 503"),
        ((413, "text/plain", "too large"), 1, "larger than the service"),
        ((501, "text/html", "<h1>Unsupported method</h1>"), 1, "is not an Interlock service"),
        ((401, "text/plain", "who?"), 4, "INTERLOCK_TOKEN"),
        ((403, "text/html", "<html>no</html>"), 4, "INTERLOCK_TOKEN"),
        (as_json({"errors": [{"message": "Who?", "extensions": {"code": "UNAUTHENTICATED"}}]}), 4, "Who?"),
        (as_json({"errors": [{"message": "Field is wrong."}]}, 400), 1, "Field is wrong."),
        (as_json({"errors": [{"message": "Broke", "path": ["services", 3]}], "data": None}), 1, "services.3"),
        (as_json({"data": None}), 1, "no data"),
    ],
)
def test_answers_that_are_no_data(
    answer: Answer, exit_code: int, words: str, ask: Callable[..., Result], pretend: Pretend
) -> None:
    """HTML, other JSON, HTTP and GraphQL errors, a refused token: each has its words and its exit code."""
    pretend.answer = lambda _: answer
    result = ask("services", "-o", "json")
    assert result.exit_code == exit_code, result.output
    assert words in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_the_token_is_sent(ask: Callable[..., Result], pretend: Pretend) -> None:
    """INTERLOCK_TOKEN travels as a bearer token; without one there is no such header."""
    pretend.answer = lambda _: as_json({"data": {"services": EMPTY}})
    assert ask("services", env={"INTERLOCK_TOKEN": "abc"}).exit_code == 0
    assert ask("services").exit_code == 0
    assert pretend.headers[0]["authorization"] == "Bearer abc"
    assert "authorization" not in pretend.headers[1]


def test_every_page_is_asked_for(ask: Callable[..., Result], pretend: Pretend) -> None:
    """A connection is read to its end, each page after the last cursor; `--limit` ends it sooner. JSON has no ages, so
    nothing else is asked: not the service's time either.
    """

    def page(payload: dict[str, Any]) -> Answer:
        after = int(payload["variables"].get("after") or 0)
        node = {"status": "FAILED", "revision": "a" * 40, "reason": None, "startedAt": None, "endedAt": None}
        node |= {"service": {"name": f"s{after}"}, "environment": {"name": "e"}, "execution": None}
        info = {"hasNextPage": after < 2, "endCursor": str(after + 1)}
        return as_json({"data": {"deployments": {"nodes": [node], "pageInfo": info}}})

    pretend.answer = page
    assert ask("deployments", "-o", "json").stdout.count('"status"') == 3
    assert ask("deployments", "-o", "json", "--limit", "2").stdout.count('"status"') == 2
    assert [payload["variables"]["first"] for payload in pretend.payloads] == [20, 19, 18, 2, 1]


def test_the_address_may_name_the_path() -> None:
    """/graphql is added once, and the websocket has the same address over ws or wss."""
    assert Connection("http://h:1/").graphql_url == "http://h:1/graphql"
    assert Connection("https://h/graphql").graphql_url == "https://h/graphql"
    assert Connection("https://h/interlock").websocket_url == "wss://h/interlock/graphql"


def test_the_token_is_not_in_the_repr() -> None:
    """A connection that is logged or shown in a traceback keeps its token."""
    assert "abc" not in repr(Connection("http://h", "abc"))


def test_typed_errors_offer_what_the_service_suggests() -> None:
    """Suggestions and allowed values are added when the message does not hold them, and only then."""
    error = {
        "message": "There is no Region 'eu-wst-1'.",
        "suggestions": ["eu-west-1"],
        "remedy": "Use another.",
    }
    assert typed_error(error) == "There is no Region 'eu-wst-1'. Did you mean: eu-west-1? Use another."
    said = {"message": "No 'a'; did you mean b?", "suggestions": ["b"], "remedy": ""}
    assert typed_error(said) == "No 'a'; did you mean b?"
    bounds = {"message": "x is not valid: 1 to 3.", "allowed": "1 to 3", "remedy": "Give x as 1 to 3."}
    assert typed_error(bounds) == "x is not valid: 1 to 3."


def test_the_same_error_is_said_once() -> None:
    """Ten fields that fail alike are one sentence."""
    assert sentences([{"message": "No."}] * 10) == "No."
