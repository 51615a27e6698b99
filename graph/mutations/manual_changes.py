"""Changes that people make by hand in an environment's account."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.context import Info
from graph.mutations.configuring import author
from graph.mutations.outcome import Payload, outcome, produced
from graph.types.fleet import Environment
from models import tables
from resolvers import manual_changes
from resolvers.configuring import Author
from resolvers.manual_changes import LONGEST_COMMAND, ManualChange


@strawberry.input(description="A command that a person is about to run in an environment's account.")
class RecordManualChangeInput:
    environment: str = strawberry.field(description="The environment, by name.")
    command: str = strawberry.field(
        description=f"The command, as one line: secrets in it are masked, and {LONGEST_COMMAND:,} characters are kept."
    )
    reason: str = strawberry.field(description="Why it cannot go through the pipeline: 1 to 2,000 characters.")
    service: str | None = strawberry.field(default=None, description="The service that it is for, by name.")
    role: str | None = strawberry.field(default=None, description="The permission set or role whose rights it has.")


@strawberry.type
class RecordManualChangePayload(Payload):
    """The environment, or why nothing was recorded: then nothing is to be run either."""

    environment: Environment | None = produced(tables.Environment, "The environment.")


@strawberry.type
class ManualChangeMutations:
    """What people say of what they do by hand."""

    @strawberry.mutation(
        description="Says that a command is about to change something in an environment by hand, and why: the event "
        "environment.changed_by_hand."
    )
    async def record_manual_change(self, info: Info, input: RecordManualChangeInput) -> RecordManualChangePayload:
        return await outcome(info, RecordManualChangePayload, _record, by=author(info, input.reason), given=input)


async def _record(session: Any, _actor: str, *, by: Author, given: RecordManualChangeInput) -> tables.Environment:
    what = ManualChange(given.environment, given.command, given.service, given.role)
    return await manual_changes.record(session, by, what)
