"""Work of several steps: taken back in reverse when one fails, told and left when somebody interrupts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock_cli.environment_steps import EnvironmentStep, run_step, steps_of
from interlock_cli.errors import CommandError
from interlock_cli.undoing import Left, Step, Work


@pytest.fixture
def log() -> list[str]:
    """What was done, in its order."""
    return []


def doing(log: list[str], what: str, error: BaseException | None = None) -> Callable[[], str]:
    def do() -> str:
        log.append(what)
        if error is not None:
            raise error
        return what

    return do


def outcomes(work: Work) -> str:
    """A word for each step."""
    return " ".join(step.outcome for step in work.steps)


def test_what_was_done_before_a_failure_is_taken_back_the_last_first(log: list[str]) -> None:
    """What has nothing to be taken back stays; what comes after is not begun; the failure is the command's."""
    work = Work(
        [
            Step("a", doing(log, "a"), doing(log, "not a")),
            Step("b", doing(log, "b")),
            Step("c", doing(log, "c"), doing(log, "not c")),
            Step("d", doing(log, "d", CommandError("No d.")), doing(log, "not d")),
            Step("e", doing(log, "e")),
        ]
    )
    with pytest.raises(CommandError, match="No d"):
        work.run()
    assert log == ["a", "b", "c", "d", "not c", "not a"]
    assert outcomes(work) == "TAKEN_BACK DONE TAKEN_BACK FAILED NOT_BEGUN"
    assert work.grid("Work").rows[3] == ("d", "FAILED", "No d.")


def test_what_cannot_be_taken_back_is_told_and_the_rest_is(log: list[str]) -> None:
    """A second failure hides neither the first nor what it leaves."""
    work = Work(
        [
            Step("a", doing(log, "a"), doing(log, "not a")),
            Step("b", doing(log, "b"), doing(log, "not b", CommandError("Stuck."))),
            Step("c", doing(log, "c", CommandError("No c."))),
        ]
    )
    with pytest.raises(CommandError, match="No c"):
        work.run()
    assert outcomes(work) == "TAKEN_BACK LEFT FAILED"
    assert work.steps[1].to_json() == {"step": "b", "outcome": "LEFT", "remark": "not taken back: Stuck."}


def test_an_interruption_takes_nothing_back(log: list[str]) -> None:
    """Who interrupts is told what was done, what was in the middle, and what was not begun."""
    work = Work(
        [
            Step("a", doing(log, "a"), doing(log, "not a")),
            Step("b", doing(log, "b", KeyboardInterrupt())),
            Step("c", doing(log, "c")),
        ]
    )
    with pytest.raises(KeyboardInterrupt):
        work.run()
    assert (log, outcomes(work)) == (["a", "b"], "DONE INTERRUPTED NOT_BEGUN")


def test_what_a_step_leaves_is_no_failure(log: list[str]) -> None:
    """Those after it are done."""
    work = Work([Step("a", doing(log, "a", Left("one stack"))), Step("b", doing(log, "b"))])
    work.run()
    assert outcomes(work) == "LEFT DONE"


ENVIRONMENT = {"name": "test-ada-1", "account": "1" * 12}


def test_an_organisations_step_is_given_the_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON on stdin and as variables; its command line is printed first, and what it prints is passed on."""
    (step,) = steps_of({"environmentSteps": [{"name": "dns", "create": ["sh", "-c", "cat; echo $INTERLOCK_STEP"]}]})
    variables = {"PATH": "/usr/bin:/bin", "INTERLOCK_ENVIRONMENT": "test-ada-1"}
    run_step(step, "create", ENVIRONMENT, variables, "payments")
    said = capsys.readouterr()
    first, rest = said.err.split("\n", 1)
    assert first == "$ INTERLOCK_ENVIRONMENT=test-ada-1 sh -c 'cat; echo $INTERLOCK_STEP'"
    assert rest == '{"name": "test-ada-1", "account": "111111111111", "service": "payments"}dns\n'
    assert said.out == ""
    assert run_step(step, "delete", ENVIRONMENT, variables, None) == "nothing to take back"


@pytest.mark.parametrize(
    ("program", "message"),
    [(("sh", "-c", "exit 3"), "ended with 3"), (("no-such-program",), "The program 'no-such-program' is not")],
)
def test_a_step_that_fails_says_where_it_is_declared(program: tuple[str, ...], message: str) -> None:
    """Whoever runs it has not written it."""
    with pytest.raises(CommandError, match=f"The step dns .*{message}.*environmentSteps"):
        run_step(EnvironmentStep("dns", program), "create", ENVIRONMENT, {"PATH": "/usr/bin:/bin"}, None)


def test_a_steps_secrets_are_shown_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in the question before, nor in what is said of it after, nor in its failure."""
    step = EnvironmentStep("dns", ("true", "--password", "hunter2"), ("false", "--password", "hunter2"))
    said = step.sentence + run_step(step, "create", ENVIRONMENT, {"PATH": "/usr/bin:/bin"}, None)
    with pytest.raises(CommandError, match=r"`false --password '\*\*\*'` ended with 1") as failed:
        run_step(step, "delete", ENVIRONMENT, {"PATH": "/usr/bin:/bin"}, None)
    assert "hunter2" not in said + str(failed.value) + capsys.readouterr().err
