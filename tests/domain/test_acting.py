"""What an action on an execution does, or why it is not possible, over facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import acting
from domain.acting import Action, Effect, Occupant, Passed, Run, Stage, Standing
from domain.safety.returning import KEPT, Failing, Way
from domain.words import (
    ActionKind,
    ApprovalDecision,
    ExecutionKind,
    ExecutionStatus,
    OnFailure,
    RetryMode,
    RollbackMeans,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
OLD, NEW = "aaaaaaaa1111", "bbbbbbbb2222"
STANDARD, ROLLBACK = ExecutionKind.STANDARD, ExecutionKind.ROLLBACK
RUNNING, STOPPING, DONE = ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING, ExecutionStatus.SUCCEEDED
FAILED, STOPPED = ExecutionStatus.FAILED, ExecutionStatus.STOPPED
ENTER = Action("Enter", ActionKind.ENTER, DONE, ended_at=NOW)


def _deploy(environment: str, status: ExecutionStatus) -> Action:
    return Action(f"{environment}.Deploy", ActionKind.DEPLOY, status, environment)


EU, US = _deploy("prod-eu", RUNNING), _deploy("prod-us", DONE)
BETA = Stage("beta-1", DONE, ("beta-eu",), (_deploy("beta-eu", DONE),))
PROD = Stage("prod-1", RUNNING, ("prod-eu", "prod-us"), (ENTER, EU, US))
LAST = Stage("prod-2", None, ("prod-ap",))
RUN = Run("new", STANDARD, RUNNING, NEW, (BETA, PROD, LAST))
WAY = Way(RollbackMeans.NATIVE, "CodePipeline returns prod-1 to aaaaaaaa, which has the pipeline's structure")


def _said(effect: Effect) -> str:
    return " ".join(effect.sentences)


# --- stopping -------------------------------------------------------------------------------------------------------


def test_a_stop_waits_for_what_is_in_progress() -> None:
    """What is deployed stays, what is not reached is named, and nothing is rolled back."""
    effect = acting.stop(replace(RUN, behind="cccccccc3333"), abandon=False)
    assert effect.possible
    assert effect.environments == ("prod-eu",)
    assert effect.sentences == (
        "What is in progress goes on to its end: the deployment to prod-eu. Nothing else begins.",
        "bbbbbbbb stays where it is: beta-eu, prod-us.",
        "It goes no further: prod-ap does not get it.",
        "A stop is no failure: nothing is rolled back, and the stage may be retried.",
        "cccccccc, which waits behind it, goes on.",
    )


def test_what_is_abandoned_may_be_between_two_revisions() -> None:
    """Nobody waits for it any longer, and its end is not recorded."""
    said = _said(acting.stop(RUN, abandon=True))
    assert "Nobody waits any longer for the deployment to prod-eu" in said
    assert "two revisions side by side in prod-eu" in said


def test_whoever_waits_before_a_wave_is_stopped_by_an_answer_or_by_abandoning() -> None:
    """Nothing is deployed, so nothing is between two revisions."""
    asking = replace(RUN, stages=(Stage("prod-1", RUNNING, ("prod-eu",), (replace(ENTER, status=RUNNING),)),))
    assert "It waits before its wave" in _said(acting.stop(asking, abandon=False))
    abandoned = acting.stop(asking, abandon=True)
    assert "side by side" not in _said(abandoned)
    assert abandoned.sentences[0] == "It waits before its wave, and ends at once."
    assert abandoned.sentences[1] == "It goes no further: prod-eu does not get it."
    assert abandoned.environments == ()


def test_between_two_stages_it_ends_at_once() -> None:
    """Whether what is in progress is waited for makes no difference."""
    for abandon in (False, True):
        between = replace(RUN, stages=(BETA, replace(PROD, status=None, actions=())))
        assert acting.stop(between, abandon=abandon).sentences[0] == "Nothing of it is in progress: it ends at once."


def test_what_is_stopping_already_can_only_be_abandoned() -> None:
    """The same asked again changes nothing, and is no failure."""
    stopping = replace(RUN, status=STOPPING)
    again = acting.stop(stopping, abandon=False)
    assert (again.possible, again.nothing) == (True, True)
    assert not acting.stop(stopping, abandon=True).nothing


@pytest.mark.parametrize("status", [each for each in ExecutionStatus if each.ended])
def test_what_has_ended_is_not_stopped(status: ExecutionStatus) -> None:
    """With the status, and what to do instead of a failure."""
    effect = acting.stop(replace(RUN, status=status), abandon=True)
    assert (effect.possible, effect.code) == (False, "EXECUTION_ENDED")
    assert str(status) in _said(effect)
    assert ("Retry" in effect.remedy) is (status is FAILED)


# --- retrying -------------------------------------------------------------------------------------------------------

BROKEN = Stage("prod-1", FAILED, ("prod-eu", "prod-us"), (ENTER, replace(EU, status=FAILED), US))
HERE = Occupant("new", STANDARD, FAILED, NEW)


def _retry(stage: Stage = BROKEN, mode: RetryMode = RetryMode.FAILED_ACTIONS, there: Occupant | None = HERE) -> Effect:
    return acting.retry(replace(RUN, status=FAILED), stage, mode, there, WAY)


def test_a_retry_does_again_what_has_not_succeeded_and_does_not_ask() -> None:
    """CodePipeline does not run Enter again: what has come since does not hold the revision back."""
    effect = _retry()
    assert effect.environments == ("prod-eu",)
    assert effect.sentences == (
        "What has not succeeded in prod-1 is done again: the deployment to prod-eu.",
        "What has succeeded is not done again: prod-us.",
        (
            "Enter is not run again: it let the revision in at 2026-11-30 12:00 UTC, and what has come since, as a "
            "freeze, an alarm or a window that closed, does not hold it back. With ALL_ACTIONS it is asked anew."
        ),
        f"If it fails again, it is rolled back: {WAY.reason}.",
    )


def test_with_all_actions_it_is_asked_anew() -> None:
    """From the first action on, in every environment."""
    effect = _retry(mode=RetryMode.ALL_ACTIONS)
    assert "decided anew" in _said(effect)
    assert effect.environments == ("prod-eu", "prod-us")


def test_an_enter_that_said_no_is_asked_again() -> None:
    """It is itself what has failed."""
    refused = replace(BROKEN, actions=(replace(ENTER, status=FAILED),))
    assert "decided anew" in _said(_retry(refused))


def test_what_was_stopped_is_retried_too() -> None:
    """AWS: the actions of the stage in which an execution was stopped can be retried."""
    assert _retry(replace(BROKEN, status=STOPPED, actions=(ENTER, US))).sentences[0] == (
        "CodePipeline goes on in prod-1 where it was stopped."
    )


@pytest.mark.parametrize(
    ("stage", "there", "code"),
    [
        (PROD, HERE, "STAGE_NOT_FAILED"),
        (BETA, HERE, "STAGE_NOT_FAILED"),
        (LAST, None, "STAGE_NOT_ENTERED"),
        (BROKEN, Occupant("newer", STANDARD, RUNNING, "cccccccc"), "NOT_LATEST"),
        (BROKEN, Occupant("back", ROLLBACK, DONE, OLD), "NOT_LATEST"),
    ],
)
def test_what_cannot_be_retried(stage: Stage, there: Occupant, code: str) -> None:
    """A stage that has not failed, that was not entered, or that another execution has entered since."""
    effect = _retry(stage, there=there)
    assert (effect.possible, effect.code) == (False, code)
    assert effect.remedy


# --- rolling back ---------------------------------------------------------------------------------------------------

GOOD = Passed("old", STANDARD, OLD, 7, NOW - timedelta(days=2), NOW - timedelta(days=1))
FAILING = Failing("prod-1", OnFailure.ROLLBACK, version=7)
STANDING = Standing(
    "new", FAILING, ("prod-eu", "prod-us", "prod-ap"), HERE, (GOOD,), deployed={"prod-eu": NEW, "prod-us": OLD}
)


def _back(target: str | None = None, **given: Any) -> Effect:
    return acting.roll_back(replace(STANDING, **given), target, NOW)


def test_a_rollback_says_what_each_environment_gets() -> None:
    """From what it has to what it gets; and that what is taken back stays out."""
    effect = _back("old")
    assert effect.possible
    assert effect.environments == ("prod-eu", "prod-us", "prod-ap")
    assert effect.sentences[1:4] == (
        "prod-eu: from bbbbbbbb back to aaaaaaaa.",
        "prod-us: aaaaaaaa was the last to succeed there, and is deployed once more.",
        "prod-ap: what is there is not known, then aaaaaaaa.",
    )
    assert "bbbbbbbb, and whatever is older, stays out" in effect.sentences[-1]
    [target] = effect.targets
    assert (target.means, target.possible, target.passed) == (RollbackMeans.NATIVE, True, GOOD)


def test_without_a_target_the_latest_that_is_possible_is_meant() -> None:
    """Others are named, each with why it cannot be."""
    targets = (
        replace(GOOD, execution="back", kind=ROLLBACK),
        replace(GOOD, execution="other", version=6),
        GOOD,
        replace(GOOD, execution="ancient", began_at=NOW - KEPT),
        replace(GOOD, execution="new"),
    )
    effect = _back(passed=targets)
    assert effect.possible
    assert [(each.passed.execution, each.possible) for each in effect.targets] == [
        ("back", False),
        ("other", False),
        ("old", True),
        ("ancient", False),
    ]
    said = [each.sentence for each in effect.targets]
    assert said[0] == "Aaaaaaaa came by a rollback, to which CodePipeline does not return."
    assert said[1] == "The pipeline's structure has changed since aaaaaaaa."
    assert "expire after 180 days" in said[3]


def test_a_structure_that_is_not_known_may_be_refused() -> None:
    """CodePipeline is asked all the same, and the effect says so."""
    effect = _back(passed=(replace(GOOD, version=None),))
    assert effect.possible
    assert "CodePipeline may refuse" in _said(effect)


def test_a_wave_of_several_stages_is_rolled_back_one_by_one() -> None:
    """CodePipeline returns a stage."""
    assert "The wave has other stages, which keep what they have: roll back prod-1.2 as well." in _said(
        _back(parts=("prod-1.2",))
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"environments": ()}, "NOTHING_DEPLOYED"),
        ({"occupant": None}, "STAGE_NOT_ENTERED"),
        ({"occupant": replace(HERE, execution="newer", revision="cccccccc")}, "NOT_LATEST"),
        ({"occupant": replace(HERE, status=RUNNING)}, "STAGE_IN_PROGRESS"),
        ({"occupant": replace(HERE, kind=ROLLBACK)}, "ROLLBACK_OF_ROLLBACK"),
        ({"passed": ()}, "NO_TARGET"),
        ({"passed": (replace(GOOD, version=6),)}, "NO_TARGET"),
        ({"failing": replace(FAILING, v2=False)}, "NO_TARGET"),
        ({"failing": replace(FAILING, parallel=True)}, "NO_TARGET"),
    ],
)
def test_what_cannot_be_rolled_back(given: dict[str, Any], code: str) -> None:
    """With the reason, and what to do instead."""
    effect = _back(**given)
    assert (effect.possible, effect.code) == (False, code)
    assert effect.remedy


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("ghost", "ghost has not succeeded in prod-1."),
        ("new", "new is what is in prod-1 now."),
        ("other", "The pipeline's structure has changed since aaaaaaaa."),
    ],
)
def test_a_target_that_is_none(target: str, said: str) -> None:
    """It is named with why; those that are possible are told."""
    effect = _back(target, passed=(GOOD, replace(GOOD, execution="other", version=6)))
    assert (effect.possible, effect.code, effect.sentences) == (False, "NOT_A_TARGET", (said,))
    assert effect.targets


# --- approving ------------------------------------------------------------------------------------------------------

WAITS = Action("Approve", ActionKind.OTHER, RUNNING, approval=True)


def test_an_approval_lets_the_stage_go_on() -> None:
    """To the environments that it deploys."""
    effect = acting.approve(PROD, WAITS, ApprovalDecision.APPROVED, WAY)
    assert effect.sentences[0] == "prod-1 goes on with what comes after Approve, to prod-eu, prod-us."


def test_a_rejection_is_a_failure() -> None:
    """So the stage is returned as after any other one, or it is said why not."""
    assert f"rolled back: {WAY.reason}." in _said(acting.approve(PROD, WAITS, ApprovalDecision.REJECTED, WAY))
    none = Way(RollbackMeans.NONE, "nothing of prod-1 was touched")
    assert "Nothing is rolled back" in _said(acting.approve(PROD, WAITS, ApprovalDecision.REJECTED, none))


@pytest.mark.parametrize(
    ("action", "code"), [(EU, "NOT_AN_APPROVAL"), (replace(WAITS, status=DONE), "ALREADY_ANSWERED")]
)
def test_what_waits_for_nobody_is_not_answered(action: Action, code: str) -> None:
    """Any other action, and one that was answered."""
    assert acting.approve(PROD, action, ApprovalDecision.APPROVED, WAY).code == code
