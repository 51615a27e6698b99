"""What is known of an execution and of a stage, and what a judgement of an action on it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.safety.returning import Failing
from domain.words import ActionKind, ExecutionKind, ExecutionStatus, RollbackMeans

MOST_NAMED = 8
"""Names that a sentence lists; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a stage, in its latest attempt. environment: ours, where it has one. approval: a person answers."""

    name: str
    kind: ActionKind
    status: ExecutionStatus
    environment: str | None = None
    approval: bool = False
    ended_at: datetime | None = None

    @property
    def phrase(self) -> str:
        """What it does, within a sentence."""
        if self.approval:
            return f"the approval {self.name}"
        where = self.environment or self.name
        return {
            ActionKind.ENTER: "the question whether it may enter",
            ActionKind.PREPARE: f"the change set for {where}",
            ActionKind.DEPLOY: f"the deployment to {where}",
            ActionKind.VALIDATE: "the wave's checks",
        }.get(self.kind, f"the action {self.name}")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage under CodePipeline's name, as one execution has come through it.

    status: None while it has not entered. environments: those that the stage deploys to, in order, as the map says.
    """

    name: str
    status: ExecutionStatus | None = None
    environments: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def running(self) -> list[Action]:
        """The actions that are in progress."""
        return [each for each in self.actions if not each.status.ended]


@dataclass(frozen=True, slots=True)
class Run:
    """An execution with its stages, in order. behind: the revision of a newer execution that waits behind it."""

    execution: str
    kind: ExecutionKind
    status: ExecutionStatus
    revision: str | None
    stages: tuple[Stage, ...] = ()
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Somebody else has to approve: actor has started the execution, and our stage needs two persons."""

    actor: str
    stage: str


@dataclass(frozen=True, slots=True)
class Occupant:
    """The execution that has entered a stage last. status: of the stage in it."""

    execution: str
    kind: ExecutionKind
    status: ExecutionStatus
    revision: str | None


@dataclass(frozen=True, slots=True)
class Passed:
    """An execution that has passed a stage. version: of the pipeline's structure that it ran with."""

    execution: str
    kind: ExecutionKind
    revision: str | None
    version: int | None
    began_at: datetime | None
    passed_at: datetime | None
    message: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rollback of a stage rests on.

    execution: the one that is meant to be taken back. occupant: the one that is there. passed: those that it may be
    returned to, the latest first. failing: the stage and its pipeline. parts: the other stages over which CDK has split
    its wave. deployed: the revision that each environment of the stage has, where it has one.
    """

    execution: str
    failing: Failing
    environments: tuple[str, ...]
    occupant: Occupant | None
    passed: tuple[Passed, ...] = ()
    parts: tuple[str, ...] = ()
    deployed: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """An execution to whose revision a stage might be rolled back. sentence: who does it, or why it cannot be.

    unsure: CodePipeline may refuse, for a structure is not known.
    """

    passed: Passed
    means: RollbackMeans
    possible: bool
    sentence: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action will do, or why it is not possible: `code` and `remedy` are then those of the refusal.

    environments: those that it touches. nothing: it is done already, and nothing needs to be asked of AWS.
    """

    possible: bool
    sentences: tuple[str, ...]
    environments: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    code: str = ""
    remedy: str = ""
    nothing: bool = False


def impossible(code: str, sentence: str, remedy: str, targets: Iterable[Target] = ()) -> Effect:
    """Why it is not possible, and what to do instead."""
    return Effect(possible=False, sentences=(sentence,), targets=tuple(targets), code=code, remedy=remedy)


def short(revision: str | None) -> str:
    """A commit as a sentence shows it."""
    return revision[:8] if revision else "an unknown revision"


def listed(names: Iterable[str]) -> str:
    """Names in their order, each once; of many the first ones and how many more."""
    known = list(dict.fromkeys(names))
    if len(known) <= MOST_NAMED:
        return ", ".join(known)
    return f"{', '.join(known[: MOST_NAMED - 1])} and {len(known) - MOST_NAMED + 1} more"


def environments_of(actions: Iterable[Action]) -> tuple[str, ...]:
    """The environments of actions, each once."""
    return tuple(dict.fromkeys(each.environment for each in actions if each.environment))
