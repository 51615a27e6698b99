"""The root field that tells of all services how safely they reach production."""

from __future__ import annotations

import strawberry

from domain.errors import InvalidValue
from domain.names import between
from graph.context import Info
from graph.planner.mapping import OBJECTS
from graph.types.scores import ServiceSafety, shown
from resolvers import scores

MOST = 500
"""Services of a page; as many as the field counts for (graph.cost), however few are asked for."""


@strawberry.type
class ScoreQueries:
    """Answered from the configuration as one value, and few statements."""

    @strawberry.field(
        description="The safety scores of services, the worst first: 50 when nothing is said, 500 at most.",
        metadata={OBJECTS: MOST},
    )
    async def safety(
        self, info: Info, team: str | None = None, first: int = 50, after: str | None = None
    ) -> list[ServiceSafety]:
        """after: the service at which the page before ended."""
        between("first", first, 1, MOST)
        context = info.context
        async with context.database.snapshot() as session:
            found = await scores.worst_first(session, context.now(), team)
        names = [each.service for each in found]
        if after is not None and after not in names:
            raise InvalidValue("after", after, "the last service of the page before")
        begin = 0 if after is None else names.index(after) + 1
        return [ServiceSafety(service=each.service, safety=shown(each)) for each in found[begin : begin + first]]
