"""The root field that ranks checks by how they do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry

from domain.words import CheckOrder
from graph.context import Info
from graph.planner import Together
from graph.planner.mapping import OBJECTS, WORK
from graph.types.check_statistics import CheckStatistics, shown
from graph.types.checks import Check
from models import tables
from resolvers import check_statistics as resolvers
from resolvers.check_statistics import MOST

COUNTING = 5_000
"""What it costs to count the runs of all checks, in objects (graph.cost)."""


@strawberry.type(description="A check, and what it came to.")
class CheckStanding:
    of: strawberry.Private[dict[str, Any]]
    together: strawberry.Private[Together]

    @strawberry.field(description="The check.")
    async def check(self, info: Info) -> Check:
        key: UUID = self.of["check_id"]
        return await self.together.row(info, key)

    @strawberry.field(description="What it came to in the days that are looked at.")
    def statistics(self) -> CheckStatistics:
        return shown(self.of)


@strawberry.type
class CheckStatisticsQueries:
    """Answered by one statement over the runs, and one for the checks."""

    @strawberry.field(
        description="The checks of the fleet, the worst first: 20 when nothing is said, 100 at most; over the last 30"
        " days, or up to 366, today included. Those that did not run come last.",
        metadata={OBJECTS: MOST, WORK: COUNTING},
    )
    async def check_statistics(
        self, info: Info, order: CheckOrder = CheckOrder.FLAKIEST, days: int = 30, first: int = 20
    ) -> list[CheckStanding]:
        now = info.context.now()
        async with info.context.database.snapshot() as session:
            found = await resolvers.ranked(session, order, days=days, first=first, now=now)
        together = Together(tables.Check, [each.check_id for each in found])
        return [CheckStanding(of=resolvers.shown(each, days, now), together=together) for each in found]
