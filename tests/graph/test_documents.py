"""Known documents: named instead of sent, recognised however they are written, and the only ones where that is set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from graphql import parse, print_ast

from domain.permissions import Role, Viewer
from graph.documents.identifying import identifier, operations
from graph.documents.known import SHIPPED, Known
from graph.documents.requests import DocumentRefused, Documents
from graph.http import GraphQLView
from models.settings import Settings, SettingsError
from scripts import known_documents
from tests.graph.conftest import SCHEMA, Graph
from tests.graph.sockets import Socket, until
from tests.service import ROOT

VIEWER = Viewer("ada@example.com", frozenset({Role.VIEWER}))
OPERATOR = Viewer("joan@example.com", frozenset({Role.OPERATOR}))
KNOWN = orjson.loads(SHIPPED.read_bytes())
HEAD = next(text for text in KNOWN.values() if "logHead" in text)
UNKNOWN = "query Mine { __typename }"


def _documents(**given: Any) -> Documents:
    return Documents(Settings(**given))


def test_what_clients_sent_is_known() -> None:
    """Every operation of every release, by the digest of its text; the file is up to date."""
    assert SHIPPED.read_text("utf-8") == known_documents.known(), "run `python scripts/known_documents.py`"
    assert all(identifier(text) == name for name, text in KNOWN.items())


@pytest.mark.parametrize(
    "sent",
    [
        *(ROOT / "cli" / "src" / "interlock_cli" / "queries").glob("*.graphql"),
        *(ROOT / "tests" / "client_queries").glob("*.graphql"),
    ],
    ids=lambda path: path.stem,
)
def test_what_is_sent_is_recognised(sent: Path) -> None:
    """As a file, as another printer has it, and with its definitions in another order."""
    text = sent.read_text("utf-8")
    document = parse(text)
    turned = "\n".join(print_ast(each) for each in reversed(document.definitions))
    known = Known()
    for each in (text, print_ast(document), turned, text.replace("  ", "\t") + "# a comment\n"):
        assert known.trusts(each)


def test_an_operation_is_compared_with_what_it_needs() -> None:
    """Fragments that it spreads belong to it, by name; others' do not, nor does a circle end badly."""
    text = "query A { ...B } query C { ...D } fragment D on Query { x } fragment B on Query { ...B y }"
    assert [each.count("fragment") for each in operations(parse(text))] == [1, 1]
    swapped = operations(parse("fragment B on Query { ...B y } query A { ...B }"))
    assert swapped == operations(parse(text))[:1]
    assert not Known().trusts("fragment A on Query { __typename }")


def test_the_standard_s_example() -> None:
    """The digest of the appendix of GraphQL over HTTP."""
    text = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
    assert identifier(text) == "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"


def test_who_may_ask_by_any() -> None:
    """`only`: whoever has a role that the setting names; others get a code, and are told what to do."""
    only = _documents(trusted_documents="only", any_document_roles="operator,admin")
    assert only.asked({"query": HEAD}, VIEWER) == {"query": HEAD}
    assert only.asked({"query": UNKNOWN}, OPERATOR) == {"query": UNKNOWN}
    with pytest.raises(DocumentRefused) as refused:
        only.asked({"query": UNKNOWN}, VIEWER)
    assert refused.value.status == 403
    assert (refused.value.error.extensions or {})["code"] == "DOCUMENT_NOT_TRUSTED"
    assert "admin or operator may" in refused.value.error.message
    for mode in ("off", "log"):
        assert _documents(trusted_documents=mode).asked({"query": UNKNOWN}, VIEWER) == {"query": UNKNOWN}


def test_a_company_s_own(tmp_path: Path) -> None:
    """Files and manifests of Relay's and Apollo's kinds, by the names that their clients send."""
    (tmp_path / "mine.graphql").write_text(UNKNOWN + "\n")
    relay = {"0123456789abcdef0123456789abcdef": "query Relay { clock { now } }"}
    (tmp_path / "relay.json").write_text(json.dumps(relay))
    apollo = {"id": "a" * 64, "name": "Apollo", "type": "query", "body": "query Apollo { clock { now } }"}
    (tmp_path / "apollo.json").write_text(json.dumps({"version": 1, "operations": [apollo]}))
    only = _documents(trusted_documents="only", documents=tmp_path)
    for name in ("mine", identifier(UNKNOWN), identifier(UNKNOWN + "\n")):
        assert "Mine" in only.asked({"documentId": name}, VIEWER)["query"]
    assert "Relay" in only.asked({"documentId": next(iter(relay))}, VIEWER)["query"]
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": "a" * 64}}
    assert "Apollo" in only.asked({"extensions": persisted}, VIEWER)["query"]
    assert only.asked({"query": UNKNOWN}, VIEWER)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.graphql", "query {", "a is no GraphQL document"),
        ("a.graphql", "#" * 65_537 + "\n{ a }", "has more than 65,536 characters"),
        ("a.json", '{"x": 1}', "a manifest is"),
        ("a.json", "[]", "a manifest is"),
        ("a.json", "{", "a.json cannot be read"),
    ],
)
def test_a_folder_that_cannot_be_read_is_told_at_the_start(tmp_path: Path, name: str, content: str, says: str) -> None:
    """By the setting and the file."""
    (tmp_path / name).write_text(content)
    with pytest.raises(SettingsError, match=f"INTERLOCK_DOCUMENTS.*{says}"):
        Known(tmp_path)
    with pytest.raises(SettingsError, match="which is no folder"):
        Known(tmp_path / "nowhere")


async def test_over_http_and_sockets(graph: Graph) -> None:
    """A name does what its document does; a name that nobody knows is one error with a code."""
    settings = Settings(trusted_documents="only")
    object.__setattr__(graph.context, "settings", settings)
    view = GraphQLView(SCHEMA, graph.context)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://x") as client:

        async def asked(**body: Any) -> tuple[int, Any]:
            answer = await client.post("/", json=body)
            return answer.status_code, answer.json()

        by_name = await asked(documentId=identifier(HEAD))
        assert by_name == await asked(query=HEAD)
        assert by_name[0] == 200
        assert set(by_name[1]) == {"data"}
        for body, status, code in (
            ({"documentId": "sha256:" + "0" * 64}, 400, "DOCUMENT_NOT_FOUND"),
            ({"extensions": {"persistedQuery": {"sha256Hash": "0" * 64}}}, 400, "PERSISTED_QUERY_NOT_FOUND"),
            ({"query": UNKNOWN}, 403, "DOCUMENT_NOT_TRUSTED"),
            ({"query": "{"}, 200, "GRAPHQL_PARSE_FAILED"),
            ({"query": HEAD, "documentId": "x"}, 400, "BAD_REQUEST"),
            ({"documentId": 3}, 400, "BAD_REQUEST"),
            ({"extensions": {"persistedQuery": {}}}, 400, "BAD_REQUEST"),
        ):
            answered, said = await asked(**body)
            assert answered == status, body
            assert said["errors"][0]["extensions"]["code"] == code, said
    socket = Socket(view)
    socket.tell("subscribe", id="1", payload={"documentId": identifier(HEAD)})
    socket.tell("subscribe", id="2", payload={"documentId": "nothing"})
    socket.tell("subscribe", id="3", payload={"query": UNKNOWN})
    await until(lambda: len(socket.sent) > 4)
    said = {each["id"]: each for each in map(orjson.loads, socket.sent[1:]) if each["type"] != "complete"}
    assert "data" in said["1"]["payload"]
    codes = [said[number]["payload"][0]["extensions"]["code"] for number in "23"]
    assert codes == ["DOCUMENT_NOT_FOUND", "DOCUMENT_NOT_TRUSTED"]
    await socket.close()
