"""Silent executions that are polled: CodePipeline's answers are stubbed, as no emulator has it; all else is real."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from sqlalchemy import func, select, text

from aws.accounts import UnreachableError
from intake.polling import Poller
from models.tables import Deployment, Envelope, ExecutionPoll, PipelineExecution
from tests import stories
from tests.intake.conftest import PLACES, Aws, World, client

pytestmark = pytest.mark.database

SILENCE = timedelta(minutes=30)
STACK = "arn:aws:cloudformation:eu-west-1:111111111111:stack/payments/2f0c"


def silent(**given: Any) -> stories.Story:
    """An execution that deploys, and then is heard of no more."""
    story = stories.Story(begin=datetime.now(UTC) - timedelta(hours=1), **given)
    story.run("STARTED", **{"commit-id": "9f2c1ab"})
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu.Deploy", "STARTED")
    return story


def detail(story: stories.Story, name: str, status: str, **given: Any) -> dict[str, Any]:
    """An action as ListActionExecutions has it: of a run that was told, or of one that was not."""
    told = [each["detail"] for each in story.envelopes if each["detail"].get("action") == name]
    return {
        "pipelineExecutionId": story.execution,
        "actionExecutionId": told[0]["action-execution-id"] if told else f"run-of-{name}",
        "stageName": "prod-1",
        "actionName": name,
        "startTime": story.begin,
        "lastUpdateTime": story.begin + timedelta(minutes=10),
        "status": status,
        "input": {"actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CloudFormation", "version": "1"}},
        "output": {"executionResult": given},
    }


class Pipelines(Aws):
    """CodePipeline, which answers as it is told; keeps for which executions it was asked."""

    def __init__(self) -> None:
        super().__init__(codepipeline=client("codepipeline"))
        self.stub = Stubber(self.clients["codepipeline"])
        self.stub.activate()

    def answers(self, status: str, *pages: list[dict[str, Any]], rules: Any = None, **given: Any) -> None:
        """One poll."""
        execution = {"status": status, "pipelineVersion": 12, **given}
        self.stub.add_response("get_pipeline_execution", {"pipelineExecution": execution})
        for number, page in enumerate(pages or ([],), start=1):
            more = {"nextToken": str(number)} if number < len(pages) else {}
            self.stub.add_response("list_action_executions", {"actionExecutionDetails": page, **more})
        if isinstance(rules, str):
            self.stub.add_client_error("list_rule_executions", rules)
        else:
            self.stub.add_response("list_rule_executions", {"ruleExecutionDetails": rules or []})


async def poll(world: World, aws: Aws, later: timedelta = SILENCE + timedelta(minutes=1)) -> None:
    """All that is due so much later."""
    now = datetime.now(UTC) + later
    poller = Poller(world.database, aws, SILENCE, lambda: now)
    while await poller.turn():
        pass


async def statuses(world: World) -> list[str]:
    """Of all executions, in order."""
    return await world.scalars(select(PipelineExecution.status).order_by(PipelineExecution.execution_id))


async def counted(world: World) -> int:
    """How many envelopes are kept."""
    return (await world.scalars(select(func.count()).select_from(Envelope)))[0]


async def test_a_silent_execution_is_closed_as_what_aws_says(world: World) -> None:
    """By envelopes in CodePipeline's form, page by page; its deployments, failures and events follow as ever."""
    story = silent()
    await world.tell(story)
    aws = Pipelines()
    given = {"externalExecutionId": STACK, "externalExecutionSummary": "Stack is in ROLLBACK_COMPLETE"}
    failed = detail(story, "prod-eu.Deploy", "Failed", **given, errorDetails={"code": "JobFailed"})
    aws.answers("Failed", [failed], [detail(story, "prod-us.Prepare", "Succeeded")])
    await poll(world, aws)
    aws.stub.assert_no_pending_responses()
    assert aws.asked == [(stories.ACCOUNT, stories.REGION)]
    assert await statuses(world) == ["FAILED"]
    reasons = select(Deployment.reason).where(Deployment.status == "FAILED")
    assert await world.scalars(reasons) == ["Stack is in ROLLBACK_COMPLETE"]
    (failure,) = await world.failures()
    assert (failure.external_id, failure.error_code, failure.account_id) == (STACK, "JobFailed", "1" * 12)
    sources = await world.scalars(select(Envelope.body["source"].astext).distinct())
    assert sorted(sources) == ["aws.codepipeline", "interlock.poll"]
    assert (await world.told("execution.changed"))[-1]["status"] == "FAILED"
    await poll(world, aws, timedelta(days=1))  # it has ended: nobody asks again
    assert await world.scalars(select(ExecutionPoll.execution_id)) == []


async def test_what_is_not_silent_is_left_alone(world: World) -> None:
    """Heard of within the time, or ended, or of a pipeline in an account that is not ours, or not in CodePipeline."""
    await world.tell(silent())
    aws = Pipelines()
    await poll(world, aws, timedelta(minutes=29))
    ended = silent()
    ended.run("SUCCEEDED")
    await world.tell(ended)
    await poll(world, aws)
    foreign = silent(execution="0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e98", pipeline="forged")
    for envelope in foreign.envelopes:
        envelope["account"] = "6" * 12
    await world.tell(foreign)
    await poll(world, aws)
    await world.tell(silent(execution="0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e97"))
    async with world.database.transaction() as session:
        await session.execute(text("update pipeline set arn = 'ci:' || arn where name = 'payments'"))
    await poll(world, aws)
    assert aws.asked == []


async def test_an_answer_that_tells_nothing_new_writes_nothing(world: World) -> None:
    """A bake may be quiet for hours: it is asked for more and more rarely; the condition that it waits for is kept."""
    story = silent()
    await world.tell(story)
    aws, before = Pipelines(), await counted(world)
    running = {"stageName": "prod-1", "ruleName": "Bake", "status": "InProgress"}
    at = SILENCE + timedelta(minutes=1)
    for wait in (2 * SILENCE, 4 * SILENCE, 8 * SILENCE):
        aws.answers("InProgress", [detail(story, "prod-eu.Deploy", "InProgress")], rules=[running])
        await poll(world, aws, at)
        await poll(world, aws, at + wait - timedelta(minutes=1))  # not due yet
        at += wait + timedelta(minutes=1)
    aws.stub.assert_no_pending_responses()
    assert len(aws.asked) == 3
    assert await counted(world) == before
    (row,) = await world.scalars(select(ExecutionPoll))
    assert (row.tries, row.waits_for, row.cause) == (3, ["prod-1: Bake"], None)


async def test_a_rollback_and_its_target_are_carried(world: World) -> None:
    """What started it, too: from an execution of which only an action was heard."""
    story = silent()
    story.envelopes = story.envelopes[2:]
    await world.tell(story)
    aws, target = Pipelines(), "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e99"
    aws.answers(
        "Succeeded",
        rules="AccessDeniedException",
        executionType="ROLLBACK",
        rollbackMetadata={"rollbackTargetPipelineExecutionId": target},
        trigger={"triggerType": "AutomatedRollback", "triggerDetail": "x"},
        artifactRevisions=[{"revisionId": "abc", "revisionSummary": '{"CommitMessage": "raise limit"}'}],
    )
    await poll(world, aws)
    (row,) = await world.scalars(select(PipelineExecution))
    assert (row.kind, row.rollback_target, row.trigger) == ("ROLLBACK", target, "AutomatedRollback")
    assert (row.status, row.revision, row.commit_message) == ("SUCCEEDED", "abc", "raise limit")


@pytest.mark.parametrize("code", ["PipelineNotFoundException", "PipelineExecutionNotFoundException"])
async def test_what_aws_knows_no_more_is_canceled(world: World, code: str) -> None:
    """A pipeline that was deleted, an execution that was forgotten: with AWS's words in its envelope."""
    await world.tell(silent())
    aws = Pipelines()
    aws.stub.add_client_error("get_pipeline_execution", code, "no such thing")
    await poll(world, aws)
    assert await statuses(world) == ["CANCELED"]
    assert set(await world.scalars(select(Deployment.status))) == {"STOPPED"}
    said = select(Envelope.body["detail"]["status-summary"].astext).where(Envelope.event_id.startswith("poll-"))
    assert await world.scalars(said) == [f"{code}: no such thing"]


@pytest.mark.parametrize(
    "error",
    [UnreachableError("account 9 cannot be reached"), EndpointConnectionError(endpoint_url="https://x"), KeyError()],
)
async def test_an_account_that_is_away_is_tried_again_and_holds_nobody_back(world: World, error: Exception) -> None:
    """With its reason, later and later; another execution is asked for all the same."""

    class Away(Pipelines):
        def session(self, account: str, region: str) -> Any:
            super().session(account, region)
            if len(self.asked) == 1:
                raise error
            return self

    first, second = silent(), silent(execution="0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e98")
    await world.tell(first)
    await world.tell(second)
    aws = Away()
    aws.answers("Succeeded")
    await poll(world, aws)
    assert sorted(await statuses(world)) == ["IN_PROGRESS", "SUCCEEDED"]
    (row,) = [each for each in await world.scalars(select(ExecutionPoll)) if each.cause]
    assert row.tries == 1
    aws.answers("Succeeded")
    await poll(world, aws, SILENCE + timedelta(minutes=3))
    assert await statuses(world) == ["SUCCEEDED", "SUCCEEDED"]


async def test_processes_that_poll_at_once_ask_once(world: World) -> None:
    """Each execution is one's at a time, by its lease."""

    class Each(Aws):
        """Answers each poll by a client of its own: they are asked from several threads."""

        def client(self, service: str, **_: Any) -> Any:
            aws = Pipelines()
            aws.answers("Succeeded")
            return aws.clients[service]

    executions = [f"0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e{number}" for number in range(10, 16)]
    aws = Each()
    for execution in executions:
        await world.tell(silent(execution=execution))
    now = datetime.now(UTC) + SILENCE + timedelta(minutes=1)
    pollers = [Poller(world.database, aws, SILENCE, lambda: now) for _ in range(3)]
    await asyncio.gather(*(poller.turn() for poller in pollers))
    await pollers[0].turn()
    assert len(aws.asked) == len(executions)
    assert set(await statuses(world)) == {"SUCCEEDED"}
    assert len(PLACES) * len(executions) == len(await world.scalars(select(Deployment.id)))
