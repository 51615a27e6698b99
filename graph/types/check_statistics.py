"""What checks have come to in the last days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.planner.mapping import OBJECTS
from models.clock import now_of
from resolvers import check_statistics as resolvers

DAYS = 30
"""How many objects a series counts for: a month has about as many days."""


@strawberry.type(description="A day of a check, in UTC.")
class CheckDay:
    day: str = strawberry.field(description="`2027-01-31`.")
    runs: int
    failed: int
    median_seconds: float | None = strawberry.field(description="Null where no run said yes or no.")


@strawberry.type(description="What a check came to in the last days, today included. A run is one try with an outcome.")
class CheckStatistics:
    runs: int
    passed: int
    failed: int = strawberry.field(description="Runs that said no.")
    errored: int = strawberry.field(description="Runs that could not tell: an error, no outcome in time, no data.")
    flake_rate: float | None = strawberry.field(
        description="Of the revisions that it has looked at several times on one subject, the share on which its"
        " outcomes differ, from 0 to 1; null while there is none. Counted as `Shadow.flakeRate`, over runs of any mode."
    )
    median_seconds: float | None = strawberry.field(description="How long a run takes that says yes or no.")
    p95_seconds: float | None = strawberry.field(description="How long nineteen of twenty of these take at most.")
    series: list[CheckDay] = strawberry.field(
        description="Each day of the window, the earliest first.", metadata={OBJECTS: DAYS}
    )


async def of_checks(session: AsyncSession, rows: Sequence[Any], *, days: int) -> list[Any]:
    """rows: with the check's key as `id`."""
    return await resolvers.of_checks(session, [UUID(row.id) for row in rows], days=days, now=now_of(session))


def shown(given: dict[str, Any]) -> CheckStatistics:
    """What a resolver has counted, as the graph has it."""
    return CheckStatistics(
        runs=given["runs"],
        passed=given["passed"],
        failed=given["failed"],
        errored=given["errored"],
        flake_rate=given["flake_rate"],
        median_seconds=given["median_seconds"],
        p95_seconds=given["p95_seconds"],
        series=[CheckDay(**each) for each in given["series"]],
    )
