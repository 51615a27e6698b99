"""What people do to executions, and what it would do before: CodePipeline's answers are stubbed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from sqlalchemy import func, select

from aws import pipelines
from aws.accounts import UnreachableError
from aws.pipelines import CodePipelines
from domain.permissions import Role
from models.tables import Event
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import Graph

OLD = "1111111a-6a3e-4f0e-9d52-6f8c6c1d2e3f"
NEW = "22222222-6a3e-4f0e-9d52-6f8c6c1d2e3f"
TYPED = OLD.upper()
"""As a person may have it."""
BACK = "33333333-6a3e-4f0e-9d52-6f8c6c1d2e3f"
ERRORS = "errors { __typename code message remedy path }"
STOP = f"""mutation ($input: StopExecutionInput!) {{ stopExecution(input: $input) {{
  execution {{ executionId status }} {ERRORS} }} }}"""
RETRY = (
    f"mutation ($input: RetryStageInput!) {{ retryStage(input: $input) {{ execution {{ executionId }} {ERRORS} }} }}"
)
ROLL_BACK = f"""mutation ($input: RollBackStageInput!) {{ rollBackStage(input: $input) {{
  rollbackExecutionId execution {{ executionId }} {ERRORS} }} }}"""
APPROVE = f"""mutation ($input: ApproveActionInput!) {{ approveAction(input: $input) {{
  execution {{ executionId }} {ERRORS} }} }}"""
EFFECT = """query ($action: ActionInput!) { actionEffect(action: $action) { __typename
  ... on ActionEffect { possible sentences environments remedy
    targets { executionId revision message author passedAt means possible sentence } }
  ... on Error { code message } } }"""
TOLD = "type actor payload"


@pytest.fixture
async def told(graph: Graph) -> Graph:
    """One execution that went through prod-1, and a later one that failed there."""
    good = stories.until_prod(execution=OLD)
    good.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    good.run("SUCCEEDED")
    bad = stories.failed(execution=NEW, begin=stories.BEGIN.replace(day=23))
    bad.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "bad0bad"
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register_payments(session, stories.MAP)
        await record_envelopes(session, [*good.envelopes, *bad.envelopes])
    return graph


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """CodePipeline, of every account."""
    client: Any = boto3.Session("key", "secret", region_name="eu-west-1").client("codepipeline")
    made = CodePipelines(lambda _account, _region: client, "Look at the role.")
    monkeypatch.setattr(pipelines, "codepipelines", lambda _settings: made)
    stubber = Stubber(client)
    stubber.activate()
    return stubber


async def _events(graph: Graph) -> int:
    async with graph.context.database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(Event)) or 0)


async def test_a_stage_is_rolled_back(told: Graph, aws: Stubber) -> None:
    """The effect names what may be returned to; doing it answers who does it; the log has who, why and what."""
    effect = (await told(EFFECT, action={"rollBack": {"executionId": NEW, "stage": "prod-1"}}))["actionEffect"]
    assert effect["possible"]
    assert effect["environments"] == ["prod-eu-west-1", "prod-us-east-1"]
    [target] = effect["targets"]
    assert (target["executionId"], target["revision"], target["means"]) == (OLD, "9f2c1ab", "NATIVE")
    assert (target["message"], target["author"]) == ("raise limit", "Mary")
    wanted = {"pipelineName": "payments", "stageName": "prod-1", "targetPipelineExecutionId": OLD}
    aws.add_response("rollback_stage", {"pipelineExecutionId": BACK}, wanted)
    given = {"executionId": NEW, "stage": "prod-1", "targetExecutionId": TYPED, "reason": "it is wrong"}
    answer = (await told(ROLL_BACK, input=given))["rollBackStage"]
    assert answer == {"rollbackExecutionId": BACK, "execution": {"executionId": NEW}, "errors": []}
    event = await told.newest_event(TOLD)
    assert (event["type"], event["actor"]) == ("stage.rollback_asked", "tester")
    assert event["payload"]["reason"] == "it is wrong"
    assert (event["payload"]["target"], event["payload"]["rollback"]) == (OLD, BACK)


async def test_a_stage_is_retried(told: Graph, aws: Stubber) -> None:
    """In the mode that was asked for."""
    wanted = {
        "pipelineName": "payments",
        "stageName": "prod-1",
        "pipelineExecutionId": NEW,
        "retryMode": "ALL_ACTIONS",
    }
    aws.add_response("retry_stage_execution", {"pipelineExecutionId": NEW}, wanted)
    given = {"executionId": NEW, "stage": "prod-1", "mode": "ALL_ACTIONS", "reason": "it was AWS"}
    assert (await told(RETRY, input=given))["retryStage"]["errors"] == []
    assert (await told.newest_event("type"))["type"] == "stage.retry_asked"


async def test_what_is_not_possible_is_not_asked_of_aws(told: Graph, aws: Stubber) -> None:
    """The stub would fail: nothing was added to it."""
    before = await _events(told)
    effect = (await told(EFFECT, action={"stop": {"executionId": OLD}}))["actionEffect"]
    assert (effect["possible"], effect["remedy"]) == (False, "Nothing is left to be stopped.")
    [error] = (await told(STOP, input={"executionId": OLD, "reason": "enough"}))["stopExecution"]["errors"]
    assert (error["__typename"], error["code"], error["message"]) == (
        "Refused",
        "EXECUTION_ENDED",
        effect["sentences"][0],
    )
    given = {"executionId": NEW, "stage": "prod-1", "action": "Look", "decision": "REJECTED", "reason": "no"}
    [error] = (await told(APPROVE, input=given))["approveAction"]["errors"]
    assert error["code"] == "NOT_FOUND"
    assert await _events(told) == before


async def test_what_aws_refuses_leaves_nothing(told: Graph, aws: Stubber) -> None:
    """Neither an event nor a row: a typed failure with what to do."""
    before = await _events(told)
    aws.add_client_error("retry_stage_execution", "StageNotRetryableException", "the structure has changed")
    given = {"executionId": NEW, "stage": "prod-1", "reason": "it was AWS"}
    answer = (await told(RETRY, input=given))["retryStage"]
    assert answer["execution"] is None
    assert [error["code"] for error in answer["errors"]] == ["STAGE_NOT_RETRYABLE"]
    assert await _events(told) == before


async def test_aws_out_of_reach_leaves_nothing(told: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said which account, and what to look at."""

    def none(account: str, _region: str) -> Any:
        raise UnreachableError(f"account {account} cannot be reached: no credentials")

    monkeypatch.setattr(pipelines, "codepipelines", lambda _settings: CodePipelines(none, "Look at the role."))
    before = await _events(told)
    given = {"executionId": NEW, "stage": "prod-1", "reason": "it was AWS"}
    [error] = (await told(RETRY, input=given))["retryStage"]["errors"]
    assert (error["code"], error["remedy"]) == ("AWS_UNREACHABLE", "Look at the role.")
    assert "999999999999" in error["message"]
    assert await _events(told) == before


async def test_a_stop_asked_twice_is_told_once(told: Graph, aws: Stubber) -> None:
    """AWS says that it was asked before: that is no failure."""
    moving = stories.Story(execution=BACK, begin=stories.BEGIN.replace(day=24))
    moving.run("STARTED")
    async with told.context.database.transaction() as session:
        await record_envelopes(session, moving.envelopes)
    given = {"executionId": BACK, "reason": "enough", "abandon": True}
    aws.add_response("stop_pipeline_execution", {"pipelineExecutionId": BACK})
    assert (await told(STOP, input=given))["stopExecution"]["errors"] == []
    before = await _events(told)
    aws.add_client_error("stop_pipeline_execution", "DuplicatedStopRequestException")
    assert (await told(STOP, input=given))["stopExecution"]["execution"]["executionId"] == BACK
    assert await _events(told) == before


async def test_an_effect_of_what_there_is_not(told: Graph) -> None:
    """Typed, as every expected failure."""
    effect = (await told(EFFECT, action={"retry": {"executionId": NEW, "stage": "prod-9"}}))["actionEffect"]
    assert (effect["__typename"], effect["code"]) == ("NotFound", "NOT_FOUND")


async def test_an_effect_is_asked_for_by_a_viewer_too(told: Graph) -> None:
    """Nothing is done by it; the deed itself is refused before anything is judged."""
    viewer = replace(told.context.viewer, roles=frozenset({Role.VIEWER}))
    told.context = replace(told.context, viewer=viewer)
    assert (await told(EFFECT, action={"retry": {"executionId": NEW, "stage": "prod-1"}}))["actionEffect"]["possible"]
    given = {"executionId": NEW, "stage": "prod-1", "reason": "it was AWS"}
    assert (await told(RETRY, input=given))["retryStage"]["errors"][0]["code"] == "FORBIDDEN"
