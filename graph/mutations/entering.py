"""What pipelines ask before they move a revision."""

from functools import partial

import strawberry
from strawberry.scalars import JSON

from graph import planner
from graph.context import Info
from graph.mutations.outcome import Payload, fields, reported
from graph.types import why
from graph.types.checks import CheckRun
from models import tables
from resolvers import entering
from resolvers.own_pipeline import About


@strawberry.input
class EnterWaveInput:
    execution_id: str = strawberry.field(description="CodePipeline's id of the execution.")
    stage: str = strawberry.field(description="CodePipeline's name of the stage.")
    observations: JSON | None = strawberry.field(
        default=None, description="The declared alarms as the pipeline has just seen them: [{environment, alarms}]."
    )


@strawberry.type
class EnterWavePayload(Payload):
    @strawberry.field(description="The service's decision.")
    def entry(self) -> why.Entry | None:
        return self.produced and why.entry(self.produced.entry, self.produced.at, self.produced.rollback)

    @strawberry.field(description="The checks to run before it is asked again; empty where there are none.")
    async def check_runs(self, info: Info) -> list[CheckRun]:
        runs = self.produced.check_runs if self.produced else ()
        return await planner.rows(info, tables.CheckRun, [run.id for run in runs])


@strawberry.type
class EnteringMutations:
    """What pipelines ask."""

    @strawberry.mutation(description="Asks whether a revision may enter a wave now.")
    async def enter_wave(self, info: Info, input: EnterWaveInput) -> EnterWavePayload:
        about = partial(About, execution=input.execution_id)
        now = info.context.now()
        return await reported(info, EnterWavePayload, entering.enter_wave, about, now=now, **fields(input))
