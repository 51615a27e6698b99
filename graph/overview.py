"""The root field that answers the fleet at a glance: one statement, whose JSON is passed on as it is."""

from __future__ import annotations

from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, Subquery, case, literal, select

from domain.errors import InvalidValue
from graph import planner
from graph.context import Info
from graph.planner.compile import global_id
from graph.planner.mapping import OBJECTS, WORK
from graph.planner.objects import json_object, json_or, json_rows
from graph.planner.selection import Selected
from graph.types import whereabouts as shown
from graph.types.errors import published
from graph.types.overview import FleetRow
from models import fleet as sql
from resolvers import whereabouts as resolvers

ROWS = 500
"""How many objects the rows count for: a company of 500 services asks for all of them at once."""
LOOKING = 5_000
"""What the cells' look-ups cost, in objects (graph.cost)."""

SEARCHING = 5_000
"""What a search costs, in objects: three statements for each revision that it finds."""


@strawberry.type
class FleetQueries:
    """What is where, of all services at once."""

    @strawberry.field(
        description="Every service of the fleet, by name, and what is in each environment that it is placed in; or"
        " those of these names.",
        metadata={OBJECTS: ROWS, WORK: LOOKING},
    )
    async def fleet(self, info: Info, services: list[str] | None = None) -> list[FleetRow]:
        return await planner.answered(info, _statement, services=services)

    @strawberry.field(
        description="Where a revision is. search: a commit of 4 hex digits or more, a tag, a pull request as `#123`, or"
        " the address of a commit or a pull request on GitHub. A pull request is found by what GitHub writes into the"
        " messages of commits when it merges or squashes.",
        metadata={WORK: SEARCHING},
    )
    async def whereabouts(self, info: Info, search: str) -> shown.WhereaboutsResult:
        try:
            async with info.context.database.snapshot() as session:
                found = await resolvers.whereabouts(session, search)
        except InvalidValue as problem:
            answer: Any = published(problem)
            return answer
        return shown.found(search, found)


def _statement(asked: Selected) -> Select[Any]:
    row = sql.rows()
    source, lists = _cells(asked, row)
    json = json_object([(child.key, _of_row(row, child, lists)) for child in asked.children])
    return select(json_rows(json, [row.c.service])).select_from(source)


def _cells(asked: Selected, row: Subquery) -> tuple[Any, dict[str, ColumnElement[Any]]]:
    """The rows with their cells, aggregated once; by the name that the answer gives each list."""
    wanted = asked.child("cells")
    if not wanted:
        return row, {}
    cell = sql.cells()
    lists = [
        json_rows(_cell(cell, each), [cell.c.number]).label(f"list_{number}") for number, each in enumerate(wanted)
    ]
    grouped = select(cell.c.service_id, *lists).group_by(cell.c.service_id).subquery("cells")
    found: dict[str, ColumnElement[Any]] = {
        each.key: json_or(grouped.c[f"list_{number}"], "[]") for number, each in enumerate(wanted)
    }
    return row.outerjoin(grouped, grouped.c.service_id == row.c.id), found


def _of_row(row: Subquery, child: Selected, lists: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    if child.name == "cells":
        return lists[child.key]
    return literal("FleetRow") if child.name == "__typename" else row.c[child.name]


def _cell(cell: Subquery, asked: Selected) -> ColumnElement[Any]:
    return json_object([(child.key, _of_cell(cell, child.name)) for child in asked.children])


def _of_cell(cell: Subquery, name: str) -> ColumnElement[Any]:
    if name == "deployment_id":
        there = cell.c.deployment_id
        return case((there.is_not(None), global_id("Deployment", there)))
    return literal("FleetCell") if name == "__typename" else cell.c[name]
