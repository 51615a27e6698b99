"""CodePipeline is asked once, and what it says is told with what to do: its answers are stubbed."""

from __future__ import annotations

import socket
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from aws.accounts import UnreachableError
from aws.pipelines import ONCE, REFUSALS, CodePipelines, Place, codepipelines, on_loopback
from domain.errors import Refused
from models.settings import Settings

EXECUTION = "11111111-6a3e-4f0e-9d52-6f8c6c1d2e3f"
TOKEN = "22222222-6a3e-4f0e-9d52-6f8c6c1d2e3f"
PLACE = Place("payments", "999999999999", "eu-west-1")
CALLS: dict[str, Any] = {
    "stop_pipeline_execution": lambda aws: aws.stop(PLACE, EXECUTION, "ann: enough", abandon=False),
    "retry_stage_execution": lambda aws: aws.retry(PLACE, EXECUTION, "prod-1", "FAILED_ACTIONS"),
    "rollback_stage": lambda aws: aws.roll_back(PLACE, "prod-1", EXECUTION),
    "get_pipeline_state": lambda aws: aws.approve(PLACE, EXECUTION, "prod-1", "Look", "Approved", "ann: seen"),
}


class Stubbed:
    """A CodePipeline that answers as it is told, and what it is asked by."""

    def __init__(self) -> None:
        self.client: Any = boto3.Session("key", "secret", region_name=PLACE.region).client("codepipeline", config=ONCE)
        self.stubber = Stubber(self.client)
        self.stubber.activate()
        self.aws = CodePipelines(self._client, "Look at the role.")

    def _client(self, account: str, region: str) -> Any:
        assert (account, region) == (PLACE.account, PLACE.region)
        return self.client


@pytest.fixture
def stubbed() -> Stubbed:
    """CodePipeline of one account."""
    return Stubbed()


def _refusal(call: Any, aws: CodePipelines) -> Refused:
    with pytest.raises(Refused) as refused:
        call(aws)
    return refused.value


def test_a_stop_is_asked_with_its_reason(stubbed: Stubbed) -> None:
    """Cut to what the API takes; what was asked before is no failure, and nothing new."""
    wanted = {"pipelineName": "payments", "pipelineExecutionId": EXECUTION, "abandon": True, "reason": "x" * 200}
    stubbed.stubber.add_response("stop_pipeline_execution", {"pipelineExecutionId": EXECUTION}, wanted)
    assert stubbed.aws.stop(PLACE, EXECUTION, "x" * 300, abandon=True)
    stubbed.stubber.add_client_error("stop_pipeline_execution", "DuplicatedStopRequestException")
    assert not stubbed.aws.stop(PLACE, EXECUTION, "again", abandon=True)


def test_a_rollback_answers_the_execution_that_does_it(stubbed: Stubbed) -> None:
    """Another one than the target."""
    wanted = {"pipelineName": "payments", "stageName": "prod-1", "targetPipelineExecutionId": EXECUTION}
    stubbed.stubber.add_response("rollback_stage", {"pipelineExecutionId": TOKEN}, wanted)
    assert stubbed.aws.roll_back(PLACE, "prod-1", EXECUTION) == TOKEN


def _state(**action: Any) -> dict[str, Any]:
    states = [{"actionName": "Look", "latestExecution": {"status": "InProgress", **action}}]
    latest = {"pipelineExecutionId": EXECUTION, "status": "InProgress"}
    return {"stageStates": [{"stageName": "prod-1", "latestExecution": latest, "actionStates": states}]}


def test_an_approval_is_answered_with_the_token_of_the_state(stubbed: Stubbed) -> None:
    """So that what is answered is what waits, and nothing that came later."""
    stubbed.stubber.add_response("get_pipeline_state", _state(token=TOKEN), {"name": "payments"})
    wanted = {
        "pipelineName": "payments",
        "stageName": "prod-1",
        "actionName": "Look",
        "token": TOKEN,
        "result": {"summary": "ann: seen", "status": "Approved"},
    }
    stubbed.stubber.add_response("put_approval_result", {}, wanted)
    CALLS["get_pipeline_state"](stubbed.aws)
    stubbed.stubber.assert_no_pending_responses()


@pytest.mark.parametrize("state", [_state(), {"stageStates": []}])
def test_what_waits_for_nobody_is_not_answered(stubbed: Stubbed, state: dict[str, Any]) -> None:
    """It was answered meanwhile, or another execution is in the stage."""
    stubbed.stubber.add_response("get_pipeline_state", state)
    assert _refusal(CALLS["get_pipeline_state"], stubbed.aws).code == "ALREADY_ANSWERED"


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("exception", REFUSALS)
def test_a_refusal_of_codepipeline_has_a_code_and_a_remedy(stubbed: Stubbed, operation: str, exception: str) -> None:
    """With AWS's own words."""
    stubbed.stubber.add_client_error(operation, exception, "so it is")
    refused = _refusal(CALLS[operation], stubbed.aws)
    assert (refused.code, refused.remedy) == REFUSALS[exception]
    assert f"{exception}: so it is" in refused.message


def test_a_missing_right_is_named(stubbed: Stubbed) -> None:
    """As IAM names it."""
    stubbed.stubber.add_client_error("rollback_stage", "AccessDeniedException", "not authorized")
    refused = _refusal(CALLS["rollback_stage"], stubbed.aws)
    assert refused.code == "AWS_DENIED"
    assert "codepipeline:RollbackStage" in refused.remedy


def test_what_nobody_knows_of_is_told_as_aws_says_it(stubbed: Stubbed) -> None:
    """A new exception of theirs is no failure of ours."""
    stubbed.stubber.add_client_error("rollback_stage", "TeapotException", "short and stout")
    assert _refusal(CALLS["rollback_stage"], stubbed.aws).code == "AWS_REFUSED"


def test_an_account_that_is_not_reached_is_told(stubbed: Stubbed) -> None:
    """With what to look at."""

    def none(account: str, region: str) -> Any:
        raise UnreachableError(f"account {account} cannot be reached: no role")

    refused = _refusal(CALLS["rollback_stage"], CodePipelines(none, "Look at the role."))
    assert (refused.code, refused.remedy) == ("AWS_UNREACHABLE", "Look at the role.")
    assert "no role" in refused.message


def test_no_answer_in_time_is_not_no(stubbed: Stubbed) -> None:
    """AWS may have taken it: it is not asked twice."""
    asked = []

    def silent(**_: Any) -> None:
        asked.append(1)
        raise ReadTimeoutError(endpoint_url="https://codepipeline")

    stubbed.stubber.deactivate()
    stubbed.client.meta.events.register("before-send.codepipeline.RollbackStage", silent)
    refused = _refusal(CALLS["rollback_stage"], stubbed.aws)
    assert refused.code == "AWS_SILENT"
    assert asked == [1]


def test_a_rehearsal_that_is_over_is_told_as_such() -> None:
    """Nothing answers on the port beside the service; the remedy says how to begin one that stays."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = Settings(rehearsal=True, port=free.getsockname()[1] - 1)
    refused = _refusal(CALLS["rollback_stage"], codepipelines(settings))
    assert refused.code == "AWS_UNREACHABLE"
    assert "interlock rehearse --stay" in refused.remedy


def test_a_rehearsal_s_address_may_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that AWS's SDKs know; else it is on the port after the service's."""
    assert Settings(port=8400).rehearsed_codepipeline == "http://127.0.0.1:8401"
    monkeypatch.setenv("AWS_ENDPOINT_URL_CODEPIPELINE", "http://127.0.0.1:9999")
    assert Settings().rehearsed_codepipeline == "http://127.0.0.1:9999"
    client = on_loopback("http://127.0.0.1:9999")("111111111111", "us-east-1")
    assert client.meta.endpoint_url == "http://127.0.0.1:9999"
