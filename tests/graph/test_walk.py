"""The walk: every field that can be asked, by everybody who could, against a table that says who may, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from domain.permissions import Role, Viewer
from graph.permitting import OF_THE_WHOLE, guard
from graph.types.errors import Refused
from tests.graph.access import MUTATIONS, QUERIES, SUBSCRIPTIONS
from tests.graph.conftest import SCHEMA, Graph
from tests.graph.permitted import OTHERS, narrowed
from tests.graph.test_authentication import ask, asking, issuer
from tests.graph.test_permitting import Untold

pytestmark = pytest.mark.database
__all__ = ["issuer"]

VIEWERS = {role.value: Viewer("ann", frozenset({role})) for role in Role}
ELSEWHERE = narrowed(Role.OPERATOR, OTHERS["team"])
NOBODY = Viewer("nobody", frozenset())


def _type(name: str) -> GraphQLObjectType:
    found = getattr(SCHEMA._schema, f"{name}_type")
    assert isinstance(found, GraphQLObjectType)
    return found


def test_every_field_has_a_row() -> None:
    """Nothing is added to the graph without saying who may ask it, and why."""
    for name, table in (("query", QUERIES), ("mutation", MUTATIONS), ("subscription", SUBSCRIPTIONS)):
        assert set(_type(name).fields) == set(table), name
        assert all(reason for _, reason in table.values())


def _dummy(type_: Any) -> str:
    """A value that is taken for the type, and means nothing."""
    if isinstance(type_, GraphQLNonNull):
        return _dummy(type_.of_type)
    if isinstance(type_, GraphQLList):
        return "[]"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        fields = {name: each.type for name, each in type_.fields.items() if isinstance(each.type, GraphQLNonNull)}
        if type_.is_one_of:
            fields = dict([next((name, each.type) for name, each in type_.fields.items())])
        return "{" + ", ".join(f"{name}: {_dummy(each)}" for name, each in fields.items()) + "}"
    texts = {"DateTime": '"2026-11-30T12:00:00Z"', "Int": "1", "Float": "1", "Boolean": "true"}
    return texts.get(type_.name, '"x"')


def _document(kind: str, name: str, field: GraphQLField) -> str:
    """What asks the field, and as little of its answer as can be."""
    given = [
        f"{argument}: {_dummy(each.type)}"
        for argument, each in field.args.items()
        if isinstance(each.type, GraphQLNonNull)
    ]
    selected = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    arguments = f"({', '.join(given)})" if given else ""
    return f"{kind} {{ {name}{arguments}{selected} }}"


async def test_every_query_is_for_whom_the_table_says(graph: Graph) -> None:
    """Executed by each role, and by whoever is narrowed to another team: refused, or not."""
    for name, field in _type("query").fields.items():
        allowed, _ = QUERIES[name]
        for role, viewer in (*VIEWERS.items(), ("VIEWER", ELSEWHERE)):
            graph.context = replace(graph.context, viewer=viewer)
            result = await graph.result(_document("query", name, field))
            codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
            assert ("FORBIDDEN" in codes) is (role not in allowed.split()), (name, role, result.errors)


async def test_every_mutation_is_for_whom_the_table_says(graph: Graph) -> None:
    """At its door, with nothing behind: the use-cases' own question is `test_permitted.py`'s."""
    behind: dict[str, GraphQLField] = {}
    for name, field in _type("mutation").fields.items():
        payload: Any = get_named_type(field.type).extensions["strawberry-definition"].origin

        async def through(_source: Any, _info: Any, *, payload: Any = payload, **_given: Any) -> Any:
            return payload()

        behind[name] = GraphQLField(field.type, field.args, through)
    guard(GraphQLObjectType("Mutation", behind))
    everybody = {**VIEWERS, "nobody": NOBODY, "elsewhere": ELSEWHERE}
    for name, field in behind.items():
        allowed = set(MUTATIONS[name][0].split())
        for role, viewer in everybody.items():
            context = replace(graph.context, viewer=viewer, denials=Untold())
            info: Any = type("Info", (), {"context": context})
            answer = await field.resolve(None, info, input={})  # type: ignore[misc]  # it was just made
            refused = any(isinstance(each, Refused) and each.code == "FORBIDDEN" for each in answer.errors)
            let = role in allowed or (role == "elsewhere" and "OPERATOR" in allowed and name not in OF_THE_WHOLE)
            assert refused is not let, (name, role)


async def test_nobody_asks_anything(graph: Graph, issuer: Any) -> None:
    """Beside an issuer, whoever does not say who it is gets 401, whatever is asked; and so for every field."""
    assert issuer is not None
    async with asking(graph.context.database) as client:
        for kind in ("query", "mutation", "subscription"):
            for name, field in _type(kind).fields.items():
                answer = await ask(client, None, {"query": _document(kind, name, field)})
                assert answer.status_code == 401, name


async def test_every_subscription_is_for_whom_the_table_says(graph: Graph) -> None:
    """Its first answer, or its wait for one, is no refusal."""
    for name, field in _type("subscription").fields.items():
        allowed, _ = SUBSCRIPTIONS[name]
        for role, viewer in VIEWERS.items():
            context = replace(graph.context, viewer=viewer)
            stream: Any = await SCHEMA.subscribe(_document("subscription", name, field), context_value=context)
            errors = getattr(stream, "errors", None) or ()
            codes = {(error.extensions or {}).get("code") for error in errors}
            assert ("FORBIDDEN" in codes) is (role not in allowed.split()), (name, role)
            if hasattr(stream, "aclose"):
                await stream.aclose()
