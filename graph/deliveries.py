"""The deliveries behind a number: pages of them, each with its execution and its deployments.

A delivery is derived, and no row. What it leads to are rows, planned as anywhere else: for all deliveries of a page
together, in one statement for each field that is asked for.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import strawberry

from domain import dora
from domain.errors import InvalidValue
from domain.periods import Window
from graph import planner
from graph.context import Info
from graph.planner.paging import page_size
from graph.types.executions import Deployment, PipelineExecution
from graph.types.relay import Connection, Edge, PageInfo
from models import dora as sql
from models import tables
from models.dora import Scope
from resolvers import dora as resolvers

Key = tuple[datetime, str, str]


@dataclass(frozen=True)
class Looked:
    """What is looked at. The deliveries are read once, whoever asks first; staged: a delivery belongs to one stage."""

    window: Window
    scope: Scope
    staged: bool = False
    read: dict[bool, asyncio.Task[list[dora.Delivery]]] = field(default_factory=dict)

    async def deliveries(self, info: Info, *, by_stage: bool) -> list[dora.Delivery]:
        """The deliveries of the window, each once, or once for each stage that it reached."""
        if by_stage not in self.read:
            self.read[by_stage] = asyncio.ensure_future(self._deliveries(info, by_stage=by_stage))
        return await self.read[by_stage]

    async def _deliveries(self, info: Info, *, by_stage: bool) -> list[dora.Delivery]:
        async with info.context.database.snapshot() as session:
            return await resolvers.deliveries(session, self.window, self.scope, by_stage=by_stage)

    def by_stage(self) -> Looked:
        """The same, told apart by stage."""
        return replace(self, staged=True)


@dataclass(frozen=True)
class Page:
    """Deliveries that are answered together. rows: what they lead to, by the field's place in the answer."""

    looked: Looked
    deliveries: Sequence[dora.Delivery]
    rows: dict[str, asyncio.Task[dict[Any, Any]]] = field(default_factory=dict)

    async def together(self, info: Info, ask: Callable[[], Awaitable[dict[Any, Any]]]) -> dict[Any, Any]:
        """What the first delivery of the page asks for is the answer of all: they ask for the same."""
        name = ".".join(each for each in info._raw_info.path.as_list() if isinstance(each, str))  # noqa: SLF001
        if name not in self.rows:
            self.rows[name] = asyncio.ensure_future(ask())
        return await self.rows[name]

    async def executions(self, info: Info) -> dict[Any, Any]:
        """The executions of the page, by key."""
        keys = list({UUID(each.id) for each in self.deliveries})
        return await planner.keyed(info, tables.PipelineExecution, keys)

    async def deployments(self, info: Info, most: int) -> dict[Any, Any]:
        """The deployments of the page, as JSON, by execution and stage."""
        async with info.context.database.snapshot() as session:
            executions = {UUID(each.id) for each in self.deliveries}
            found = await sql.deployments(session, self.looked.scope, executions)
        keys: dict[Any, list[UUID]] = defaultdict(list)
        for execution, stage, key in found:
            place = (str(execution), stage if self.looked.staged else None)
            if len(keys[place]) < most:
                keys[place].append(key)
        rows = await planner.keyed(info, tables.Deployment, [key for each in keys.values() for key in each])
        return {place: [rows[key] for key in each if key in rows] for place, each in keys.items()}


@strawberry.type(description="One execution of a service's pipeline that reached the environments that are looked at.")
class Delivery:
    """What DORA counts as one deployment of an application."""

    of: strawberry.Private[dora.Delivery]
    page: strawberry.Private[Page]

    @strawberry.field(description="The service's name.")
    def service(self) -> str:
        return self.of.service

    @strawberry.field(description="The team that owns the service now.")
    def team(self) -> str | None:
        return self.of.team

    @strawberry.field(description="The stage that it reached; null where stages are not told apart.")
    def stage(self) -> str | None:
        return self.of.stage

    @strawberry.field(description="The commit.")
    def revision(self) -> str | None:
        return self.of.revision

    @strawberry.field(description="The commit's author date; null where nobody told it.")
    def committed_at(self) -> datetime | None:
        return self.of.committed_at

    @strawberry.field(description="When it had first changed an environment, for good or ill.")
    def reached_at(self) -> datetime:
        return self.of.reached_at

    @strawberry.field(description="When it had first succeeded in an environment; null where it never did.")
    def deployed_at(self) -> datetime | None:
        return self.of.deployed_at

    @strawberry.field(description="It returned environments to an earlier revision.")
    def rollback(self) -> bool:
        return self.of.rollback

    @strawberry.field(description="Its revision had been there before: no change was brought.")
    def repeated(self) -> bool:
        return self.of.repeated

    @strawberry.field(description="There is evidence of failure: `failureEvidence` of its deployments.")
    def failed(self) -> bool:
        return self.of.failed

    @strawberry.field(description="It was unplanned: a rollback, or an incident's fix.")
    def rework(self) -> bool:
        return self.of.rework

    @strawberry.field(description="From the commit until it was deployed; null where that is not known, or no change.")
    def lead_time_seconds(self) -> float | None:
        return self.of.lead_time

    @strawberry.field(description="Since when the failure is in evidence; null without any.")
    def failing_since(self) -> datetime | None:
        return min((each.began_at for each in self.of.failures), default=None)

    @strawberry.field(description="From then until its environments were well; null while one is not.")
    def recovery_time_seconds(self) -> float | None:
        return self.of.recovery_time

    @strawberry.field(description="The execution.")
    async def execution(self, info: Info) -> PipelineExecution:
        rows = await self.page.together(info, lambda: self.page.executions(info))
        return rows[UUID(self.of.id)]

    @strawberry.field(
        description="The environments that it reached or was to reach, as deployments: 50 when nothing is said."
    )
    async def deployments(self, info: Info, first: int | None = None) -> list[Deployment]:
        most = page_size({"first": first})
        rows = await self.page.together(info, lambda: self.page.deployments(info, most))
        return orjson.Fragment(orjson.dumps(rows.get((self.of.id, self.of.stage), [])))  # type: ignore[return-value]


def page(
    looked: Looked, deliveries: Sequence[dora.Delivery], first: int | None, after: str | None
) -> Connection[Delivery]:
    """A page of these deliveries, the newest first."""
    ordered = sorted(deliveries, key=_key, reverse=True)
    if after is not None:
        bound = _bound(after)
        ordered = [each for each in ordered if _key(each) < bound]
    size = page_size({"first": first})
    shown = ordered[:size]
    together = Page(looked, shown)
    nodes = [Delivery(of=each, page=together) for each in shown]
    cursors = [_cursor(each) for each in shown]
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=len(ordered) > size,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=len(deliveries),
    )


def _key(delivery: dora.Delivery) -> Key:
    return delivery.reached_at, delivery.id, delivery.stage or ""


def _cursor(delivery: dora.Delivery) -> str:
    reached_at, *rest = _key(delivery)
    return base64.b64encode(json.dumps([reached_at.isoformat(), *rest]).encode()).decode()


def _bound(cursor: str) -> Key:
    try:
        reached_at, id_, stage = json.loads(base64.b64decode(cursor, validate=True))
        moment = datetime.fromisoformat(reached_at)
        if moment.tzinfo is None or not isinstance(id_, str) or not isinstance(stage, str):
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise InvalidValue("after", cursor, "a cursor that this connection returned") from None
    return moment, id_, stage
