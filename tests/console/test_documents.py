"""The documents that the console ships."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse, validate

from scripts.console_queries import KEPT, VERSION, documents
from tests.service import ROOT

DOCUMENTS = documents()
SCHEMA = build_schema((ROOT / "graph" / "schema.graphql").read_text("utf-8"))


def test_what_the_console_asks_is_kept_with_the_version_that_ships_it() -> None:
    """Each document stands among those that the schema must answer for ever: `python scripts/console_queries.py`."""
    kept = {path.name: path.read_text("utf-8") for path in KEPT.glob(f"console-{VERSION}-*.graphql")}
    assert kept == DOCUMENTS


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_is_valid(name: str) -> None:
    """Each document is answered by today's schema: a page is never refused, nor an example that GraphiQL opens with."""
    assert [error.message for error in validate(SCHEMA, parse(DOCUMENTS[name]))] == []
