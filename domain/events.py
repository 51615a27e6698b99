"""The published vocabulary of the event log. A type is never renamed; a payload only gains fields.

Every payload is a JSON object; its keys are spelled as the graph's fields are. Those that name a `pipeline` name its
`pipelineArn` and its `service` (null while nobody has registered it) as well. `<noun>.registered` and
`organisation.configured` carry the row as it was written; the others say what each constant's docstring says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class EventType(StrEnum):
    """What happened. The subject is the row that it happened to."""

    ORGANISATION_CONFIGURED = "organisation.configured"
    ACCOUNT_REGISTERED = "account.registered"
    STAGE_REGISTERED = "stage.registered"
    WAVE_REGISTERED = "wave.registered"
    ENVIRONMENT_REGISTERED = "environment.registered"
    SERVICE_REGISTERED = "service.registered"
    SERVICE_PLACED = "service.placed"
    """Payload: added and removed, lists of environment names."""
    CHECK_REGISTERED = "check.registered"
    PIPELINE_DISCOVERED = "pipeline.discovered"
    """Events of an unregistered pipeline arrived. Payload: arn."""
    PIPELINE_REGISTERED = "pipeline.registered"
    """Payload: pipeline, planDigest."""
    EXECUTION_CHANGED = "execution.changed"
    """Payload: pipeline, executionId, status, previous (null at first), revision."""
    STAGE_CHANGED = "stage.changed"
    """Payload: pipeline, executionId, stage (CodePipeline's name), status, previous."""
    ACTION_CHANGED = "action.changed"
    """Payload: pipeline, executionId, stage, action, status, previous, summary (null unless failed)."""
    DEPLOYMENT_CHANGED = "deployment.changed"
    """Payload: pipeline, environment, executionId, revision, status, previous, reason."""
    CHECK_RUN_CHANGED = "check_run.changed"
    """Payload: pipeline, executionId, wave, check, subject, status, previous, cause."""
    WAVE_CONCLUDED = "wave.concluded"
    """The subject is the execution. Payload: pipeline, executionId, wave, passed, reasons."""
    ENVELOPE_SET_ASIDE = "envelope.set_aside"
    """A message could not be understood. The subject is all zeros. Payload: id, reason."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that is about to be appended: everything but its position, time and actor.

    subject_type is the GraphQL type of the row, subject_id its key. trace_id: 32 hex digits, or None.
    """

    type: EventType
    subject_type: str
    subject_id: UUID
    payload: dict[str, Any] = field(default_factory=dict)
    trace_id: str | None = None
