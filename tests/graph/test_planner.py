"""Reads: one question, one statement."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from graphql import (
    GraphQLObjectType,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
    is_object_type,
    parse,
    validate,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.planner import selection
from graph.planner.mapping import TABLES, NotPlannable
from models import tables
from tests.graph.conftest import SCHEMA, Graph

CORE = SCHEMA._schema
CLIENT_QUERIES = sorted((Path(__file__).parent.parent / "client_queries").glob("*.graphql"))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


NUL = r'["\u0000"]'

DEEP = """
query ($beta: Boolean!) {
  service(name: "payments") {
    ...Named
    stages { nodes {
      name production
      waves(first: 1) {
        totalCount
        edges { cursor node { name environments { nodes { ...Where } } } }
        pageInfo { hasNextPage endCursor }
      }
      checks @skip(if: $beta) { nodes { name kind configuration } }
    } }
    environments(filter: {stage: "prod"}) { nodes { name wave { stage { name } } services { nodes { ...Named } } } }
  }
}
fragment Named on Service { label: name repository }
fragment Where on Environment { name account { awsId } region { name timeZone } deployments { totalCount } }
"""


async def test_a_deep_query_is_one_statement(fleet: Graph) -> None:
    """Fragments, aliases, directives, arguments, nested connections: one statement."""
    found = (await fleet(DEEP, beta=True))["service"]
    assert len(fleet.statements) == 1
    assert found["label"] == "payments"
    assert [stage["name"] for stage in found["stages"]["nodes"]] == ["beta", "prod"]
    assert "checks" not in found["stages"]["nodes"][0]
    prod = found["stages"]["nodes"][1]["waves"]
    assert prod["totalCount"] == 2
    assert prod["pageInfo"]["hasNextPage"]
    assert [edge["node"]["name"] for edge in prod["edges"]] == ["prod-1"]
    assert [each["name"] for each in found["environments"]["nodes"]] == ["prod-ap", "prod-eu", "prod-sa", "prod-us"]
    assert prod["edges"][0]["node"]["environments"]["nodes"] == [
        {
            "name": "prod-eu",
            "account": {"awsId": "2" * 12},
            "region": {"name": "eu-west-1", "timeZone": "Europe/Dublin"},
            "deployments": {"totalCount": 0},
        }
    ]


async def test_to_one_relations_chain(fleet: Graph) -> None:
    """Several relations of a relation, each with relations of its own, behind one row, a node and a list."""
    asked = "name account { name } region { name } wave { name stage { name } }"
    expected = {
        "name": "prod-eu",
        "account": {"name": "two"},
        "region": {"name": "eu-west-1"},
        "wave": {"name": "prod-1", "stage": {"name": "prod"}},
    }
    found = (await fleet(f'{{ environment(name: "prod-eu") {{ id {asked} }} }}'))["environment"]
    id_ = found.pop("id")
    assert found == expected
    document = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Environment {{ {asked} }} }}
      nodes(ids: [$id]) {{ ... on Environment {{ {asked} }} }}
      environments(filter: {{name: "prod-eu"}}) {{ nodes {{ {asked} }} }} }}"""
    again = await fleet(document, id=id_)
    assert [again["node"], again["nodes"], again["environments"]["nodes"]] == [expected, [expected], [expected]]


async def test_more_fields_than_a_function_takes_arguments(fleet: Graph) -> None:
    """Objects, pages and lists of any length, in the order of the selection: PostgreSQL's functions take 100."""
    names = ["a" * (130 - number) for number in range(130)]

    def many(field: str) -> str:
        return " ".join(f"{name}: {field}" for name in names)

    found = (await fleet(f'{{ account(awsId: "111111111111") {{ {many("name")} }} }}'))["account"]
    assert list(found.items()) == [(name, "one") for name in names]

    async def page(asked: str) -> Any:
        return (await fleet(f"{{ accounts(first: 1) {{ {asked} }} }}"))["accounts"]

    assert list(await page(many("totalCount"))) == names
    assert list((await page(f"pageInfo {{ {many('hasNextPage')} }}"))["pageInfo"]) == names
    assert [list(edge) for edge in (await page(f"edges {{ {many('cursor')} }}"))["edges"]] == [names]
    assert [list(edge["node"]) for edge in (await page(f"edges {{ node {{ {many('name')} }} }}"))["edges"]] == [names]
    subject = f"subject {{ ... on Check {{ {many('name')} }} ... on Account {{ id }} }}"
    assert list((await fleet.newest_event(subject))["subject"].values()) == ["smoke"] * 130
    account = (await fleet('{ account(awsId: "111111111111") { id } }'))["account"]
    assert (await fleet("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=[account["id"]] * 250))["nodes"] == [
        account
    ] * 250


async def test_a_field_asked_twice_is_walked_once(fleet: Graph) -> None:
    """The same field with the same fragment twice at each level: the work does not double with each."""
    twice = "environments(first: 1) {{ nodes {{ account {{ ...F{0} }} }} }}"
    fragments = "".join(f"fragment F{n} on Account {{ {(twice * 2).format(n + 1)} }} " for n in range(6))
    document = '{ account(awsId: "111111111111") { ...F0 } } ' + fragments + "fragment F6 on Account { name }"
    with patch("graph.planner.selection._included", wraps=selection._included) as asked:
        assert await fleet(document)
    assert asked.call_count < 100


async def test_each_root_field_is_one_statement(fleet: Graph) -> None:
    """Two aliases of one field are two statements."""
    await fleet("{ a: accounts { nodes { name } } b: accounts { nodes { awsId } } }")
    assert len(fleet.statements) == 2


def _everything_of(type_: GraphQLObjectType) -> str:
    """A selection of every field, relations with their id."""
    fields = []
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named):
            fields.append(name)
        elif name.endswith("Connection") or "edges" in getattr(named, "fields", {}):
            fields.append(f"{name}(first: 2) {{ edges {{ cursor node {{ id }} }} nodes {{ __typename }} totalCount }}")
        else:
            fields.append(f"{name} {{ {'id ' if 'id' in getattr(named, 'fields', {'id'}) else ''}__typename }}")
    return " ".join(fields)


@pytest.mark.parametrize("type_name", sorted(TABLES))
async def test_every_field_of_every_type_can_be_planned(fleet: Graph, type_name: str) -> None:
    """A field that is neither mapped nor code with declared columns fails here, and is never silently slow."""
    type_ = CORE.get_type(type_name)
    assert is_object_type(type_)
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ {_everything_of(type_)} }} }} }}"
    from graph.planner.execute import global_id

    key = 1 if type_name == "Event" else "00000000-0000-0000-0000-000000000000"
    await fleet(document, id=global_id(type_name, key))
    assert len(fleet.statements) == 1


async def test_a_field_that_cannot_be_planned_is_refused() -> None:
    """The compiler refuses an unknown attribute; it does not fall back to a resolver."""
    from graph.planner import compile as compiler
    from graph.planner.selection import Selected

    asked = Selected("nothing", "nothing", None, {}, "String")
    with pytest.raises(NotPlannable, match=r"Account\.nothing"):
        compiler.row_of(tables.Account, "Account", [asked], tagged=False)


@given(size=st.integers(1, 7), backwards=st.booleans())
@settings(max_examples=14, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_pages_of_any_size_are_the_whole(fleet: Graph, size: int, backwards: bool) -> None:
    """Paging forwards or backwards by any size visits every row once, in order."""
    seen: list[str] = []
    cursor = None
    size_argument, from_argument = ("last", "before") if backwards else ("first", "after")
    more, end = ("hasPreviousPage", "startCursor") if backwards else ("hasNextPage", "endCursor")
    for _ in range(20):
        document = (
            f"query ($n: Int, $c: String) {{ environments({size_argument}: $n, {from_argument}: $c)"
            f" {{ totalCount nodes {{ name }} pageInfo {{ {more} {end} }} }} }}"
        )
        page = (await fleet(document, n=size, c=cursor))["environments"]
        names = [each["name"] for each in page["nodes"]]
        seen = names + seen if backwards else seen + names
        assert page["totalCount"] == 6
        cursor = page["pageInfo"][end]
        if not page["pageInfo"][more]:
            break
    assert seen == ["beta-eu", "beta-us", "prod-ap", "prod-eu", "prod-sa", "prod-us"]


@pytest.mark.parametrize(
    ("narrowed", "names"),
    [
        ({"name": "prod-?u"}, ["prod-eu"]),
        ({"name": "*-u*"}, ["beta-us", "prod-us"]),
        ({"name": "%"}, []),
        ({"stage": "beta"}, ["beta-eu", "beta-us"]),
        ({"wave": "prod-2", "accountId": "3" * 12}, ["prod-ap", "prod-sa"]),
        ({"region": "us-east-1", "kind": "SHARED"}, ["beta-us", "prod-us"]),
        ({"kind": "TEST"}, []),
        ({}, ["beta-eu", "beta-us", "prod-ap", "prod-eu", "prod-sa", "prod-us"]),
    ],
)
async def test_filters_narrow(fleet: Graph, narrowed: dict[str, Any], names: list[str]) -> None:
    """All filters that are given hold; `%` is no wildcard."""
    document = "query ($f: EnvironmentFilter) { environments(filter: $f) { totalCount nodes { name } } }"
    found = (await fleet(document, f=narrowed))["environments"]
    assert [each["name"] for each in found["nodes"]] == names
    assert found["totalCount"] == len(names)


async def test_node_finds_what_has_an_id_again(fleet: Graph) -> None:
    """Relay: the id of a node leads back to it, alone or in a list, with null for what is not there."""
    account = (await fleet('{ account(awsId: "111111111111") { id name } }'))["account"]
    from graph.planner.execute import global_id

    ghost = global_id("Account", "00000000-0000-0000-0000-000000000000")
    document = """query ($id: ID!, $ids: [ID!]!) {
      node(id: $id) { __typename id ... on Account { name } ... on Service { repository } }
      nodes(ids: $ids) { id __typename } }"""
    found = await fleet(document, id=account["id"], ids=[ghost, account["id"]])
    assert found["node"] == {"__typename": "Account", **account}
    assert found["nodes"] == [None, {"id": account["id"], "__typename": "Account"}]
    assert len(fleet.statements) == 2


async def test_code_is_filled_in_behind_an_interface(fleet: Graph) -> None:
    """A field of code works below `subject`, whose rows are of any type, and leaves nothing else in the answer."""
    found = await fleet.newest_event("type payload subject { id ... on Pipeline { consoleUrl } }")
    assert set(found) == {"type", "payload", "subject"}
    assert set(found["subject"]) == {"id"}
    assert len(fleet.statements) == 1


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ environments(first: 501) { totalCount } }", "INVALID_VALUE"),
        ("{ environments(first: 1, last: 1) { totalCount } }", "INVALID_VALUE"),
        ('{ environments(after: "nonsense") { totalCount } }', "INVALID_VALUE"),
        ('{ events(after: "nonsense") { totalCount } }', "INVALID_VALUE"),
        ('{ node(id: "nonsense") { id } }', "INVALID_VALUE"),
        ('{ deployment(id: "QWNjb3VudDox") { id } }', "INVALID_VALUE"),
        ('{ events(filter: {subjectId: "payments"}) { totalCount } }', "INVALID_VALUE"),
        *((f'{{ node(id: "{_base64("Event:" + key)}") {{ id }} }}', "INVALID_VALUE") for key in ("9" * 30, " 1_0")),
        *(
            (f'{{ stages(after: "{_base64(cursor)}") {{ totalCount }} }}', "INVALID_VALUE")
            for cursor in ("[1, 5]", "[1e999, 5]", f"[{2**40}, 5]", "[true, 5]", "[" * 100_000)
        ),
        (f'{{ regions(after: "{_base64(NUL)}") {{ totalCount }} }}', "INVALID_VALUE"),
    ],
)
async def test_bad_arguments_have_a_code(graph: Graph, document: str, code: str) -> None:
    """A wrong page size, cursor or id is an error with a code and a remedy, and no statement."""
    result = await graph.result(document)
    assert [error.extensions["code"] for error in result.errors] == [code]
    assert result.errors[0].extensions["remedy"]
    assert not graph.statements


@pytest.mark.parametrize("field", ["account(awsId: {0}) {{ id }}", "service(name: {0}) {{ id }}"])
async def test_text_that_the_database_cannot_hold_is_refused(graph: Graph, field: str) -> None:
    """PostgreSQL's text has no NUL: whoever gives one is told, and it is no failure of the service."""
    document = "{ " + field.format('"\\u0000"') + " }"
    (error,) = (await graph.result(document)).errors
    assert error.extensions["code"] == "INVALID_VALUE"
    assert "NUL" in error.message


async def test_events_of_a_subject_are_found_by_their_index(graph: Graph) -> None:
    """The column is compared as it is: the log grows without end."""
    await graph('{ events(filter: {subjectId: "00000000-0000-0000-0000-000000000000"}) { totalCount } }')
    (statement,) = graph.statements
    assert "subject_id = " in statement


@pytest.mark.parametrize("path", CLIENT_QUERIES, ids=lambda path: path.stem)
def test_every_query_that_a_client_ever_shipped_is_valid(path: Path) -> None:
    """A released library or command keeps working: its documents are validated against today's schema."""
    assert not validate(CORE, parse(path.read_text()))


def test_the_sdl_in_git_is_what_the_types_say() -> None:
    """`make schema` was run after the last change."""
    assert (Path(__file__).parents[2] / "graph" / "schema.graphql").read_text() == SCHEMA.as_str() + "\n"


async def test_the_schema_describes_itself(graph: Graph) -> None:
    """Introspection answers whole: GraphiQL and every client's code generation live on it."""
    described = await graph(get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True))
    assert {each["name"] for each in described["__schema"]["types"]} >= set(TABLES)
