"""What the pipeline's own rules start when CodePipeline tells of a stage: its state machine, when a stage failed.

The emulator emits no events of CodePipeline, which it does not have. So each envelope is held against the pattern of
every rule of the deployed stack whose target is a state machine, and what matches starts it with the rule's input.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import Assembly
from interlock_cli.rehearsal.envelopes import Envelope
from interlock_cli.rehearsal.hub import Rule
from interlock_cli.rehearsal.intrinsics import Scope, resolve
from interlock_cli.rehearsal.stacks import POLL_SECONDS

PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
AWS_PLACEHOLDERS = "aws.events."


@dataclass(frozen=True)
class Target:
    """A state machine that a rule starts. given: the target as the template declares it, resolved."""

    machine: str
    given: Mapping[str, Any]

    def input(self, envelope: Envelope) -> str:
        """What the machine is started with: the rule's transformed input, its constant, or the whole envelope."""
        if "InputTransformer" in self.given:
            return transformed(self.given["InputTransformer"], envelope)
        if "Input" in self.given:
            return str(self.given["Input"])
        if "InputPath" in self.given:
            return json.dumps(at_path(envelope, self.given["InputPath"]))
        return json.dumps(envelope)


@dataclass
class Started:
    """A state machine's execution that a rule started. outcome: what it answered, once it has ended."""

    execution: str
    stage: str
    pipeline_execution: str
    status: str = "RUNNING"
    output: Any = None
    cause: str = ""
    ended: datetime | None = None

    @property
    def restored(self) -> list[str]:
        """The environments into which it brought an earlier revision back."""
        works = self._answer.get("works") or []
        return [str(each["environment"]) for each in works if each.get("state") == "SUCCEEDED"]

    @property
    def target(self) -> str:
        """The execution whose revision that is; empty where it brought nothing back."""
        return str(self._plan.get("target") or "")

    @property
    def sentence(self) -> str:
        """What became of the stage, as the service planned it and the machine did it."""
        if self.status != "SUCCEEDED":
            return f"{self.stage} could not be brought back: {self.cause or self.status}"
        means, reason = self._plan.get("means") or "NONE", self._plan.get("reason") or "no reason given"
        return f"{self.stage} was not brought back: {reason}" if means == "NONE" else f"{self.stage}: {means}, {reason}"

    @property
    def _answer(self) -> Mapping[str, Any]:
        """What the machine put out; a task's own answer, where that is its last state's."""
        output = self.output if isinstance(self.output, dict) else {}
        answer = output.get("Payload", output)
        return answer if isinstance(answer, dict) else {}

    @property
    def _plan(self) -> Mapping[str, Any]:
        plan = self._answer.get("rollback", self._answer)
        return plan if isinstance(plan, dict) else {}


class Rules:
    """The rules of one pipeline's stack that start state machines. Safe to share among threads."""

    def __init__(
        self,
        accounts: Accounts,
        assembly: Assembly,
        scope: Scope,
        now: Callable[[], datetime],
        settle: Callable[[], None],
        seconds: float,
        ended: Callable[[Started], None],
    ) -> None:
        """settle: returns once the service knows of all that was told. seconds: how long a machine may run.

        ended: is told of each execution that has ended.
        """
        self._now = now
        self._told = ended
        self._place = assembly.place
        self._machines = accounts.stepfunctions(assembly.place)
        self._settle = settle
        self._seconds = seconds
        self._rules = list(_rules(accounts, assembly, scope))
        self._threads: list[threading.Thread] = []
        self.started: list[Started] = []
        self._stop = threading.Event()

    def tell(self, envelope: Envelope) -> None:
        """Starts what is to be started for an envelope, and does not wait for it."""
        if envelope["detail"].get("state") != "FAILED" or "stage" not in envelope["detail"]:
            return  # nothing that pipelinekit starts is about anything else: asking the emulator would take its time
        for rule, targets in self._rules:
            if rule.matches(envelope):
                for target in targets:
                    self._start(target, envelope)

    def finish(self) -> list[Started]:
        """Every execution that was started, ended."""
        for thread in self._threads:
            thread.join()
        return self.started

    def stop(self) -> None:
        """What still runs is stopped."""
        self._stop.set()

    def _start(self, target: Target, envelope: Envelope) -> None:
        detail = envelope["detail"]
        begun = Started("", detail["stage"], detail["execution-id"])
        self.started.append(begun)
        thread = threading.Thread(target=self._run, args=(begun, target, target.input(envelope)), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self, begun: Started, target: Target, given: str) -> None:
        try:
            self._settle()
            begun.execution = self._machines.start_execution(
                stateMachineArn=target.machine, name=str(uuid.uuid4()), input=given
            )["executionArn"]
            described = self._ended(begun.execution)
        except (CommandError, ClientError) as error:
            begun.status, begun.cause, begun.ended = "FAILED", str(error), self._now()
            return
        begun.status = described["status"]
        begun.output = json.loads(described.get("output") or "null")
        begun.cause, begun.ended = str(described.get("cause") or ""), self._now()
        self._told(begun)

    def _ended(self, execution: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + self._seconds
        while True:
            described = self._machines.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                return described
            if time.monotonic() > deadline or self._stop.wait(POLL_SECONDS):
                self._machines.stop_execution(executionArn=execution, cause="the rehearsal ended it")
                return {"status": "ABORTED", "cause": "the rehearsal ended it"}


def _rules(accounts: Accounts, assembly: Assembly, scope: Scope) -> list[tuple[Rule, list[Target]]]:
    """The pattern of each deployed rule about CodePipeline with the state machines that it starts."""
    found = []
    for name, resource in assembly.template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] != "AWS::Events::Rule" or name not in scope.identities:
            continue
        if "aws.codepipeline" not in properties.get("EventPattern", {}).get("source", []):
            continue
        machines = [target for each in properties.get("Targets", []) if (target := _machine(each, scope))]
        if machines:
            found.append((Rule(accounts, assembly.place, scope.ref(name).rpartition("|")[2]), machines))
    return found


def _machine(declared: Mapping[str, Any], scope: Scope) -> Target | None:
    """The target as far as it is needed; None where it is no state machine of this stack."""
    try:
        arn = str(resolve(declared["Arn"], scope))
    except CommandError:
        return None
    needed = {name: declared[name] for name in ("Input", "InputPath", "InputTransformer") if name in declared}
    return Target(arn, resolve(needed, scope)) if ":stateMachine:" in arn else None


def transformed(transformer: Mapping[str, Any], envelope: Envelope) -> str:
    """An input by EventBridge's InputTransformer: `<name>` stands for what is at a path; texts keep their quotes.

    A placeholder within a text of the template is put in without quotes, as EventBridge does.
    """
    paths = transformer.get("InputPathsMap", {})
    values = {name: at_path(envelope, path) for name, path in paths.items()}
    template = str(transformer["InputTemplate"])

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values and not name.startswith(AWS_PLACEHOLDERS):
            return match[0]
        within = template[: match.start()].replace('\\"', "").count('"') % 2 == 1
        given = values.get(name)
        return str(given) if within and not isinstance(given, (dict, list)) else json.dumps(given)

    return PLACEHOLDER.sub(value, template)


def at_path(envelope: Any, path: str) -> Any:
    """What is at a simple path such as `$.detail.execution-id`; None where there is nothing."""
    for part in path.removeprefix("$").strip(".").split("."):
        if not part:
            continue
        if not isinstance(envelope, Mapping) or part not in envelope:
            return None
        envelope = envelope[part]
    return envelope
