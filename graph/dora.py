"""What may be asked of delivery as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain import periods
from graph.context import Info
from graph.deliveries import Looked
from graph.planner.mapping import WORK
from graph.types.dora import Dora, DoraFilter
from models.dora import Scope
from resolvers.dora import require_known

READING = 10_000
"""What a window costs, in objects (graph.cost): a company's year takes a second. A request may have 19."""


@strawberry.type
class DeliveryQueries:
    """Answered by code over deliveries that few statements read."""

    @strawberry.field(
        description="DORA's measures of delivery over a window of at most 366 days; the last 30 if nothing is said.",
        metadata={WORK: READING},
    )
    async def dora(
        self,
        info: Info,
        from_: Annotated[datetime | None, strawberry.argument(name="from")] = None,
        to: datetime | None = None,
        filter: DoraFilter | None = None,
    ) -> Dora:
        window = periods.window(from_, to, info.context.now())
        wanted = filter or DoraFilter()
        scope = Scope(
            services=None if wanted.services is None else tuple(wanted.services),
            team=wanted.team,
            stage=wanted.stage,
            production=wanted.production_only,
        )
        async with info.context.database.snapshot() as session:
            await require_known(session, scope)
        return Dora(looked=Looked(window, scope))
