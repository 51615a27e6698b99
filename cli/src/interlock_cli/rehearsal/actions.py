"""What each action of a pipeline does in a rehearsal.

CloudFormation and Step Functions actions are carried out for real in the emulator. Source, build, self-mutation and
asset actions are only told about: their results exist already, since the app was synthesized and its assets published.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.alarms import evaluate_without_data
from interlock_cli.rehearsal.artifacts import Artifacts
from interlock_cli.rehearsal.assembly import Action, Assembly, Template
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.intrinsics import Scope, resolve
from interlock_cli.rehearsal.places import Place, account_of
from interlock_cli.rehearsal.stacks import POLL_SECONDS, ActionFailedError, InterruptedWalkError, Stacks, reason_of

VARIABLE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")
CONSOLE = "https://console.aws.amazon.com"


class Revise(Protocol):
    """Makes of a template what the execution's revision of it is."""

    def __call__(self, template: Template, execution: Execution, environment: str | None) -> Template: ...


@dataclass(frozen=True)
class Result:
    """What an action came to: the id and address of what it ran elsewhere, and the keys of its artifacts, by name."""

    external: str
    url: str = ""
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Emulated:
    """What the executions of one pipeline have in common: its assembly, and what was made of it in the emulator.

    scope: resolves the pipeline's definition. settle: returns once the service knows of all that was told of it: a
    machine asks about the execution. seconds: how long a machine may run.
    """

    assembly: Assembly
    scope: Scope
    accounts: Accounts
    artifacts: Artifacts
    settle: Callable[[], None]
    seconds: float


class Performer:
    """Carries out the actions of one execution. Safe to share among threads.

    deployed: is called with each environment whose stack was changed, and the stack.
    """

    def __init__(
        self,
        emulated: Emulated,
        execution: Execution,
        assembly_of: Execution,
        revise: Revise,
        deployed: Callable[[str, Place, str], None],
    ) -> None:
        """assembly_of: the execution whose cloud assembly is deployed; a rollback deploys its target's."""
        self._emulated = emulated
        self._assembly = emulated.assembly
        self._scope = emulated.scope
        self._accounts = emulated.accounts
        self._stacks = Stacks(emulated.accounts, execution.halt)
        self._execution = execution
        self._trigger = execution.trigger
        self._source = assembly_of
        self._revise = revise
        self._deployed = deployed

    def perform(self, stage: str, action: Action) -> Result:
        """Runs the action to its end. Raises ActionFailedError, or InterruptedWalkError when somebody stopped it."""
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

    def configured(self, action: Action) -> tuple[Mapping[str, Any], str]:
        """The action's settings and its role, as CloudFormation gives them to CodePipeline; empty what is not known."""
        try:
            configuration = dict(resolve(dict(action.configuration), self._scope))
        except CommandError:
            configuration = {}
        try:
            return configuration, str(resolve(action.role, self._scope) or "")
        except CommandError:  # a role of the pipeline's own stack
            return configuration, ""

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
        environment = self._assembly.actions.environment(stage, action.name)
        if environment:
            self._deployed(environment, place, stack)
        return Result(arn, _url("cloudformation", place, f"stack/detail?stackId={arn}"))

    def _template(self, stage: str, action: Action, given: Mapping[str, Any]) -> Template:
        template = self._assembly.stack_template(given["TemplatePath"])
        environment = self._assembly.actions.environment(stage, action.name)
        return self._revise(template, self._source, environment)

    def _machine(self, stage: str, action: Action) -> Result:
        self._emulated.settle()
        place = self._scope.place
        given: Mapping[str, Any] = resolve(dict(action.configuration), self._scope)
        client = self._accounts.stepfunctions(place)
        started = client.start_execution(
            stateMachineArn=given["StateMachineArn"], name=str(uuid.uuid4()), input=self._input(given)
        )["executionArn"]
        deadline = time.monotonic() + self._emulated.seconds
        while True:
            described = client.describe_execution(executionArn=started)
            if described["status"] != "RUNNING":
                break
            if time.monotonic() > deadline or self._execution.halt.wait(POLL_SECONDS):
                client.stop_execution(executionArn=started, cause="the rehearsal ended it")
                raise self._unfinished(started)
        if described["status"] != "SUCCEEDED":
            error, cause = described.get("error", described["status"]), described.get("cause", "")
            raise ActionFailedError(f"{error}: {cause}" if cause else error, started)
        return Result(started, _url("states", place, f"v2/executions/details/{started}"))

    def _unfinished(self, execution: str) -> Exception:
        if self._execution.halt.is_set():
            return InterruptedWalkError()
        return ActionFailedError(
            f"The state machine still ran after {self._emulated.seconds:.0f} s. An EXTERNAL check, for one, waits for "
            "somebody.",
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
            return {"PipelineExecutionId": self._execution.identity}
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
        """An action whose work is done already: only its events are real, and the artifact that the synth puts out."""
        if action.category == "Source":
            return Result(self._trigger.commit, summary=self._trigger.message)
        project = str(resolve(action.configuration.get("ProjectName", action.name), self._scope))
        wanted = {path.partition("::")[0] for path in self._assembly.template_paths}
        outputs = {name: self._put(name) for name in action.outputs if name in wanted}
        return Result(f"{project}:{uuid.uuid4()}", outputs=outputs)

    def _put(self, artifact: str) -> str:
        """The cloud assembly of this execution, as it deploys it; its key in the bucket."""
        environments = self._assembly.environments_by_template

        def revised(path: str, template: Mapping[str, Any]) -> Mapping[str, Any]:
            return self._revise(dict(template), self._execution, environments.get(path))

        return self._emulated.artifacts.put(artifact, revised)


def _url(service: str, place: Place, path: str) -> str:
    return f"{CONSOLE}/{service}/home?region={place.region}#/{path}"
