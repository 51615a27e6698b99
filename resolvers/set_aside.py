"""What an operator does about messages that were set aside: tries them again, or says that they do not matter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.masking import masked
from domain.words import Resolution
from models import envelopes
from models.event_log import append
from models.filters import like
from models.recording import is_about_one_message
from models.tables import SetAside
from resolvers.messages import Admission, Message, keepable, unrecordable
from resolvers.recording import record, take_turns

MOST = 100
"""Messages that are replayed in one transaction, which may last half a minute."""
LONGEST_BECAUSE = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of messages. recorded: those that told something, now or before. remaining: set aside still."""

    recorded: int
    remaining: int
    rows: tuple[UUID, ...]


async def replay(
    session: AsyncSession,
    actor: str,
    *,
    admission: Admission,
    ids: Collection[UUID] | None = None,
    matching: str | None = None,
    because: str | None = None,
) -> Replayed:
    """Tries messages again, those of these keys, or the oldest whose reason matches a glob; at most MOST.

    One that is refused again stays set aside, with its newest reason. Raises NotFound, Refused, InvalidValue.
    """
    rows = await _chosen(session, ids, matching, because)
    outcomes = await _tried(session, rows, actor, admission)
    for row in rows:
        reason = outcomes[row.id]
        if reason is not None:
            await envelopes.tried_in_vain(session, row.id, reason)
    recorded = [key for key, reason in outcomes.items() if reason is None]
    await envelopes.resolve(session, recorded, Resolution.REPLAYED, actor, because)
    happenings = [
        _happening(EventType.ENVELOPE_REPLAYED, row, because, outcome=_word(outcomes[row.id]), reason=outcomes[row.id])
        for row in rows
    ]
    await append(session, happenings, actor)
    return Replayed(len(recorded), len(rows) - len(recorded), tuple(row.id for row in rows))


async def dismiss(
    session: AsyncSession, actor: str, *, because: str, ids: Collection[UUID] | None = None, matching: str | None = None
) -> Replayed:
    """Messages do not matter: they are no longer set aside, and stay on record. Raises as `replay` does."""
    if not because.strip():
        raise InvalidValue("reason", because, "given: why these messages do not matter")
    rows = await _chosen(session, ids, matching, because)
    keys = [row.id for row in rows]
    await envelopes.resolve(session, keys, Resolution.DISMISSED, actor, because)
    await append(session, [_happening(EventType.ENVELOPE_DISMISSED, row, because) for row in rows], actor)
    return Replayed(0, 0, tuple(keys))


async def _chosen(
    session: AsyncSession, ids: Collection[UUID] | None, matching: str | None, because: str | None
) -> Sequence[SetAside]:
    """The messages that are meant, held until the transaction ends."""
    if because is not None and len(because) > LONGEST_BECAUSE:
        raise InvalidValue("reason", because, f"text of at most {LONGEST_BECAUSE} characters")
    if (ids is None) == (matching is None):
        raise InvalidValue("ids", None, "given, or else `matching`, and not both: which messages are meant")
    if ids is not None and not 0 < len(set(ids)) <= MOST:
        raise InvalidValue("ids", f"{len(ids)} ids", f"a list of 1 to {MOST} ids")
    if ids is None:
        pattern = like(_glob(matching))
        return await envelopes.to_replay(session, await envelopes.oldest_set_aside(session, pattern, MOST))
    rows = await envelopes.to_replay(session, ids)
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise NotFound("message", str(min(missing)), field="ids")
    for row in rows:
        _require_open(row)
    return rows


def _glob(matching: str | None) -> str:
    """An empty glob means nothing: whoever forgot it does not mean all there is."""
    if not matching or not matching.strip():
        raise InvalidValue("matching", matching, "a glob for reasons, such as '*not registered*', or '*' for all")
    return matching


def _require_open(row: SetAside) -> None:
    if row.resolved_at is not None:
        word = "replayed" if row.resolution is Resolution.REPLAYED else "dismissed"
        raise Refused(
            "ALREADY_RESOLVED",
            f"The message {row.message_id} was {word} at {row.resolved_at.isoformat()} by {row.resolved_by}.",
            path=["ids"],
            remedy="Leave it out: only messages that are set aside still can be replayed or dismissed.",
        )


async def _tried(
    session: AsyncSession, rows: Sequence[SetAside], actor: str, admission: Admission
) -> dict[UUID, str | None]:
    """Why each message is set aside still; None where it was recorded. One that fails fails none of the others."""
    if not rows:
        return {}
    messages = [Message(row.message_id, row.body) for row in rows]
    try:
        async with session.begin_nested():
            outcome = await record(session, messages, actor, admission)
    except Exception as error:
        if not is_about_one_message(error):
            raise
        if len(rows) == 1:
            return {rows[0].id: masked(keepable(unrecordable(error)))}
        return await _one_by_one(session, rows, messages, actor, admission)
    reasons = {each.id: each.reason for each in outcome.refused}
    return {row.id: reasons.get(row.message_id) for row in rows}


async def _one_by_one(
    session: AsyncSession, rows: Sequence[SetAside], messages: Sequence[Message], actor: str, admission: Admission
) -> dict[UUID, str | None]:
    await take_turns(session, messages, actor, admission)
    found: dict[UUID, str | None] = {}
    for row in rows:
        found |= await _tried(session, [row], actor, admission)
    return found


def _word(reason: str | None) -> str:
    return "RECORDED" if reason is None else "SET_ASIDE"


def _happening(type_: EventType, row: SetAside, because: str | None, **more: str | None) -> Happening:
    return Happening(type_, "SetAside", row.id, {"id": row.message_id, **more, "because": because})
