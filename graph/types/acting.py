"""What an action on an execution will do, before it is done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.acting import facts
from domain.words import RollbackMeans
from graph.types import errors


@strawberry.type(description="An execution to whose revision a stage might be rolled back.")
class RollbackTarget:
    execution_id: str = strawberry.field(description="CodePipeline's id: give it as `targetExecutionId`.")
    revision: str | None = strawberry.field(description="The commit.")
    message: str | None = strawberry.field(description="Its message, where AWS told it.")
    author: str | None
    passed_at: datetime | None = strawberry.field(description="When it passed the stage.")
    means: RollbackMeans = strawberry.field(description="NATIVE where CodePipeline does it; NONE where nobody can.")
    possible: bool
    sentence: str = strawberry.field(description="Who does it, or why it cannot be.")


@strawberry.type(description="What an action will do, or why it is not possible now.")
class ActionEffect:
    possible: bool = strawberry.field(description="Whether the mutation would be taken, as far as the service knows.")
    sentences: list[str] = strawberry.field(description="What will happen, in order; or why it is not possible.")
    environments: list[str] = strawberry.field(description="The names of the environments that it touches.")
    targets: list[RollbackTarget] = strawberry.field(
        description="Of a rollback: those that have passed the stage, the latest first, 20 at most; else empty."
    )
    remedy: str | None = strawberry.field(description="What to do instead, where it is not possible.")


ActionEffectResult = Annotated[
    ActionEffect | errors.NotFound | errors.Refused | errors.InvalidValue,
    strawberry.union("ActionEffectResult", description="The effect, or what was wrong with the question."),
]


def shown(effect: facts.Effect) -> ActionEffect:
    """The effect as the graph shows it."""
    return ActionEffect(
        possible=effect.possible,
        sentences=list(effect.sentences),
        environments=list(effect.environments),
        targets=[_target(each) for each in effect.targets],
        remedy=effect.remedy or None,
    )


def _target(target: facts.Target) -> RollbackTarget:
    passed = target.passed
    return RollbackTarget(
        execution_id=passed.execution,
        revision=passed.revision,
        message=passed.message,
        author=passed.author,
        passed_at=passed.passed_at,
        means=target.means,
        possible=target.possible,
        sentence=target.sentence,
    )
