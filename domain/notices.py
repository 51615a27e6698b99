"""From an event of the log to what people are told of it: a title, a text, facts and links. No channel is known here.

Whatever arrived from outside is cut, and put on one line where it is a title or a fact.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from domain.events import EventType
from domain.notice_words import Payload, worded
from domain.outcomes import Execution

LONGEST_TITLE = 150
LONGEST_TEXT = 2_500
LONGEST_FACT = 300
MOST_FACTS = 12
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}

Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """An event, as the log has it. subject: its key as text."""

    type: str
    time: datetime
    actor: str
    subject: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Owner:
    """The team whose service, or environment, it is."""

    team: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told. about: what it is about, among events of its type. state: what is news of it.

    thread: notices of one thread belong together; all of an execution have its id. urgent: it does not wait for the
    end of quiet hours. attributes: service, stage, team, environment, executionId; those that it has.
    """

    type: str
    title: str
    about: str
    state: str
    thread: str
    time: datetime
    text: str = ""
    facts: tuple[Pair, ...] = ()
    links: tuple[Pair, ...] = ()
    urgent: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def notice(
    told: Told,
    *,
    execution: Execution | None = None,
    owner: Owner | None = None,
    production: bool = False,
    url: str | None = None,
) -> Notice:
    """The notice of an event. production: whether it happened where customers are served. url: the service's own."""
    title, text = worded(told.type, told.payload)
    about = _about(told)
    return Notice(
        type=told.type,
        title=line(title, LONGEST_TITLE),
        text=passage(str(text or ""), LONGEST_TEXT),
        facts=_facts(told, execution, owner),
        links=_links(told.payload, execution, url),
        about=about,
        state=_state(told),
        thread=_key(told.payload.get("executionId") or about),
        time=told.time,
        urgent=_urgent(told, production),
        attributes=_attributes(told.payload, owner),
    )


def trial(route: str, time: datetime, actor: str, url: str | None) -> Notice:
    """What the test button sends."""
    return Notice(
        type="notification.test",
        title=line(f"A test of the notification route {route}", LONGEST_TITLE),
        text="Nothing has happened: somebody wanted to know whether notifications arrive here.",
        facts=(("Route", line(route, LONGEST_FACT)), ("Asked by", line(actor, LONGEST_FACT))),
        links=(("Interlock", url),) if url else (),
        about=route,
        state=time.isoformat(),
        thread=f"test of {route}",
        time=time,
        urgent=True,
    )


def line(text: object, most: int) -> str:
    """Text on one line, without characters that control anything, cut to a length."""
    plain = " ".join(_CONTROL.sub(" ", str(text)).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def passage(text: str, most: int) -> str:
    """Text of several lines, cut to a length."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


# --- facts and links ------------------------------------------------------------------------------------------------

_LABELS = {
    "service": "Service",
    "pipeline": "Pipeline",
    "stage": "Stage",
    "wave": "Wave",
    "pipelineStage": "Stage of the pipeline",
    "environment": "Environment",
    "action": "Action",
    "check": "Check",
    "subject": "Subject",
    "status": "Status",
    "previous": "Before",
    "account": "Account",
    "region": "Region",
    "scope": "Scope",
    "target": "Target",
    "startsAt": "From",
    "endsAt": "Until",
    "since": "Since",
    "severity": "Severity",
    "fingerprint": "Fingerprint",
    "owner": "For",
    "expiresAt": "Ends",
    "change": "Change",
}
"""The fields of payloads that are facts, in this order, and what they are called."""


def _facts(told: Told, execution: Execution | None, owner: Owner | None) -> tuple[Pair, ...]:
    found = [
        (label, line(value, LONGEST_FACT))
        for name, label in _LABELS.items()
        if isinstance(value := told.payload.get(name), str | int) and value != ""
    ]
    who = []
    if execution is not None:
        who.append(("Committer", execution.author))
        who.append(("Commit", _commit(execution)))
    if owner is not None:
        who.append(("Owner", f"{owner.team} <{owner.email}>" if owner.email else owner.team))
    if told.actor not in ("interlock", "aws.codepipeline"):
        who.append(("By", told.actor))
    whom = [(label, line(value, LONGEST_FACT)) for label, value in who if value]
    return (*found[: MOST_FACTS - len(whom)], *whom)


def _commit(execution: Execution) -> str:
    message = (execution.commit_message or "").strip().partition("\n")[0]
    return f"{(execution.revision or '')[:7]} {message}".strip()


def _links(payload: Payload, execution: Execution | None, url: str | None) -> tuple[Pair, ...]:
    found: list[Pair] = []
    page = _console(payload)
    if page:
        found.append(("AWS console", page))
    if execution and execution.repository and re.fullmatch(r"[0-9a-f]{7,64}", execution.revision or ""):
        found.append(("Commit", f"https://github.com/{execution.repository}/commit/{execution.revision}"))
    if url:
        found.append(("Interlock", url))
    return tuple(found)


_ARN = re.compile(r"arn:(aws[a-z-]*):codepipeline:([a-z0-9-]{1,30}):[0-9]{12}:([A-Za-z0-9.@_-]{1,100})")


def _console(payload: Payload) -> str | None:
    """The page of the execution, or of its pipeline, for those logged in to the pipeline's account."""
    arn = _ARN.fullmatch(str(payload.get("pipelineArn") or ""))
    if arn is None or arn[1] not in _CONSOLES:
        return None
    id_ = str(payload.get("executionId") or "")
    execution = f"executions/{id_}/timeline" if re.fullmatch(r"[0-9a-fA-F-]{36}", id_) else "view"
    site = f"https://{arn[2]}.{_CONSOLES[arn[1]]}/codesuite/codepipeline/pipelines"
    return f"{site}/{arn[3]}/{execution}?region={arn[2]}"


def _attributes(payload: Payload, owner: Owner | None) -> dict[str, str]:
    given = {name: payload.get(name) for name in ("service", "stage", "wave", "environment", "executionId")}
    given["team"] = owner.team if owner else payload.get("team")
    return {name: line(value, 200) for name, value in given.items() if isinstance(value, str) and value}


# --- what is news, and what can wait --------------------------------------------------------------------------------

_ABOUT: dict[str, tuple[str, ...]] = {
    EventType.FAILURE_EXPLAINED: ("executionId",),
    EventType.ALARM_CHANGED: ("alarm", "account", "region"),
    EventType.ENVELOPE_SET_ASIDE: ("id",),
}
"""What an event is about, where it is not its subject."""
_STATES: dict[str, tuple[str, ...]] = {
    EventType.ALARM_CHANGED: ("state",),
    EventType.ENVIRONMENT_CLEANING_FAILED: ("cause",),
    EventType.PIPELINE_START_FAILED: ("cause",),
}
"""The fields that make an event news, where not all of them do."""


def _about(told: Told) -> str:
    names = _ABOUT.get(told.type)
    return _key(" ".join(str(told.payload.get(name)) for name in names)) if names else told.subject


def _key(named: object) -> str:
    """What an index takes: the text on one line, or its digest where it is long."""
    text = line(named, LONGEST_TEXT)
    return text if len(text.encode()) <= LONGEST_FACT else hashlib.sha256(text.encode()).hexdigest()


def _state(told: Told) -> str:
    """A digest: the same for two events of one type about one thing that are the same news."""
    if told.type == EventType.FAILURE_EXPLAINED:
        news: Any = told.payload.get("fingerprint") or told.payload.get("cause")
    else:
        names = _STATES.get(told.type)
        news = {name: told.payload.get(name) for name in names} if names else dict(told.payload)
    return hashlib.sha256(json.dumps(news, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _urgent(told: Told, production: bool) -> bool:
    """What people are woken for: incidents, and what goes wrong where customers are served."""
    if told.type in (EventType.INCIDENT_DECLARED, EventType.INCIDENT_RESOLVED):
        return True
    if told.type == EventType.ALARM_CHANGED:
        return production and told.payload.get("state") == "ALARM"
    return production and told.type in (
        EventType.PIPELINE_BROKEN,
        EventType.FAILURE_EXPLAINED,
        EventType.ROLLBACK_STARTED,
        EventType.ROLLBACK_ENDED,
    )
