"""The bake: time and data, and what ends it at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.safety.baking import AlarmSeen, Bake, Measured, Observation, judge
from domain.words import AlarmRole, AlarmState, CheckRunStatus

BEGAN = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
BAKE = Bake(BEGAN, 720, 100, ["prod-eu-west-1"])
OVER = BAKE.ends_at
GOOD = Observation(
    "prod-eu-west-1",
    alarms=[AlarmSeen("payments-high-severity", AlarmRole.HIGH_SEVERITY, AlarmState.OK)],
    before=Measured(60, 600, 6, 80),
    since=Measured(720, 7000, 70, 85),
    lately=Measured(10, 100, 1, 90),
)


def seen(**changed: object) -> Observation:
    return replace(GOOD, **changed)  # type: ignore[arg-type]


def test_it_passes_when_time_is_over_and_there_are_data():
    assert judge(BAKE, [GOOD], OVER).status is CheckRunStatus.PASSED


def test_while_it_lasts_it_says_what_is_missing():
    baked = judge(BAKE, [seen(since=Measured(528, 41, 0, 80))], OVER - timedelta(hours=3, minutes=12))
    assert baked.status is CheckRunStatus.RUNNING
    assert baked.reasons == ["bake 3 h 12 min left", "41 of 100 requests in prod-eu-west-1"]
    assert baked.data_points == 41


def test_without_data_it_goes_on_and_then_cannot_tell():
    few = [seen(since=Measured(720, 41, 0, 80))]
    assert judge(BAKE, few, OVER).status is CheckRunStatus.RUNNING
    given_up = judge(BAKE, few, BAKE.given_up_at)
    assert (given_up.status, given_up.reasons) == (
        CheckRunStatus.INCONCLUSIVE,
        ["41 of 100 requests in prod-eu-west-1"],
    )


def test_an_environment_that_nobody_looked_at_has_no_data():
    assert judge(BAKE, [], OVER).reasons == ["prod-eu-west-1 has not been looked at"]
    assert judge(replace(BAKE, minimum_data_points=0), [], OVER).status is CheckRunStatus.PASSED


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"alarms": [AlarmSeen("high", AlarmRole.HIGH_SEVERITY, AlarmState.ALARM, "5xx over 1 %")]},
            "high is in ALARM in prod-eu-west-1: 5xx over 1 %",
        ),
        (
            {"lately": Measured(10, None)},
            "requests in prod-eu-west-1 dropped to zero: none in 10 min, where 100 came before",
        ),
        (
            {"lately": Measured(10, 0)},
            "requests in prod-eu-west-1 dropped to zero: none in 10 min, where 100 came before",
        ),
        ({"lately": Measured(10, 100, 30, 90)}, "30.0% of requests in prod-eu-west-1 failed, where 1.0% did before"),
        ({"lately": Measured(10, 100, 1, 900)}, "latency in prod-eu-west-1 rose to 900 ms, from 80 ms before"),
    ],
)
def test_what_ends_it_at_once(changed, reason):
    baked = judge(BAKE, [seen(**changed)], BEGAN + timedelta(minutes=30))
    assert (baked.status, baked.reasons) == (CheckRunStatus.FAILED, [reason])


@pytest.mark.parametrize(
    "changed",
    [
        {"lately": Measured(5, 0)},  # too short to be called silence
        {"before": Measured(60, 6, 0, 80), "lately": Measured(10, 0)},  # nobody could expect one
        {"lately": Measured(10, 10, 9, 9000)},  # too few to believe
        {"lately": Measured(10, 100, 5, 170)},  # within the floors
        {"before": Measured(60), "lately": Measured(10, 100, 4, 9000)},  # a first deployment has no before
    ],
)
def test_what_is_no_anomaly(changed):
    assert judge(BAKE, [seen(**changed)], OVER).status is CheckRunStatus.PASSED


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"problem": "AccessDenied"}, "prod-eu-west-1 could not be looked at: AccessDenied"),
        (
            {"alarms": [AlarmSeen("ghost", AlarmRole.ONE_BOX, None)]},
            "there is no alarm ghost in prod-eu-west-1",
        ),
        (
            {"alarms": [AlarmSeen("high", AlarmRole.HIGH_SEVERITY, AlarmState.INSUFFICIENT_DATA)]},
            "high has no data in prod-eu-west-1",
        ),
    ],
)
def test_what_nobody_can_tell_is_no_pass(changed, reason):
    baked = judge(BAKE, [seen(**changed)], BAKE.given_up_at)
    assert (baked.status, baked.reasons) == (CheckRunStatus.INCONCLUSIVE, [reason])


def test_a_declared_alarm_of_which_nothing_was_said_is_no_pass():
    """An observation that leaves it out is no evidence that it is not in alarm."""
    declared = replace(BAKE, alarms={"prod-eu-west-1": ["payments-high-severity", "pay-aggregate"]})
    baked = judge(declared, [GOOD], OVER)
    said = "nothing was said of the alarm pay-aggregate in prod-eu-west-1"
    assert (baked.status, baked.reasons) == (CheckRunStatus.RUNNING, [said])
    assert judge(declared, [GOOD], declared.given_up_at).status is CheckRunStatus.INCONCLUSIVE
    assert judge(declared, [seen(problem="no answer in 45 s")], OVER).reasons == [
        "prod-eu-west-1 could not be looked at: no answer in 45 s"
    ]


def test_a_first_deployment_that_fails_half_of_its_requests_is_faulty():
    found = seen(before=Measured(60), since=Measured(720, 7000, 3500, 80))
    assert judge(BAKE, [found], OVER).status is CheckRunStatus.FAILED


def test_an_alarm_from_elsewhere_ends_it():
    baked = judge(BAKE, [GOOD], BEGAN, ["the team's alarm shop-aggregate is in ALARM in eu-west-1"])
    assert baked.status is CheckRunStatus.FAILED


def test_a_clock_that_jumps_back_never_passes_a_bake():
    assert judge(BAKE, [GOOD], BEGAN - timedelta(days=1)).status is CheckRunStatus.RUNNING
