"""The validation machine's definition: legal, whole, patient, and knowing every kind of check that the service has."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.words import CheckKind
from pipelinekit import entering
from pipelinekit.kinds import FIRST_STATES, check_states
from pipelinekit.machine import PATIENCE, PHASES, TIMEOUT_SECONDS, definition, gate
from tests.pipelinekit.synthesis import ROOT

VALIDATOR = ROOT / "node_modules" / ".bin" / "asl-validator"
STATES = {"the machine": (definition()["StartAt"], definition()["States"]), "a check": ("Begin", check_states(gate))}


def followers(state: dict[str, Any]) -> Iterator[str]:
    """Every state that may come after this one."""
    for branch in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (branch[key] for key in ("Next", "Default") if key in branch)


def test_the_definition_is_legal(tmp_path: Path) -> None:
    """asl-validator finds nothing wrong with it."""
    path = tmp_path / "machine.asl.json"
    gate_arn = "arn:aws:lambda:eu-west-1:999999999999:function:gate"
    path.write_text(json.dumps(definition()).replace("${Gate}", gate_arn))
    done = subprocess.run([VALIDATOR, "--json-path", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_validator_would_notice(tmp_path: Path) -> None:
    """A state that leads nowhere is noticed: the test above is worth something."""
    broken = definition()
    broken["States"]["Start"]["Next"] = "Nowhere"
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    done = subprocess.run([VALIDATOR, "--json-path", tmp_path / "broken.json"], capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("which", STATES)
def test_every_state_is_reached_and_exists(which: str) -> None:
    """Nothing leads to a state that is not there, and nothing is there that nothing leads to."""
    start, states = STATES[which]
    reached = {start, *(name for state in states.values() for name in followers(state))}
    assert reached == set(states)


def test_no_two_phases_share_a_state() -> None:
    """Each phase's states have names of their own, and none of those that all phases share."""
    names = [name for phase in PHASES for name in phase.states(gate)]
    shared = set(definition()["States"]) - set(names)
    assert len(names) == len(set(names))
    assert {"Trace", "Phase", "RunChecks", "NotPassed"} <= shared


def test_a_week_of_asking_is_within_the_history() -> None:
    """At the quickest that is allowed, and then every five minutes, beside checks: 25,000 events are not reached."""
    prompt = entering.PROMPT_EVENTS / entering.EVENTS_OF_A_QUESTION
    slow = entering.LONGEST_SECONDS / entering.SLOW_SECONDS
    assert (prompt + slow) * entering.EVENTS_OF_A_QUESTION < entering.HISTORY < 25_000
    assert entering.LONGEST_SECONDS < TIMEOUT_SECONDS


def test_every_kind_of_the_service_is_known() -> None:
    """The kinds of checks in the graph are those that the machine carries out."""
    assert set(FIRST_STATES) == {str(kind) for kind in CheckKind}


def test_an_unknown_kind_says_what_to_do() -> None:
    """What the machine does not know ends as ERRORED with the advice to upgrade, and nothing is guessed."""
    states = check_states(gate)
    assert states["Kind"]["Default"] == "Unknown"
    outcome = states["Unknown"]["Assign"]["outcome"]
    assert outcome["status"] == "ERRORED"
    assert "upgrade pipelinekit" in outcome["cause"]


def test_patience_outlasts_the_machine() -> None:
    """The service is asked again for longer than the machine lives, within the history that Step Functions allows."""
    patient = PATIENCE[-1]
    assert patient["ErrorEquals"] == ["States.ALL"]
    assert patient["MaxAttempts"] * patient["MaxDelaySeconds"] > TIMEOUT_SECONDS
    assert TIMEOUT_SECONDS / patient["MaxDelaySeconds"] * 3 < 25_000
    states = definition()["States"]
    assert all(states[name]["Retry"] == PATIENCE for name in ("Start", "Conclude"))


def test_time_limits_are_constants() -> None:
    """Validators and emulators refuse a computed TimeoutSeconds, so every one is a number; every task has one."""
    states = [*definition()["States"].values(), *check_states(gate).values()]
    limits = [state["TimeoutSeconds"] for state in states if state["Type"] == "Task"]
    assert limits
    assert all(isinstance(limit, int) and limit <= TIMEOUT_SECONDS for limit in limits)


def test_every_outcome_is_reported() -> None:
    """Whatever a check's state ends with, Report is what follows: no end is reached but by it."""
    states = check_states(gate)
    ends = [name for name, state in states.items() if state.get("End") or state["Type"] in {"Succeed", "Fail"}]
    assert sorted(ends) == ["SaidNo", "SaidNoUnreported", "Told", "Unreported"]
    leading = {name for name, state in states.items() if set(ends) & set(followers(state))}
    assert leading == {"Reported", "NotReported"}


def test_a_return_that_breaks_is_reported_as_failed() -> None:
    """Else it would be under way for ever, and keep everybody out; and a drill would count as having gone back."""
    states = definition()["States"]
    (caught,) = states["Restore"]["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "ReportRollback")
    assert "'state': 'FAILED'" in caught["Assign"]["works"]
    drill = states["RunChecks"]["ItemProcessor"]["States"]
    assert drill["DrillRestore"]["Catch"][0]["Next"] == "DrillStepDone"
    assert drill["DrillStepDone"]["Default"] == "DrillUntold"
