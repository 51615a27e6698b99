"""The documents that the console ships."""

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "console" / "src" / "documents"
KEPT = ROOT / "tests" / "client_queries"
SCHEMA = ROOT / "graph" / "schema.graphql"
NAMES = sorted(path.stem for path in DOCUMENTS.glob("*.graphql"))
VERSION = json.loads((ROOT / "console" / "package.json").read_text("utf-8"))["version"]


def document(name: str) -> str:
    """The document's text."""
    return (DOCUMENTS / f"{name}.graphql").read_text("utf-8")


def test_there_are_documents() -> None:
    """The folder is found."""
    assert "watch_events" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_kept_with_the_version_that_ships_it(name: str) -> None:
    """Each document stands, unchanged, among those that the schema must answer for ever."""
    kept = KEPT / f"console-{VERSION}-{name.replace('_', '-')}.graphql"
    assert kept.read_text("utf-8") == document(name), f"copy {name}.graphql to {kept}"


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_valid(name: str) -> None:
    """Each document is answered by today's schema: an example that GraphiQL opens with is never refused."""
    schema = build_schema(SCHEMA.read_text("utf-8"))
    assert [error.message for error in validate(schema, parse(document(name)))] == []
