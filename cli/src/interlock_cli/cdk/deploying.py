"""Deploying the stacks of environments one after another, so that at every moment it is known how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from interlock_cli import programs
from interlock_cli.cdk.assembly import Stack
from interlock_cli.cdk.entering import SHOWN
from interlock_cli.cdk.refusals import explained
from interlock_cli.cdk.tool import find_cdk
from interlock_cli.environments import Environment
from interlock_cli.errors import CommandError
from interlock_cli.output import Grid

TAG = "interlock:environment"
"""By which the service finds what was deployed to a test environment, to delete it."""

Enter = Callable[[Environment], Mapping[str, str]]


class Outcome(StrEnum):
    """How far an environment has come."""

    DEPLOYED = "DEPLOYED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    NOT_BEGUN = "NOT_BEGUN"


@dataclass
class Part:
    """One environment's share of the work. stacks: those that the app has for it."""

    environment: Environment
    stacks: list[Stack]
    outcome: Outcome = Outcome.NOT_BEGUN
    problem: CommandError | None = None

    def to_json(self) -> dict[str, Any]:
        """As `-o json` prints it."""
        return {
            "environment": self.environment.name,
            "stage": self.environment.stage,
            "account": self.environment.account,
            "region": self.environment.region,
            "outcome": self.outcome.value,
            "stacks": [stack.name for stack in self.stacks],
            "problem": self.problem.message if self.problem else None,
        }


@dataclass
class Deployment:
    """All of it. app: the app's folder; assembly: what was synthesized."""

    app: Path
    assembly: Path
    parts: list[Part] = field(default_factory=list)
    interrupted: bool = False

    def run(self, enter: Enter, before: Callable[[Part, Sequence[str]], None] | None = None) -> None:
        """Deploys a part after the other, until one fails or somebody interrupts; `parts` tell of each.

        enter: the variables of a program in an environment. before: called with the program before it is run.
        """
        for part in self.parts:
            command = deploy_command(self.app, self.assembly, part)
            try:
                variables = enter(part.environment)  # a login that is missing comes before a record of what is done
                if before is not None:
                    before(part, command)
                part.outcome = Outcome.INTERRUPTED
                done = programs.streamed(command, variables, folder=self.app, shown=SHOWN)
            except KeyboardInterrupt:
                self.interrupted = True
                return
            except CommandError as problem:
                part.outcome, part.problem = Outcome.FAILED, problem
                return
            if done.code:
                part.outcome = Outcome.FAILED
                part.problem = explained("cdk deploy", part.environment, done.code, done.stderr)
                return
            part.outcome = Outcome.DEPLOYED

    def conclude(self) -> None:
        """Returns when all is deployed. Raises the failure, with what was done and what not, or KeyboardInterrupt."""
        if self.interrupted:
            raise KeyboardInterrupt
        failed = next((part for part in self.parts if part.problem), None)
        if failed and failed.problem:
            problem = failed.problem
            raise type(problem)(problem.message, f"{problem.remedy}{_rest(self.parts)}".strip())

    def grid(self) -> Grid:
        """A row for each environment."""
        rows = [
            (each.environment.name, each.environment.stage, each.outcome.value, ", ".join(s.name for s in each.stacks))
            for each in self.parts
        ]
        return Grid(("ENVIRONMENT", "STAGE", "OUTCOME", "STACKS"), rows, "Deployment")


def _rest(parts: Sequence[Part]) -> str:
    done, left = (
        [part.environment.name for part in parts if part.outcome is outcome]
        for outcome in (Outcome.DEPLOYED, Outcome.NOT_BEGUN)
    )
    said = f" Deployed before: {', '.join(done)}." if done else ""
    return said + (f" Not begun: {', '.join(left)}." if left else "")


def deploy_command(app: Path, assembly: Path, part: Part) -> list[str]:
    """`cdk deploy` of one environment's stacks and nothing else."""
    tags = {key: value for stack in part.stacks for key, value in stack.tags.items()}
    if part.environment.test:
        tags[TAG] = part.environment.name
    return [
        str(find_cdk(app)),
        "deploy",
        *("--app", str(assembly)),
        *("--exclusively", "--no-notices", "--progress", "events", "--require-approval", "never"),
        *(word for key, value in sorted(tags.items()) for word in ("--tags", f"{key}={value}")),
        *(stack.id for stack in part.stacks),
    ]
