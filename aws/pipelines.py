"""Pipelines in CodePipeline: started, stopped, retried, rolled back, approved. Each blocks: for a thread.

What CodePipeline refuses, and what cannot be reached, is a `Refused` with a code of its own and what to do. A call that
raises has changed nothing, unless AWS did not answer in time: then its events tell.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from aws.accounts import Accounts, UnreachableError, words
from domain.errors import Refused
from models.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ONCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 1})
"""Nothing is asked twice: what AWS has taken without an answer would look like somebody else's doing."""
LONGEST_REASON = 200
LONGEST_SUMMARY = 512
"""Characters of a reason for a stop, and of an approval's summary: the API's limits."""
_AGAIN = "Ask again in a moment."
_LOOK = "Look at it again: it has changed meanwhile."
REFUSALS = {
    "PipelineExecutionNotStoppableException": ("NOT_STOPPABLE", _LOOK),
    "StageNotRetryableException": (
        "STAGE_NOT_RETRYABLE",
        "Start the pipeline, or roll the stage back: a stage of another structure of the pipeline is not retried.",
    ),
    "NotLatestPipelineExecutionException": ("NOT_LATEST", "Act on the execution that was the last in the stage."),
    "UnableToRollbackStageException": (
        "UNABLE_TO_ROLL_BACK",
        "Choose another execution that has passed the stage, or deploy a revision that takes the change back.",
    ),
    "PipelineExecutionOutdatedException": (
        "TARGET_OUTDATED",
        "Choose an execution that ran with the pipeline's present structure.",
    ),
    "ConcurrentPipelineExecutionsLimitExceededException": (
        "TOO_MANY_EXECUTIONS",
        "Wait until another execution of the pipeline has ended, or stop one.",
    ),
    "ConcurrentModificationException": ("CONFLICTING", _AGAIN),
    "ConflictException": ("CONFLICTING", _AGAIN),
    "ApprovalAlreadyCompletedException": ("ALREADY_ANSWERED", _LOOK),
    "InvalidApprovalTokenException": ("ALREADY_ANSWERED", _LOOK),
    "PipelineNotFoundException": ("NOT_IN_AWS", "Look for the pipeline in its account: it may have been deleted."),
    "PipelineExecutionNotFoundException": ("NOT_IN_AWS", "Choose an execution that CodePipeline still knows."),
    "StageNotFoundException": ("NOT_IN_AWS", "The pipeline's structure has changed: look at it again."),
    "ActionNotFoundException": ("NOT_IN_AWS", "The pipeline's structure has changed: look at it again."),
    "ThrottlingException": ("AWS_BUSY", _AGAIN),
    "TooManyRequestsException": ("AWS_BUSY", _AGAIN),
}
"""What CodePipeline's exceptions are called here, and what to do about each."""
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"})
_REHEARSAL = "rehearsal"

_SILENT = (ReadTimeoutError, ConnectionClosedError)
"""It was asked, and has not answered."""

Client = Callable[[str, str], Any]
"""A client of CodePipeline in an account and a Region. Raises UnreachableError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pipeline is. account: twelve digits."""

    name: str
    account: str
    region: str


def in_accounts(accounts: Accounts) -> Client:
    """Clients with the role that these accounts are worked in with."""

    def client(account: str, region: str) -> Any:
        session: Any = accounts.session(account, region)
        return session.client("codepipeline", config=ONCE)

    return client


def on_loopback(endpoint: str) -> Client:
    """Clients of the CodePipeline that a rehearsal has: it takes any credentials, and has no roles to assume."""

    def client(account: str, region: str) -> Any:
        session: Any = Session(
            aws_access_key_id=account, aws_secret_access_key=_REHEARSAL, aws_session_token=None, region_name=region
        )
        return session.client("codepipeline", endpoint_url=endpoint, config=ONCE)

    return client


def codepipelines(settings: Settings) -> CodePipelines:
    """Pipelines in their own accounts, with the role that starts them; of a service for rehearsals, the rehearsal's."""
    if settings.rehearsal:
        endpoint = settings.rehearsed_codepipeline
        begin = f"Begin one that stays: interlock rehearse --stay. Its CodePipeline is expected at {endpoint}."
        return CodePipelines(on_loopback(endpoint), f"Only a rehearsal that runs can be acted on. {begin}")
    accounts = Accounts(settings.starter_role, "INTERLOCK_STARTER_ROLE")
    return CodePipelines(
        in_accounts(accounts),
        "Look whether the service reaches AWS, and whether it may assume the role that INTERLOCK_STARTER_ROLE names.",
    )


class CodePipelines:
    """What is done to pipelines, wherever they are. unreachable: what to do where AWS is not reached."""

    def __init__(self, client: Client, unreachable: str) -> None:
        self._client = client
        self._unreachable = unreachable

    def start(self, place: Place, token: str) -> str:
        """The id of the execution that was started, now or under the same token before.

        Raises UnreachableError, and what AWS raises: whoever starts them tells causes, and tries again.
        """
        answer = self._client(place.account, place.region).start_pipeline_execution(
            name=place.name, clientRequestToken=token
        )
        return str(answer["pipelineExecutionId"])

    def stop(self, place: Place, execution: str, reason: str, *, abandon: bool) -> bool:
        """Stops an execution; False where the same was asked before. reason: cut to what the API takes."""
        with self._asked("StopPipelineExecution", place) as client:
            try:
                client.stop_pipeline_execution(
                    pipelineName=place.name,
                    pipelineExecutionId=execution,
                    abandon=abandon,
                    reason=reason[:LONGEST_REASON],
                )
            except ClientError as error:
                if _code(error) != "DuplicatedStopRequestException":
                    raise
                return False
        return True

    def retry(self, place: Place, execution: str, stage: str, mode: str) -> None:
        """Tries a stage of an execution again."""
        with self._asked("RetryStageExecution", place) as client:
            client.retry_stage_execution(
                pipelineName=place.name, stageName=stage, pipelineExecutionId=execution, retryMode=mode
            )

    def roll_back(self, place: Place, stage: str, target: str) -> str:
        """The id of the execution that returns the stage to the target's revision."""
        with self._asked("RollbackStage", place) as client:
            answer = client.rollback_stage(pipelineName=place.name, stageName=stage, targetPipelineExecutionId=target)
        return str(answer["pipelineExecutionId"])

    def approve(self, place: Place, execution: str, stage: str, action: str, status: str, summary: str) -> None:
        """Answers an action that waits, by the token of the pipeline's state. status: `Approved` or `Rejected`."""
        with self._asked("GetPipelineState", place) as client:
            token = _token(client.get_pipeline_state(name=place.name), execution, stage, action)
        with self._asked("PutApprovalResult", place):
            client.put_approval_result(
                pipelineName=place.name,
                stageName=stage,
                actionName=action,
                result={"summary": summary[:LONGEST_SUMMARY], "status": status},
                token=token,
            )

    @contextmanager
    def _asked(self, operation: str, place: Place) -> Iterator[Any]:
        """A client; what it raises within the block becomes a Refused."""
        try:
            yield self._client(place.account, place.region)
        except ClientError as error:
            raise _refused(error, operation) from error
        except _SILENT as error:
            message = f"CodePipeline of account {place.account} in {place.region} did not answer {operation} in time."
            remedy = "It may have taken it: its events tell soon. Look before you ask again."
            raise Refused("AWS_SILENT", message, remedy=remedy) from error
        except (UnreachableError, BotoCoreError) as error:
            said = str(error) if isinstance(error, UnreachableError) else words(error)
            message = f"CodePipeline of account {place.account} in {place.region} cannot be asked: {said}"
            raise Refused("AWS_UNREACHABLE", message, remedy=self._unreachable) from error


def _token(state: dict[str, Any], execution: str, stage: str, action: str) -> str:
    """The token of the approval that waits in a stage. Raises Refused where none does for this execution."""
    found: dict[str, Any] = next((each for each in state["stageStates"] if each["stageName"] == stage), {})
    inside = found.get("latestExecution", {}).get("pipelineExecutionId")
    waiting: dict[str, Any] = next((each for each in found.get("actionStates", ()) if each["actionName"] == action), {})
    token = waiting.get("latestExecution", {}).get("token")
    if inside != execution or not token:
        raise Refused("ALREADY_ANSWERED", f"{action} of {execution} waits for nobody in {stage}.", remedy=_LOOK)
    return str(token)


def _refused(error: ClientError, operation: str) -> Refused:
    code = _code(error)
    if code in _DENIED:
        remedy = f"Give the role that the service assumes there codepipeline:{operation}: docs/acting.md."
        return Refused("AWS_DENIED", f"AWS does not let the service do that: {words(error)}", remedy=remedy)
    ours, remedy = REFUSALS.get(code, ("AWS_REFUSED", "Mend what AWS says, and ask again."))
    return Refused(ours, f"CodePipeline refuses: {words(error)}", remedy=remedy)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
