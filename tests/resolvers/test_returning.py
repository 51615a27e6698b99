"""A stage is returned to its last good revision: known before, planned when it fails, and recorded as a rollback."""

from __future__ import annotations

import copy
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from domain.envelopes import State, returned
from domain.errors import InvalidValue, NotFound
from domain.safety.returning import NATIVE_ASKED, TOLD_ASKED, Way
from domain.words import DeploymentStatus, EvidenceKind, ExecutionKind, ExecutionStatus, RollbackMeans
from models.engine import Database
from models.polling import find_silent
from models.queries import everything, find
from models.returning import taken_back
from models.tables import (
    Deployment,
    Environment,
    Event,
    ExecutionPoll,
    FailureEvidence,
    Pipeline,
    PipelineExecution,
    Service,
)
from resolvers import returning
from resolvers.messages import ANYTHING
from resolvers.recording import record_envelopes
from resolvers.returning import StackReturned
from tests import stories
from tests.configuring import update
from tests.fleet import TESTER, register_fleet, register_payments

pytestmark = pytest.mark.database

GOOD = "11111111-6a3e-4f0e-9d52-6f8c6c1d2e3f"
BAD = "22222222-6a3e-4f0e-9d52-6f8c6c1d2e3f"
LATER = stories.BEGIN + timedelta(hours=2)
NATIVE, REDEPLOY, NONE = RollbackMeans.NATIVE, RollbackMeans.REDEPLOY, RollbackMeans.NONE


def _map() -> dict[str, Any]:
    """The stories' map, in which every action of an environment has a stack."""
    found = copy.deepcopy(stories.MAP)
    for stage in found["stages"]:
        for action in stage["actions"]:
            if action.get("environment"):
                stack = f"{action['environment']}-Payments"
                action.update(account="111111111111", region="eu-west-1", stack=stack)
    return found


def _good(version: int = 12) -> stories.Story:
    """An execution that has passed prod-1."""
    story = stories.until_prod(execution=GOOD)
    story.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    _versioned(story, version)
    return story


def _bad(version: int = 12, **given: Any) -> stories.Story:
    """A later execution, which fails in prod-1."""
    story = stories.failed(execution=BAD, begin=stories.BEGIN + timedelta(hours=1), **given)
    story.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "bad0bad"
    _versioned(story, version)
    return story


def _versioned(story: stories.Story, version: int) -> None:
    for envelope in story.envelopes:
        envelope["detail"]["version"] = version


async def _tell(database: Database, *told: stories.Story, on_failure: str = "ROLLBACK") -> None:
    async with database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.STAGE, "prod", on_failure=on_failure)
        await register_payments(session, _map())
        for story in told:
            await record_envelopes(session, story.envelopes)


async def _plan(database: Database, execution: str = BAD, stage: str = "prod-1", **given: Any) -> returning.Planned:
    async with database.transaction() as session:
        return await returning.plan_rollback(session, TESTER, now=LATER, execution_id=execution, stage=stage, **given)


async def _report(database: Database, state: State, *stacks: StackReturned, **given: Any) -> PipelineExecution:
    async with database.transaction() as session:
        what = {"execution_id": BAD, "stage": "prod-1", "attempt": 1, "target": GOOD, **given}
        return await returning.report_rollback(
            session, TESTER, admission=ANYTHING, now=LATER, state=state, stacks=stacks, **what
        )


async def _means(session: AsyncSession, stage: str = "prod-1") -> Way:
    pipeline = (await session.scalars(select(Pipeline))).one()
    return await returning.means_for(session, pipeline, stage, now=LATER)


async def test_before_a_stage_starts_it_is_known_how_it_will_be_returned(database: Database) -> None:
    """By CodePipeline with the same structure; and not at all where nothing has passed, or the stage says so."""
    await _tell(database, _good())
    async with database.snapshot() as session:
        way = await _means(session)
        assert (way.means, way.target, way.revision) == (NATIVE, GOOD, "9f2c1ab")
        assert "no revision has passed prod-2 yet" in (await _means(session, "prod-2")).reason
        assert "deploys to no environment" in (await _means(session, "Build")).reason
        assert "set to NONE" in (await _means(session, "alpha-1")).reason


async def test_after_a_change_of_the_pipeline_the_assembly_is_deployed_again(database: Database) -> None:
    """Its events say with which structure each execution ran."""
    await _tell(database, _good(), _bad(13))
    async with database.snapshot() as session:
        execution = await find(session, PipelineExecution, execution_id=BAD)
        assert execution is not None
        assert execution.version == 13
        assert (await _means(session)).means is REDEPLOY
    planned = await _plan(database)
    assert (planned.way.means, planned.way.target, planned.ask_again_seconds) == (REDEPLOY, GOOD, None)
    assert [each.environment for each in planned.stacks] == ["prod-eu-west-1", "prod-us-east-1"]
    assert planned.execution == returned.rollback_of(BAD, "prod-1")
    assert await _plan(database) == planned


async def test_codepipeline_is_waited_for_and_then_not(database: Database) -> None:
    """Ten minutes; where it has begun, it is left to it."""
    await _tell(database, _good(), _bad())
    first = await _plan(database)
    assert (first.way.means, first.ask_again_seconds, first.seen) == (NATIVE, 30, False)
    late = await _plan(database, asked=NATIVE_ASKED)
    assert (late.way.means, late.ask_again_seconds) == (REDEPLOY, None)
    assert "begun no rollback in 10 minutes" in late.way.reason


@pytest.mark.parametrize("version", [12, 13])
async def test_a_rollback_of_codepipeline_is_seen(database: Database, version: int) -> None:
    """Whatever was expected of it: nothing is done twice."""
    native = stories.Story(execution=str(uuid.uuid4()), begin=stories.BEGIN + timedelta(hours=1, minutes=30))
    native.tell("Pipeline", "STARTED", **{"execution-type": "ROLLBACK"})
    native.stage("prod-1", "STARTED")
    await _tell(database, _good(), _bad(version), native)
    planned = await _plan(database)
    assert (planned.way.means, planned.seen, planned.ask_again_seconds) == (NATIVE, True, None)


async def test_what_is_not_told_yet_is_asked_again(database: Database) -> None:
    """The failure may reach the machine before it reaches the service, and for two minutes that is waited for."""
    story = _bad(13)
    story.envelopes = story.envelopes[:-2]
    await _tell(database, _good(), story)
    assert (await _plan(database)).ask_again_seconds == 30
    assert (await _plan(database, asked=TOLD_ASKED)).ask_again_seconds is None
    with pytest.raises(NotFound):
        await _plan(database, str(uuid.uuid4()))


async def test_what_was_not_touched_is_left_alone(database: Database) -> None:
    """No action that deploys had begun."""
    story = stories.until_prod(execution=BAD, begin=stories.BEGIN + timedelta(hours=1))
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "FAILED", summary="no such bucket")
    story.stage("prod-1", "FAILED")
    await _tell(database, _good(), story)
    planned = await _plan(database)
    assert (planned.way.means, planned.ask_again_seconds) == (NONE, None)
    assert "nothing of prod-1 was touched" in planned.way.reason


async def test_a_newer_revision_there_is_left_alone(database: Database) -> None:
    """It has entered the stage after the one that failed."""
    newer = stories.until_prod(execution=str(uuid.uuid4()), begin=stories.BEGIN + timedelta(hours=1, minutes=30))
    newer.stage("prod-1", "STARTED")
    await _tell(database, _good(), _bad(), newer)
    assert "has entered prod-1 since" in (await _plan(database)).way.reason


def _asking() -> dict[str, Any]:
    """The map of a pipeline that asks before its waves."""
    found = _map()
    for stage in found["stages"]:
        if stage["wave"]:
            stage["actions"].insert(0, {"name": "Enter", "kind": "ENTER", "environment": None})
    return found


async def test_a_newer_revision_that_waits_there_replaces_nothing(database: Database) -> None:
    """CodePipeline lets it into the stage, where it asks, and waits for the very alarm that the failed one has set off:
    until it is let in, what failed is there, and is returned.
    """
    newer = stories.until_prod(execution=str(uuid.uuid4()), begin=stories.BEGIN + timedelta(hours=1, minutes=30))
    newer.stage("prod-1", "STARTED")
    newer.action("prod-1", "Enter", "STARTED")
    await _tell(database, _good(), _bad(13), newer)
    async with database.transaction() as session:
        await register_payments(session, _asking())
    planned = await _plan(database)
    assert (planned.way.means, planned.way.target) == (NATIVE, GOOD)
    newer.action("prod-1", "Enter", "SUCCEEDED")
    newer.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    async with database.transaction() as session:
        await record_envelopes(session, newer.envelopes)
    assert "has entered prod-1 since" in (await _plan(database)).way.reason


async def test_what_codepipeline_did_after_an_earlier_attempt_is_no_help(database: Database) -> None:
    """The stage was retried, and failed again: the rollback of the first failure has not returned the second."""
    native = stories.rolled_back(str(uuid.uuid4()), target=GOOD, begin=stories.BEGIN + timedelta(hours=1, minutes=30))
    again = _bad()
    again.begin += timedelta(hours=1)
    again.retry()
    again.stage("prod-1", "RESUMED")
    again.action("prod-1", "prod-us-east-1.Deploy", "STARTED")
    again.action("prod-1", "prod-us-east-1.Deploy", "FAILED", summary=stories.FAILURE)
    again.stage("prod-1", "FAILED")
    again.run("FAILED")
    _versioned(again, 12)
    await _tell(database, _good(), native, again)
    planned = await _plan(database)
    assert (planned.way.means, planned.seen, planned.ask_again_seconds) == (REDEPLOY, False, 30)


async def test_the_plan_is_told_once(database: Database) -> None:
    """With its means and its reason."""
    await _tell(database, _good(), _bad(), on_failure="NONE")
    for _ in range(2):
        await _plan(database)
    async with database.snapshot() as session:
        told = [each.payload for each in await everything(session, Event, type="rollback.planned")]
    assert [(each["means"], each["pipelineStage"]) for each in told] == [("NONE", "prod-1")]
    assert "leaves the stage" in told[0]["reason"]


def _stack(environment: str, state: State, **given: Any) -> StackReturned:
    return StackReturned(environment, f"{environment}-Payments", state, **given)


async def test_a_redeployment_is_recorded_as_a_rollback(database: Database) -> None:
    """Of its kind, with its target and its revision; with a deployment of each environment, and its evidence."""
    await _tell(database, _good(), _bad(13))
    begun = await _report(database, State.STARTED)
    assert (begun.kind, begun.status, begun.rollback_target) == (
        ExecutionKind.ROLLBACK,
        ExecutionStatus.IN_PROGRESS,
        GOOD,
    )
    eu, us = _stack("prod-eu-west-1", State.SUCCEEDED), _stack("prod-us-east-1", State.SUCCEEDED)
    await _report(database, State.STARTED, eu)
    for _ in range(2):
        ended = await _report(database, State.SUCCEEDED, eu, us)
    assert (ended.execution_id, ended.status, ended.revision) == (
        returned.rollback_of(BAD, "prod-1"),
        ExecutionStatus.SUCCEEDED,
        "9f2c1ab",
    )
    assert await _deployments(database, ended) == {
        "prod-eu-west-1": DeploymentStatus.SUCCEEDED,
        "prod-us-east-1": DeploymentStatus.SUCCEEDED,
        "alpha-eu-west-1": DeploymentStatus.STOPPED,
        "prod-ap-south-1": DeploymentStatus.STOPPED,
    }
    async with database.snapshot() as session:
        service = await find(session, Service, name="payments")
        assert service is not None
        names = ["prod-eu-west-1", "prod-us-east-1", "prod-ap-south-1"]
        held = await taken_back(session, service.id, names)
        assert [(each.environment, each.revision) for each in held] == [(name, "bad0bad") for name in _PROD]
        evidence = await everything(session, FailureEvidence, kind=EvidenceKind.ROLLBACK)
        assert evidence


async def test_a_wave_of_several_stages_is_returned_as_a_whole(database: Database) -> None:
    """CDK has split it: CodePipeline would return some of its environments, so all of its stacks are deployed again."""
    await _tell(database, _good(), _bad())
    async with database.transaction() as session:
        pipeline = (await session.scalars(select(Pipeline))).one()
        split = copy.deepcopy(pipeline.structure)
        assert split is not None
        for stage in split["stages"]:
            stage["part"] = "prod-1" if stage["name"] in ("alpha-1", "prod-1") else None
        pipeline.structure = split
    planned = await _plan(database, asked=TOLD_ASKED)
    assert (planned.way.means, planned.way.target) == (REDEPLOY, GOOD)
    assert "CodePipeline returns a stage" in planned.way.reason
    assert [each.environment for each in planned.stacks] == ["alpha-eu-west-1", *_PROD]
    stacks = [_stack(each.environment, State.SUCCEEDED) for each in planned.stacks]
    ended = await _report(database, State.SUCCEEDED, *stacks)
    found = await _deployments(database, ended)
    assert ended.status is ExecutionStatus.SUCCEEDED
    assert {name for name, status in found.items() if status is DeploymentStatus.SUCCEEDED} == {
        "alpha-eu-west-1",
        *_PROD,
    }


async def _deployments(database: Database, execution: PipelineExecution) -> dict[str, DeploymentStatus]:
    statement = select(Environment.name, Deployment.status).join(Deployment.environment)
    async with database.snapshot() as session:
        rows = await session.execute(statement.where(Deployment.execution_id == execution.id))
        return {row.name: row.status for row in rows}


async def test_a_stack_that_cannot_be_restored_fails_its_environment_alone(database: Database) -> None:
    """Its change set was prepared; executing it has failed."""
    await _tell(database, _good(), _bad(13))
    eu = _stack("prod-eu-west-1", State.FAILED, cause="Payments is in UPDATE_ROLLBACK_FAILED", arn=None)
    ended = await _report(database, State.FAILED, eu, _stack("prod-us-east-1", State.SUCCEEDED))
    found = await _deployments(database, ended)
    assert found["prod-eu-west-1"] is DeploymentStatus.FAILED
    assert found["prod-us-east-1"] is DeploymentStatus.SUCCEEDED
    planned = await _plan(database, ended.execution_id)
    assert "a rollback is never rolled back" in planned.way.reason


async def test_after_it_the_stage_is_at_its_target(database: Database) -> None:
    """The next rollback returns there too, and CodePipeline does not do that one."""
    await _tell(database, _good(), _bad())
    await _report(database, State.SUCCEEDED, *(_stack(name, State.SUCCEEDED) for name in _PROD))
    async with database.snapshot() as session:
        way = await _means(session)
    assert (way.means, way.target) == (REDEPLOY, GOOD)
    assert "came back by a rollback" in way.reason


_PROD = ("prod-eu-west-1", "prod-us-east-1")


async def test_codepipeline_is_not_asked_for_it(database: Database) -> None:
    """It knows nothing of such an execution."""
    await _tell(database, _good(), _bad(13))
    await _report(database, State.STARTED)
    async with database.transaction() as session:
        await find_silent(session, LATER, LATER + timedelta(days=365))
        silent = await everything(session, ExecutionPoll)
        ours = await find(session, PipelineExecution, execution_id=returned.rollback_of(BAD, "prod-1"))
        assert ours is not None
        assert ours.id not in [each.execution_id for each in silent]


async def test_bad_reports_are_refused(database: Database) -> None:
    """An unknown target, stage or stack, with what is known."""
    await _tell(database, _good(), _bad(13))
    with pytest.raises(NotFound):
        await _report(database, State.STARTED, target=str(uuid.uuid4()))
    with pytest.raises(NotFound):
        await _report(database, State.STARTED, stage="prod-9")
    with pytest.raises(InvalidValue, match="prod-eu-west-1/prod-eu-west-1-Payments"):
        await _report(database, State.STARTED, StackReturned("prod-eu-west-1", "Other", State.SUCCEEDED))
