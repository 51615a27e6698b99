"""Every mutation has a permission, which is required before anything of it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLString

from domain.permissions import PERMISSIONS, Denial, Permission, Role, Viewer
from graph.authentication.callers import local
from graph.denials import Denials
from graph.permitting import OF_MUTATION, NoPermissionError, guard, needed
from models.engine import Database
from models.settings import Settings
from tests.graph.conftest import SCHEMA, Graph

HOLD = """mutation ($input: RegisterHoldInput!) { registerHold(input: $input) {
  hold { name } errors { __typename code message remedy } } }"""
APPLY = "mutation ($input: ChangeInput!) { applyChange(input: $input) { change { number } errors { code message } } }"
ENTER = """mutation { enterWave(input: {executionId: "00000000-0000-0000-0000-000000000000", stage: "x"}) {
  errors { code } } }"""
CHANGES = "{ changes { totalCount } holds { totalCount } }"


def _as(graph: Graph, *roles: Role) -> None:
    graph.context = replace(graph.context, viewer=Viewer("ann", frozenset(roles)))


class Untold(Denials):
    """Denials that nobody writes down."""

    async def note(self, database: Database, denial: Denial, source: str | None) -> None:
        self.counted += 1


def test_every_mutation_has_a_permission() -> None:
    """One that nobody has decided on fails here, and keeps the service from starting; no name is left over."""
    mutation = SCHEMA._schema.mutation_type
    assert mutation is not None
    assert set(mutation.fields) == set(OF_MUTATION)


def test_the_service_does_not_start_with_a_mutation_that_has_none() -> None:
    """It would be anybody's."""
    unknown = GraphQLObjectType("Mutation", {"dropAll": GraphQLField(GraphQLNonNull(GraphQLString))})
    with pytest.raises(NoPermissionError, match="names no permission for dropAll"):
        guard(unknown)


async def test_every_mutation_refuses_a_viewer(graph: Graph) -> None:
    """Walked one by one: the answer is FORBIDDEN, and nothing of it has been done, nor asked of the database."""
    mutation: Any = SCHEMA._schema.mutation_type
    viewer = Viewer("ann", frozenset({Role.VIEWER}))
    info: Any = type("Info", (), {"context": replace(graph.context, viewer=viewer, denials=Untold())})
    for name, field in mutation.fields.items():
        answer = await field.resolve(None, info, input={"operations": [], "change": 1})
        assert [error.code for error in answer.errors] == ["FORBIDDEN"], name
        assert name in answer.errors[0].message
    assert graph.statements == []


async def test_a_refusal_is_in_the_payload(fleet: Graph) -> None:
    """As every expected failure: with its code, what is needed and whom to ask."""
    _as(fleet, Role.VIEWER)
    given = {"name": "quiet", "kind": "HOLD", "environment": "prod-eu", "reason": "a look"}
    answer = (await fleet(HOLD, input=given))["registerHold"]
    assert answer["hold"] is None
    [error] = answer["errors"]
    assert (error["__typename"], error["code"]) == ("Refused", "FORBIDDEN")
    assert error["message"] == "registerHold needs the permission HOLD: ann is VIEWER, and may not."
    assert "DEVELOPER or OPERATOR or ADMIN" in error["remedy"]
    assert (await fleet(CHANGES))["holds"]["totalCount"] == 0


async def test_a_change_of_many_needs_what_each_of_it_needs(fleet: Graph) -> None:
    """A developer may hold by applyChange as by registerHold; and no more than that."""
    _as(fleet, Role.DEVELOPER)
    held = {"registerHold": {"name": "quiet", "kind": "HOLD", "environment": "prod-eu", "reason": "a look"}}
    assert (await fleet(APPLY, input={"operations": [held]}))["applyChange"]["errors"] == []
    other = {"archiveService": {"name": "orders"}}
    answer = (await fleet(APPLY, input={"operations": [held, other]}))["applyChange"]
    assert [error["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert needed("applyChange", {"operations": [], "document": None}) == {Permission.CONFIGURE}
    assert needed("applyChange", {"document": {}}) == {Permission.CONFIGURE}
    assert needed("applyChange", {"operations": [held], "revert": 1}) == {Permission.CONFIGURE}


async def test_a_pipeline_goes_on_as_before(graph: Graph) -> None:
    """Its own mutations are let through to their rules, and no others."""
    _as(graph, Role.PIPELINE)
    assert (await graph(ENTER))["enterWave"]["errors"] == [{"code": "NOT_FOUND"}]
    _as(graph, Role.OPERATOR)
    assert (await graph(ENTER))["enterWave"]["errors"] == [{"code": "FORBIDDEN"}]


async def test_the_viewer_is_told_what_they_may(graph: Graph) -> None:
    """In the order of the enumerations, so that the answer never differs for nothing."""
    _as(graph, Role.OPERATOR, Role.DEVELOPER)
    viewer = (await graph("{ viewer { actor roles permissions } }"))["viewer"]
    assert viewer["actor"] == "ann"
    assert viewer["roles"] == ["DEVELOPER", "OPERATOR"]
    assert viewer["permissions"] == [each for each in Permission if each in PERMISSIONS[Role.OPERATOR]]


def test_a_setting_says_what_whoever_asks_locally_is() -> None:
    """Where there is no issuer; an administrator if nothing is said."""
    assert local(Settings()).roles == {Role.ADMIN}
    assert local(Settings(local_role="viewer")).permissions == frozenset()
