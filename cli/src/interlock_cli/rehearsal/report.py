"""What came of a rehearsal, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from interlock_cli.output import Grid
from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.executions import STANDARD
from interlock_cli.rehearsal.exposure import Exposure, Returned, exposures, said
from interlock_cli.rehearsal.outcomes import ActionOutcome, Outcome, StageOutcome
from interlock_cli.rehearsal.rules import Started

STILL = "still there"


@dataclass
class Played:
    """What came of one pipeline: its executions, what its rules started, and what that brought back."""

    pipeline: str
    outcomes: Sequence[Outcome]
    started: Sequence[Started] = ()
    returned: Sequence[Returned] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def exposures(self) -> list[Exposure]:
        """Every revision in every environment."""
        return exposures(self.outcomes, self.returned)


@dataclass
class Report:
    """What came of all of it. `began`, `ended` are simulated; `seconds` real; `to_json` is what `-o json` prints."""

    played: Sequence[Played]
    began: datetime
    ended: datetime
    speed: float
    seconds: float
    interrupted: bool
    emulator: Emulator
    faults: Sequence[str] = ()
    events: dict[str, int] = field(default_factory=dict)

    @property
    def outcomes(self) -> list[Outcome]:
        """Of every pipeline, the earliest first."""
        return sorted((each for played in self.played for each in played.outcomes), key=lambda each: each.began)

    @property
    def status(self) -> str:
        """SUCCEEDED where every revision went through, or was overtaken; STOPPED by the person; else FAILED."""
        if self.interrupted:
            return "STOPPED"
        own = [each for each in self.outcomes if each.kind == STANDARD]
        return "SUCCEEDED" if all(each.status in ("SUCCEEDED", "SUPERSEDED") for each in own) else "FAILED"

    def to_json(self) -> dict[str, Any]:
        """Plain values: executions with stages and actions, exposures, what was emitted, what the emulator lacks."""
        return {
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "simulated": {"from": _text(self.began), "to": _text(self.ended), "speed": self.speed},
            "executions": [_execution(played.pipeline, each) for played in self.played for each in played.outcomes],
            "exposures": [
                {"pipeline": played.pipeline, **each.to_json(self.ended)}
                for played in self.played
                for each in played.exposures
            ],
            "machines": [_machine(played.pipeline, each) for played in self.played for each in played.started],
            "faults": list(self.faults),
            "notes": [note for played in self.played for note in played.notes],
            "events": self.events,
            "emulator": asdict(self.emulator),
            "leftOut": {played.pipeline: dict(played.left_out) for played in self.played},
        }


def grids(report: Report) -> list[Grid]:
    """What was reached, in order; then what was exposed of the revisions that did not go through."""
    tables = [_reached(played.pipeline, each) for played in report.played for each in played.outcomes]
    rows = [_exposed(played.pipeline, each, report.ended) for played in report.played for each in played.exposures]
    bad = [row for row in rows if row[-1]]
    if bad:
        columns = ("PIPELINE", "REVISION", "ENVIRONMENT", "SINCE", "EXPOSED", "BACK BY", "STOPPED BY")
        tables.append(Grid(columns, bad, "Exposed"))
    return tables


def _reached(pipeline: str, outcome: Outcome) -> Grid:
    title = f"{pipeline}: execution {outcome.execution}"
    title += f", rollback to {outcome.revision[:8]}" if outcome.kind != STANDARD else f" of {outcome.revision[:8]}"
    rows = [row for stage in outcome.stages for row in _rows(stage)]
    return Grid(("STAGE", "REACHED", "REGION", "STATUS", "TOOK"), rows, f"{title}: {outcome.status}")


def _rows(stage: StageOutcome) -> list[tuple[str, ...]]:
    """One row for each environment, whose actions add up, and for each other action. Times are simulated."""
    grouped: dict[str, list[ActionOutcome]] = {}
    for action in stage.actions:
        grouped.setdefault(action.environment or action.name, []).append(action)
    return [
        (stage.name, name, actions[-1].region, actions[-1].status, _took(actions)) for name, actions in grouped.items()
    ]


def _took(actions: Sequence[ActionOutcome]) -> str:
    first, last = actions[0].began, actions[-1].ended
    return said(last - first) if first and last else f"{sum(each.seconds for each in actions):.1f} s"


def _exposed(pipeline: str, exposure: Exposure, end: datetime) -> tuple[str, ...]:
    return (
        pipeline,
        exposure.revision[:8],
        exposure.environment,
        f"{exposure.since:%a %H:%M}",
        said(exposure.length(end)),
        exposure.means or STILL,
        " ".join(exposure.stopped_by),
    )


def _execution(pipeline: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "pipeline": pipeline,
        "executionId": outcome.execution,
        "kind": outcome.kind,
        "rollbackTarget": outcome.target,
        "revision": outcome.revision,
        "status": outcome.status,
        "startedAt": _text(outcome.began),
        "endedAt": _text(outcome.ended),
        "seconds": round(outcome.seconds, 3),
        "reasons": outcome.reasons,
        "stages": [_stage(each) for each in outcome.stages],
    }


def _stage(stage: StageOutcome) -> dict[str, Any]:
    return {
        "name": stage.name,
        "status": stage.status,
        "seconds": round(stage.seconds, 3),
        "startedAt": _text(stage.began),
        "actions": [_action(each) for each in stage.actions],
    }


def _action(action: ActionOutcome) -> dict[str, Any]:
    values = {name: value for name, value in asdict(action).items() if name not in ("began", "ended", "deploys")}
    return {
        **values,
        "seconds": round(action.seconds, 3),
        "startedAt": _text(action.began),
        "endedAt": _text(action.ended),
    }


def _machine(pipeline: str, started: Started) -> dict[str, Any]:
    return {
        "pipeline": pipeline,
        "stage": started.stage,
        "executionId": started.pipeline_execution,
        "machineExecution": started.execution,
        "status": started.status,
        "output": started.output,
        "cause": started.cause or None,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None
