"""Questions are asked again, changes are not, and a document that is not understood says who is old."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from click.testing import Result

from interlock_cli import __version__, retrying, versions
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.failures import lasting
from interlock_cli.transport import asks_only
from tests.cli.conftest import Answer, Pretend, as_json

Run = Callable[..., Result]
EMPTY = {"data": {"services": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nobody does."""
    found: list[float] = []
    monkeypatch.setattr(retrying, "sleep", found.append)
    return found


def failing(pretend: Pretend, *statuses: int, then: Any = EMPTY) -> None:
    """The service answers with these first."""
    left = iter(statuses)

    def answer(_: dict[str, Any]) -> Answer:
        status = next(left, None)
        return (status, "text/html", "<p>later</p>") if status else as_json(then)

    pretend.answer = answer


def test_a_question_is_asked_again(ask: Run, pretend: Pretend, waits: list[float]) -> None:
    """Up to three times, after waits that grow; each is said, and with --quiet none."""
    failing(pretend, 502, 503, 429)
    done = ask("services")
    assert done.exit_code == 0
    assert done.stderr.count("trying again in") == 3
    assert "The service failed (HTTP status 429); trying again in" in done.stderr
    assert "(3 of 3)" in done.stderr
    assert all(0.5 * limit <= wait <= limit for wait, limit in zip(waits, (0.3, 0.6, 1.2), strict=True))
    failing(pretend, 504)
    assert "trying again" not in ask("--quiet", "services").stderr


def test_a_service_without_its_database(ask: Run, pretend: Pretend, waits: list[float]) -> None:
    """Its answer is GraphQL, and says UNAVAILABLE: a question is asked again, and the sentence is the service's."""
    said = "The service cannot answer now. The database cannot be reached."
    pretend.answer = lambda _: as_json(
        {"data": None, "errors": [{"message": said, "extensions": {"code": "UNAVAILABLE"}}]}
    )
    done = ask("services")
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(waits) == 3


@pytest.mark.parametrize(("statuses", "requests"), [((502,) * 9, 4), ((500,), 1), ((404,), 1), ((401,), 1)])
def test_it_ends(statuses: tuple[int, ...], requests: int, ask: Run, pretend: Pretend) -> None:
    """After three more attempts; and what does not pass by itself is asked once."""
    failing(pretend, *statuses)
    assert ask("services").exit_code in (1, 4)
    assert len(pretend.payloads) == requests


def test_a_change_is_not(ask: Run, pretend: Pretend, waits: list[float]) -> None:
    """A mutation by hand is sent once: whether it was done is not known."""
    failing(pretend, 503)
    assert ask("query", 'mutation { archiveTeam(input: {name: "a"}) { change { number } } }').exit_code == 1
    assert len(pretend.payloads) == 1
    assert waits == []


def test_a_change_under_a_key_is_sent_twice(ask: Run, pretend: Pretend) -> None:
    """With the same key: the service does it once. Where nobody listens it is not."""
    made = {"waiver": {"name": "waiver-1", "rule": "ROLLBACK", "expiresAt": "2027-01-01"}, "errors": []}
    clock = {"clock": {"now": "2026-11-01T00:00:00+00:00"}}
    answers = iter([as_json({"data": clock}), (502, "text/html", ""), as_json({"data": {"grantWaiver": made}})])
    pretend.answer = lambda _: next(answers)
    done = ask("waiver", "grant", "ROLLBACK", "--service", "payments", "--reason", "r")
    assert done.exit_code == 0
    assert "Asking again." in done.stderr
    first, second = (each["variables"]["input"] for each in pretend.payloads[1:])
    assert first == second
    assert first["idempotencyKey"]
    with Client(Connection("http://127.0.0.1:9")) as client, pytest.raises(CommandError, match="No service answers"):
        client.change("grant_waiver", "grantWaiver", {})


@pytest.mark.parametrize(("text", "expected"), [("2", 2), ("soon", None), ("", None), ("-1", None)])
def test_retry_after(text: str, expected: float | None) -> None:
    """A number of seconds; anything else is none."""
    assert retrying.named_seconds(text) == expected


def test_retry_after_is_a_date_too() -> None:
    """The seconds until then; a past one is now."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 18 <= (retrying.named_seconds(later) or 0) <= 20
    assert retrying.named_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_the_service_names_the_wait(connection: Connection, pretend: Pretend, waits: list[float]) -> None:
    """Its Retry-After is kept to; one of more than half a minute ends the command instead."""
    pretend.more_headers = {"Retry-After": "7"}
    failing(pretend, 503)
    with Client(connection) as client:
        client.ask("services", first=1, after=None, filter=None)
        assert waits == [7]
        pretend.more_headers = {"Retry-After": "31"}
        failing(pretend, 503)
        with pytest.raises(CommandError, match="HTTP status 503"):
            client.ask("services", first=1, after=None, filter=None)


def test_only_queries_change_nothing() -> None:
    """One mutation beside a query is enough to be a change; what is no GraphQL is not asked again either."""
    assert asks_only("query A { a } fragment F on T { b }")
    assert not asks_only("query A { a } mutation B { b }")
    assert not asks_only("nonsense")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(), True),
        (ssl.SSLCertVerificationError(), True),
        (socket.gaierror(socket.EAI_NONAME, "no such name"), True),
        (socket.gaierror(socket.EAI_AGAIN, "later"), False),
        (ConnectionResetError(), False),
        (TimeoutError(), False),
    ],
)
def test_what_lasts_is_not_asked_again(error: Exception, expected: bool) -> None:
    """However deep a library wraps it."""
    wrapped = RuntimeError("all attempts failed")
    wrapped.__cause__ = error
    assert lasting(wrapped) == expected


OLD, NEW = "0.1.0", "99.0.0"


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        (None, f"Update the service: it is older than this command, {__version__}."),
        (OLD, f"released with the command {OLD}, and this is {__version__}"),
        (NEW, "Update this command"),
        (__version__, None),
    ],
)
def test_who_is_old(said: str | None, mend: str | None) -> None:
    """By the command that was released with the service, but for patches."""
    found = versions.Versions("1.0", said)
    if mend is None:
        assert found.old is None
    else:
        assert mend in versions.mend(found)


@pytest.mark.parametrize(
    "message",
    [
        "Cannot query field 'x' on type 'Query'.",
        "Unknown argument 'x' on field 'Query.services'.",
        "Unknown type 'X'.",
        "Field 'x' is not defined by type 'ServiceFilter'.",
    ],
)
def test_a_document_that_is_not_understood(message: str, ask: Run, pretend: Pretend) -> None:
    """The service's words, and what to update: where it has no document of itself, it is the older one."""
    pretend.known = None
    pretend.answer = lambda _: as_json({"errors": [{"message": message}]}, 400)
    done = ask("services")
    assert done.exit_code == 1
    assert message.rstrip(".") in done.stderr
    assert "Update the service" in done.stderr
    pretend.answer = lambda _: as_json({"errors": [{"message": "no"}]}, 400)
    assert "Update" not in ask("services").stderr


def test_the_real_service_says_it_so(service: str) -> None:
    """Its own words for a field, an argument and a type are those that are looked for."""
    documents = [
        "{ nothing }",
        "{ services(nothing: 1) { totalCount } }",
        "query ($x: Nothing) { services { totalCount } }",
    ]
    with Client(Connection(service)) as client:
        for text in documents:
            assert versions.not_understood(client.answer(text).errors), text
        assert versions.asked(client.connection).old is None
