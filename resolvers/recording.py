"""Recording what AWS tells: the envelopes are kept, and the executions that they tell of are folded anew.

A message that cannot be understood is set aside with its reason: it neither fails the others nor is it lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import structure
from domain.envelopes import Fact, PipelineName, read
from domain.errors import InvalidValue
from domain.events import EventType, Happening
from domain.executions import fold
from domain.structure import NO_MAP, MappedAction, Structure
from models import envelopes, recording, tables
from models.envelopes import RefusedMessage
from models.event_log import append
from models.recording import LockedPipeline, Names, Recorded
from resolvers import check_runs, failures, recorded_works
from resolvers.counts import Counts, Outcome, counted, total
from resolvers.messages import ANYTHING, Admission, Message, Read, arrived, message, refused
from resolvers.recorded_changes import Changes, ExecutionChanges

AWS = "aws.codepipeline"
"""The actor of what pipelines do by themselves."""
AWS_SERVICES = "aws"
"""The actor of what stacks, builds, state machines and alarms do."""

Key = tuple[str, str]
"""An execution: its pipeline's ARN and CodePipeline's id."""


async def record_envelopes(
    session: AsyncSession, bodies: Sequence[object], actor: str = AWS, admission: Admission = ANYTHING
) -> Counts:
    """Records envelopes of any source, in any order and however often they come; what is not understood is set aside.

    bodies: text or JSON, by themselves or as a `Message` that knows its id; SNS's wrapping is taken off.
    A pipeline that nobody registered is discovered: it gets a row without a service.
    """
    return total(await record_each(session, [message(body) for body in bodies], actor, admission))


async def record_each(
    session: AsyncSession, messages: Sequence[Message], actor: str, admission: Admission
) -> list[Counts]:
    """The same, and what became of each message, in their order."""
    outcome = await record(session, messages, actor, admission)
    return counted(messages, outcome, new=await _set_aside(session, outcome.refused, actor))


async def record(session: AsyncSession, messages: Sequence[Message], actor: str, admission: Admission) -> Outcome:
    """Records messages; what is refused is left to the caller."""
    found = await arrived(session, messages, admission)
    accepted, refused = await _executions(session, found.executions, actor)
    by = AWS_SERVICES if actor == AWS else actor
    accepted += await recorded_works.record(session, found.works, found.alarms, by)
    return Outcome(accepted, found.ignored, [*found.refused, *refused])


async def take_turns(session: AsyncSession, messages: Sequence[Message], actor: str, admission: Admission) -> None:
    """Goes first at all that these messages are about, in the order that everybody keeps.

    For whoever records them one by one in one transaction: taken by and by, the turns would be in another order.
    """
    found = await arrived(session, messages, admission)
    if found.executions:
        await _pipelines(session, found.executions, actor)
    arns = {each.fact.arn for each in found.works} | {each.fact.arn for each in found.alarms}
    await envelopes.take_turns_at(session, arns)


async def _executions(
    session: AsyncSession, read: list[Read[Fact]], actor: str
) -> tuple[list[str], list[RefusedMessage]]:
    """Records what is told of executions; the messages that were not there yet, and those that are refused."""
    if not read:
        return [], []
    pipelines, linked = await _pipelines(session, read, actor)
    recorded = await recording.recorded_executions(session, {each.fact.execution_id for each in read})
    read, foreign = _of_their_pipelines(read, recorded, pipelines)
    read, late = _of_living_services(read, recorded, pipelines)
    told = await _told(session, {_key(each) for each in read})
    read, forgotten = await _of_kept_executions(session, read, recorded, told)
    fresh = _fresh(read, told)
    new = await envelopes.insert_envelopes(session, [each.received() for each in fresh])
    accepted = [each for each in fresh if each.fact.event_id in new]
    for each in accepted:
        told[_key(each)].append(each.fact)
    changed = {key: told[key] for key in {_key(each) for each in accepted}}
    await _refold(session, pipelines, recorded, changed, actor)
    for arn in linked:
        await _refold_all(session, pipelines[arn].id, arn, actor, linked=True)
    return [each.message.id for each in accepted], [*foreign, *late, *forgotten]


async def set_aside(session: AsyncSession, messages: Sequence[Message], reason: str, actor: str = AWS) -> None:
    """Sets aside messages that were understood, but that could not be recorded."""
    await _set_aside(session, [refused(message, reason) for message in messages], actor)


async def refold(session: AsyncSession, pipeline: tables.Pipeline, actor: str = AWS) -> int:
    """Folds executions of a pipeline anew after its map arrived or changed; how many it looked at.

    Those that ended under an earlier map are left as they are.
    """
    return await _refold_all(session, pipeline.id, pipeline.arn, actor)


async def _refold_all(session: AsyncSession, pipeline: UUID, arn: str, actor: str, *, linked: bool = False) -> int:
    pipelines = await recording.lock_pipelines(session, [arn])
    execution_ids = await recording.executions_to_refold(session, pipeline, linked=linked)
    recorded = await recording.recorded_executions(session, execution_ids)
    told = await _told(session, {(arn, execution_id) for execution_id in execution_ids})
    await _refold(session, pipelines, recorded, told, actor)
    return len(told)


def _key(read: Read[Fact]) -> Key:
    return read.fact.pipeline.arn, read.fact.execution_id


async def _pipelines(
    session: AsyncSession, read: Sequence[Read[Fact]], actor: str
) -> tuple[dict[str, LockedPipeline], set[str]]:
    """The pipelines of these facts, locked; those that nobody knew are discovered.

    The ARNs of those that were linked to a service just now come with them: what they told before is its as well.
    """
    names = {each.fact.pipeline.arn: each.fact.pipeline for each in read}
    pipelines = await recording.lock_pipelines(session, names)
    unknown = [name for arn, name in names.items() if arn not in pipelines]
    inserted = await recording.insert_pipelines(session, unknown) if unknown else set()
    if unknown:
        # Locked again as a whole: whoever inserts one of them at the same time waits for us, or we have for them.
        pipelines = await recording.lock_pipelines(session, names)
    linked = await _linked(session, names, pipelines)
    if linked:
        pipelines = await recording.lock_pipelines(session, names)
    happenings = [
        Happening(EventType.PIPELINE_DISCOVERED, "Pipeline", pipelines[arn].id, {"arn": arn})
        for arn in sorted(inserted)
    ]
    await append(session, happenings, actor)
    return pipelines, linked - inserted


async def _linked(
    session: AsyncSession, names: Mapping[str, PipelineName], pipelines: Mapping[str, LockedPipeline]
) -> set[str]:
    """Pipelines of other CI systems get the service of their repository: nobody registers them."""
    lacking = {arn: name.repository for arn, name in sorted(names.items()) if pipelines[arn].service_id is None}
    repositories = {arn: repository for arn, repository in lacking.items() if repository}
    return await recording.link_services(session, repositories) if repositories else set()


def _of_their_pipelines(
    read: Sequence[Read[Fact]], recorded: Recorded, pipelines: dict[str, LockedPipeline]
) -> tuple[list[Read[Fact]], list[RefusedMessage]]:
    """Refuses facts of an execution that belongs to another pipeline: its id can be in use but once."""
    owners = {execution_id: row["pipeline_id"] for execution_id, row in recorded.executions.items()}
    theirs, foreign = [], []
    for each in read:
        pipeline = pipelines[each.fact.pipeline.arn].id
        if owners.setdefault(each.fact.execution_id, pipeline) == pipeline:
            theirs.append(each)
        else:
            reason = f"execution-id {each.fact.execution_id!r} is in use by another pipeline than {_key(each)[0]}."
            foreign.append(refused(each.message, reason))
    return theirs, foreign


def _of_living_services(
    read: Sequence[Read[Fact]], recorded: Recorded, pipelines: dict[str, LockedPipeline]
) -> tuple[list[Read[Fact]], list[RefusedMessage]]:
    """Refuses executions that began after their pipeline's service was archived. Those that were known go on."""
    living, late = [], []
    for each in read:
        pipeline = pipelines[each.fact.pipeline.arn]
        archived = pipeline.archived_at
        if archived is None or each.fact.time <= archived or each.fact.execution_id in recorded.executions:
            living.append(each)
        else:
            reason = (
                f"The pipeline {pipeline.arn} is of the service {pipeline.service!r}, which was archived at"
                f" {archived.isoformat()}: delete the pipeline, or register the service again and replay the message."
            )
            late.append(refused(each.message, reason))
    return living, late


async def _of_kept_executions(
    session: AsyncSession, read: list[Read[Fact]], recorded: Recorded, told: Mapping[Key, list[Fact]]
) -> tuple[list[Read[Fact]], list[RefusedMessage]]:
    """Refuses facts of executions whose envelopes were dropped: folded from what comes late alone, they would be false.

    An execution has all of its envelopes or none: see `models.partitions`.
    """
    silent = {each.fact.execution_id for each in read if not told.get(_key(each))} & recorded.executions.keys()
    dropped = await envelopes.dropped_before(session) if silent else None
    if dropped is None:
        return read, []
    kept, forgotten = [], []
    for each in read:
        known = recorded.executions[each.fact.execution_id] if each.fact.execution_id in silent else None
        if known is None or known["started_at"] is None or known["started_at"] >= dropped:
            kept.append(each)
        else:
            reason = (
                f"The execution {each.fact.execution_id} ended so long ago that its envelopes are dropped: what comes"
                " this late cannot be put to them. Dismiss the message."
            )
            forgotten.append(refused(each.message, reason))
    return kept, forgotten


async def _told(session: AsyncSession, keys: set[Key]) -> dict[Key, list[Fact]]:
    """What has been told of executions so far. An envelope that this version cannot read tells it nothing."""
    told: dict[Key, list[Fact]] = defaultdict(list)
    for body in await envelopes.envelopes_of(session, keys) if keys else ():
        with suppress(InvalidValue):
            known = read(body)
            if isinstance(known, Fact):
                told[known.pipeline.arn, known.execution_id].append(known)
    return told


def _fresh(read: Sequence[Read[Fact]], told: dict[Key, list[Fact]]) -> list[Read[Fact]]:
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
    reported = {key: structure.told(facts) for key, facts in told.items() if maps[key[0]] == NO_MAP}
    names = await _names(session, [*maps.values(), *reported.values()], recorded)
    known = _known(recorded, names)
    changes = Changes()
    for key in sorted(told):
        arn, execution_id = key
        folded = fold(told[key], reported.get(key, maps[arn]).keeping(known.get(execution_id, {})))
        ExecutionChanges(pipelines[arn], recorded, names, changes, folded).find()
    await recording.upsert(session, tables.PipelineExecution, changes.executions)
    await recording.upsert(session, tables.StageExecution, changes.stages)
    await recording.upsert(session, tables.Deployment, changes.deployments)
    await recording.upsert(session, tables.ActionExecution, changes.actions)
    if changes.started:
        await recording.keep_latest(session, changes.started)
    await append(session, changes.happenings, actor)
    if changes.ended:
        await check_runs.cancel_of_ended(session, actor, changes.ended)
    await failures.note(session, told.values())


async def _names(session: AsyncSession, maps: Iterable[Structure], recorded: Recorded) -> Names:
    stages = [stage for each in maps for stage in each.stages]
    deployed = {environment for of_execution in recorded.deployments.values() for environment in of_execution}
    acted = {row["environment_id"] for row in recorded.actions.values() if row["environment_id"]}
    return await recording.keys_of(
        session,
        stages={stage.stage for stage in stages if stage.stage},
        waves={stage.wave for stage in stages if stage.wave},
        environments={action.environment for stage in stages for action in stage.actions if action.environment},
        environment_keys=deployed | acted,
    )


def _known(recorded: Recorded, names: Names) -> dict[str, dict[str, list[MappedAction]]]:
    """The actions whose environment is on record, by CodePipeline's id of the execution and by stage, in order."""
    executions = {row["id"]: row["execution_id"] for row in recorded.executions.values()}
    stages = {row["id"]: (executions[row["execution_id"]], row["name"]) for row in recorded.stages.values()}
    known: dict[str, dict[str, list[MappedAction]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(recorded.actions.values(), key=lambda row: row["position"]):
        if row["environment_id"]:
            execution_id, stage = stages[row["stage_execution_id"]]
            mapped = MappedAction(row["name"], row["kind"], names.of_environments[row["environment_id"]])
            known[execution_id][stage].append(mapped)
    return known


async def _set_aside(session: AsyncSession, refused: Sequence[RefusedMessage], actor: str) -> set[str]:
    """Keeps refused messages; the ids of those that were not there yet."""
    by_id = {each.id: each for each in refused}
    new = await envelopes.set_aside(session, list(by_id.values()))
    happenings = [
        Happening(EventType.ENVELOPE_SET_ASIDE, "SetAside", new[each.id], {"id": each.id, "reason": each.reason})
        for each in by_id.values()
        if each.id in new
    ]
    await append(session, happenings, actor)
    return set(new)
