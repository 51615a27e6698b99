"""Recording envelopes in a real database."""

import asyncio
import json
import random
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from domain.words import ActionKind, ExecutionStatus
from models.engine import Database
from models.tables import (
    ActionExecution,
    Deployment,
    Envelope,
    Environment,
    Event,
    Pipeline,
    PipelineExecution,
    SetAside,
    StageExecution,
    Wave,
)
from resolvers.counts import Counts
from resolvers.messages import Message
from resolvers.recording import record_envelopes, set_aside
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.stories import Story

pytestmark = pytest.mark.database


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A database with the fleet and the pipeline that the stories tell of."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    return database


async def record(database: Database, *bodies: object) -> Counts:
    """Records in a transaction of its own."""
    async with database.transaction() as session:
        return await record_envelopes(session, bodies)


async def rows(database: Database, statement: str, **given: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), given)]


async def one(database: Database, statement: Any) -> Any:
    """The one value of a statement."""
    async with database.reading() as connection:
        return (await connection.execute(statement)).scalar_one()


async def state(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is folded, without keys that are made up."""
    return {
        "executions": await rows(
            database,
            "select x.execution_id, x.status, x.attempt, x.revision, x.commit_message, x.author, x.committed_at,"
            " x.trigger, x.started_at, x.ended_at, p.arn, p.latest_execution_id = x.id"
            " from pipeline_execution x join pipeline p on p.id = x.pipeline_id order by 1",
        ),
        "stages": await rows(
            database,
            "select s.name, s.position, s.status, s.started_at, s.ended_at, stage.name, wave.name"
            " from stage_execution s left join stage on stage.id = s.stage_id left join wave on wave.id = s.wave_id"
            " order by s.position",
        ),
        "actions": await rows(
            database,
            "select s.name, a.name, a.position, a.kind, a.provider, a.category, a.region_name, a.status, a.started_at,"
            " a.ended_at, a.external_id, a.summary, a.error_code, e.name, d.environment_id = a.environment_id"
            " from action_execution a join stage_execution s on s.id = a.stage_execution_id"
            " left join environment e on e.id = a.environment_id left join deployment d on d.id = a.deployment_id"
            " order by s.position, a.position",
        ),
        "deployments": await rows(
            database,
            "select e.name, v.name, d.revision, d.status, d.reason, d.started_at, d.ended_at from deployment d"
            " join environment e on e.id = d.environment_id join service v on v.id = d.service_id order by 1",
        ),
    }


async def deployments(database: Database) -> dict[str, str]:
    """The deployments' statuses by environment."""
    return {row[0]: row[3] for row in (await state(database))["deployments"]}


async def events(database: Database, type_: str) -> list[dict[str, Any]]:
    """The payloads of the events of a type, in order."""
    found = await rows(database, "select payload from event where type = :type order by id", type=type_)
    return [payload for (payload,) in found]


async def test_a_whole_story(fleet: Database) -> None:
    """An execution told at once is there with its stages, actions and deployments, under the names of the map."""
    story = stories.retried()
    assert await record(fleet, *story.envelopes) == Counts(len(story.envelopes), 0, 0)
    found = await state(fleet)
    ((execution, status, attempt, revision, message, author, committed_at, *_, latest),) = found["executions"]
    assert committed_at.isoformat() == "2026-11-22T22:30:00+00:00"
    assert (execution, status, attempt) == (stories.EXECUTION, "SUCCEEDED", 2)
    assert (revision, message, author, latest) == ("9f2c1ab", "raise limit", "Mary", True)
    assert [row[0] for row in found["stages"]] == [stage["name"] for stage in stories.MAP["stages"]]
    assert [row[-1] for row in found["stages"]] == [None, None, None, "alpha-1", "prod-1", "prod-2"]
    assert await deployments(fleet) == dict.fromkeys(stories.ENVIRONMENTS, "SUCCEEDED")
    assert {row[-1] for row in found["actions"] if row[3] in ("PREPARE", "DEPLOY")} == {True}
    assert await one(fleet, select(func.count()).select_from(Envelope)) == len(story.envelopes)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_in_any_batches(fleet: Database, database: Database, seed: int) -> None:
    """In pieces, out of order and repeated, the same envelopes come to the same rows; each is counted once."""
    told = stories.retried().envelopes
    chance = random.Random(seed)
    shuffled = chance.sample(told, len(told)) + chance.sample(told, 10)
    counts = [await record(fleet, *shuffled[start : start + 7]) for start in range(0, len(shuffled), 7)]
    assert sum(count.accepted for count in counts) == len(told)
    assert sum(count.duplicates for count in counts) == 10
    piecemeal = await state(fleet)
    async with database.transaction() as session:
        for table in ("failure", "action_execution", "deployment", "stage_execution", "envelope", "envelope_receipt"):
            await session.execute(text(f"delete from {table}"))
        await session.execute(text("delete from pipeline_execution"))
    await record(fleet, *told)
    assert await state(fleet) == piecemeal


async def test_concurrent_batches(fleet: Database) -> None:
    """Batches of one pipeline that are recorded at the same time come to the same as one after the other."""
    told = stories.retried().envelopes
    random.Random(7).shuffle(told)
    counts = await asyncio.gather(*(record(fleet, *told[start::5], *told[:3]) for start in range(5)))
    assert sum(count.accepted for count in counts) == len(told)
    assert await deployments(fleet) == dict.fromkeys(stories.ENVIRONMENTS, "SUCCEEDED")
    changes = [each["status"] for each in await events(fleet, "execution.changed")]
    assert changes[-1] == "SUCCEEDED"


async def test_pending_from_the_first_event(fleet: Database) -> None:
    """When an execution has only started, a dashboard sees every environment that it will reach."""
    story = Story()
    story.run("STARTED")
    await record(fleet, *story.envelopes)
    assert await deployments(fleet) == dict.fromkeys(stories.ENVIRONMENTS, "PENDING")


def told_at(story: stories.Story, place: int) -> str:
    """When the story told this, as a payload spells it."""
    return str(story.envelopes[place]["time"]).replace("Z", "+00:00")


async def test_events_of_a_failure(fleet: Database) -> None:
    """Every change is an event with its state before and after, under the execution's trace id."""
    story = stories.failed()
    await record(fleet, *story.envelopes[:-3])
    await record(fleet, *story.envelopes[-3:])
    about = {"pipeline": "payments", "pipelineArn": story.arn, "service": "payments", "executionId": stories.EXECUTION}
    run = about | {"revision": "9f2c1ab", "attempt": 1, "startedAt": told_at(story, 0)}
    assert await events(fleet, "execution.changed") == [
        run | {"status": "IN_PROGRESS", "previous": None, "endedAt": None},
        run | {"status": "FAILED", "previous": "IN_PROGRESS", "endedAt": told_at(story, -1)},
    ]
    action = {"startedAt": told_at(story, -4), "endedAt": told_at(story, -3)}
    assert (await events(fleet, "action.changed"))[-1] == about | action | {
        "stage": "prod-1",
        "action": "prod-us-east-1.Deploy",
        "status": "FAILED",
        "previous": "IN_PROGRESS",
        "summary": stories.FAILURE,
    }
    assert (await events(fleet, "stage.changed"))[-1]["status"] == "FAILED"
    (failed,) = [each for each in await events(fleet, "deployment.changed") if each["status"] == "FAILED"]
    assert failed == about | {
        "environment": "prod-us-east-1",
        "revision": "9f2c1ab",
        "status": "FAILED",
        "previous": "IN_PROGRESS",
        "reason": stories.FAILURE,
        "startedAt": failed["startedAt"],
        "endedAt": told_at(story, -3),
    }
    traces = await rows(fleet, "select distinct trace_id, actor from event where type = 'stage.changed'")
    assert traces == [(stories.EXECUTION.replace("-", ""), "aws.codepipeline")]


async def test_duplicates_change_nothing(fleet: Database) -> None:
    """Envelopes that come again, under their own id or another, are counted and append no event."""
    story = stories.failed()
    await record(fleet, *story.envelopes)
    logged = await one(fleet, select(func.count()).select_from(Event))
    renamed = [envelope | {"id": f"again-{number}"} for number, envelope in enumerate(story.envelopes)]
    again = await record(fleet, *story.envelopes, *renamed)
    assert again == Counts(0, 2 * len(story.envelopes), 0)
    assert await one(fleet, select(func.count()).select_from(Event)) == logged


async def test_unknown_pipeline_is_discovered(database: Database) -> None:
    """Events of a pipeline that nobody registered make a row without a service, once, and no deployments."""
    story = stories.failed()
    await record(database, *story.envelopes[:5])
    await record(database, *story.envelopes[5:])
    pipelines = await rows(
        database, "select name, arn, account_id, region_name, service_id, registered_at from pipeline"
    )
    assert pipelines == [("payments", story.arn, stories.ACCOUNT, stories.REGION, None, None)]
    assert await events(database, "pipeline.discovered") == [{"arn": story.arn}]
    found = await state(database)
    assert found["deployments"] == []
    assert {row[3] for row in found["actions"]} == {"OTHER"}
    assert [row[-1] for row in found["executions"]] == [True]
    assert {each["service"] for each in await events(database, "execution.changed")} == {None}


async def test_the_map_arrives_after_the_events(database: Database) -> None:
    """Registering a pipeline explains what was recorded before: the same rows as if its map had come first."""
    story = stories.failed()
    await record(database, *story.envelopes)
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    late = await state(database)
    async with database.transaction() as session:
        of_executions = (
            "action_execution",
            "deployment",
            "stage_execution",
            "envelope",
            "envelope_receipt",
            "pipeline_execution",
        )
        for table in ("failure", *of_executions):
            await session.execute(text(f"delete from {table}"))
    await record(database, *story.envelopes)
    assert await state(database) == late
    assert (await deployments(database))["prod-us-east-1"] == "FAILED"


async def test_a_new_map_leaves_what_has_ended(fleet: Database) -> None:
    """An environment that is added later is no part of an execution that has ended, even if late events come."""
    story = stories.retried()
    shorter = stories.MAP | {"stages": stories.MAP["stages"][:-1]}
    async with fleet.transaction() as session:
        await register_payments(session, shorter)
    await record(fleet, *story.envelopes[:10], *story.envelopes[11:])
    async with fleet.transaction() as session:
        await register_payments(session)
    await record(fleet, story.envelopes[10])
    assert "prod-ap-south-1" not in await deployments(fleet)


async def test_a_map_that_no_longer_names_an_environment(fleet: Database) -> None:
    """What is known of an action stays known; a deployment that will never be ends with its execution."""
    story = stories.until_prod()
    await record(fleet, *story.envelopes)
    without = stories.MAP | {"stages": stories.MAP["stages"][:3]}
    async with fleet.transaction() as session:
        await register_payments(session, without)
    story.run("SUCCEEDED")
    await record(fleet, story.envelopes[-1])
    assert await deployments(fleet) == dict.fromkeys(stories.ENVIRONMENTS, "STOPPED") | {"alpha-eu-west-1": "SUCCEEDED"}
    statement = (
        select(ActionExecution.kind)
        .join(Environment, Environment.id == ActionExecution.environment_id)
        .where(Environment.name == "alpha-eu-west-1", ActionExecution.name == "alpha-eu-west-1.Deploy")
    )
    assert await one(fleet, statement) is ActionKind.DEPLOY
    wave = select(Wave.name).join(StageExecution, StageExecution.wave_id == Wave.id)
    assert await one(fleet, wave) == "alpha-1"


async def test_an_environment_that_the_service_does_not_know(database: Database) -> None:
    """An environment of the map that nobody registered gives no deployment, and its actions no environment."""
    async with database.transaction() as session:
        await register_fleet(session, environments=stories.ENVIRONMENTS[:1])
        await register_payments(session)
    await record(database, *stories.retried().envelopes)
    assert await deployments(database) == {"alpha-eu-west-1": "SUCCEEDED"}
    assert {row[-2] for row in (await state(database))["actions"]} == {None, "alpha-eu-west-1"}


async def test_the_latest_execution_is_the_one_that_started_last(fleet: Database) -> None:
    """The pipeline points at the execution that began last, in whatever order they become known."""
    newer = Story(execution="22222222-6a3e-4f0e-9d52-6f8c6c1d2e3f", begin=stories.BEGIN.replace(hour=23, minute=30))
    newer.run("STARTED")
    older = stories.failed()
    await record(fleet, *newer.envelopes)
    await record(fleet, *older.envelopes)
    latest = select(PipelineExecution.execution_id).join(Pipeline, Pipeline.latest_execution_id == PipelineExecution.id)
    assert await one(fleet, latest) == newer.execution


async def test_poison_is_set_aside(fleet: Database) -> None:
    """A body that is no envelope is kept with its reason, does not fail the others, and comes twice as one."""
    story = Story()
    story.run("STARTED")
    alarm = {"detail-type": "CloudWatch Alarm State Change", "detail": {}}
    poison = [Message("m-1", "{not JSON \x00"), alarm, '{"detail": "\\u0000"}', b"\xff", 7, None]
    assert await record(fleet, *poison, *story.envelopes) == Counts(1, 0, 6)
    assert await record(fleet, *poison) == Counts(0, 6, 0)
    kept = dict(await rows(fleet, "select message_id, reason from set_aside where message_id = 'm-1'"))
    assert "JSON" in kept["m-1"]
    assert json.dumps(alarm) in await _bodies(fleet)
    told = await events(fleet, "envelope.set_aside")
    assert len(told) == 6
    assert told[0] == {"id": "m-1", "reason": kept["m-1"]}


async def _bodies(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(select(SetAside.body))).scalars())


async def test_an_execution_of_another_pipeline(fleet: Database) -> None:
    """An execution's id that is in use by another pipeline is refused: the first one keeps it."""
    mine, theirs = Story(), Story(pipeline="orders")
    mine.run("STARTED")
    theirs.run("SUCCEEDED")
    theirs.envelopes[0]["id"] = "another"
    assert await record(fleet, *mine.envelopes, *theirs.envelopes) == Counts(1, 0, 1)
    theirs.envelopes[0]["id"] = "yet another"
    assert await record(fleet, *theirs.envelopes) == Counts(0, 0, 1)
    assert await one(fleet, select(PipelineExecution.status)) is ExecutionStatus.IN_PROGRESS


async def test_what_could_not_be_recorded_is_set_aside(fleet: Database) -> None:
    """A message may be set aside for a reason that the caller gives."""
    async with fleet.transaction() as session:
        await set_aside(session, [Message("m-2", "{}")], "the database said no")
    assert await rows(fleet, "select message_id, reason, body from set_aside") == [
        ("m-2", "the database said no", "{}")
    ]


async def test_long_texts_fit(fleet: Database) -> None:
    """Texts as long as a message may carry are recorded: only the revision, which is indexed, is cut."""
    story = Story()
    story.run("STARTED", **{"commit-id": "9" * 100_000, "commit-message": "é" * 100_000})
    assert (await record(fleet, *story.envelopes)).accepted == 1
    assert len(await one(fleet, select(PipelineExecution.revision))) == 512


async def test_several_executions_of_several_pipelines_in_one_batch(fleet: Database) -> None:
    """A batch may speak of many executions: each gets its own rows."""
    told = []
    for number in range(5):
        story = stories.retried(
            pipeline="payments" if number % 2 else "orders", execution=f"{number:08d}-6a3e-4f0e-9d52-6f8c6c1d2e3f"
        )
        told += story.envelopes
    assert (await record(fleet, *told)).accepted == len(told)
    assert await one(fleet, select(func.count()).select_from(PipelineExecution)) == 5
    assert await one(fleet, select(func.count()).select_from(Deployment)) == 2 * len(stories.ENVIRONMENTS)


async def test_statements_do_not_grow_with_the_batch(fleet: Database) -> None:
    """Recording takes the same few statements for one envelope as for hundreds."""
    statements: list[str] = []
    event.listen(fleet.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    await record(fleet, *stories.retried().envelopes)
    assert len(statements) <= 16
