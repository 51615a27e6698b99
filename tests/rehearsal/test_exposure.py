"""What was exposed, for how long, what stopped it, and by which means it was brought back."""

from datetime import UTC, datetime, timedelta

import pytest

from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.exposure import NATIVE, NEWER, REDEPLOY, STACK, Returned, exposures, said
from interlock_cli.rehearsal.outcomes import ActionOutcome, Outcome, StageOutcome
from interlock_cli.rehearsal.report import Played, Report, grids

BEGIN = datetime(2027, 3, 1, 8, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """So long after the beginning."""
    return BEGIN + timedelta(minutes=minutes)


def deployment(environment: str, began: float, ended: float, status: str = "SUCCEEDED") -> ActionOutcome:
    """A change of an environment's stack."""
    return ActionOutcome(
        f"{environment}.Deploy",
        "CloudFormation",
        environment,
        "111111111111",
        "eu-west-1",
        status,
        1.0,
        at(began),
        at(ended),
        deploys=True,
        summary="" if status == "SUCCEEDED" else "the stack failed",
    )


def outcome(revision: str, *actions: ActionOutcome, kind: str = "STANDARD", status: str = "SUCCEEDED") -> Outcome:
    """An execution with one stage; one that fails is stopped by its check."""
    check = ActionOutcome(
        "Validate", "StepFunctions", None, "1", "eu-west-1", "FAILED", 1.0, summary="the alarm went off"
    )
    stage = StageOutcome("prod-1", status, 1.0, BEGIN, [*actions, *([check] if status == "FAILED" else [])])
    return Outcome(f"of-{revision}-{kind}", revision, kind, None, BEGIN, status, 1.0, at(100), stages=[stage])


def test_a_revision_is_exposed_until_a_rollback_is_done() -> None:
    """From when its change began, to when the earlier one was there again."""
    good = outcome("good", deployment("prod", 0, 5))
    bad = outcome("bad", deployment("prod", 20, 25), status="FAILED")
    back = outcome("good", deployment("prod", 50, 55), kind="ROLLBACK")
    first, second = exposures([good, bad, back])
    assert (first.revision, first.until, first.means, first.stopped_by) == ("good", at(25), NEWER, [])
    assert (second.revision, second.since, second.until, second.means) == ("bad", at(20), at(55), NATIVE)
    assert list(second.stopped_by) == ["the alarm went off"]
    assert second.length(at(100)) == timedelta(minutes=35)


def test_what_the_machine_brought_back_is_a_redeployment() -> None:
    """Where CodePipeline itself could not."""
    bad = outcome("bad", deployment("prod", 20, 25), status="FAILED")
    (exposure,) = exposures([bad], [Returned("prod", "good", at(60)), Returned("other", "good", at(30))])
    assert (exposure.until, exposure.means) == (at(60), REDEPLOY)


def test_what_nothing_brought_back_is_still_there() -> None:
    """Up to the end of the rehearsal."""
    (exposure,) = exposures([outcome("bad", deployment("prod", 20, 25), status="FAILED")])
    assert (exposure.until, exposure.means, exposure.length(at(80))) == (None, "", timedelta(minutes=60))
    assert exposure.to_json(at(80))["minutes"] == 60.0


def test_a_stack_that_failed_was_brought_back_by_cloudformation() -> None:
    """It was there as long as its change took."""
    (exposure,) = exposures([outcome("bad", deployment("prod", 20, 25, "FAILED"), status="FAILED")])
    assert (exposure.means, exposure.length(at(80))) == (STACK, timedelta(minutes=5))


@pytest.mark.parametrize(
    ("minutes", "sentence"), [(0, "0 min"), (59, "59 min"), (75, "1 h 15 min"), (1440, "1 d 0 h"), (2000, "1 d 9 h")]
)
def test_durations_are_said_in_two_units(minutes: int, sentence: str) -> None:
    """As a person would."""
    assert said(timedelta(minutes=minutes)) == sentence


def report(*outcomes: Outcome, interrupted: bool = False) -> Report:
    """Of one pipeline."""
    return Report(
        [Played("payments", outcomes)],
        BEGIN,
        at(100),
        43_200.0,
        3.0,
        interrupted,
        Emulator("http://127.0.0.1:1", own=True),
    )


def test_the_report_shows_what_was_exposed_and_what_stopped_it() -> None:
    """A table of what was reached for each execution, and one of revisions that did not go through."""
    bad = outcome("bbbbbbbbbbbb", deployment("prod", 20, 25), status="FAILED")
    tables = grids(report(outcome("aaaaaaaaaaaa", deployment("prod", 0, 5)), bad))
    assert [each.title for each in tables] == [
        "payments: execution of-aaaaaaaaaaaa-STANDARD of aaaaaaaa: SUCCEEDED",
        "payments: execution of-bbbbbbbbbbbb-STANDARD of bbbbbbbb: FAILED",
        "Exposed",
    ]
    assert tables[-1].rows == [
        ("payments", "bbbbbbbb", "prod", "Mon 08:20", "1 h 20 min", "still there", "the alarm went off")
    ]


def test_the_status_is_that_of_the_revisions() -> None:
    """What was overtaken did not fail; a rollback that went well does not mend the revision."""
    overtaken = outcome("old", status="SUPERSEDED")
    assert report(overtaken, outcome("new")).status == "SUCCEEDED"
    assert report(outcome("bad", status="FAILED"), outcome("good", kind="ROLLBACK")).status == "FAILED"
    assert report(outcome("new"), interrupted=True).status == "STOPPED"
    assert report(outcome("new")).to_json()["simulated"] == {
        "from": "2027-03-01T08:00:00.000Z",
        "to": "2027-03-01T09:40:00.000Z",
        "speed": 43_200.0,
    }
