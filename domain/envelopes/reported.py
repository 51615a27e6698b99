"""Envelopes of our own source: what a CI system that is not CodePipeline reports of its executions.

They have the shape of CodePipeline's, so that they are kept, folded and told in the same way; what a map of actions
says of CodePipeline's actions, these say of each of their own.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain import moments
from domain.envelopes.codepipeline import (
    EXECUTION_ID,
    MOST_ATTEMPTS,
    Fact,
    Level,
    PipelineName,
    State,
    told,
    trigger_of,
)
from domain.envelopes.reading import LONGEST_IDENTIFIER, LONGEST_LINK, detail_of, identifier, link, one_of, text, wrong
from domain.errors import InvalidValue
from domain.words import ActionKind

SOURCE = "interlock.ci"
LEVELS = {
    "Interlock CI Execution State Change": Level.PIPELINE,
    "Interlock CI Stage State Change": Level.STAGE,
    "Interlock CI Action State Change": Level.ACTION,
}
_DETAIL_TYPES = {level: name for name, level in LEVELS.items()}
_NAMESPACE = uuid.UUID("8f1c2f0e-5d0a-5b7e-9a43-6c3f0d1b7e55")
"""Of our own, and never to be changed: executions are found again by what is derived under it."""
_PROVIDER = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_REPOSITORY = re.compile(r"[\w.-]+(/[\w.-]+){1,10}", re.ASCII)
_TAG = re.compile(r"[^\x00-\x20\x7f]{1,255}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


@dataclass(frozen=True, slots=True)
class Report:
    """What a CI system says. run: its own id of the execution. repository: as the service has it, `owner/name`.

    committed_at: the commit's author date. tag: its name in the repository. stage and action: where it is about one of
    these. environment: ours, by name, which the action deploys to.
    """

    provider: str
    pipeline: str
    repository: str
    run: str
    state: State
    time: datetime
    attempt: int = 1
    revision: str | None = None
    branch: str | None = None
    trigger: str | None = None
    message: str | None = None
    author: str | None = None
    committed_at: datetime | None = None
    tag: str | None = None
    stage: str | None = None
    action: str | None = None
    kind: ActionKind | None = None
    environment: str | None = None
    url: str | None = None
    summary: str | None = None

    @property
    def execution_id(self) -> str:
        """The run's own id where it is a UUID, which is a trace's id; else one that follows from it."""
        if EXECUTION_ID.fullmatch(self.run):
            return self.run.lower()
        return _derived(self.provider, self.repository, self.pipeline, self.run)


def envelope_of(report: Report) -> dict[str, Any]:
    """The report as an envelope. Said again, at whatever time, it has the same id. Raises InvalidValue."""
    _check(report)
    level = Level.ACTION if report.action else Level.STAGE if report.stage else Level.PIPELINE
    execution = report.execution_id
    said = [execution, level, str(report.attempt), report.stage or "", report.action or "", report.state]
    trigger = {
        "trigger-type": report.trigger,
        "full-repository-name": report.repository,
        "branch-name": report.branch,
        "commit-id": report.revision,
        "commit-message": report.message,
        "author-display-name": report.author,
        "author-date": report.committed_at.isoformat() if report.committed_at else None,
        "tag": report.tag,
    }
    result = {"external-execution-url": report.url, "external-execution-summary": report.summary}
    detail: dict[str, Any] = {
        "provider": report.provider,
        "repository": report.repository,
        "pipeline": report.pipeline,
        "run": report.run,
        "execution-id": execution,
        "state": report.state.value,
        "pipeline-execution-attempt": report.attempt,
        "execution-trigger": _given(trigger),
    }
    if report.stage:
        detail["stage"] = report.stage
    if report.action:
        kind = report.kind or (ActionKind.DEPLOY if report.environment else ActionKind.OTHER)
        more = {"action": report.action, "kind": kind.value, "environment": report.environment}
        detail |= _given(more) | {"type": {"provider": report.provider}, "execution-result": _given(result)}
    return {
        "version": "0",
        "id": _derived(*said),
        "detail-type": _DETAIL_TYPES[level],
        "source": SOURCE,
        "time": report.time.isoformat(),
        "resources": [],
        "detail": detail,
    }


def fact(envelope: dict[str, Any]) -> Fact:
    """The fact in an envelope of our own source."""
    detail = detail_of(envelope)
    source = envelope.get("source")
    if source != SOURCE:
        raise wrong("source", source, f"{SOURCE!r}, which alone sends such events")
    name = PipelineName(
        name=identifier(detail, "pipeline"),
        account="",
        region="",
        provider=_matching("provider", detail.get("provider"), _PROVIDER, _PROVIDER_ALLOWED),
        repository=_matching("repository", detail.get("repository"), _REPOSITORY, _REPOSITORY_ALLOWED),
    )
    level = LEVELS[str(envelope["detail-type"])]
    time = moments.parse("time", envelope.get("time"))
    found = replace(told(detail, level, identifier(envelope, "id"), name, time), trigger=trigger_of(detail))
    if found.action is None:
        return found
    environment = text(detail.get("environment"))
    kind = detail.get("kind")
    own = replace(
        found.action,
        kind=one_of(ActionKind, "kind", kind) if kind is not None else None,
        environment=identifier(detail, "environment") if environment else None,
    )
    return replace(found, action=own)


_PROVIDER_ALLOWED = "a name in small letters, of 40 characters at most: 'github-actions'"
_REPOSITORY_ALLOWED = "the repository as the service has it: 'acme/payments'"
_TAG_ALLOWED = "a tag of 1 to 255 characters, without blanks: 'v1.4.2'"
_NAME_ALLOWED = "text of 1 to 100 characters, without control characters"


def _check(report: Report) -> None:
    for field, value, pattern, allowed in (
        ("provider", report.provider, _PROVIDER, _PROVIDER_ALLOWED),
        ("repository", report.repository, _REPOSITORY, _REPOSITORY_ALLOWED),
        ("pipeline", report.pipeline, _NAME, _NAME_ALLOWED),
        ("runId", report.run, _NAME, _NAME_ALLOWED),
        ("tag", report.tag, _TAG, _TAG_ALLOWED),
        ("stage", report.stage, _NAME, _NAME_ALLOWED),
        ("action", report.action, _NAME, _NAME_ALLOWED),
        ("environment", report.environment, _NAME, _NAME_ALLOWED),
    ):
        if value is not None:
            _matching(field, value, pattern, allowed)
    _require_what_fits(report)


def _require_what_fits(report: Report) -> None:
    if report.action and not report.stage:
        raise InvalidValue("stage", None, "given where an action is: the stage, or job, that the action is part of")
    if not report.action and (report.environment or report.kind):
        raise InvalidValue("action", None, "given where a kind or an environment is: only actions have them")
    if report.url is not None and link(report.url) is None:
        raise wrong("url", report.url, f"the address of a page, of {LONGEST_LINK:,} characters at most: 'https://…'")
    if not 1 <= report.attempt <= MOST_ATTEMPTS:
        raise InvalidValue("attempt", report.attempt, f"a whole number from 1 to {MOST_ATTEMPTS:,}")
    _check_times(report)


def _check_times(report: Report) -> None:
    for field, time in (("time", report.time), ("committedAt", report.committed_at)):
        if time is not None and time.tzinfo is None:
            raise InvalidValue(field, time, "a time with its zone: '2027-01-31T12:00:00Z'")


def _matching(field: str, value: object, pattern: re.Pattern[str], allowed: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_IDENTIFIER or not pattern.fullmatch(value):
        raise wrong(field, value, allowed)
    return value


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _derived(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, json.dumps(parts)))
