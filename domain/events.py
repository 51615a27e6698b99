"""The published vocabulary of the event log. A type is never renamed; a payload only gains fields.

Every payload is a JSON object; its keys are spelled as the graph's fields are. Those that name a `pipeline` name its
`pipelineArn` and its `service` (null while nobody has registered it) as well.

`<noun>.registered` carries the entity's fields as they were written; `<noun>.archived` as they were; both, and
`<noun>.updated`, carry `change` (the number of the change), `version` and `name` as well. `<noun>.updated` has `before`
and `after`, each with the fields that differ; so has `organisation.configured`, whose `before` is empty at first. The
others say what each constant's docstring says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class EventType(StrEnum):
    """What happened. The subject is the row that it happened to."""

    CONFIGURATION_CHANGED = "configuration.changed"
    """A change was made. The subject is the change. Payload: change (its number), reason, source, reverts, and
    registered, updated and archived: names by kind."""
    ORGANISATION_CONFIGURED = "organisation.configured"
    ACCOUNT_REGISTERED = "account.registered"
    ACCOUNT_UPDATED = "account.updated"
    ACCOUNT_ARCHIVED = "account.archived"
    REGION_UPDATED = "region.updated"
    CALENDAR_REGISTERED = "calendar.registered"
    CALENDAR_UPDATED = "calendar.updated"
    CALENDAR_ARCHIVED = "calendar.archived"
    TEAM_REGISTERED = "team.registered"
    TEAM_UPDATED = "team.updated"
    TEAM_ARCHIVED = "team.archived"
    STAGE_REGISTERED = "stage.registered"
    STAGE_UPDATED = "stage.updated"
    STAGE_ARCHIVED = "stage.archived"
    WAVE_REGISTERED = "wave.registered"
    WAVE_UPDATED = "wave.updated"
    WAVE_ARCHIVED = "wave.archived"
    ENVIRONMENT_REGISTERED = "environment.registered"
    ENVIRONMENT_UPDATED = "environment.updated"
    ENVIRONMENT_ARCHIVED = "environment.archived"
    SERVICE_REGISTERED = "service.registered"
    SERVICE_UPDATED = "service.updated"
    SERVICE_ARCHIVED = "service.archived"
    CHECK_REGISTERED = "check.registered"
    CHECK_UPDATED = "check.updated"
    CHECK_ARCHIVED = "check.archived"
    WINDOW_REGISTERED = "window.registered"
    WINDOW_UPDATED = "window.updated"
    WINDOW_ARCHIVED = "window.archived"
    FREEZE_REGISTERED = "freeze.registered"
    FREEZE_UPDATED = "freeze.updated"
    FREEZE_ARCHIVED = "freeze.archived"
    HOLD_REGISTERED = "hold.registered"
    HOLD_UPDATED = "hold.updated"
    HOLD_ARCHIVED = "hold.archived"
    NOTIFICATION_ROUTE_REGISTERED = "notification_route.registered"
    NOTIFICATION_ROUTE_UPDATED = "notification_route.updated"
    NOTIFICATION_ROUTE_ARCHIVED = "notification_route.archived"
    POLICY_REGISTERED = "policy.registered"
    POLICY_UPDATED = "policy.updated"
    POLICY_ARCHIVED = "policy.archived"
    SERVICE_PLACED = "service.placed"
    """Payload: added and removed, lists of environment names."""
    PIPELINE_DISCOVERED = "pipeline.discovered"
    """Events of an unregistered pipeline arrived. Payload: arn."""
    PIPELINE_REGISTERED = "pipeline.registered"
    """Payload: pipeline, planDigest."""
    PIPELINE_STALE = "pipeline.stale"
    """The pipeline was built from a plan that is no longer. Payload: pipeline, planDigest, wantedDigest, change."""
    PIPELINE_CURRENT = "pipeline.current"
    """A change has brought back the plan that the pipeline was built from. Payload: as pipeline.stale."""
    PIPELINE_STARTED = "pipeline.started"
    """It was started because it was stale. Payload: pipeline, wantedDigest, executionId, askedBy, reason."""
    PIPELINE_START_FAILED = "pipeline.start_failed"
    """AWS did not start it. Payload: pipeline, wantedDigest, cause, askedBy, reason."""
    ENVIRONMENT_ENDING = "environment.ending"
    """A test environment ends soon. Payload: environment, owner, team, expiresAt."""
    ENVIRONMENT_CLEANING = "environment.cleaning"
    """Its end has come: what was deployed to it is being deleted. Payload: environment, owner, team, stacks."""
    ENVIRONMENT_CLEANED = "environment.cleaned"
    """Nothing is left of what was deployed to it. Payload: environment, owner, team, stacks (all that were deleted)."""
    ENVIRONMENT_CLEANING_FAILED = "environment.cleaning_failed"
    """Something of it could not be deleted. Payload: environment, owner, team, stacks, cause."""
    EXECUTION_CHANGED = "execution.changed"
    """Payload: pipeline, executionId, status, previous (null at first), revision, attempt; startedAt and endedAt (null
    until it has), as the next three have them."""
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
    WORK_CHANGED = "work.changed"
    """The work behind an action began, ended, or began anew. Payload: work (its ARN), kind, account, region, status,
    previous, cause."""
    ALARM_CHANGED = "alarm.changed"
    """An alarm of some account changed its state. Payload: alarm (a name), account, region, state, previous, reason."""
    FAILURE_EXPLAINED = "failure.explained"
    """Why something failed is known: once for each failure. Payload: pipeline, executionId, stage, action, check,
    environment, account, region (each null where there is none), attempt, kind, cause, fingerprint (its digest), and
    unexplained (why AWS could not be asked; then the cause is CodePipeline's summary)."""
    INCIDENT_DECLARED = "incident.declared"
    """Payload: incident (its name), service, severity, title, startedAt, note, reason, deployments (those that caused
    it, a list of ids) and fixes, another."""
    INCIDENT_LINKED = "incident.linked"
    """Deployments were linked to it, or taken off. Payload: incident, service, linked (causes and fixes together),
    causes, fixes and unlinked, lists of ids, and reason."""
    INCIDENT_RESOLVED = "incident.resolved"
    """Payload: incident, service, startedAt, resolvedAt, note, reason."""
    INCIDENT_REOPENED = "incident.reopened"
    """It was not over. Payload: incident, service, resolvedAt (as was said before), reason."""
    PIPELINE_BROKEN = "pipeline.broken"
    """An execution failed. The subject is the pipeline. Payload: pipeline, executionId, attempt, kind, revision,
    author, stage and wave (ours), pipelineStage, action, environment, cause (each null where it is not known),
    production (of the stage), since (when the first failure in a row was told), again (it was broken already)."""
    PIPELINE_RECOVERED = "pipeline.recovered"
    """A revision went through a pipeline that was broken. The subject is the pipeline. Payload: pipeline, executionId,
    revision, author, since (when it broke)."""
    ROLLBACK_STARTED = "rollback.started"
    """A stage is being returned to an earlier revision. The subject is the execution. Payload: pipeline, executionId,
    stage and wave (ours), production, revision, target (the id of the execution to whose revision it returns)."""
    ROLLBACK_ENDED = "rollback.ended"
    """Payload: as rollback.started, and status."""
    EXECUTION_WAITING = "execution.waiting"
    """Nothing of an execution in progress has moved for so many minutes, as some route asks. Payload: pipeline,
    executionId, attempt, stage and wave (ours), pipelineStage, action, since, minutes."""
    NOTIFICATION_TESTED = "notification.tested"
    """Somebody asked for a test. The subject is the route. Payload: route, channel."""
    NOTIFICATION_FAILING = "notification.failing"
    """A route's target has begun not to take what is sent. The subject is the route. Payload: route, channel, cause."""
    NOTIFICATION_RECOVERED = "notification.recovered"
    """It takes what is sent again. Payload: route, channel, since."""
    ENVELOPE_SET_ASIDE = "envelope.set_aside"
    """A message could not be understood. The subject is what is kept of it. Payload: id (the message's), reason."""
    ENVELOPE_REPLAYED = "envelope.replayed"
    """A message that was set aside was tried again. Payload: id, outcome (RECORDED or SET_ASIDE), reason (why it is set
    aside still, else null), because (the operator's reason)."""
    ENVELOPE_DISMISSED = "envelope.dismissed"
    """A message that was set aside does not matter. Payload: id, because (the operator's reason)."""


UNTOLD = frozenset({EventType.NOTIFICATION_TESTED, EventType.NOTIFICATION_FAILING, EventType.NOTIFICATION_RECOVERED})
"""Never told by a notification: a target that fails would be told of its own failure, for ever."""


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
