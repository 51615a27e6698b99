"""A page of events that would go on behind a position from which some were dropped."""

from __future__ import annotations

from dataclasses import replace

from domain.permissions import Granted, Role, Scope, Viewer
from models.engine import Database
from models.event_log import Cursor, read_after
from models.partitions import IDS, make_ahead
from tests.graph.conftest import Graph
from tests.graph.test_narrowed import ADMIN
from tests.models.test_partitions import NOW, dropped, skip_to, write

PAGE = "query ($after: String, $before: String) { events(after: $after, before: $before) { nodes { cursor } } }"
NARROW = Viewer("ann", frozenset(), frozenset({Granted(Role.VIEWER, Scope(teams=frozenset({"red"})))}))


async def test_a_page_behind_a_dropped_event_is_refused(graph: Graph, database: Database) -> None:
    """As a subscription is, whatever the viewer sees: in words, with the position from which nothing is missing."""
    await make_ahead(database, NOW)
    await write(database, 3)
    await skip_to(database, IDS)
    await write(database, 2)
    async with database.reading() as connection:
        cursors = [str(each.cursor) for each in await read_after(connection, Cursor(1, 0, 0), limit=10)]
    assert len((await graph(PAGE, after=cursors[0]))["events"]["nodes"]) == 4
    await dropped(database)
    kept = [{"cursor": each} for each in cursors[3:]]
    for viewer in (ADMIN, NARROW):
        graph.context = replace(graph.context, viewer=viewer)
        for early in (str(Cursor(1, 0, 0)), cursors[1]):
            result = await graph.result(PAGE, after=early)
            (error,) = result.errors
            assert (error.path, error.extensions["code"]) == (["events"], "CURSOR_TOO_OLD")
            assert repr(cursors[2]) in error.message
            assert repr(cursors[2]) in error.extensions["remedy"]
        assert not (await graph.result(PAGE, after=cursors[2])).errors
    graph.context = replace(graph.context, viewer=ADMIN)
    assert (await graph(PAGE, after=cursors[2]))["events"]["nodes"] == kept
    assert (await graph(PAGE, before=cursors[4]))["events"]["nodes"] == kept[:1]
    assert (await graph(PAGE))["events"]["nodes"] == kept
