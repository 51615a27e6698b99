"""The walk: which actions run, in which order, and which envelopes tell of it."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from interlock_cli.rehearsal.actions import Result
from interlock_cli.rehearsal.assembly import Action, Assembly, read_assembly
from interlock_cli.rehearsal.envelopes import Subject, Trigger
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.progress import Progress
from interlock_cli.rehearsal.stacks import ActionFailedError, InterruptedWalkError
from interlock_cli.rehearsal.walk import Outcome, Walk

from . import assemblies

TRIGGER = Trigger("acme/payments", "main", "9f2c1ab", "raise limit", "mary", "m@example.com", "2026-11-22", "arn:c")


class Performing:
    """Performs nothing; `failing` and `interrupted` name actions that end so."""

    def __init__(self, failing: str = "", interrupted: str = "", stop: threading.Event | None = None) -> None:
        self.failing, self.interrupted, self.stop = failing, interrupted, stop
        self.performed: list[str] = []

    def perform(self, _stage: str, action: Action) -> Result:
        """Succeeds, but for what was named."""
        self.performed.append(action.name)
        if action.name == self.failing:
            raise ActionFailedError("Stack s is in ROLLBACK_COMPLETE: Queue: bad name", "arn:stack")
        if action.name == self.interrupted and self.stop is not None:
            self.stop.set()
            raise InterruptedWalkError
        return Result(f"id-of-{action.name}")

    def place(self, action: Action) -> Place:
        """Somewhere."""
        return Place("111111111111", action.region or "eu-west-1")


def walked(assembly: Assembly, performing: Performing) -> tuple[Outcome, list[dict[str, Any]]]:
    """The outcome, and every envelope in order."""
    envelopes: list[dict[str, Any]] = []
    subject = Subject("payments", assembly.place, "0b1f6c1e", datetime(2026, 11, 22, tzinfo=UTC), TRIGGER)
    progress = Progress(assembly.actions, assembly.stages)
    stop = performing.stop or threading.Event()
    walk = Walk(assembly, subject, performing, envelopes.append, progress, stop)  # type: ignore[arg-type]
    return walk.run(), envelopes


def told(envelopes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What each envelope is about, and its state."""
    details = (each["detail"] for each in envelopes)
    return [(each.get("action") or each.get("stage") or each["pipeline"], each["state"]) for each in details]


def test_stages_are_walked_in_order_and_told(tmp_path: Path) -> None:
    """Pipeline, stage, action: each is told when it starts and when it ends, one within the other."""
    outcome, envelopes = walked(read_assembly(assemblies.write(tmp_path)), Performing())
    assert outcome.status == "SUCCEEDED"
    expected: list[tuple[str, str]] = [("payments", "STARTED")]
    for stage, actions in (
        ("Source", ["push"]),
        ("alpha-1", ["alpha-eu-west-1.Prepare", "alpha-eu-west-1.Deploy"]),
        ("beta-1", ["beta-us-east-1.Prepare", "beta-us-east-1.Deploy"]),
    ):
        within = [(action, state) for action in actions for state in ("STARTED", "SUCCEEDED")]
        expected += [(stage, "STARTED"), *within, (stage, "SUCCEEDED")]
    assert told(envelopes) == [*expected, ("payments", "SUCCEEDED")]


def test_a_failure_stops_the_pipeline_with_its_summary(tmp_path: Path) -> None:
    """Nothing after the failed action is begun; its envelope holds the reason and what it ran."""
    performing = Performing(failing="alpha-eu-west-1.Prepare")
    outcome, envelopes = walked(read_assembly(assemblies.write(tmp_path)), performing)
    assert outcome.status == "FAILED"
    assert performing.performed == ["push", "alpha-eu-west-1.Prepare"]
    assert told(envelopes)[-3:] == [
        ("alpha-eu-west-1.Prepare", "FAILED"),
        ("alpha-1", "FAILED"),
        ("payments", "FAILED"),
    ]
    assert envelopes[-3]["detail"]["execution-result"] == {
        "external-execution-id": "arn:stack",
        "external-execution-summary": "Stack s is in ROLLBACK_COMPLETE: Queue: bad name",
        "error-code": "JobFailed",
    }


def test_an_interrupted_walk_is_told_as_stopped(tmp_path: Path) -> None:
    """The service must not show an execution that runs for ever: the action is abandoned, the rest stopped."""
    performing = Performing(interrupted="alpha-eu-west-1.Prepare", stop=threading.Event())
    outcome, envelopes = walked(read_assembly(assemblies.write(tmp_path)), performing)
    assert outcome.status == "STOPPED"
    assert told(envelopes)[-4:] == [
        ("alpha-eu-west-1.Prepare", "ABANDONED"),
        ("alpha-1", "STOPPED"),
        ("payments", "STOPPING"),
        ("payments", "STOPPED"),
    ]
