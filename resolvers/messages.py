"""Messages as they arrive: read into facts, or refused with the reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import AlarmFact, AnyFact, Fact, WorkFact, kept, opened, opened_and_written, read
from domain.envelopes.reading import LARGEST_BODY, shortened
from domain.errors import InvalidValue
from domain.masking import masked
from models import envelopes
from models.envelopes import ReceivedEnvelope, RefusedMessage

OUR_SOURCES = "interlock."
"""How the names of our own sources begin."""
AHEAD = timedelta(minutes=10)
"""How far the time of an envelope may be ahead of ours. AWS's clocks are right to the second; ours may not be."""

F_co = TypeVar("F_co", bound=AnyFact, covariant=True)


@dataclass(frozen=True, slots=True)
class Admission:
    """What is let in. now: the time of receipt; None where times are not judged. known_accounts: from no others.

    ours: also envelopes of our own sources, which the service makes itself; whoever else sends one has forged it.
    """

    now: datetime | None = None
    known_accounts: bool = False
    ours: bool = True


ANYTHING = Admission()


@dataclass(frozen=True, slots=True)
class Message:
    """A body, as text or JSON, and the id under which it would be set aside: the queue's, or one of its content."""

    id: str
    body: object


@dataclass(frozen=True, slots=True)
class Read(Generic[F_co]):
    """A message that was understood. written: its envelope as JSON text."""

    message: Message
    envelope: dict[str, Any]
    written: str
    fact: F_co

    def received(self) -> ReceivedEnvelope:
        """As it is kept."""
        fact = self.fact
        about: tuple[str | None, str | None, str | None] = (
            (fact.pipeline.arn, fact.execution_id, None) if isinstance(fact, Fact) else (None, None, fact.arn)
        )
        hidden = kept(self.envelope)
        body = self.written if hidden is self.envelope else json.dumps(hidden)
        return ReceivedEnvelope(fact.event_id, self.envelope["detail-type"], *about, fact.time.isoformat(), body)


@dataclass(slots=True)
class Arrived:
    """What became of messages on reading them. ignored: the ids of those that are for others."""

    executions: list[Read[Fact]] = field(default_factory=list)
    works: list[Read[WorkFact]] = field(default_factory=list)
    alarms: list[Read[AlarmFact]] = field(default_factory=list)
    refused: list[RefusedMessage] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def message(body: object) -> Message:
    """A message without an id gets one of its content."""
    if isinstance(body, Message):
        return body
    digest = hashlib.sha256(as_text(body).encode()).hexdigest()
    return Message(f"sha256:{digest}", body)


async def arrived(session: AsyncSession, messages: Sequence[Message], admission: Admission) -> Arrived:
    """The messages, read and sorted by what they are about."""
    found = Arrived()
    understood: list[Read[AnyFact]] = []
    for each in messages:
        try:
            envelope, written = opened_and_written(each.body)
            fact = read(envelope)
            if fact is None:
                found.ignored.append(each.id)
                continue
            _require_theirs(envelope, admission)
            _require_past(fact, admission.now)
        except InvalidValue as problem:
            found.refused.append(refused(each, problem.message))
        else:
            understood.append(Read(each, envelope, written, fact))
    unknown = await _unknown_accounts(session, understood) if admission.known_accounts else set()
    for one in understood:
        if _account(one.fact) in unknown:
            found.refused.append(refused(one.message, _UNKNOWN.format(_account(one.fact))))
        else:
            _sort(found, one)
    return found


def refused(message: Message, reason: str) -> RefusedMessage:
    """The message as it is set aside: without secrets in the reason, and in what is an envelope."""
    return RefusedMessage(message.id, masked(keepable(reason)), as_text(_hidden(message.body)))


def _hidden(body: object) -> object:
    """The body, or its envelope where something of it is not kept."""
    try:
        envelope = opened(body)
    except InvalidValue:
        return body
    hidden = kept(envelope)
    return body if hidden is envelope else hidden


def unrecordable(error: Exception) -> str:
    """The reason of a message that was understood, and that could not be recorded: what the database, or we, said.

    The first line alone: the others hold the statement, and values.
    """
    said = getattr(error, "orig", None) or error
    lines = str(said).splitlines() or [""]
    return f"It could not be recorded: {type(said).__name__}: {shortened(lines[0], 500)}"


KEPT = LARGEST_BODY + 1
"""Characters of a body. What is cut is too large still, and for no other reason refused when it is tried again."""


def as_text(body: object) -> str:
    """A body as text that PostgreSQL can hold: what it cannot is escaped, and what is too large is cut."""
    if isinstance(body, bytes):
        return keepable(body[:KEPT].decode(errors="backslashreplace"))
    return keepable(body if isinstance(body, str) else _dumped(body))[:KEPT]


def keepable(text: str) -> str:
    """Text without what PostgreSQL's text cannot hold."""
    return text[:KEPT].encode(errors="backslashreplace").decode().replace("\x00", "\\x00")


_UNKNOWN = (
    "The account {!r} is not registered, and no registered pipeline is in it: register the account, then replay the"
    " message. INTERLOCK_INTAKE_ACCOUNTS says whose envelopes are taken."
)


def _dumped(body: object) -> str:
    try:
        return json.dumps(body, default=repr)
    except (ValueError, RecursionError):
        return f"{type(body).__name__} that cannot be written as JSON"


def _require_theirs(envelope: dict[str, Any], admission: Admission) -> None:
    source = envelope.get("source")
    if not admission.ours and isinstance(source, str) and source.startswith(OUR_SOURCES):
        allowed = "one of AWS's own: what other CI systems do is told by the mutation reportExecution"
        raise InvalidValue("source", shortened(source), allowed)


def _require_past(fact: AnyFact, now: datetime | None) -> None:
    latest = max(fact.time, fact.changed_at) if isinstance(fact, AlarmFact) else fact.time
    if now is not None and latest > now + AHEAD:
        minutes = int(AHEAD.total_seconds() / 60)
        raise InvalidValue("time", latest, f"at most {minutes} minutes after it was received, at {now.isoformat()}")


async def _unknown_accounts(session: AsyncSession, understood: Sequence[Read[AnyFact]]) -> set[str]:
    accounts = {_account(one.fact) for one in understood} - {""}
    return await envelopes.unknown_accounts(session, accounts) if accounts else set()


def _account(fact: AnyFact) -> str:
    """Whose envelope it is; nobody's where a CI system reported it."""
    return fact.pipeline.account if isinstance(fact, Fact) else fact.account


def _sort(found: Arrived, one: Read[AnyFact]) -> None:
    if isinstance(one.fact, Fact):
        found.executions.append(Read(one.message, one.envelope, one.written, one.fact))
    elif isinstance(one.fact, WorkFact):
        found.works.append(Read(one.message, one.envelope, one.written, one.fact))
    else:
        found.alarms.append(Read(one.message, one.envelope, one.written, one.fact))
