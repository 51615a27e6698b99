"""Recording what AWS tells: the envelopes are kept, and the executions that they tell of are folded anew.

A message that cannot be understood is set aside with its reason: it neither fails the others nor is it lost.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import structure
from domain.envelopes import Fact, fact, opened
from domain.errors import InvalidValue
from domain.events import EventType, Happening
from domain.executions import fold
from domain.structure import MappedAction, Structure
from models import recording, tables
from models.event_log import append
from models.recording import LockedPipeline, Names, ReceivedEnvelope, Recorded, RefusedMessage
from resolvers import failures
from resolvers.recorded_changes import Changes, ExecutionChanges

AWS = "aws.codepipeline"
"""The actor of what pipelines do by themselves."""

NOBODY = UUID(int=0)
Key = tuple[str, str]
"""An execution: its pipeline's ARN and CodePipeline's id."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the messages: each is one of these. A message that was already set aside is a duplicate."""

    accepted: int
    duplicates: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Message:
    """A body, as text or JSON, and the id under which it would be set aside: the queue's, or one of its content."""

    id: str
    body: object


@dataclass(frozen=True, slots=True)
class _Read:
    """A message that was understood."""

    message: Message
    envelope: dict[str, Any]
    fact: Fact

    @property
    def key(self) -> Key:
        return self.fact.pipeline.arn, self.fact.execution_id

    def received(self) -> ReceivedEnvelope:
        """As it is kept."""
        time = self.fact.time.isoformat()
        return ReceivedEnvelope(self.fact.event_id, self.fact.level, *self.key, time, json.dumps(self.envelope))


async def record_envelopes(session: AsyncSession, bodies: Sequence[object], actor: str = AWS) -> Counts:
    """Records EventBridge's envelopes of CodePipeline, in any order and however often they come.

    bodies: text or JSON, by themselves or as a `Message` that knows its id; SNS's wrapping is taken off.
    A pipeline that nobody registered is discovered: it gets a row without a service.
    """
    read, refused = _read([body if isinstance(body, Message) else _message(body) for body in bodies])
    pipelines = await _pipelines(session, read, actor)
    recorded = await recording.recorded_executions(session, {each.fact.execution_id for each in read})
    read, foreign = _of_their_pipelines(read, recorded, pipelines)
    told = await _told(session, {each.key for each in read})
    fresh = _fresh(read, told)
    new = await recording.insert_envelopes(session, [each.received() for each in fresh])
    accepted = [each for each in fresh if each.fact.event_id in new]
    for each in accepted:
        told[each.key].append(each.fact)
    changed = {key: told[key] for key in {each.key for each in accepted}}
    await _refold(session, pipelines, recorded, changed, actor)
    set_aside = await _set_aside(session, [*refused, *foreign], actor)
    return Counts(len(accepted), len(bodies) - len(accepted) - set_aside, set_aside)


async def set_aside(session: AsyncSession, messages: Sequence[Message], reason: str, actor: str = AWS) -> None:
    """Sets aside messages that were understood, but that could not be recorded."""
    await _set_aside(session, [_refused(message, reason) for message in messages], actor)


async def refold(session: AsyncSession, pipeline: tables.Pipeline, actor: str = AWS) -> int:
    """Folds executions of a pipeline anew after its map arrived or changed; how many it looked at.

    Those that ended under an earlier map are left as they are.
    """
    pipelines = await recording.lock_pipelines(session, [pipeline.arn])
    execution_ids = await recording.executions_to_refold(session, pipeline.id)
    recorded = await recording.recorded_executions(session, execution_ids)
    told = await _told(session, {(pipeline.arn, execution_id) for execution_id in execution_ids})
    await _refold(session, pipelines, recorded, told, actor)
    return len(told)


def _message(body: object) -> Message:
    digest = hashlib.sha256(_text(body).encode()).hexdigest()
    return Message(f"sha256:{digest}", body)


def _read(messages: Iterable[Message]) -> tuple[list[_Read], list[RefusedMessage]]:
    read, refused = [], []
    for message in messages:
        try:
            envelope = opened(message.body)
            read.append(_Read(message, envelope, fact(envelope)))
        except InvalidValue as problem:
            refused.append(_refused(message, problem.message))
    return read, refused


def _refused(message: Message, reason: str) -> RefusedMessage:
    return RefusedMessage(message.id, _keepable(reason), _text(message.body))


def _text(body: object) -> str:
    """A body as text that PostgreSQL can hold: what it cannot is escaped."""
    if isinstance(body, bytes):
        return _keepable(body.decode(errors="backslashreplace"))
    return _keepable(body if isinstance(body, str) else json.dumps(body, default=repr))


def _keepable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode().replace("\x00", "\\x00")


async def _pipelines(session: AsyncSession, read: Sequence[_Read], actor: str) -> dict[str, LockedPipeline]:
    """The pipelines of these facts, locked; those that nobody knew are discovered."""
    names = {each.fact.pipeline.arn: each.fact.pipeline for each in read}
    if not names:
        return {}
    pipelines = await recording.lock_pipelines(session, names)
    unknown = [name for arn, name in names.items() if arn not in pipelines]
    if not unknown:
        return pipelines
    inserted = await recording.insert_pipelines(session, unknown)
    # Locked again as a whole: whoever inserts one of them at the same time waits for us, or we have waited for them.
    pipelines = await recording.lock_pipelines(session, names)
    happenings = [
        Happening(EventType.PIPELINE_DISCOVERED, "Pipeline", pipelines[arn].id, {"arn": arn})
        for arn in sorted(inserted)
    ]
    await append(session, happenings, actor)
    return pipelines


def _of_their_pipelines(
    read: Sequence[_Read], recorded: Recorded, pipelines: dict[str, LockedPipeline]
) -> tuple[list[_Read], list[RefusedMessage]]:
    """Refuses facts of an execution that belongs to another pipeline: its id can be in use but once."""
    owners = {execution_id: row["pipeline_id"] for execution_id, row in recorded.executions.items()}
    theirs, foreign = [], []
    for each in read:
        pipeline = pipelines[each.fact.pipeline.arn].id
        if owners.setdefault(each.fact.execution_id, pipeline) == pipeline:
            theirs.append(each)
        else:
            reason = f"execution-id {each.fact.execution_id!r} is in use by another pipeline than {each.key[0]}."
            foreign.append(_refused(each.message, reason))
    return theirs, foreign


async def _told(session: AsyncSession, keys: set[Key]) -> dict[Key, list[Fact]]:
    """What has been told of executions so far. An envelope that this version cannot read tells it nothing."""
    told: dict[Key, list[Fact]] = defaultdict(list)
    for body in await recording.envelopes_of(session, keys) if keys else ():
        with suppress(InvalidValue):
            known = fact(body)
            told[known.pipeline.arn, known.execution_id].append(known)
    return told


def _fresh(read: Sequence[_Read], told: dict[Key, list[Fact]]) -> list[_Read]:
    """Those that are news: by their event's id, and by what they say."""
    ids = {known.event_id for facts in told.values() for known in facts}
    said = {known.natural_key for facts in told.values() for known in facts}
    fresh = []
    for each in read:
        if each.fact.event_id not in ids and each.fact.natural_key not in said:
            fresh.append(each)
            ids.add(each.fact.event_id)
            said.add(each.fact.natural_key)
    return fresh


async def _refold(
    session: AsyncSession,
    pipelines: dict[str, LockedPipeline],
    recorded: Recorded,
    told: dict[Key, list[Fact]],
    actor: str,
) -> None:
    """Folds these executions, and writes what is different from the rows there are, with its events."""
    if not told:
        return
    await recording.load_parts(session, recorded)
    maps = {arn: structure.read(pipeline.structure) for arn, pipeline in pipelines.items()}
    names = await _names(session, maps.values(), recorded)
    changes = Changes()
    for arn, execution_id in sorted(told):
        folded = fold(told[arn, execution_id], maps[arn].keeping(_known(recorded, execution_id, names)))
        ExecutionChanges(pipelines[arn], recorded, names, changes, folded).find()
    await recording.upsert(session, tables.PipelineExecution, changes.executions)
    await recording.upsert(session, tables.StageExecution, changes.stages)
    await recording.upsert(session, tables.Deployment, changes.deployments)
    await recording.upsert(session, tables.ActionExecution, changes.actions)
    if changes.started:
        await recording.keep_latest(session, changes.started)
    await append(session, changes.happenings, actor)
    await failures.note(session, told.values())


async def _names(session: AsyncSession, maps: Iterable[Structure], recorded: Recorded) -> Names:
    stages = [stage for each in maps for stage in each.stages]
    rows = [*recorded.actions.values(), *recorded.deployments.values()]
    return await recording.keys_of(
        session,
        stages={stage.stage for stage in stages if stage.stage},
        waves={stage.wave for stage in stages if stage.wave},
        environments={action.environment for stage in stages for action in stage.actions if action.environment},
        environment_keys={row["environment_id"] for row in rows if row["environment_id"]},
    )


def _known(recorded: Recorded, execution_id: str, names: Names) -> dict[str, list[MappedAction]]:
    """The actions of an execution whose environment is on record, by stage."""
    execution = recorded.executions.get(execution_id)
    if execution is None:
        return {}
    stages = {row["id"]: row["name"] for row in recorded.stages.values() if row["execution_id"] == execution["id"]}
    environments = {key: name for name, key in names.environments.items()}
    known: dict[str, list[MappedAction]] = defaultdict(list)
    for row in sorted(recorded.actions.values(), key=lambda row: row["position"]):
        if row["stage_execution_id"] in stages and row["environment_id"]:
            mapped = MappedAction(row["name"], row["kind"], environments[row["environment_id"]])
            known[stages[row["stage_execution_id"]]].append(mapped)
    return known


async def _set_aside(session: AsyncSession, refused: Sequence[RefusedMessage], actor: str) -> int:
    """Keeps refused messages; how many were not there yet."""
    new = await recording.set_aside(session, list({each.id: each for each in refused}.values()))
    happenings = [
        Happening(EventType.ENVELOPE_SET_ASIDE, "Envelope", NOBODY, {"id": each.id, "reason": each.reason})
        for each in refused
        if each.id in new
    ]
    await append(session, happenings, actor)
    return len(new)
