"""The SQL of what arrives: envelopes kept and read again, messages set aside, and turns at what they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.envelopes.cloudformation import RESOURCE
from models.partitions import received
from models.tables import ArchivePart, SetAside

MOST_FACTS = 1_000
"""Envelopes of one piece of work that it is folded from, the newest: a stack is worked on for years under one ARN, and
one of 500 resources, CloudFormation's limit, has fewer that failed in one operation."""

TURNS = 0x494E54
"""The first half of the keys of the advisory locks that are taken here; the second follows from an ARN."""


class ReceivedEnvelope(NamedTuple):
    """An envelope to keep. time: ISO 8601. body: JSON text. subject: an ARN, where it is about no execution."""

    event_id: str
    detail_type: str
    pipeline_arn: str | None
    execution_id: str | None
    subject: str | None
    time: str
    body: str


class RefusedMessage(NamedTuple):
    """A message to set aside. body: its text, as far as text can hold it."""

    id: str
    reason: str
    body: str


async def insert_envelopes(session: AsyncSession, envelopes: Sequence[ReceivedEnvelope]) -> set[str]:
    """Keeps envelopes; the events' ids of those that were not there yet."""
    if not envelopes:
        return set()
    rows = [{"id": uuid7(), **each._asdict(), "body": orjson.Fragment(each.body)} for each in envelopes]
    return set(await session.scalars(_INSERT_ENVELOPES, {"envelopes": orjson.dumps(rows).decode()}))


# One text with all of them: in arrays of texts each quote of the bodies would have to be escaped.
_INSERT_ENVELOPES = text("""
    with given as (
        select * from jsonb_to_recordset(cast(:envelopes as jsonb))
             as given (id uuid, event_id text, detail_type text, pipeline_arn text, execution_id text, subject text,
                       time timestamptz, body jsonb)
    ), fresh as (
        insert into envelope_receipt (event_id) select event_id from given order by event_id
        on conflict (event_id) do nothing
        returning event_id
    )
    insert into envelope (id, event_id, detail_type, pipeline_arn, execution_id, subject, time, body)
    select distinct on (given.event_id) given.id, given.event_id, given.detail_type, given.pipeline_arn,
           given.execution_id, given.subject, given.time, given.body
    from given join fresh using (event_id)
    order by given.event_id, given.id
    returning event_id
""")


async def dropped_before(session: AsyncSession) -> datetime | None:
    """The time of receipt before which envelopes were dropped; None while none were."""
    statement = select(ArchivePart.bound).where(ArchivePart.kept_in == "envelope", ArchivePart.dropped_at.is_not(None))
    bounds = (await session.scalars(statement)).all()
    return received(max(map(UUID, bounds))) if bounds else None


async def envelopes_of(session: AsyncSession, executions: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """The bodies of all envelopes that are kept of these executions. executions: (pipeline's ARN, execution's id)."""
    asked = [{"arn": arn, "id": id_} for arn, id_ in sorted(executions)]
    return list(await session.scalars(_OF_EXECUTIONS, {"asked": orjson.dumps(asked).decode()}))


_OF_EXECUTIONS = text("""
    select told.body
    from jsonb_to_recordset(cast(:asked as jsonb)) as asked (arn text, id text)
    cross join lateral (
        select envelope.body from envelope where envelope.execution_id = asked.id and envelope.pipeline_arn = asked.arn
        offset 0
    ) as told
""")


async def envelopes_of_works(session: AsyncSession, arns: Collection[str]) -> list[dict[str, Any]]:
    """The bodies of the newest envelopes that say something of these pieces of work: see `domain.works.tells`."""
    return list(await session.scalars(_OF_WORKS, {"arns": list(arns), "resource": RESOURCE, "most": MOST_FACTS}))


_OF_WORKS = text(r"""
    select told.body
    from unnest(cast(:arns as text[])) as asked (arn)
    cross join lateral (
        select envelope.body from envelope
        where envelope.subject = asked.arn
          and (envelope.detail_type <> :resource
               or envelope.body #>> '{detail,status-details,status}' like '%\_FAILED')
        order by envelope.time desc, envelope.event_id desc
        limit :most
    ) as told
""")


async def take_turns_at(session: AsyncSession, arns: Iterable[str]) -> None:
    """Waits for other transactions that write what these ARNs name, and goes first until this one ends.

    All take them in the same order, and after the pipelines, so that none waits for another in a circle.
    """
    await session.execute(_TAKE_TURNS, {"arns": list(arns), "turns": TURNS})


_TAKE_TURNS = text("""
    select pg_advisory_xact_lock(:turns, turn.key)
    from (select distinct hashtext(arn) as key from unnest(cast(:arns as text[])) as asked (arn) order by 1) as turn
""")


async def set_aside(session: AsyncSession, messages: Sequence[RefusedMessage]) -> dict[str, UUID]:
    """Keeps messages that could not be understood; the keys, by message id, of those that are new.

    One that was replayed and fails again when it comes once more is new again; one that was dismissed is not.
    """
    if not messages:
        return {}
    given = [
        {"id": uuid7(), "message_id": message.id, "reason": message.reason, "body": message.body}
        for message in sorted(messages)
    ]
    statement = insert(SetAside).values(given).on_conflict_do_nothing().returning(SetAside.message_id, SetAside.id)
    new = {row[0]: row[1] for row in await session.execute(statement)}
    again = {message.id: message for message in messages if message.id not in new}
    return new | await _reopened(session, again) if again else new


async def _reopened(session: AsyncSession, messages: dict[str, RefusedMessage]) -> dict[str, UUID]:
    """Rows that a replay holds at this moment are left to it: nobody waits here."""
    held = (
        select(SetAside.id, SetAside.message_id)
        .where(SetAside.message_id.in_(messages), SetAside.resolution == "REPLAYED")
        .with_for_update(skip_locked=True)
    )
    found = {row.message_id: row.id for row in await session.execute(held)}
    for message_id, key in sorted(found.items()):
        await tried_in_vain(session, key, messages[message_id].reason)
    return found


async def to_replay(session: AsyncSession, ids: Collection[UUID]) -> list[SetAside]:
    """The rows of these keys, in their order, held until the transaction ends."""
    statement = select(SetAside).where(SetAside.id.in_(ids)).order_by(SetAside.id).with_for_update()
    return list(await session.scalars(statement))


async def oldest_set_aside(session: AsyncSession, reason: str | None, most: int) -> list[UUID]:
    """The keys of the messages that wait, the oldest first. reason: a pattern of LIKE for their reasons."""
    statement = select(SetAside.id).where(SetAside.resolved_at.is_(None)).order_by(SetAside.id).limit(most)
    if reason is not None:
        statement = statement.where(SetAside.reason.like(reason, escape="\\"))
    return list(await session.scalars(statement))


async def tried_in_vain(session: AsyncSession, key: UUID, reason: str) -> None:
    """The message stays, or is again, set aside, with its newest reason."""
    nothing = {"resolution": None, "resolved_at": None, "resolved_by": None, "resolution_reason": None}
    changed: dict[str, Any] = {"reason": reason, "tries": SetAside.tries + 1, "tried_at": func.now(), **nothing}
    await session.execute(update(SetAside).where(SetAside.id == key).values(changed))


async def resolve(session: AsyncSession, keys: Collection[UUID], resolution: str, by: str, reason: str | None) -> None:
    """Messages are no longer set aside: they were replayed or dismissed."""
    changed = {"resolution": resolution, "resolved_at": func.now(), "resolved_by": by, "resolution_reason": reason}
    await session.execute(update(SetAside).where(SetAside.id.in_(keys)).values(changed))


async def unknown_accounts(session: AsyncSession, accounts: Collection[str]) -> set[str]:
    """Those of these accounts that are nobody's: not registered, without a registered pipeline, and not where the
    organisation's pipelines live. None while no account is registered at all."""
    return set(await session.scalars(_UNKNOWN_ACCOUNTS, {"accounts": sorted(accounts)}))


_UNKNOWN_ACCOUNTS = text("""
    select asked.id
    from unnest(cast(:accounts as text[])) as asked (id)
    where exists (select from account)
      and not exists (select from account where account.aws_id = asked.id and account.archived_at is null)
      and not exists (select from pipeline where pipeline.account_id = asked.id and pipeline.registered_at is not null)
      and not exists (select from organisation where organisation.pipeline_account = asked.id)
""")
