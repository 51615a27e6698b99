"""What is measured follows from what ended, and from nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import measures
from domain.measures import FURTHEST, LONGEST, OLDEST, Pipeline, Point, Reached, RunEnd, Unit
from domain.words import ExecutionKind, ExecutionStatus

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAYMENTS = Pipeline("payments", "payments")
FAILED, SUCCEEDED, RUNNING = ExecutionStatus.FAILED, ExecutionStatus.SUCCEEDED, ExecutionStatus.IN_PROGRESS


def end(result: str = "success", *, kind: ExecutionKind = ExecutionKind.STANDARD, attempt: int = 1) -> RunEnd:
    """A run of an hour that ended at noon."""
    error = "JobFailed" if result == "failure" else None
    return RunEnd("e", attempt, PAYMENTS, kind, result, error, NOON - timedelta(hours=1), NOON)


def by_name(points: tuple[Point, ...]) -> dict[str, float]:
    """The values; each name is there once."""
    found = {point.name: point.value for point in points}
    assert len(found) == len(points)
    return found


@pytest.mark.parametrize(
    ("status", "previous", "attempt", "counted", "expected"),
    [
        (FAILED, RUNNING, 1, 0, True),
        (FAILED, None, 1, 0, True),
        (SUCCEEDED, RUNNING, 2, 1, True),
        (SUCCEEDED, RUNNING, 1, 1, True),  # a sender that does not count attempts
        (SUCCEEDED, FAILED, 2, 1, True),  # the retry's beginning and end were told together
        (SUCCEEDED, FAILED, 1, 1, False),  # a late fact
        (FAILED, FAILED, 1, 1, False),
        (RUNNING, FAILED, 2, 1, False),
    ],
)
def test_what_is_an_end(
    status: ExecutionStatus, previous: ExecutionStatus | None, attempt: int, counted: int, expected: bool
) -> None:
    """A run has ended when it was open, or when a later attempt has; a correction of the same attempt is no end."""
    assert measures.is_end(status, previous, attempt, counted) is expected


def test_a_success_after_failures_is_a_recovery() -> None:
    """From the first failure's end to the success's; the failure rate's point is 0."""
    points = by_name(measures.of_run(end(), NOON - timedelta(hours=3), ()))
    assert points == {"RunTime": 3600, "RunFailed": 0, "PipelineRecoveryTime": 3 * 3600}


def test_a_failure_is_counted_and_repairs_nothing() -> None:
    """Its point is 1; a run that was stopped or superseded is no part of the rate."""
    assert by_name(measures.of_run(end("failure"), NOON, ())) == {"RunTime": 3600, "RunFailed": 1}
    for other in ("cancellation", "skip"):
        assert by_name(measures.of_run(end(other), NOON, ())) == {"RunTime": 3600}


def test_a_rollback_repairs_nothing_and_reaches_no_region() -> None:
    """It brings no revision to its end."""
    reached = [Reached("eu-west-1", True, NOON)]
    points = by_name(measures.of_run(end(kind=ExecutionKind.ROLLBACK), NOON, reached))
    assert points == {"RunTime": 3600, "RunFailed": 0}


def test_first_and_last_region_are_of_production() -> None:
    """A Region is reached with its first environment; Regions before production do not count."""
    start = NOON - timedelta(hours=1)
    reached = [
        Reached("eu-west-1", False, start + timedelta(minutes=1)),
        Reached("us-east-1", True, start + timedelta(minutes=30)),
        Reached("eu-west-1", True, start + timedelta(minutes=20)),
        Reached("us-east-1", True, start + timedelta(minutes=50)),
    ]
    points = by_name(measures.of_run(end(), None, reached))
    assert (points["TimeToFirstRegion"], points["TimeToLastRegion"]) == (20 * 60, 30 * 60)
    assert "TimeToFirstRegion" not in by_name(measures.of_run(end(), None, reached[:1]))


def test_ids_follow_from_what_ended() -> None:
    """Derived again, the same ids; another attempt, another end: other ids."""
    first = measures.of_run(end(), NOON, ())
    assert first == measures.of_run(end(), NOON, ())
    assert not {point.id for point in first} & {point.id for point in measures.of_run(end(attempt=2), NOON, ())}
    times = (NOON - timedelta(minutes=5), NOON)
    wave = measures.of_wave("w", PAYMENTS, ("prod", "prod-1"), times)
    assert wave.dimensions == (
        ("Service", "payments"),
        ("Pipeline", "payments"),
        ("Stage", "prod"),
        ("Wave", "prod-1"),
    )
    assert (wave.name, wave.value, wave.unit, wave.at) == ("WaveTime", 300, Unit.SECONDS, NOON)
    later = (NOON, NOON + timedelta(minutes=1))  # refolded with other times: the first word stands
    assert measures.of_wave("w", PAYMENTS, ("prod", "prod-1"), later).id == wave.id
    assert measures.of_deployment("w", PAYMENTS, ("prod", "prod-1"), times).id != wave.id


@given(st.none() | st.text(max_size=600))
def test_a_dimension_is_what_cloudwatch_takes(name: str | None) -> None:
    """Whatever a pipeline is called: printable ASCII, 1 to 255 characters, no colon first."""
    point = measures.of_build("a", Pipeline("payments", name), NOON, NOON)
    value = dict(point.dimensions)["Service"]
    assert value.isascii()
    assert value.isprintable()
    assert 1 <= len(value) <= LONGEST
    assert not value.startswith(":")
    assert value.strip()


def test_no_time_is_negative() -> None:
    """AWS's clocks are several: an end before its start took no time."""
    assert measures.of_build("a", PAYMENTS, NOON, NOON - timedelta(seconds=1)).value == 0


def test_what_cloudwatch_would_refuse_for_its_time() -> None:
    """Two weeks back and two hours ahead, with some minutes to spare."""
    assert measures.refusal(NOON - OLDEST, NOON) is None
    assert measures.refusal(NOON - OLDEST - timedelta(seconds=1), NOON) == "old"
    assert measures.refusal(NOON + FURTHEST, NOON) is None
    assert measures.refusal(NOON + timedelta(hours=2), NOON) == "future"
