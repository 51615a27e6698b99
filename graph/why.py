"""The root field that explains why a revision is not where it is going."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.errors import NotFound, Refused
from graph.context import Info
from graph.planner.mapping import WORK
from graph.types import why as shown
from graph.types.errors import published
from resolvers.why import why as explained

DECIDING = 1_000
"""What one explanation costs, in objects (graph.cost): a dozen statements. A request may have some two hundred."""


@strawberry.type
class WhyQueries:
    """Decided anew for whoever asks; nothing is started, and nothing is kept."""

    @strawberry.field(
        description="What holds a service's next revision back from an environment, or how far it has come.",
        metadata={WORK: DECIDING},
    )
    async def why(self, info: Info, service: str, environment: str) -> shown.WhyResult:
        try:
            async with info.context.database.snapshot() as session:
                found: Any = await explained(session, service, environment, now=info.context.now())
        except (NotFound, Refused) as problem:
            answer: Any = published(problem)
            return answer
        return shown.why(found)
