"""The clock that decisions are made by: asked in every service, set in those for rehearsals alone."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.context import Info
from graph.mutations.outcome import Payload, fields, outcome
from graph.types.clock import Clock
from resolvers import clocks


@strawberry.type
class ClockQueries:
    """What time it is."""

    @strawberry.field(description="The clock that decisions are made by.")
    def clock(self, info: Info) -> Clock:
        return shown(info)


@strawberry.input(description="How a rehearsal's clock goes on.")
class SetClockInput:
    speed: float = strawberry.field(description="Simulated seconds in a real one: 1 to 1,000,000.")
    at: datetime | None = strawberry.field(
        default=None,
        description="The simulated time from which it goes on, never before the one it shows; if unsaid,"
        " it goes on from there.",
    )


@strawberry.type
class SetClockPayload(Payload):
    """What the clock shows now, or why it was not set."""

    @strawberry.field(description="The clock as it goes on.")
    def clock(self, info: Info) -> Clock | None:
        return shown(info) if self.produced else None


@strawberry.type
class ClockMutations:
    """What rehearsals do with time."""

    @strawberry.mutation(description="Sets the clock of a service for rehearsals: how fast it runs, and forward.")
    async def set_clock(self, info: Info, input: SetClockInput) -> SetClockPayload:
        clock = info.context.database.clock
        known = {"rehearsal": clock.rehearsal, "now": info.context.now()}
        payload = await outcome(info, SetClockPayload, clocks.set_clock, **known, **fields(input))
        clock.forget()
        return payload


def shown(info: Info) -> Clock:
    """The clock as a query shows it."""
    clock = info.context.database.clock
    reading = clock.reading()
    return Clock(now=reading.now, speed=reading.speed, rehearsal=clock.rehearsal)
