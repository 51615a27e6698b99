"""Answers that are kept: always what would be answered anew, whoever asks whichever process; never a stale byte."""

from __future__ import annotations

import ast
import asyncio
import inspect
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from graphql import GraphQLObjectType
from sqlalchemy import URL, text

from bench.peers.questions import CONNECTED
from domain.sight import seeing
from graph.http import GraphQLView
from graph.kept import ENTRY, SHARE, Answers, key_of
from graph.planner.mapping import LOADS, NEEDS
from graph.planner.steady import steady, unknown
from models.engine import Database
from models.settings import Settings
from tests.graph.conftest import SCHEMA, Doors, Graph
from tests.graph.keepers import ANEW, ENTITY, EVENTS, FLEET, NAMES, Process, Still, processes, still
from tests.graph.test_narrowed import ADMIN, QUERIES, RED, UNASKED, document, documents, leaks
from tests.service import answers, environment, forked, free_port

__all__ = ["processes"]


def _metadata(field: Any) -> Any:
    return getattr((field.extensions or {}).get("strawberry-definition"), "metadata", {})


async def test_what_was_asked_is_not_asked_of_the_database_again(processes: tuple[Process, Process]) -> None:
    """The same bytes and headers without a statement, in either media type, until something is committed."""
    process, _ = processes
    lookout, graph = still(process), Graph(cast("Database", process.view.context.database), process.view.context.feed)
    first = await process.post(NAMES)
    graph.statements.clear()
    again = await process.post(NAMES)
    assert (again.content, again.headers) == (first.content, first.headers)
    standard = await process.post(NAMES, {"accept": "application/graphql-response+json"})
    assert standard.content == first.content
    assert standard.headers["content-type"] == "application/graphql-response+json"
    assert graph.statements == []
    lookout.state = (1, 1, "1:2:")
    assert (await process.post(NAMES)).content == first.content
    assert len(graph.statements) == 1


@pytest.mark.parametrize("said", ["no-cache", "max-age=0, No-Store"])
async def test_an_answer_is_made_anew_for_whoever_says_so(processes: tuple[Process, Process], said: str) -> None:
    """By HTTP's own words in the request: nothing is looked at, given or kept."""
    process, _ = processes
    lookout = still(process)
    await process.post(NAMES, {"cache-control": said})
    assert (lookout.looks, process.kept) == (0, 0)


async def test_nothing_is_kept_where_that_is_set(processes: tuple[Process, Process]) -> None:
    """INTERLOCK_ANSWERS_MB=0."""
    view = GraphQLView(SCHEMA, replace(processes[0].view.context, settings=Settings(answers_mb=0)))
    lookout = still(Process(view))
    await Process(view).post(NAMES)
    assert (lookout.looks, Process(view).kept) == (0, 0)


LOADED = {
    f"{type_.name}_{name}:"
    for type_ in SCHEMA._schema.type_map.values()
    if isinstance(type_, GraphQLObjectType)
    for name, field in type_.fields.items()
    if LOADS in _metadata(field)
}
"""Fields that load, as documents of `tests/graph/asking.py` have them."""
OF_CODE = {
    *("actionEffect", "checkStatistics", "clock", "configuration", "dora", "health", "logBeginning", "logHead"),
    *("overrideEffect", "placement", "plan", "planDiff", "previewPlacement", "safety", "suggestWaves", "viewer"),
    *("whereabouts", "why"),
}
"""Root fields that are no planned statement: the time, the whole configuration, or who asks is in their answers."""


async def test_what_is_kept_of_the_schema(processes: tuple[Process, Process], doors: Doors) -> None:
    """Everything below a root field that is a statement over rows, but for what loads: it may ask for the time."""
    process = processes[0].seen_by(ADMIN)
    lookout, found = still(process), set()
    for name in sorted(set(QUERIES) - set(UNASKED)):
        asked = document(name, QUERIES[name], doors.company, "red")
        assert asked is not None
        lookout.state = (1, 1, name)
        if "errors" not in (await process.post(asked)).json():
            steady = name not in OF_CODE and not any(each in asked for each in LOADED)
            assert process.kept == steady, asked[:300]
            found |= {name} if steady else set()
    assert {"pipelines", "environments", "fleet", "events", "incidents"} <= found


@pytest.mark.parametrize("asked", [NAMES, ENTITY, FLEET, EVENTS, *CONNECTED.values()])
async def test_what_clients_ask_again_is_kept(processes: tuple[Process, Process], asked: str) -> None:
    """A synth's question, a wall's, the console's first page, the end of the log; found or not."""
    process, _ = processes
    still(process)
    await process.post(asked, name="payments")
    assert process.kept == 1


@pytest.mark.parametrize(
    "asked",
    [
        "{ overrides(filter: {inForce: true}) { totalCount } }",
        "{ incidents { nodes { overrides(filter: {standing: false}) { totalCount } } } }",
        "{ services { totalCount } clock { now } }",
        "{ services { nodes { safety { met } } } }",
        "{ services { totalCount } viewer { actor } }",
        "{ services { totalCount } __schema { queryType { name } } }",
        "{ __typename }",
        '{ service(name: "unknown") { name } node(id: "nonsense") { id } }',
        "{ services(first: 5000) { totalCount } }",
        "{ nothing }",
        "{",
    ],
)
async def test_what_has_a_time_a_person_or_an_error_is_not_kept(processes: tuple[Process, Process], asked: str) -> None:
    """Neither a part of it."""
    process, _ = processes
    still(process)
    for _ in range(2):
        await process.post(asked)
        assert process.kept == 0


async def test_what_was_found_to_have_a_time_is_not_looked_at_again(processes: tuple[Process, Process]) -> None:
    """It pays for one look, once; its twin without the filter is another operation."""
    process, _ = processes
    lookout, asked = still(process), f"{{ overrides(filter: {{inForce: true}}) {{ totalCount }} }} # {uuid4()}"
    for _ in range(3):
        await process.post(asked)
    assert lookout.looks == 1


def test_statements_that_ask_for_the_time() -> None:
    """In whatever form; what is not known to be steady is not."""
    assert steady("select json_agg(x) from service where id = %(id)s and name in (%(a)s)")
    for asked in (
        "now()",
        "pg_catalog.now ()",
        '"now"()',
        "current_timestamp",
        "LOCALTIME",
        "random()",
        "current_user",
    ):
        assert not steady(f"select {asked} from service"), asked


async def test_nothing_behind_the_tables_asks_for_the_time(database: Database) -> None:
    """There is no view, and no policy of row-level security that calls what is not steady, but for what it is told."""
    async with database.reading() as connection:
        views = await connection.scalars(
            text("select viewname from pg_views where schemaname = 'public' union select matviewname from pg_matviews")
        )
        assert not list(views)
        for policy in await connection.scalars(text("select qual from pg_policies where schemaname = 'public'")):
            assert unknown(policy) <= {"current_setting"}, policy


IMPURE = {"now", "today", "utcnow", "time", "monotonic", "random", "environ", "uuid4", "viewer", "session", "settings"}


def test_code_that_answers_what_is_kept_has_its_columns_alone() -> None:
    """No function of a computed field, and no resolver of a planned root field, names the time, chance or who asks."""
    for type_ in SCHEMA._schema.type_map.values():
        for name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
            planned = type_.name == "Query" and name not in OF_CODE | set(UNASKED)
            if planned or (NEEDS in _metadata(field) and LOADS not in _metadata(field)):
                assert not _named(_resolver(field)) & IMPURE, f"{type_.name}.{name}"


async def test_one_sight_s_answers_never_reach_another(processes: tuple[Process, Process], doors: Doors) -> None:
    """Asked after an administrator, and before: a narrowed viewer has their own bytes, from one memory."""
    admin = processes[0].seen_by(ADMIN)
    still(admin)
    red = admin.seen_by(RED)
    for name in ("services", "executions", "fleet", "events", "teams", "deployments"):
        for asked in documents(name, QUERIES[name], doors.company, "blue")[:1]:
            whole, theirs = await admin.bytes(asked), await red.bytes(asked)
            assert (await admin.bytes(asked), await red.bytes(asked)) == (whole, theirs)
            assert not leaks(doors.company, "blue", theirs)
            assert theirs != whole
    assert admin.kept == red.kept == 12
    assert key_of({"query": NAMES}, seeing(ADMIN)) != key_of({"query": NAMES}, seeing(RED))


async def test_variables_that_nest_too_deep_are_answered(processes: tuple[Process, Process]) -> None:
    """As they are anew, whatever that is."""
    process, _ = processes
    still(process)
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    answers = [await process.bytes(NAMES, headers, unused=deep) for headers in (None, ANEW)]
    assert (answers[0], process.kept) == (answers[1], 0)


async def test_memory_is_bounded() -> None:
    """By bytes: who was asked for longest ago goes first; what is too large for its share is not kept."""
    lookout = Still()
    answers = Answers(lookout, 10 * (ENTRY + 100))
    state = await answers.state()
    assert state is not None
    for number in range(30):
        answers.keep(bytes([number]), state, b"x" * 100)
        assert answers.get(b"\0", state) is not None
    assert (len(answers), answers.bytes) == (10, answers.most)
    assert answers.get(bytes([1]), state) is None
    assert answers.get(bytes([29]), state) is not None
    answers.keep(b"large", state, b"x" * (answers.most // SHARE))
    assert answers.get(b"large", state) is None
    lookout.state = (1, 1, "1:2:")
    await answers.state()
    assert (len(answers), answers.bytes) == (0, 0)


async def test_a_state_that_has_passed_keeps_and_gives_nothing() -> None:
    """What was made while something was committed is nobody's else, and what is unknown is given to nobody."""
    lookout = Still()
    answers = Answers(lookout, 10_000)
    before = await answers.state()
    lookout.state = (1, 1, "1:2:")
    after = await answers.state()
    assert before is not None
    answers.keep(b"key", before, b"old")
    assert [answers.get(b"key", each) for each in (before, after, None)] == [None, None, None]


async def test_one_is_made_for_all_who_ask_at_once(processes: tuple[Process, Process]) -> None:
    """Twenty requests, one statement; where the first is given up, the others have theirs nevertheless."""
    process, _ = processes
    still(process)
    graph = Graph(cast("Database", process.view.context.database), process.view.context.feed)
    answers = await asyncio.gather(*(process.bytes(NAMES) for _ in range(20)))
    assert (len(set(answers)), len(graph.statements)) == (1, 1)
    first = asyncio.ensure_future(process.bytes(FLEET))
    others = asyncio.gather(*(process.bytes(FLEET) for _ in range(5)))
    await asyncio.sleep(0)
    first.cancel()
    assert len(set(await others)) == 1


def test_what_one_process_has_changed_the_other_tells(database_url: URL) -> None:
    """Two that are served: who has a change's answer from one reads it from both, where the list was kept before."""
    asked, ports = {"query": "{ teams { nodes { name } } }"}, (free_port(), free_port())
    with ExitStack() as stack:
        clients = []
        for port in ports:
            process = stack.enter_context(forked("serve", environment(database_url, INTERLOCK_PORT=str(port))))
            answers(f"http://127.0.0.1:{port}", process)
            clients.append(stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}")))
        for number in range(20):
            change = f'mutation {{ registerTeam(input: {{name: "t{number}"}}) {{ errors {{ code }} }} }}'
            told = clients[number % 2].post("/graphql", json={"query": change})
            assert told.json() == {"data": {"registerTeam": {"errors": []}}}
            for client in clients:
                for _ in range(2):
                    found = client.post("/graphql", json=asked).json()["data"]["teams"]["nodes"]
                    assert len(found) == number + 1


def _resolver(field: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = field.extensions["strawberry-definition"].base_resolver.wrapped_func
    return found


def _named(function: Callable[..., Any]) -> set[str]:
    """Every name and attribute in a function."""
    tree = ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function))))
    return {getattr(each, "attr", getattr(each, "id", "")) for each in tree}
