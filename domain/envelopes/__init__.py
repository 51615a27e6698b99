"""What AWS tells: EventBridge's envelopes, read into frozen facts. A module for each source.

reading.py         what they share: opening a message, EventBridge's own fields, single values
codepipeline.py    executions of pipelines, stages and actions
works.py           what is told of the work behind actions, by
cloudformation.py    stacks and their resources,
codebuild.py         builds and their phases,
stepfunctions.py     executions of state machines
cloudwatch.py      alarms
reported.py        our own: executions of CI systems that are not CodePipeline
returned.py        our own: rollbacks that a validation machine carries out

Reading is total: any text gives a fact, None for what is known to say nothing that is kept, or `InvalidValue`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.envelopes import cloudformation, cloudwatch, codebuild, codepipeline, reported, returned, stepfunctions
from domain.envelopes.cloudwatch import AlarmFact
from domain.envelopes.codepipeline import ActionPart, Fact, Level, PipelineName, State, Trigger, fact
from domain.envelopes.reading import LONGEST_IDENTIFIER, opened, opened_and_written, wrong
from domain.envelopes.works import Failure, WorkFact

__all__ = [
    "LONGEST_IDENTIFIER",
    "ActionPart",
    "AlarmFact",
    "AnyFact",
    "Fact",
    "Failure",
    "Level",
    "PipelineName",
    "State",
    "Trigger",
    "WorkFact",
    "fact",
    "kept",
    "opened",
    "opened_and_written",
    "read",
]

AnyFact = Fact | WorkFact | AlarmFact

READERS: Mapping[str, Callable[[dict[str, Any]], AnyFact]] = {
    **{level.value: codepipeline.fact for level in Level},
    **dict.fromkeys(reported.LEVELS, reported.fact),
    **dict.fromkeys(returned.LEVELS, returned.fact),
    codebuild.STATE: codebuild.fact,
    codebuild.PHASE: codebuild.fact,
    stepfunctions.STATUS: stepfunctions.fact,
    cloudformation.STACK: cloudformation.stack_fact,
    cloudformation.RESOURCE: cloudformation.resource_fact,
    cloudwatch.ALARM: cloudwatch.fact,
}
"""How to read an envelope, by its `detail-type`."""

IGNORED = ("Interlock External Check",)
"""What a pipeline asks the outside by way of the same bus: it is for others."""


def read(envelope: dict[str, Any]) -> AnyFact | None:
    """The fact in an opened envelope of any source; None for one that is for others. Raises InvalidValue."""
    kind = envelope.get("detail-type")
    if not isinstance(kind, str) or (kind not in READERS and kind not in IGNORED):
        raise wrong("detail-type", kind, "one of " + ", ".join(READERS))
    return READERS[kind](envelope) if kind in READERS else None


MASKED: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    codebuild.STATE: codebuild.masked,
    codebuild.PHASE: codebuild.masked,
    stepfunctions.STATUS: stepfunctions.masked,
}
"""What is left out of an envelope that is kept, by its `detail-type`."""


def kept(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope as it is kept: whole, but for what a build's variables and a state machine's executions hold.

    The same object where nothing is left out.
    """
    kind = envelope.get("detail-type")
    return MASKED[kind](envelope) if isinstance(kind, str) and kind in MASKED else envelope
