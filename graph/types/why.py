"""What holds a revision back, and what was decided about it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.safety import blockers
from domain.safety import why as said
from domain.words import BlockerKind, Decision, Progress, RollbackMeans
from graph.types.errors import NotFound, Refused


@strawberry.type(description="One reason why a revision does not move now.")
class Blocker:
    kind: BlockerKind
    sentence: str = strawberry.field(description="For a person who waits; without its full stop.")
    subject: str = strawberry.field(description="What it is about: an environment, a Region, a wave or an alarm.")
    since: datetime | None = strawberry.field(description="From when it holds; null where that is not known.")
    clears_at: datetime | None = strawberry.field(
        description="When it is expected to clear by itself; null where nobody can tell."
    )
    override: str | None = strawberry.field(description="The override that takes its force; null while it holds.")
    unconfirmed: str | None = strawberry.field(
        default=None, description="An override that would, once a second person has confirmed it; null for none."
    )


@strawberry.type(description="How a wave is returned to its last good revision, if it fails: known before it starts.")
class Rollback:
    means: RollbackMeans
    target: str | None = strawberry.field(description="CodePipeline's id of the execution to which it returns.")
    reason: str


@strawberry.type(description="Whether a revision may enter a wave now.")
class Entry:
    decision: Decision
    blockers: list[Blocker] = strawberry.field(description="All that speaks against it, overridden ones as well.")
    reasons: list[str] = strawberry.field(description="The sentences of those that hold it back.")
    ask_again_seconds: int = strawberry.field(description="How long whoever waits sleeps before it asks again.")
    rollback: Rollback | None = strawberry.field(description="Null where that is not known.")


@strawberry.type(description="What an environment has now.")
class Deployed:
    revision: str | None
    at: datetime | None = strawberry.field(description="Since when.")


@strawberry.type(description="Where a service's next revision for an environment is, and what holds it back.")
class Why:
    service: str
    environment: str
    stage: str
    wave: str
    number: int = strawberry.field(description="The wave's place in its stage, from 1.")
    sentence: str = strawberry.field(description="All of it in one line.")
    progress: Progress = strawberry.field(description="How far the revision has come.")
    revision: str | None = strawberry.field(description="The one that is meant; null where there is none.")
    execution_id: str | None = strawberry.field(description="CodePipeline's id of the execution that moves it.")
    pipeline: str | None
    decision: Decision | None = strawberry.field(description="What it would be told now; null where it does not ask.")
    blockers: list[Blocker]
    reasons: list[str]
    clears_at: datetime | None = strawberry.field(description="When the last blocker is expected to clear.")
    asked_at: datetime | None = strawberry.field(description="When its pipeline asked last.")
    deployed: Deployed | None = strawberry.field(description="Null where nothing was ever deployed.")
    at: datetime = strawberry.field(description="The time for which this is said.")


WhyResult = Annotated[
    Why | NotFound | Refused,
    strawberry.union("WhyResult", description="Why, or what was wrong with the question."),
]


def blocker(each: blockers.Blocker) -> Blocker:
    """A blocker as the graph has it."""
    return Blocker(
        kind=each.kind,
        sentence=each.sentence,
        subject=each.subject,
        since=each.since,
        clears_at=each.clears_at,
        override=each.override,
        unconfirmed=each.unconfirmed,
    )


def entry(decided: blockers.Entry, at: datetime, rollback: Any) -> Entry:
    """A decision as the graph has it. rollback: {means, target, reason}, or None."""
    stops = decided.decision is Decision.STOP
    return Entry(
        decision=decided.decision,
        blockers=[blocker(each) for each in decided.blockers],
        reasons=[each.sentence for each in decided.holding if each.final or not stops],
        ask_again_seconds=round(decided.ask_again(at).total_seconds()),
        rollback=rollback and Rollback(means=rollback.means, target=rollback.target, reason=rollback.reason),
    )


def why(found: said.Why) -> Why:
    """The answer as the graph has it."""
    return Why(
        service=found.service,
        environment=found.environment,
        stage=found.stage,
        wave=found.wave,
        number=found.number,
        sentence=found.sentence,
        progress=found.progress,
        revision=found.revision,
        execution_id=found.execution,
        pipeline=found.pipeline,
        decision=found.decision,
        blockers=[blocker(each) for each in found.blockers],
        reasons=list(found.reasons),
        clears_at=found.clears_at,
        asked_at=found.asked_at,
        deployed=Deployed(revision=found.deployed.revision, at=found.deployed.at) if found.deployed else None,
        at=found.at,
    )
