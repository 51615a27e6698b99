"""What an override would do, asked before it is granted."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from domain.errors import InvalidValue, NotFound, Refused
from domain.words import BlockerKind, Decision
from graph.context import Info
from graph.planner.mapping import WORK
from graph.types import errors
from graph.types.errors import published
from graph.types.why import Blocker, blocker
from graph.why import DECIDING
from resolvers.override_effects import Scope, effect


@strawberry.input(description="What an override would be for: as when it is granted.")
class OverrideScopeInput:
    kinds: list[BlockerKind] = strawberry.field(
        default_factory=list, description="The kinds of blockers; none for all that may be overridden."
    )
    service: str | None = strawberry.field(default=None, description="By name; any, if unsaid.")
    environment: str | None = strawberry.field(default=None, description="By name; any, if unsaid.")
    wave: str | None = strawberry.field(default=None, description="By name; any, if unsaid.")


@strawberry.type(description="What an override would do to a service's next revision for an environment.")
class OverrideEffect:
    taken: list[Blocker] = strawberry.field(description="What would lose its force.")
    left: list[Blocker] = strawberry.field(description="What would hold the revision back still.")
    decision: Decision | None = strawberry.field(
        description="What the revision would be told then; null where none asks."
    )


OverrideEffectResult = Annotated[
    OverrideEffect | errors.NotFound | errors.Refused | errors.InvalidValue,
    strawberry.union("OverrideEffectResult", description="The effect, or what was wrong with the question."),
]


@strawberry.type
class OverrideQueries:
    """Decided anew for whoever asks; nothing is granted, and nothing is kept."""

    @strawberry.field(
        description="What an override would do now, for a service in an environment, before it is granted.",
        metadata={WORK: DECIDING},
    )
    async def override_effect(
        self, info: Info, service: str, environment: str, scope: OverrideScopeInput
    ) -> OverrideEffectResult:
        wanted = Scope(tuple(scope.kinds), scope.service, scope.environment, scope.wave)
        try:
            async with info.context.database.snapshot() as session:
                found: Any = await effect(session, wanted, service, environment, now=info.context.now())
        except (NotFound, Refused, InvalidValue) as problem:
            answer: Any = published(problem)
            return answer
        taken, left = ([blocker(each) for each in several] for several in (found.taken, found.left))
        return OverrideEffect(taken=taken, left=left, decision=found.decision)
