"""Queries that were asked before: answered by their statements alone, from what is there now, to whoever may see it."""

from __future__ import annotations

import ast
import gc
import inspect
import textwrap
from dataclasses import replace
from typing import Any, cast
from unittest.mock import patch

import orjson
import psycopg
import pytest

from graph import repeating
from graph.http import GraphQLView
from graph.planner import plans
from graph.planner.questions import Noted
from graph.queries import Query
from graph.repeating import ENTRY, LARGEST, Repeats
from models.engine import Database
from tests.graph.conftest import SCHEMA, Doors, Graph
from tests.graph.keepers import ANEW, ENTITY, NAMES, REGISTER, Process, processes
from tests.graph.test_narrowed import ADMIN, RED

__all__ = ["processes"]


class Executed:
    """How often documents are executed in the block."""

    def __init__(self) -> None:
        self.times = 0
        self._patch = patch.object(type(SCHEMA), "execute", self._counted)
        self._execute = type(SCHEMA).execute

    async def _counted(self, *given: Any, **named: Any) -> Any:
        self.times += 1
        return await self._execute(SCHEMA, *given, **named)

    def __enter__(self) -> Executed:
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


async def register(process: Process, name: str) -> None:
    """Registers a service."""
    given = {"name": name, "repository": f"acme/{name}", "placement": ["*"]}
    answer = orjson.loads(await process.bytes(REGISTER, input=given))
    assert answer.get("data", {}).get("registerService", {}).get("errors") == [], answer


async def names(process: Process) -> list[str]:
    """The services' names, of an answer that is made for it."""
    answer = orjson.loads(await process.bytes(NAMES, ANEW))
    return [each["name"] for each in answer["data"]["services"]["nodes"]]


async def test_a_query_is_executed_once(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """The next answer is the same, byte by byte, and takes one statement; after a change, by whomever, it has that."""
    process, other = processes
    first = await process.post(NAMES, ANEW)
    graph = Graph(cast("Database", process.view.context.database), process.view.context.feed)
    with Executed() as executed:
        again = await process.post(NAMES, ANEW)
        assert (again.content, again.headers, executed.times) == (first.content, first.headers, 0)
        assert len(graph.statements) == 1
        before = await names(process)
    await register(other, "newcomer")
    with Executed() as executed:
        assert await names(process) == sorted([*before, "newcomer"])
        assert executed.times == 0


async def test_what_differs_is_executed(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """Other variables, and another form of the document: each is executed for itself, once."""
    process, _ = processes
    with Executed() as executed:
        for name in ("payments", "refunds", "nobody", "payments"):
            await process.bytes(ENTITY, ANEW, name=name)
        assert executed.times == 3
        for _ in range(2):
            await process.bytes(f"# {ENTITY}\n{ENTITY}", ANEW, name="payments")
        assert executed.times == 4


async def test_each_has_a_plan_and_all_have_one(graph: Graph) -> None:
    """What a field is found by is bound: no plan is made for another name. What its statement depends on makes one."""
    plans.forget()
    document = (
        "query ($name: String!, $size: Int) { service(name: $name) { environments(first: $size) { totalCount } } }"
    )
    for name in ("one", "two", "three"):
        await graph(document, name=name, size=5)
    assert len(plans._plans) == 1
    await graph(document, name="one", size=6)
    assert len(plans._plans) == 2
    fragments = """query ($name: String!, $size: Int) { service(name: $name) { ...Some } }
      fragment Some on Service { ...More } fragment More on Service { environments(first: $size) { totalCount } }"""
    for size in (1, 2):
        await graph(fragments, name="one", size=size)
    assert len(plans._plans) == 4


async def test_what_directives_leave_has_its_own(fleet: Graph) -> None:
    """A field that stands there twice is asked for what is left of it; the plan of one is not the other's."""
    document = """query ($one: Boolean!, $two: Boolean!) { service(name: "payments") @include(if: $one) { name }
      service(name: "payments") @include(if: $two) { repository } ...Some @skip(if: $two) }
      fragment Some on Query { service(name: "payments") { branch } }"""
    for one, two, keys in (
        (True, True, ["name", "repository"]),
        (True, False, ["name", "branch"]),
        (False, True, ["repository"]),
        (False, False, ["branch"]),
        (True, True, ["name", "repository"]),
    ):
        found = await fleet(document, one=one, two=two)
        assert list(found["service"]) == keys


async def test_a_page_has_its_own(fleet: Graph) -> None:
    """The arguments of a connection are of its statement."""
    document = "query ($first: Int) { services(first: $first) { nodes { name } } }"
    found = [len((await fleet(document, first=size))["services"]["nodes"]) for size in (1, 2, 1)]
    assert found == [1, 2, 1]


async def test_fields_that_load_are_loaded_anew(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """They are no part of the statement."""
    process, _ = processes
    document = "{ services { nodes { name safety { score } } } fleet { service } }"
    first = await process.post(document, ANEW)
    assert b"errors" not in first.content, first.text
    with Executed() as executed:
        assert (await process.post(document, ANEW)).content == first.content
        assert executed.times == 0


async def test_whoever_sees_less_is_answered_less(doors: Doors) -> None:
    """The same document, asked in turns: each has the bytes that executing it for them gives."""
    document = "{ services { nodes { name } totalCount } deployments { totalCount } }"
    view = GraphQLView(SCHEMA, replace(doors.graph.context, viewer=ADMIN))
    process = Process(view)
    expected = {viewer: await process.seen_by(viewer).bytes(document, ANEW) for viewer in (ADMIN, RED)}
    assert expected[ADMIN] != expected[RED]
    with Executed() as executed:
        for viewer in (RED, ADMIN, RED):
            assert await process.seen_by(viewer).bytes(document, ANEW) == expected[viewer]
        assert executed.times == 0


async def test_what_fails_is_told_by_executing_it(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """An error has its path and its place in the document, as at first; the query is remembered all the same."""
    process, _ = processes
    first = await process.post(NAMES, ANEW)
    with patch.object(repeating, "answer", side_effect=RuntimeError), Executed() as executed:
        assert (await process.post(NAMES, ANEW)).content == first.content
        assert executed.times == 1


async def test_a_database_that_is_away_is_waited_for_once(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """The answer is the one of an outage, with its path, and no statement is sent for telling it."""
    process, _ = processes
    await process.bytes(NAMES, ANEW)
    graph = Graph(cast("Database", process.view.context.database), process.view.context.feed)
    with patch.object(repeating, "answer", side_effect=psycopg.OperationalError("gone")):
        told = await process.post(NAMES, ANEW)
    (error,) = told.json()["errors"]
    assert (told.status_code, error["path"], error["extensions"]["code"]) == (503, ["services"], "UNAVAILABLE")
    assert graph.statements == []
    assert (await process.post(NAMES, ANEW)).status_code == 200


async def test_errors_are_not_repeated(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """A query with an error is executed each time, and so is one of which another field is no plan's."""
    process, _ = processes
    for document in ('{ event(cursor: "x") { type } }', "{ logHead services { totalCount } }"):
        with Executed() as executed:
            for _ in range(2):
                await process.bytes(document, ANEW)
            assert executed.times == 2, document


async def test_a_plan_that_is_forgotten_is_made_again(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """What is remembered of a query keeps no plan."""
    process, _ = processes
    await process.bytes(NAMES, ANEW)
    plans.forget()
    gc.collect()  # the request's own
    with Executed() as executed:
        for _ in range(2):
            await process.bytes(NAMES, ANEW)
        assert executed.times == 1


async def test_what_is_remembered_has_its_bounds(fleet: Graph) -> None:
    """The one that was asked longest ago goes; a large request is not remembered, and neither is a plan of its own."""
    fleet.context = replace(fleet.context, noted=Noted())
    assert fleet.context.noted is not None
    await fleet(NAMES)
    noted = fleet.context.noted.questions
    repeats = Repeats(most=3 * (ENTRY + 10))
    for key in (b"one", b"two", b"three"):
        repeats.keep(key, noted, 10)
    assert repeats.get(b"one") == noted
    repeats.keep(b"four", noted, 10)
    repeats.keep(b"four", noted, 10)
    assert (len(repeats), repeats.bytes) == (3, 3 * (ENTRY + 10))
    assert [repeats.get(key) is None for key in (b"one", b"two", b"three", b"four")] == [False, True, False, False]
    repeats.keep(b"large", noted, LARGEST + 1)
    assert repeats.get(b"large") is None
    noted.clear()
    ids = [each["id"] for each in (await fleet("{ services { nodes { id } } }"))["services"]["nodes"]]
    noted.clear()
    await fleet("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    repeats.keep(b"list", noted, 10)
    assert repeats.get(b"list") is None


@pytest.mark.parametrize(
    "field", [each for each in Query.__strawberry_definition__.fields if each.base_resolver], ids=lambda each: each.name
)
def test_a_root_field_has_no_source_but_its_arguments(field: Any) -> None:
    """Where the planner answers one, nothing was awaited before, and the context was asked for nothing."""
    resolver = textwrap.dedent(inspect.getsource(field.base_resolver.wrapped_func))
    if "planner." not in resolver and "await answer(info)" not in resolver:
        return
    tree = ast.parse(resolver)
    for each in ast.walk(tree):
        if isinstance(each, ast.Await):
            assert ast.unparse(each.value).startswith(("planner.", "answer(info)")), resolver
        assert not (isinstance(each, ast.Attribute) and each.attr == "context"), resolver
        assert not isinstance(each, ast.AsyncWith | ast.AsyncFor), resolver
