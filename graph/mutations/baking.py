"""What a pipeline sees of a wave that bakes, and how far that is."""

from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from domain.words import CheckRunStatus
from graph.context import Info
from graph.mutations.outcome import Payload, fields, reported
from graph.planner import key_of
from graph.types import words  # noqa: F401 - publishes the enumeration with its sentences
from resolvers import baking
from resolvers.own_pipeline import About


@strawberry.input
class ObserveBakeInput:
    check_run: strawberry.ID = strawberry.field(description="The run of the bake.")
    observations: JSON = strawberry.field(
        description="What was seen of each environment of the stage, its alarms and its metrics: see docs/baking.md."
    )


@strawberry.type(description="How far a bake is.")
class Bake:
    status: CheckRunStatus
    reasons: list[str] = strawberry.field(
        description="Why it failed, or could not tell; while it runs, what is missing."
    )
    ask_again_seconds: int = strawberry.field(description="How long to wait before the next look; 0 when it has ended.")
    data_points: int = strawberry.field(description="The fewest requests that any of the environments has had.")


@strawberry.type
class ObserveBakePayload(Payload):
    @strawberry.field(description="The service's judgement; its run has ended where it is not RUNNING.")
    def bake(self) -> Bake | None:
        found = self.produced
        return found and Bake(
            status=found.status,
            reasons=list(found.reasons),
            ask_again_seconds=found.ask_again_seconds,
            data_points=found.data_points,
        )


@strawberry.type
class BakingMutations:
    """What pipelines see."""

    @strawberry.mutation(description="Tells what a wave that bakes looks like, and asks how far it is.")
    async def observe_bake(self, info: Info, input: ObserveBakeInput) -> ObserveBakePayload:
        def about() -> About:
            return About(check_run=key_of(input.check_run, "CheckRun", "checkRun"))

        return await reported(info, ObserveBakePayload, _observe, about, now=info.context.now(), **fields(input))


async def _observe(session: AsyncSession, actor: str, *, check_run: str, **given: Any) -> baking.BakeNow:
    key = key_of(check_run, "CheckRun", "checkRun")
    return await baking.observe_bake(session, actor, check_run=key, **given)
