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
    GRANT_REGISTERED = "grant.registered"
    GRANT_UPDATED = "grant.updated"
    GRANT_ARCHIVED = "grant.archived"
    ACCESS_DENIED = "access.denied"
    """Somebody who is known was not let do something. The subject is made of who, what and where. Payload: what (the
    mutation), permissions (those that were lacking), team, service, stage, account (of what it would have been done
    to; null for none or all), source (the kind of address: loopback, private,
    public or unknown), count (how
    often, with those since it was told last)."""
    SERVICE_PLACED = "service.placed"
    """Payload: added and removed, lists of environment names."""
    PIPELINE_DISCOVERED = "pipeline.discovered"
    """Events of an unregistered pipeline arrived. Payload: arn."""
    PIPELINE_REGISTERED = "pipeline.registered"
    """Payload: pipeline, planDigest."""
    PIPELINE_EXCEPTIONS_CHANGED = "pipeline.exceptions_changed"
    """What its code excepts from policies is another than before. Payload: pipeline, added and removed: lists of
    {policy, path, reason}; one whose reason changed is in both."""
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
    ENVIRONMENT_CHANGED_BY_HAND = "environment.changed_by_hand"
    """A person is about to run a command that changes something in its account, past the pipeline. Payload:
    environment, account, region, wave, stage, production, service (null where it is for none), role (the permission set
    or role whose rights it has, null where none is named), command (one line, its secrets masked), reason."""
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
    """The subject is the execution. Payload: pipeline, executionId, wave, passed, outcome, reasons."""
    BAKE_OBSERVED = "bake.observed"
    """What a bake that goes on is missing is something else than before; not with every look. Payload: pipeline,
    executionId, wave, part, check, subject, status, reasons, kinds (what they are about), dataPoints, endsAt."""
    DECISION_MADE = "decision.made"
    """Whether an execution may enter a wave: when the decision, or what speaks against it, is another than before. The
    subject is the execution. Payload: pipeline, executionId, attempt, revision, wave, part, pipelineStage, decision,
    previous (null at first), blockers (a list of {kind, sentence, subject, since, clearsAt, final, override}), clearsAt
    (when the last of them is expected to)."""
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
    OVERRIDE_GRANTED = "override.granted"
    """A person lets blockers pass. Payload: override (its name), kinds (empty for all that may be overridden), service,
    environment, wave (each null for any), incident, expiresAt, waitsForSecondPerson (it has no effect yet), reason."""
    OVERRIDE_CONFIRMED = "override.confirmed"
    """A second person has confirmed it: it is in force. Payload: as override.granted, and grantedBy."""
    OVERRIDE_REVOKED = "override.revoked"
    """It has no force any more. Payload: as override.granted, with the reason of the revocation, and grantedBy."""
    OVERRIDE_USED = "override.used"
    """An execution entered a wave because of it: told once for each. Payload: override, grantedBy, reason, incident,
    pipeline, executionId, revision, wave, environments, and blockers, those that it passed: kind, sentence, subject."""
    PIPELINE_BROKEN = "pipeline.broken"
    """An execution failed. The subject is the pipeline. Payload: pipeline, executionId, attempt, kind, revision,
    author, stage and wave (ours), pipelineStage, action, environment, cause (each null where it is not known),
    production (of the stage), since (when the first failure in a row was told), again (it was broken already)."""
    PIPELINE_RECOVERED = "pipeline.recovered"
    """A revision went through a pipeline that was broken. The subject is the pipeline. Payload: pipeline, executionId,
    revision, author, since (when it broke)."""
    ROLLBACK_PLANNED = "rollback.planned"
    """A stage has failed, and how it is returned is known. The subject is the execution that failed. Payload: pipeline,
    executionId, attempt, pipelineStage, means (NATIVE, REDEPLOY or NONE), reason, target (the id of the execution to
    whose revision it returns) and revision, both null where there is none."""
    EXECUTION_STOP_ASKED = "execution.stop_asked"
    """A person has stopped an execution, and CodePipeline has taken that; what becomes of it is execution.changed. The
    subject is the execution, here and in the next three. Payload: pipeline, executionId, attempt, revision, abandon,
    actions (in progress then, a list of {stage, action, environment}), reason."""
    STAGE_RETRY_ASKED = "stage.retry_asked"
    """A person has retried a stage. Payload: pipeline, executionId, attempt (that failed), revision, pipelineStage,
    mode, reason."""
    STAGE_ROLLBACK_ASKED = "stage.rollback_asked"
    """A person has rolled a stage back. Payload: pipeline, executionId (whose revision is taken back), attempt,
    revision, pipelineStage, environments, target (the id of the execution to whose revision it returns),
    targetRevision, rollback (the id of the execution that does it), reason."""
    APPROVAL_ANSWERED = "approval.answered"
    """A person has answered an action that waited. Payload: pipeline, executionId, attempt, revision, pipelineStage,
    action, decision (APPROVED or REJECTED), reason."""
    ROLLBACK_STARTED = "rollback.started"
    """A stage is being returned to an earlier revision. The subject is the execution. Payload: pipeline, executionId,
    stage and wave (ours), production, revision, target (the id of the execution to whose revision it returns)."""
    ROLLBACK_ENDED = "rollback.ended"
    """Payload: as rollback.started, and status."""
    EXECUTION_WAITING = "execution.waiting"
    """Nothing of an execution in progress has moved for so many minutes, as some route asks. Payload: pipeline,
    executionId, attempt, stage and wave (ours), pipelineStage, action, since, minutes."""
    SAFETY_CHANGED = "safety.changed"
    """A service's safety score is another, or met by other rules. The subject is the service. Payload: service, score,
    of, waived, previous and previousOf (what it was), lowered and raised (codes of rules), change (the number of the
    change that did it) or pipeline (the one that registered another map)."""
    WAIVER_GRANTED = "waiver.granted"
    """A rule of the safety score need not be kept for a while. Payload: waiver (its name), rule, service, stage and
    wave (two of them null: whose rule), expiresAt, waitsForSecondPerson (it has no effect yet), reason."""
    WAIVER_CONFIRMED = "waiver.confirmed"
    """A second person has confirmed it: it holds. Payload: as waiver.granted, and grantedBy."""
    WAIVER_REVOKED = "waiver.revoked"
    """It was taken back before its time. Payload: as waiver.granted; reason is why."""
    WAIVER_EXPIRED = "waiver.expired"
    """Its time is over: the rule is missing like any other. Payload: as waiver.granted."""
    API_TOKEN_CREATED = "api_token.created"  # noqa: S105 - a type's name, as the next
    """A token for a program was made. Payload: token (its name), roles, expiresAt. The token itself is nowhere."""
    API_TOKEN_REVOKED = "api_token.revoked"  # noqa: S105
    """It is not taken any more. Payload: token, roles, expiresAt, createdBy, reason."""
    SESSION_BEGAN = "session.began"
    """Somebody has signed in in a browser. The subject is the session. Payload: session (its key), source (the browser
    as it names itself, and its address), endsAt."""
    SESSION_ENDED = "session.ended"
    """It is not taken any more. Payload: session, of (whose it was), ending (a word of
    `domain.authentication.sessions.Ending`), reason (why it was revoked, else null)."""
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
