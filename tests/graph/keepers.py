"""Processes that keep answers, and what they are asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from domain.permissions import Viewer
from graph.http import GraphQLView
from graph.kept import Answers
from models.engine import Database
from models.lookouts import Lookout, State
from models.settings import Settings
from subscriptions.feed import Feed
from tests.graph.conftest import SCHEMA, Graph

ANEW = {"cache-control": "no-cache"}
NAMES = "{ services { totalCount nodes { name repository team { name } } } }"
ENTITY = "query ($name: String!) { service(name: $name) { name repository } }"
FLEET = "{ fleet { service cells { environment status } } }"
EVENTS = "{ events(last: 3) { totalCount nodes { type } pageInfo { endCursor } } }"
REGISTER = """mutation ($input: RegisterServiceInput!) {
  registerService(input: $input) { service { name } errors { code } } }"""


class Still(Lookout):
    """A lookout of a database in which nothing is written, or of which a test says what is."""

    def __init__(self) -> None:
        super().__init__(str)
        self.state: State | None = (1, 1, "1:1:")

    async def look(self) -> State | None:
        self.looks += 1
        return self.state


@dataclass
class Process:
    """A process's view, over connections of its own. viewers: the same view as others have it."""

    view: GraphQLView

    def seen_by(self, viewer: Viewer) -> Process:
        """The same process, asked by somebody else."""
        other = GraphQLView(SCHEMA, replace(self.view.context, viewer=viewer))
        other.keeping = self.view.keeping
        return Process(other)

    async def post(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> httpx.Response:
        """The response to a document."""
        transport = httpx.ASGITransport(self.view)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.post("/", json={"query": query, "variables": variables}, headers=headers)

    async def bytes(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> bytes:
        """The body of the answer."""
        return (await self.post(query, headers, **variables)).content

    @property
    def kept(self) -> int:
        """How many answers are."""
        return len(self.view.keeping.answers)


def still(process: Process) -> Still:
    """From now on the test says when something was committed."""
    lookout = Still()
    process.view.keeping.answers = Answers(lookout, process.view.keeping.answers.most)
    return lookout


@pytest.fixture
async def processes(database: Database) -> AsyncIterator[tuple[Process, Process]]:
    """Two of them over one database: what one knows, the other does not."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            own = await stack.enter_async_context(Database(database.url, pool_size=3))
            feed = await stack.enter_async_context(Feed(own))
            made.append(Process(GraphQLView(SCHEMA, replace(Graph(own, feed).context, settings=Settings()))))
        yield made[0], made[1]
