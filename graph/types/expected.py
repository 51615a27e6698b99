"""When a revision is expected where, and how a service's forecasts compared with what happened: fields that load."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers import forecasts

WAVES = 20
"""How many objects a forecast counts for: a pipeline through production has about as many waves."""


@strawberry.type(description="A wave, or a part of it: when things have happened there, or are expected to.")
class WaveForecast:
    wave: str = strawberry.field(description="Its name.")
    part: str = strawberry.field(description="The name of what is deployed at once: the wave's, or its part's.")
    enters_at: datetime | None = strawberry.field(description="When the revision may enter it; null: see `unknown`.")
    reached_at: datetime | None = strawberry.field(description="When each of its environments has the revision.")
    done_at: datetime | None = strawberry.field(description="When its checks have passed and it has baked.")
    unknown: str | None = strawberry.field(description="Why not all of it can be told; null where it can.")


@strawberry.type(description="When a revision is expected where.")
class ExecutionForecast:
    waves: list[WaveForecast] = strawberry.field(description="In the order in which it passes them.")
    last_region_at: datetime | None = strawberry.field(description="When the last Region has it; null: see `unknown`.")
    made_at: datetime = strawberry.field(description="When something of it was said last.")
    unknown: str | None = strawberry.field(description="What cannot be told, and why; null where all of it can.")


@strawberry.type(description="How a service's last forecasts compared with what happened: docs/forecasts.md.")
class ForecastAccuracy:
    forecasts: int = strawberry.field(description="How many are compared: of the last ones, 500 at most.")
    median_error: float = strawberry.field(description="Seconds, late or early.")
    within_tenth: float = strawberry.field(description="The share that was off by a tenth of the time ahead at most.")
    within_hour: float = strawberry.field(description="The share that was off by an hour at most.")


async def of_executions(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the execution's key as `id`."""
    return await forecasts.of_executions(session, [UUID(row.id) for row in rows])


async def accuracy(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the service's key as `id`."""
    return await forecasts.accuracy(session, [UUID(row.id) for row in rows])
