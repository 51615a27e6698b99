"""How a rehearsal ended: its executions, their stages and actions, in simulated and in real time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from interlock_cli.rehearsal.executions import Execution


@dataclass(frozen=True)
class ActionOutcome:
    """How one action ended: SUCCEEDED, FAILED or ABANDONED. `environment` is None where it works on none.

    seconds: real ones. began, ended: simulated. deploys: whether it changes a stack.
    """

    name: str
    provider: str
    environment: str | None
    account: str
    region: str
    status: str
    seconds: float
    began: datetime | None = None
    ended: datetime | None = None
    deploys: bool = False
    external: str = ""
    summary: str = ""


@dataclass
class StageOutcome:
    """How one stage ended. `status` is SUCCEEDED, FAILED or STOPPED; `seconds` are real, `began` is simulated."""

    name: str
    status: str = "SUCCEEDED"
    seconds: float = 0.0
    began: datetime | None = None
    actions: list[ActionOutcome] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why it failed, or was stopped."""
        return [each.summary for each in self.actions if each.status != "SUCCEEDED" and each.summary]


@dataclass
class Outcome:
    """How an execution ended. `status` is SUCCEEDED, FAILED, STOPPED or SUPERSEDED; `summary` why it was stopped."""

    execution: str
    revision: str
    kind: str
    target: str | None
    began: datetime
    status: str = "SUCCEEDED"
    seconds: float = 0.0
    ended: datetime | None = None
    summary: str = ""
    stages: list[StageOutcome] = field(default_factory=list)

    @staticmethod
    def of(execution: Execution) -> Outcome:
        """Of an execution that begins."""
        return Outcome(execution.identity, execution.revision, execution.kind, execution.target, execution.started)

    @property
    def reasons(self) -> list[str]:
        """Why it did not succeed, each once."""
        said = [reason for stage in self.stages for reason in stage.reasons]
        return list(dict.fromkeys([*said, *([self.summary] if self.summary else [])]))
