"""The documents that the command ships."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from interlock_cli import __version__
from interlock_cli.documents import document

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "cli" / "src" / "interlock_cli" / "queries"
KEPT = ROOT / "tests" / "client_queries"
SCHEMA = ROOT / "graph" / "schema.graphql"
NAMES = sorted(path.stem for path in QUERIES.glob("*.graphql"))


def test_there_are_documents() -> None:
    """The folder is found."""
    assert "plan" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_kept_with_the_version_that_ships_it(name: str) -> None:
    """Each document stands, unchanged, among those that the schema must answer for ever."""
    kept = KEPT / f"command-{__version__}-{name.replace('_', '-')}.graphql"
    assert kept.is_file(), f"copy {name}.graphql to {kept}"
    assert kept.read_text("utf-8") == document(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_valid(name: str) -> None:
    """Each document is answered by today's schema."""
    schema = build_schema(SCHEMA.read_text("utf-8"))
    assert [error.message for error in validate(schema, parse(document(name)))] == []
