"""Where a revision is, in each environment of its service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.words import RevisionState
from graph.context import Info
from graph.planner import Together
from graph.planner.execute import global_id
from graph.planner.mapping import OBJECTS
from graph.types.errors import InvalidValue
from graph.types.revisions import Revision
from models import tables
from models.whereabouts import MOST
from resolvers import whereabouts as resolvers

PLACES = 20
"""How many objects the environments count for: a service is in about as many."""


@strawberry.type(description="A revision seen from one environment.")
class RevisionPlace:
    environment: str = strawberry.field(description="Its name.")
    stage: str
    wave: str
    region: str
    state: RevisionState
    at: datetime | None = strawberry.field(
        description="When it came there, or was contained first; when it began to be deployed, failed, was stopped or"
        " replaced; null where that is not known, and while it is coming."
    )
    expected_at: datetime | None = strawberry.field(
        description="When it is expected there, as was forecast last; null where it is not coming, or nobody can tell."
    )
    sentence: str = strawberry.field(description="The same for a person, with the reason where it is not coming.")
    deployment_id: strawberry.ID | None = strawberry.field(description="The deployment that this is said of.")


@strawberry.type(description="A revision of a service, and where it is.")
class Whereabouts:
    together: strawberry.Private[Together]
    execution: strawberry.Private[UUID]
    service: str = strawberry.field(description="Its name.")
    environments: list[RevisionPlace] = strawberry.field(
        description="Those that the service is placed in, by stage, wave and name.", metadata={OBJECTS: PLACES}
    )

    @strawberry.field(description="The revision, as a pipeline of the service saw it first.")
    async def revision(self, info: Info) -> Revision:
        return await self.together.row(info, self.execution)


@strawberry.type(description="What a search has found.")
class WhereaboutsFound:
    search: str = strawberry.field(description="What was looked for.")
    whereabouts: list[Whereabouts] = strawberry.field(
        description=f"The revisions, the newest first, {MOST} at most; none where no pipeline has seen such a one.",
        metadata={OBJECTS: MOST},
    )


WhereaboutsResult = Annotated[
    WhereaboutsFound | InvalidValue,
    strawberry.union("WhereaboutsResult", description="Where it is, or what was wrong with the search."),
]


def found(search: str, given: Sequence[resolvers.Whereabouts]) -> WhereaboutsFound:
    """The answer as the graph has it."""
    together = Together(tables.PipelineExecution, [each.execution for each in given])
    return WhereaboutsFound(search=search, whereabouts=[_whereabouts(each, together) for each in given])


def _whereabouts(each: resolvers.Whereabouts, together: Together) -> Whereabouts:
    return Whereabouts(
        together=together,
        execution=each.execution,
        service=each.service,
        environments=[_place(place) for place in each.places],
    )


def _place(place: resolvers.Place) -> RevisionPlace:
    told = place.told
    return RevisionPlace(
        environment=place.environment,
        stage=place.stage,
        wave=place.wave,
        region=place.region,
        state=told.state,
        at=told.at,
        expected_at=told.expected_at,
        sentence=told.sentence,
        deployment_id=strawberry.ID(global_id("Deployment", told.deployment)) if told.deployment else None,
    )
