"""The documents that the command ships."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from interlock_cli import __version__
from interlock_cli.documents import document
from scripts import query_types

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "cli" / "src" / "interlock_cli" / "queries"
KEPT = ROOT / "tests" / "client_queries"
SCHEMA = ROOT / "graph" / "schema.graphql"
NAMES = sorted(path.stem for path in QUERIES.glob("*.graphql"))


@cache
def schema() -> GraphQLSchema:
    """Today's, built once for all of them."""
    return build_schema(SCHEMA.read_text("utf-8"))


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
    assert [error.message for error in validate(schema(), parse(document(name)))] == []


def test_the_types_of_the_answers_are_up_to_date() -> None:
    """`scripts/query_types.py` would write them as they are; a document and a schema that change are seen by mypy."""
    assert query_types.STUB.read_text("utf-8") == query_types.stub()


SMALL = """
type Query { thing: Thing  things: Things! }
interface Thing { name: String! }
type Box implements Thing { name: String! inside: [Thing!]! size: Float kind: Kind! }
enum Kind { ROUND }
type Things { nodes: [Thing!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! }
"""


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        (
            "query Small { thing { __typename ... on Box { size kind } ...Named } } fragment Named on Thing { name }",
            {
                "SmallThing": {"__typename": "str", "size": "NotRequired[float | None]", "kind": "NotRequired[str]"}
                | {"name": "str"},
                "SmallAnswer": {"thing": "SmallThing | None"},
            },
        ),
        (
            "query Small { small: things { nodes { name @include(if: true) } pageInfo { hasNextPage } } }",
            {
                "SmallNode": {"name": "NotRequired[str]"},
                "SmallPageInfo": {"hasNextPage": "bool"},
                "Small": {"nodes": "list[SmallNode]", "pageInfo": "SmallPageInfo"},
                "SmallAnswer": {"small": "Small"},
            },
        ),
    ],
)
def test_an_answer_has_the_type_that_the_schema_gives_it(text: str, classes: dict[str, dict[str, str]]) -> None:
    """Null where the schema says so; what a fragment's type or a directive may leave out is not required."""
    found = query_types.read_document("small", build_schema(SMALL), parse(text))
    lines = {name: dict(line.split(": ") for line in each.split("\n    ")[1:]) for name, each in found.classes.items()}
    assert {name: {key: each.strip() for key, each in fields.items()} for name, fields in lines.items()} == classes
