"""`interlock query`, `subscribe` and `schema`: documents that a person writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from graphql import build_schema
from starlette.websockets import WebSocket

from interlock_cli.adhoc import operation_of, read_variables
from interlock_cli.commands.subscribe import resumable, root_of
from interlock_cli.errors import InputError
from tests.cli.conftest import Pretend, as_json, events, send_event

Run = Callable[..., Result]
SCHEMA = Path(__file__).parents[2] / "graph" / "schema.graphql"
RESUMES = "subscription Two ($after: String) { events(after: $after) { cursor } }"


@pytest.mark.parametrize("how", ["-f", "@", ""])
def test_a_document_in_a_file(how: str, ask: Run, pretend: Pretend, tmp_path: Path) -> None:
    """Three ways to name it, and one operation of several; variables one by one, as JSON or text."""
    file = tmp_path / "it.graphql"
    file.write_text("query A { a } query B($first: Int, $name: String) { b }")
    pretend.answer = lambda _: as_json({"data": {"b": 1}})
    named = ["-f", str(file)] if how == "-f" else [f"{how}{file}"]
    variables = ["--variables", '{"first": 1, "x": true}', "--var", "first=5", "--var", "name=pay=ments"]
    done = ask("query", *named, "--operation", "B", *variables)
    assert json.loads(done.stdout) == {"b": 1}
    assert pretend.payloads[0]["operationName"] == "B"
    assert pretend.payloads[0]["variables"] == {"first": 5, "x": True, "name": "pay=ments"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "A document and --file are both missing"),
        (("{ a }", "-f", "x"), "A document and --file are both given"),
        (("-f", "/nowhere"), "'/nowhere' is neither a GraphQL document nor a file"),
        (("query A { a } query B { b }",), "The document has 2 operations. Name one with --operation: A, B."),
        (("query A { a }", "--operation", "C"), "The document has no operation 'C'"),
        (("fragment F on T { a }",), "The document has no operation."),
        (("{ a }", "--var", "first"), "'first' is not NAME=VALUE"),
        (("{ a }", "--variables", "[]"), "--variables is a JSON list"),
        (("{ a ",), "The document is not GraphQL at line 1, column 5"),
    ],
)
@pytest.mark.parametrize("command", ["query", "subscribe"])
def test_wrong_input_is_refused_before_anything_is_sent(
    command: str, arguments: tuple[str, ...], said: str, ask: Run, pretend: Pretend
) -> None:
    """Exit code 2, with what was wrong and what is allowed."""
    done = ask(command, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert pretend.payloads == []


def test_each_kind_has_its_command(ask: Run) -> None:
    """A subscription is no query, and the other way round."""
    assert "Use `interlock subscribe`" in ask("query", RESUMES).stderr
    for text, kind in (("{ a }", "query"), ("mutation { a }", "mutation")):
        assert f"The document is a {kind}, which has one answer" in ask("subscribe", text).stderr
    two = "subscription { a b }"
    assert "not one root field" in ask("subscribe", two).stderr


def test_a_subscription_resumes(ask: Run, pretend: Pretend) -> None:
    """A line for each item; after a lost connection behind the last one, and each once."""
    seen: list[dict[str, Any]] = []

    async def speak(websocket: WebSocket, variables: dict[str, Any]) -> None:
        seen.append(variables)
        first, second = events(1, 2)
        await send_event(websocket, first if len(seen) == 1 else second)
        if len(seen) == 1:
            await websocket.close(1011)
        else:
            await websocket.receive_text()

    pretend.socket = speak
    done = ask("subscribe", RESUMES, "--count", "2", "--var", 'after="0"', "--operation", "Two")
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["events"]["cursor"] for line in done.stdout.splitlines()] == ["1", "2"]
    assert [each["after"] for each in seen] == ["0", "1"]
    assert pretend.subscribed[0]["operationName"] == "Two"
    assert "does not resume" not in done.stderr


@pytest.mark.parametrize(
    ("text", "root", "resumes"),
    [
        (RESUMES, "events", True),
        ("subscription ($after: String) { mine: events(after: $after) { type cursor } }", "mine", True),
        ("subscription { events { cursor } }", "events", False),
        ("subscription ($after: String) { events(after: $after) { type } }", "events", False),
        ("subscription ($after: String) { events(after: $after) { cursor: type } }", "events", False),
    ],
)
def test_what_resumes(text: str, root: str, resumes: bool) -> None:
    """A cursor in, and a cursor out under its own name."""
    operation = operation_of(text, None)
    assert root_of(operation) == root
    assert resumable(operation) == resumes


def test_variables_one_by_one() -> None:
    """Later ones win; what is no JSON is text."""
    assert read_variables('{"a": 1}', ["a=[2]", "b=x", "c=", "a=null"]) == {"a": None, "b": "x", "c": ""}
    with pytest.raises(InputError, match="'1a=2' is not NAME=VALUE"):
        read_variables(None, ["1a=2"])


def test_the_real_service(service: str, run: Run) -> None:
    """Its schema is that of the repository; a subscription and a query by hand are answered."""
    shown = run("--url", service, "schema").stdout
    assert set(build_schema(shown).type_map) == set(build_schema(SCHEMA.read_text()).type_map)
    told = json.loads(run("--url", service, "schema", "-o", "json").stdout)
    assert told["__schema"]["queryType"]["name"] == "Query"
    text = "query ($first: Int!) { services(first: $first) { totalCount } }"
    done = run("--url", service, "query", text, "--var", "first=1")
    assert json.loads(done.stdout) == {"services": {"totalCount": 0}}
