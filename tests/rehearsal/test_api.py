"""CodePipeline's API on loopback, asked by AWS's own SDK."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from interlock_cli.rehearsal.api import OPERATIONS, CodePipeline, serving

from .walking import Performing, World, trigger


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A pipeline with one execution that went through, and one that failed in alpha-1."""
    made = World(tmp_path)
    made.walk("aaaaaaa")
    made.walk("bbbbbbb", Performing(failing=["alpha-eu-west-1.Deploy"]))
    return made


@pytest.fixture
def client(world: World) -> Iterator[Any]:
    """boto3's client of it."""
    pipelines = CodePipeline()
    pipelines.add(world.line, "artifacts")
    with serving(pipelines) as address:
        yield boto3.client(
            "codepipeline",
            endpoint_url=address,
            region_name="eu-west-1",
            aws_access_key_id="999999999999",
            aws_secret_access_key="any",
        )


def test_executions_are_listed_the_newest_first(client: Any, world: World) -> None:
    """With status, kind and the revision that each brought."""
    found = client.list_pipeline_executions(pipelineName="payments")["pipelineExecutionSummaries"]
    assert [each["status"] for each in found] == ["Failed", "Succeeded"]
    assert [each["sourceRevisions"][0]["revisionId"] for each in found] == ["bbbbbbb", "aaaaaaa"]
    one = client.get_pipeline_execution(pipelineName="payments", pipelineExecutionId=found[1]["pipelineExecutionId"])
    assert one["pipelineExecution"]["executionType"] == "STANDARD"


def test_actions_are_listed_with_their_artifacts(client: Any, world: World) -> None:
    """The newest first; the synth's output says where the cloud assembly lies."""
    execution = world.line.executions[0]
    execution.actions[0].outputs = {"Synth_Output": "payments/Synth_Outp/abc"}
    found = client.list_action_executions(pipelineName="payments", filter={"pipelineExecutionId": execution.identity})[
        "actionExecutionDetails"
    ]
    assert found[0]["actionName"] == "beta-us-east-1.Deploy"
    assert found[-1]["output"]["outputArtifacts"] == [
        {"name": "Synth_Output", "s3location": {"bucket": "artifacts", "key": "payments/Synth_Outp/abc"}}
    ]


def test_the_state_says_what_is_where(client: Any, world: World) -> None:
    """Each stage with the execution that was there last, and its actions."""
    states = client.get_pipeline_state(name="payments")["stageStates"]
    latest = {each["stageName"]: each["latestExecution"]["status"] for each in states}
    assert latest == {"Source": "Succeeded", "alpha-1": "Failed", "beta-1": "Succeeded"}


def test_a_stage_is_rolled_back_and_retried_by_hand(client: Any, world: World) -> None:
    """As an execution of its own, and as another attempt of the failed one."""
    good, bad = world.line.executions
    client.retry_stage_execution(
        pipelineName="payments", stageName="alpha-1", pipelineExecutionId=bad.identity, retryMode="FAILED_ACTIONS"
    )
    assert (bad.status, bad.attempt, bad.succeeded_in("beta-1")) == ("Succeeded", 2, True)
    client.rollback_stage(pipelineName="payments", stageName="alpha-1", targetPipelineExecutionId=good.identity)
    assert (world.outcomes[-1].kind, world.outcomes[-1].revision) == ("ROLLBACK", "aaaaaaa")
    client.start_pipeline_execution(name="payments")
    assert world.outcomes[-1].kind == "STANDARD"


def refused(call: Any, **given: Any) -> str:
    """The exception's name."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    return str(caught.value.response["Error"]["Code"])


def test_what_codepipeline_refuses_is_refused_by_its_own_exceptions(client: Any, world: World) -> None:
    """Unknown names, executions that have ended, another structure of the pipeline."""
    ended = world.line.executions[0].identity
    assert refused(client.get_pipeline_state, name="ghost") == "PipelineNotFoundException"
    assert (
        refused(client.get_pipeline_execution, pipelineName="payments", pipelineExecutionId=trigger().commit + "0" * 29)
        == "PipelineExecutionNotFoundException"
    )
    stop = {"pipelineName": "payments", "pipelineExecutionId": ended}
    assert refused(client.stop_pipeline_execution, **stop) == "PipelineExecutionNotStoppableException"
    retry = {"pipelineName": "payments", "stageName": "alpha-1", "retryMode": "FAILED_ACTIONS"}
    assert refused(client.retry_stage_execution, pipelineExecutionId=ended, **retry) == "StageNotRetryableException"
    back = {"pipelineName": "payments", "targetPipelineExecutionId": ended}
    assert refused(client.rollback_stage, stageName="ghost", **back) == "StageNotFoundException"
    world.line.version = 2
    assert refused(client.rollback_stage, stageName="alpha-1", **back) == "PipelineExecutionOutdatedException"


def test_an_operation_that_a_rehearsal_has_not_is_named(client: Any) -> None:
    """With those it has."""
    with pytest.raises(ClientError, match=rf"no PutWebhook: {', '.join(OPERATIONS)}"):
        client.put_webhook(
            webhook={
                "name": "w",
                "targetPipeline": "payments",
                "targetAction": "push",
                "filters": [],
                "authentication": "UNAUTHENTICATED",
                "authenticationConfiguration": {},
            }
        )


def test_a_stage_in_which_it_was_stopped_is_retried(client: Any, world: World) -> None:
    """It waits, and may be abandoned still; the same asked twice is refused as CodePipeline does."""
    performing = Performing(held=["alpha-eu-west-1.Deploy"])
    walked = world.started("ccccccc", performing)
    assert performing.arrived.wait(10)
    execution = world.line.executions[-1]
    stop = {"pipelineName": "payments", "pipelineExecutionId": execution.identity, "reason": "ann: enough"}
    client.stop_pipeline_execution(**stop)
    assert refused(client.stop_pipeline_execution, **stop) == "DuplicatedStopRequestException"
    client.stop_pipeline_execution(**stop, abandon=True)
    walked.join(10)
    assert execution.status == "Stopped"
    retry = {"pipelineName": "payments", "stageName": "alpha-1", "retryMode": "FAILED_ACTIONS"}
    client.retry_stage_execution(**retry, pipelineExecutionId=execution.identity)
    assert (execution.status, execution.attempt, execution.summary) == ("Succeeded", 2, "")


@pytest.mark.parametrize(("mode", "first"), [("FAILED_ACTIONS", "Deploy"), ("ALL_ACTIONS", "Prepare")])
def test_what_has_failed_is_done_again_or_everything(client: Any, world: World, mode: str, first: str) -> None:
    """Of that stage; the stages before it are not entered again."""
    bad = world.line.executions[1]
    retry = {"pipelineName": "payments", "stageName": "alpha-1", "pipelineExecutionId": bad.identity}
    client.retry_stage_execution(**retry, retryMode=mode)
    assert world.performers[bad.identity].performed[0] == ("bbbbbbb", f"alpha-eu-west-1.{first}")


def test_it_answers_where_it_is_looked_for_if_it_can() -> None:
    """On the port beside the service; where that is taken, on any."""
    with serving(CodePipeline()) as first:
        port = int(first.rpartition(":")[2])
        with serving(CodePipeline(), port) as second:
            assert second != first
    with serving(CodePipeline(), port) as third:
        assert third == first
