"""What AWS tells of a pipeline: EventBridge's envelopes of CodePipeline, read into frozen facts.

Reading is total: any text gives a `Fact` or `InvalidValue`, which says what was wrong, and nothing else.
The shapes are those of "CodePipeline events" in AWS's user guide, with what is seen in practice: numbers that
arrive as floats or as strings, attempts that are missing, and dates in several spellings.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from domain import moments
from domain.errors import InvalidValue
from domain.words import ExecutionStatus

LONGEST_IDENTIFIER = 512
"""Characters. AWS's own limit for names is 100; a PostgreSQL index entry holds 2,700 bytes."""

MOST_ATTEMPTS = 1_000_000
"""Far above what CodePipeline can count to, and within PostgreSQL's integer."""

_EXECUTION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
Word = TypeVar("Word", bound=StrEnum)

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Level(StrEnum):
    """Which of the three kinds of envelope a fact came in: its value is the envelope's `detail-type`."""

    PIPELINE = "CodePipeline Pipeline Execution State Change"
    STAGE = "CodePipeline Stage Execution State Change"
    ACTION = "CodePipeline Action Execution State Change"


class State(StrEnum):
    """CodePipeline's states in its events; not its statuses: STARTED and RESUMED are both IN_PROGRESS."""

    STARTED = "STARTED"
    RESUMED = "RESUMED"
    STOPPING = "STOPPING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"
    CANCELED = "CANCELED"
    SUPERSEDED = "SUPERSEDED"
    ABANDONED = "ABANDONED"

    @property
    def status(self) -> ExecutionStatus:
        """The status that an execution has after this state."""
        started = self in (State.STARTED, State.RESUMED)
        return ExecutionStatus.IN_PROGRESS if started else ExecutionStatus[self.value]


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_ROLLBACKS = ("ManualRollback", "AutomatedRollback")
"""The trigger types of rollbacks."""
_ONLY_OF = {State.SUPERSEDED: Level.PIPELINE, State.ABANDONED: Level.ACTION}


@dataclass(frozen=True, slots=True)
class PipelineName:
    """Where a pipeline is: what its ARN is made of."""

    name: str
    account: str
    region: str

    @property
    def arn(self) -> str:
        """The pipeline's ARN; the partition follows from the Region."""
        partition = next((_PARTITIONS[start] for start in _PARTITIONS if self.region.startswith(start)), "aws")
        return f"arn:{partition}:codepipeline:{self.region}:{self.account}:{self.name}"


@dataclass(frozen=True, slots=True)
class Trigger:
    """`execution-trigger`: what made the pipeline run. Every part may be missing.

    committed_at: the commit's author date. rollback_target: the id of the execution to whose revision a rollback
    returns.
    """

    kind: str | None = None
    revision: str | None = None
    message: str | None = None
    author: str | None = None
    committed_at: datetime | None = None
    rollback_target: str | None = None
    rolls_back: bool = False


@dataclass(frozen=True, slots=True)
class ActionPart:
    """What an action's envelope adds: which run of which action, its type, and its `execution-result`."""

    name: str
    execution_id: str | None = None
    region: str | None = None
    provider: str = ""
    category: str = ""
    external_id: str | None = None
    external_url: str | None = None
    summary: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that AWS said of one execution.

    attempt: the pipeline execution's, from 1; None when the sender does not count. time: EventBridge's, in
    whole seconds. start_time: `detail.start-time`. stage: CodePipeline's name, empty for pipelines. action:
    set for actions alone.
    """

    event_id: str
    level: Level
    pipeline: PipelineName
    execution_id: str
    state: State
    time: datetime
    attempt: int | None = None
    start_time: datetime | None = None
    version: int | None = None
    stage: str = ""
    action: ActionPart | None = None
    trigger: Trigger | None = None

    @property
    def natural_key(self) -> tuple[object, ...]:
        """Equal for two envelopes that tell the same under different event ids.

        Where attempts are not counted the time stands in: a second failure, after a retry, is another fact.
        """
        run = (self.action.name, self.action.execution_id) if self.action else ()
        attempt = self.attempt if self.attempt is not None else self.time
        return (self.level, self.execution_id, attempt, self.stage, run, self.state)


def opened(body: object) -> dict[str, Any]:
    """The envelope inside a message's body: text or JSON, as EventBridge sends it or wrapped by SNS.

    Raises InvalidValue when it is no JSON object, or one whose text PostgreSQL cannot keep.
    """
    envelope = _decoded(body)
    if isinstance(envelope, dict) and envelope.get("Type") == "Notification" and "Message" in envelope:
        envelope = _decoded(envelope["Message"])
    if not isinstance(envelope, dict):
        raise _wrong("body", envelope, "an EventBridge envelope, which is a JSON object")
    _refuse_what_cannot_be_kept(envelope)
    return envelope


def fact(envelope: dict[str, Any]) -> Fact:
    """The fact in an opened envelope, or InvalidValue with the field that is wrong."""
    detail = envelope.get("detail")
    if not isinstance(detail, dict):
        raise _wrong("detail", detail, "a JSON object")
    level = _one_of(Level, "detail-type", envelope.get("detail-type"))
    return Fact(
        event_id=_identifier(envelope, "id"),
        level=level,
        pipeline=_pipeline(envelope, detail),
        execution_id=_execution_id(detail),
        state=_state(level, detail),
        time=moments.parse("time", envelope.get("time")),
        attempt=_attempt(detail.get("pipeline-execution-attempt")),
        start_time=moments.parse_or_none(detail.get("start-time")),
        version=_whole(detail.get("version")),
        stage="" if level is Level.PIPELINE else _identifier(detail, "stage"),
        action=_action(detail) if level is Level.ACTION else None,
        trigger=_trigger(detail) if level is Level.PIPELINE else None,
    )


def _decoded(body: object) -> object:
    if not isinstance(body, str | bytes):
        return body
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise _wrong("body", body, f"JSON ({_shortened(reason)})") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_what_cannot_be_kept(envelope: dict[str, Any]) -> None:
    allowed = "JSON of Unicode text without NUL and of finite numbers, not nested too deep"
    try:
        text = json.dumps(envelope, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError):
        raise _wrong("body", envelope, allowed) from None
    if _NUL.search(text):
        raise _wrong("body", envelope, allowed)


def _pipeline(envelope: dict[str, Any], detail: dict[str, Any]) -> PipelineName:
    account = envelope.get("account")
    if not isinstance(account, str) or not re.fullmatch(r"\d{12}", account, re.ASCII):
        raise _wrong("account", account, "twelve digits, as text")
    region = envelope.get("region")
    if not isinstance(region, str) or not re.fullmatch(r"[a-z0-9-]{1,30}", region):
        raise _wrong("region", region, "the code of an AWS Region: 'eu-west-1'")
    return PipelineName(name=_identifier(detail, "pipeline"), account=account, region=region)


def _execution_id(detail: dict[str, Any]) -> str:
    value = detail.get("execution-id")
    if not isinstance(value, str) or not _EXECUTION_ID.fullmatch(value):
        raise _wrong("execution-id", value, "a UUID: '0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f'")
    return value.lower()


def _state(level: Level, detail: dict[str, Any]) -> State:
    state = _one_of(State, "state", detail.get("state"))
    if _ONLY_OF.get(state, level) is not level:
        raise _wrong("state", state.value, f"a state that {_ONLY_OF[state].value!r} alone may carry")
    return state


def _action(detail: dict[str, Any]) -> ActionPart:
    type_, result = _object(detail.get("type")), _object(detail.get("execution-result"))
    run = detail.get("action-execution-id")
    return ActionPart(
        name=_identifier(detail, "action"),
        execution_id=_identifier(detail, "action-execution-id") if run is not None else None,
        region=_text(detail.get("region")),
        provider=_text(type_.get("provider")) or "",
        category=_text(type_.get("category")) or "",
        external_id=_text(result.get("external-execution-id")),
        external_url=_text(result.get("external-execution-url")),
        summary=_text(result.get("external-execution-summary")),
        error_code=_text(result.get("error-code")),
    )


def _trigger(detail: dict[str, Any]) -> Trigger | None:
    """AWS's guide shows no event of a rollback: its fields are spelt as GetPipelineExecution's are, in this style."""
    said = _object(detail.get("execution-trigger"))
    kind = _text(said.get("trigger-type")) or _text(said.get("provider-type"))
    target = _text(_object(detail.get("rollback-metadata")).get("rollback-target-pipeline-execution-id"))
    trigger = Trigger(
        kind=kind,
        revision=_text(said.get("commit-id")),
        message=_text(said.get("commit-message")),
        author=_text(said.get("author-display-name")) or _text(said.get("author-id")),
        committed_at=moments.parse_or_none(said.get("author-date")),
        rollback_target=target[:LONGEST_IDENTIFIER].lower() if target else None,
        rolls_back=target is not None or kind in _ROLLBACKS or detail.get("execution-type") == "ROLLBACK",
    )
    return trigger if trigger != Trigger() else None


def _attempt(value: object) -> int | None:
    if value is None:
        return None
    attempt = _whole(value)
    if attempt is None or not 1 <= attempt <= MOST_ATTEMPTS:
        raise _wrong("pipeline-execution-attempt", value, "a whole number from 1")
    return attempt


def _whole(value: object) -> int | None:
    """A whole number that arrives as 12, 12.0, "12" or "12.0"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
        return int(number) if number.is_integer() else None
    except (ValueError, OverflowError):
        return None


def _one_of(words: type[Word], field: str, value: object) -> Word:
    if isinstance(value, str) and value in words.__members__.values():
        return words(value)
    raise _wrong(field, value, "one of " + ", ".join(words))


def _identifier(parent: dict[str, Any], field: str) -> str:
    value = parent.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_IDENTIFIER:
        raise _wrong(field, value, f"text of 1 to {LONGEST_IDENTIFIER} characters")
    return value


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _wrong(field: str, value: object, allowed: str) -> InvalidValue:
    """Values are shown short and never walked into: a message may be huge, or nested a thousand deep."""
    if isinstance(value, dict | list):
        shown = "an object" if isinstance(value, dict) else "a list"
    else:
        shown = _shortened(value.decode(errors="replace") if isinstance(value, bytes) else str(value))
    return InvalidValue(field, shown, allowed)


def _shortened(text: str, longest: int = 120) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
