"""What each action of a pipeline does in a rehearsal.

CloudFormation and Step Functions actions are carried out for real in the emulator. Source, build, self-mutation and
asset actions are only told about: their results exist already, since the app was synthesized and its assets published.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.alarms import evaluate_without_data
from interlock_cli.rehearsal.assembly import Action, Assembly, Template
from interlock_cli.rehearsal.envelopes import Trigger
from interlock_cli.rehearsal.intrinsics import Scope, resolve
from interlock_cli.rehearsal.places import Place, account_of
from interlock_cli.rehearsal.stacks import POLL_SECONDS, ActionFailedError, InterruptedWalkError, Stacks, reason_of

VARIABLE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")
CONSOLE = "https://console.aws.amazon.com"
# What no stack can be made of: the name of a FIFO queue ends in .fifo.
SEEDED_FAILURE = {
    "SeededFailure": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"FifoQueue": True, "QueueName": "interlock-seeded-failure"},
    }
}


@dataclass(frozen=True)
class Result:
    """What an action came to: the id and address of what it ran elsewhere."""

    external: str
    url: str = ""
    summary: str = ""


class Performer:
    """Carries out the actions of one execution. Safe to share among threads."""

    def __init__(
        self,
        assembly: Assembly,
        scope: Scope,
        accounts: Accounts,
        stacks: Stacks,
        execution: str,
        trigger: Trigger,
        fail_at: str | None,
        seconds: float,
        settle: Callable[[], None],
        stop: threading.Event,
    ) -> None:
        """`scope` resolves the pipeline's definition; `fail_at` seeds a failure; `seconds` is a machine's time limit.

        `settle` returns once the service knows of all that was emitted: a machine asks it about this execution.
        """
        self._assembly = assembly
        self._scope = scope
        self._accounts = accounts
        self._stacks = stacks
        self._execution = execution
        self._trigger = trigger
        self._fail_at = fail_at
        self._seconds = seconds
        self._settle = settle
        self._stop = stop

    def perform(self, stage: str, action: Action) -> Result:
        """Runs the action to its end. Raises ActionFailedError, or InterruptedWalkError when the person stopped it."""
        run: Callable[[str, Action], Result] = {
            "CloudFormation": self._cloudformation,
            "StepFunctions": self._machine,
        }.get(action.provider, self._told)
        try:
            return run(stage, action)
        except CommandError as error:
            raise ActionFailedError(str(error)) from error
        except ClientError as error:
            raise ActionFailedError(f"AWS refused {error.operation_name}: {reason_of(error)}") from error
        except BotoCoreError as error:
            raise ActionFailedError(f"The emulator could not be asked: {error}") from error

    def place(self, action: Action) -> Place:
        """Where an action works: the account of the role it takes on, and its Region or the pipeline's."""
        home = self._scope.place
        try:
            role = str(resolve(action.role, self._scope)) if action.provider == "CloudFormation" else ""
        except CommandError:  # a role of the pipeline's own stack, so its own account
            role = ""
        return Place(account_of(role) or home.account, action.region or home.region)

    def _cloudformation(self, stage: str, action: Action) -> Result:
        place = self.place(action)
        given: Mapping[str, Any] = resolve(dict(action.configuration), self._scope)
        stack, mode = given["StackName"], given["ActionMode"]
        change_set = given.get("ChangeSetName", "interlock-rehearsal")
        if mode == "CHANGE_SET_REPLACE":
            arn = self._stacks.prepare(place, stack, change_set, self._template(stage, action, given))
            return Result(arn, _url("cloudformation", place, f"stacks/changesets/changes?changeSetId={arn}"))
        if mode == "CHANGE_SET_EXECUTE":
            arn = self._stacks.execute(place, stack, change_set)
        elif mode == "CREATE_UPDATE":
            arn = self._stacks.deploy(place, stack, self._template(stage, action, given))
        else:
            raise ActionFailedError(f"A rehearsal does not know the action mode {mode} of CloudFormation.")
        evaluate_without_data(self._accounts, place, self._stacks.alarms(place, stack))
        return Result(arn, _url("cloudformation", place, f"stack/detail?stackId={arn}"))

    def _template(self, stage: str, action: Action, given: Mapping[str, Any]) -> Template:
        template = self._assembly.stack_template(given["TemplatePath"])
        if self._fail_at and self._assembly.actions.environment(stage, action.name) == self._fail_at:
            template = {**template, "Resources": {**template.get("Resources", {}), **SEEDED_FAILURE}}
        return template

    def _machine(self, stage: str, action: Action) -> Result:
        self._settle()
        place = self._scope.place
        given: Mapping[str, Any] = resolve(dict(action.configuration), self._scope)
        client = self._accounts.stepfunctions(place)
        started = client.start_execution(
            stateMachineArn=given["StateMachineArn"], name=str(uuid.uuid4()), input=self._input(given)
        )["executionArn"]
        deadline = time.monotonic() + self._seconds
        while True:
            described = client.describe_execution(executionArn=started)
            if described["status"] != "RUNNING":
                break
            if time.monotonic() > deadline or self._stop.wait(POLL_SECONDS):
                client.stop_execution(executionArn=started, cause="the rehearsal ended it")
                raise self._unfinished(started)
        if described["status"] != "SUCCEEDED":
            error, cause = described.get("error", described["status"]), described.get("cause", "")
            raise ActionFailedError(f"{error}: {cause}" if cause else error, started)
        return Result(started, _url("states", place, f"v2/executions/details/{started}"))

    def _unfinished(self, execution: str) -> Exception:
        if self._stop.is_set():
            return InterruptedWalkError()
        return ActionFailedError(
            f"The state machine still ran after {self._seconds:.0f} s. An EXTERNAL check, for one, waits for somebody.",
            execution,
        )

    def _input(self, given: Mapping[str, Any]) -> str:
        """The machine's input with CodePipeline's variables filled in. Raises ActionFailedError for an unknown one."""
        if given.get("InputType", "Literal") != "Literal":
            raise ActionFailedError("A rehearsal starts state machines with a literal input only, not from a file.")

        def value(match: re.Match[str]) -> str:
            variables = self._variables(match[1])
            if match[2] not in variables:
                raise ActionFailedError(f"The variable {match[0]} has no value in a rehearsal.")
            return variables[match[2]]

        return VARIABLE.sub(value, given.get("Input", "{}"))

    def _variables(self, namespace: str) -> Mapping[str, str]:
        if namespace == "codepipeline":
            return {"PipelineExecutionId": self._execution}
        declared = (action for stage in self._assembly.stages for action in stage.actions)
        for action in declared:
            if action.namespace == namespace and action.category == "Source":
                return {
                    "CommitId": self._trigger.commit,
                    "CommitMessage": self._trigger.message,
                    "BranchName": self._trigger.branch,
                    "FullRepositoryName": self._trigger.repository,
                    "ConnectionArn": self._trigger.connection,
                    "AuthorDate": self._trigger.date,
                }
        return {}

    def _told(self, _stage: str, action: Action) -> Result:
        """An action whose work is done already: only its events are real."""
        if action.category == "Source":
            return Result(self._trigger.commit, summary=self._trigger.message)
        project = str(resolve(action.configuration.get("ProjectName", action.name), self._scope))
        return Result(f"{project}:{uuid.uuid4()}")


def _url(service: str, place: Place, path: str) -> str:
    return f"{CONSOLE}/{service}/home?region={place.region}#/{path}"
