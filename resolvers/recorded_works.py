"""Recording what is told of the work behind actions, and of alarms: kept, folded, and written where it is different."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain import alarms, works
from domain.envelopes import AlarmFact, WorkFact, read
from domain.errors import InvalidValue
from domain.events import EventType, Happening
from domain.works import FoldedWork
from models import envelopes, tables
from models import works as rows
from models.event_log import append
from models.recording import upsert
from resolvers.messages import Read

Row = dict[str, Any]


async def record(
    session: AsyncSession, told: Sequence[Read[WorkFact]], changed: Sequence[Read[AlarmFact]], actor: str
) -> list[str]:
    """Records envelopes of works and alarms; the messages that were not there yet."""
    if not told and not changed:
        return []
    both: list[Read[WorkFact | AlarmFact]] = [*told, *changed]
    await envelopes.take_turns_at(session, {each.fact.arn for each in both})
    first: dict[str, Read[WorkFact | AlarmFact]] = {}
    for each in both:
        first.setdefault(each.fact.event_id, each)
    new = await envelopes.insert_envelopes(session, [each.received() for each in first.values()])
    accepted = [each for id_, each in first.items() if id_ in new]
    facts = [each.fact for each in accepted]
    happenings = await _works(session, {fact.arn for fact in facts if isinstance(fact, WorkFact) and works.tells(fact)})
    happenings += await _alarms(session, [fact for fact in facts if isinstance(fact, AlarmFact)])
    await append(session, happenings, actor)
    return [each.message.id for each in accepted]


async def _works(session: AsyncSession, arns: set[str]) -> list[Happening]:
    """Folds these pieces of work anew, and writes those that are different."""
    if not arns:
        return []
    facts: dict[str, list[WorkFact]] = defaultdict(list)
    for body in await envelopes.envelopes_of_works(session, arns):
        with suppress(InvalidValue):
            fact = read(body)
            if isinstance(fact, WorkFact):
                facts[fact.arn].append(fact)
    recorded = await rows.recorded_works(session, arns)
    written: list[Row] = []
    happenings = []
    for arn in sorted(facts):
        folded, before = works.fold(facts[arn]), recorded.get(arn)
        row = _work_row(folded, before) if folded else None
        if row is None or row == before:
            continue
        written.append(row)
        if before is None or before["status"] != row["status"] or before["started_at"] != row["started_at"]:
            happenings.append(_work_happened(row, before))
    await upsert(session, tables.Work, written)
    return happenings


def _work_row(folded: FoldedWork, before: Row | None) -> Row:
    failures = [{**asdict(failure), "time": failure.time.isoformat()} for failure in folded.failures]
    return {
        "id": before["id"] if before else uuid7(),
        "arn": folded.arn,
        "kind": folded.kind,
        "account_id": folded.account,
        "region_name": folded.region,
        "name": folded.name,
        "status": folded.status,
        "state": folded.state,
        "started_at": folded.started_at,
        "ended_at": folded.ended_at,
        "cause": folded.cause,
        "failures": failures,
        "log_url": folded.log_url,
    }


def _work_happened(row: Row, before: Row | None) -> Happening:
    about = {"work": row["arn"], "kind": row["kind"], "account": row["account_id"], "region": row["region_name"]}
    payload = about | {"status": row["status"], "previous": before["status"] if before else None, "cause": row["cause"]}
    return Happening(EventType.WORK_CHANGED, "Work", row["id"], payload)


async def _alarms(session: AsyncSession, facts: Sequence[AlarmFact]) -> list[Happening]:
    """Keeps the changes of alarms; those that are newer than what is known of one are told, in order."""
    if not facts:
        return []
    recorded = await rows.recorded_alarms(session, {fact.arn for fact in facts})
    current, changes, happenings = dict(recorded), [], []
    for fact in alarms.changes(facts):
        before = current.get(fact.arn)
        key = before["id"] if before else uuid7()
        changes.append(_change_row(key, fact))
        if before and not alarms.is_newer(fact, before["changed_at"], before["state"]):
            continue
        current[fact.arn] = _alarm_row(key, fact)
        previous = before["state"] if before else fact.previous
        if previous != fact.state:
            happenings.append(_alarm_happened(key, fact, previous))
    arns = sorted({fact.arn for fact in facts})
    await upsert(session, tables.Alarm, [current[arn] for arn in arns if current[arn] != recorded.get(arn)])
    await rows.insert_alarm_changes(session, changes)
    return happenings


def _alarm_row(key: object, fact: AlarmFact) -> Row:
    return {
        "id": key,
        "arn": fact.arn,
        "account_id": fact.account,
        "region_name": fact.region,
        "name": fact.name,
        "state": fact.state,
        "reason": fact.reason,
        "changed_at": fact.changed_at,
    }


def _change_row(key: object, fact: AlarmFact) -> Row:
    return {
        "id": uuid7(),
        "alarm_id": key,
        "state": fact.state,
        "previous": fact.previous,
        "reason": fact.reason,
        "changed_at": fact.changed_at,
    }


def _alarm_happened(key: Any, fact: AlarmFact, previous: str | None) -> Happening:
    payload = {
        "alarm": fact.name,
        "account": fact.account,
        "region": fact.region,
        "state": fact.state,
        "previous": previous,
        "reason": fact.reason,
    }
    return Happening(EventType.ALARM_CHANGED, "Alarm", key, payload)
