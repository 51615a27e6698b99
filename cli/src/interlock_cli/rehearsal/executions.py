"""Executions of a pipeline, as CodePipeline keeps them: what ran in which stage, when, and to which end.

The words are those of CodePipeline's API: `InProgress`, `Succeeded`… for executions and stages; what an event says is
its upper-case sibling.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from interlock_cli.rehearsal.envelopes import Trigger

IN_PROGRESS, SUCCEEDED, FAILED = "InProgress", "Succeeded", "Failed"
STOPPING, STOPPED, SUPERSEDED = "Stopping", "Stopped", "Superseded"
ABANDONED = "Abandoned"
STANDARD, ROLLBACK = "STANDARD", "ROLLBACK"


@dataclass
class ActionRun:
    """One run of an action. outputs: the keys of its artifacts in the artifact bucket, by name.

    configuration, role: as the pipeline's definition has them, resolved.
    """

    stage: str
    name: str
    status: str
    started: datetime
    updated: datetime
    category: str = ""
    owner: str = "AWS"
    provider: str = ""
    version: str = "1"
    region: str = ""
    external: str = ""
    url: str = ""
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    role: str = ""
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class StageRun:
    """What an execution did in a stage. attempts: how often it was tried there."""

    name: str
    status: str
    started: datetime
    ended: datetime | None = None
    attempts: int = 1


@dataclass
class Execution:
    """One execution of a pipeline. kind: STANDARD or ROLLBACK, of one stage, to the execution `target`.

    number: in the order of the executions' starts. ordinal: which of the rehearsal's commits it is, from 1; 0 for a
    rollback, and for what somebody else started. halt: set when what it has under way is to be abandoned; ending:
    when it is to end after that instead. anew: how many actions had run when all of a stage were to be tried again.
    """

    pipeline: str
    trigger: Trigger
    version: int
    started: datetime
    number: int = 0
    ordinal: int = 0
    kind: str = STANDARD
    target: str | None = None
    status: str = IN_PROGRESS
    summary: str = ""
    attempt: int = 1
    updated: datetime | None = None
    stages: dict[str, StageRun] = field(default_factory=dict)
    actions: list[ActionRun] = field(default_factory=list)
    anew: dict[str, int] = field(default_factory=dict)
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))
    halt: threading.Event = field(default_factory=threading.Event, repr=False)
    ending: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def revision(self) -> str:
        """The commit."""
        return self.trigger.commit

    def succeeded_in(self, stage: str) -> bool:
        """Whether it went through that stage."""
        run = self.stages.get(stage)
        return run is not None and run.status == SUCCEEDED

    def artifact(self, name: str) -> str | None:
        """The key of an artifact that one of its actions put out."""
        return next((each.outputs[name] for each in self.actions if name in each.outputs), None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes an ended execution again."""
        values = {name: value for name, value in vars(self).items() if name not in ("halt", "ending")}
        plain = {name: value for name, value in values.items() if name not in ("trigger", "stages", "actions")}
        return {
            **{name: _written(value) for name, value in plain.items()},
            "trigger": asdict(self.trigger),
            "stages": [{name: _written(value) for name, value in vars(run).items()} for run in self.stages.values()],
            "actions": [{name: _written(value) for name, value in vars(run).items()} for run in self.actions],
        }

    @staticmethod
    def from_json(given: Mapping[str, Any]) -> Execution:
        """An execution of an earlier rehearsal."""
        stages = [StageRun(**_read(each, "started", "ended")) for each in given["stages"]]
        actions = [ActionRun(**_read(each, "started", "updated")) for each in given["actions"]]
        kept = _read(given, "started", "updated") | {
            "ordinal": 0,
            "trigger": Trigger(**given["trigger"]),
            "stages": {each.name: each for each in stages},
            "actions": actions,
        }
        return Execution(**kept)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(given: Mapping[str, Any], *times: str) -> dict[str, Any]:
    read = {name: datetime.fromisoformat(given[name]) for name in times if given.get(name)}
    return {**given, **read}
