"""DORA's measures: values worked out by hand, and what holds for all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import dora
from domain.distribution import BOUNDS, distribution, percentile
from domain.dora import Delivery, DoraGrouping, Evidence, FailedDeployment, recovered
from domain.errors import InvalidValue
from domain.periods import DoraInterval, Window, parts, window
from domain.words import EvidenceKind

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
SECONDS = st.integers(0, 14 * 86_400)
MOMENTS = SECONDS.map(lambda seconds: MONDAY + timedelta(seconds=seconds))
EVIDENCE = st.builds(Evidence, st.sampled_from(list(EvidenceKind)), MOMENTS, st.none() | MOMENTS)
FAILURES = st.builds(
    lambda evidence, success: FailedDeployment("d", tuple(evidence), recovered(evidence, success)),
    st.lists(EVIDENCE, min_size=1, max_size=4),
    st.none() | MOMENTS,
)
DELIVERIES = st.builds(
    Delivery,
    id=st.uuids().map(str),
    service=st.sampled_from(["payments", "orders", "ledger"]),
    reached_at=MOMENTS,
    team=st.sampled_from([None, "money", "shop"]),
    stage=st.none(),
    deployed_at=st.none() | MOMENTS,
    revision=st.none(),
    committed_at=st.none() | MOMENTS,
    rollback=st.booleans(),
    repeated=st.booleans(),
    fixes=st.booleans(),
    failures=st.lists(FAILURES, max_size=3).map(tuple),
)
WEEKS = Window(MONDAY, MONDAY + timedelta(days=15))


def at(hours: float) -> datetime:
    """So many hours after Monday's midnight."""
    return MONDAY + timedelta(hours=hours)


def delivery(hours: float, **given: Any) -> Delivery:
    """A delivery that was deployed so many hours after Monday's midnight."""
    return Delivery(
        **{"id": str(hours), "service": "payments", "reached_at": at(hours), "deployed_at": at(hours), **given}
    )


# --- by hand --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "expected"), [(1, 10), (20, 10), (21, 20), (50, 30), (75, 40), (90, 50), (95, 50), (100, 50)]
)
def test_percentiles_are_by_nearest_rank(percent: int, expected: float) -> None:
    """Of five values, each is the percentile of a fifth: 50 % of five are 2.5, so that the third is the median."""
    assert percentile([10, 20, 30, 40, 50], percent) == expected


def test_of_an_even_number_the_median_is_the_lower_of_the_middle() -> None:
    """It was measured: nothing lies between two values."""
    assert percentile([10, 20], 50) == 10


def test_a_distribution_is_as_by_hand() -> None:
    """Half an hour, an hour, two days, two hundred days."""
    found = distribution([3600, 1800, 200 * 86_400, 2 * 86_400])
    assert found is not None
    assert (found.size, found.least, found.most, found.mean) == (4, 1800, 200 * 86_400, 4_364_550)
    assert found.percentiles == {50: 3600, 75: 2 * 86_400, 90: 200 * 86_400, 95: 200 * 86_400}
    assert [each.count for each in found.buckets] == [0, 1, 1, 0, 1, 0, 0, 1]
    assert [each.low for each in found.buckets] == [0, *BOUNDS]
    assert distribution([]) is None


def test_the_measures_are_as_by_hand() -> None:
    """Four deliveries of payments and one of orders in two days; one failed and recovered, one failed and is open."""
    alarm = Evidence(EvidenceKind.ALARM, at(11))
    of = [
        delivery(10, committed_at=at(8), failures=(FailedDeployment("a", (alarm,), at(12)),)),
        delivery(12, rollback=True, committed_at=at(0)),
        delivery(20, committed_at=at(15)),
        delivery(30, repeated=True, committed_at=at(15)),
        delivery(40, service="orders", fixes=True, failures=(FailedDeployment("b", (alarm, alarm), None),)),
    ]
    days = Window(MONDAY, at(48))
    times = dora.change_lead_time(of)
    assert times.values == (2 * 3600, 5 * 3600)
    assert times.median == 2 * 3600
    assert times.unknown == (of[4],)
    frequency = dora.deployment_frequency(of, days)
    assert frequency.per_day == 2.5
    assert frequency.intervals == (2 * 3600, 8 * 3600, 10 * 3600)
    assert dora.change_fail_rate(of).value == 2 / 5
    recovery = dora.failed_deployment_recovery_time(of)
    assert (recovery.values, recovery.unknown) == ((3600,), (of[4],))
    assert dora.deployment_rework_rate(of).value == 2 / 5


def test_without_data_there_is_no_value() -> None:
    """None, and never zero."""
    assert dora.change_lead_time([]).median is None
    assert dora.deployment_frequency([], WEEKS).per_day is None
    assert dora.change_fail_rate([]).value is None
    assert dora.failed_deployment_recovery_time([]).median is None
    assert dora.deployment_rework_rate([]).value is None


def test_with_data_and_nothing_that_counts_a_rate_is_zero() -> None:
    """That nothing failed is known when something was delivered."""
    assert dora.change_fail_rate([delivery(1)]).value == 0
    assert dora.failed_deployment_recovery_time([delivery(1)]).median is None


@pytest.mark.parametrize(
    ("evidence", "success", "expected"),
    [
        ([Evidence(EvidenceKind.ALARM, at(1))], None, None),
        ([Evidence(EvidenceKind.ALARM, at(1))], at(3), at(3)),
        ([Evidence(EvidenceKind.ALARM, at(1), at(2))], at(3), at(2)),
        ([Evidence(EvidenceKind.ALARM, at(1), at(2)), Evidence(EvidenceKind.CHECK, at(1))], at(3), at(3)),
        ([Evidence(EvidenceKind.INCIDENT, at(1))], at(3), None),
        ([Evidence(EvidenceKind.INCIDENT, at(1), at(4)), Evidence(EvidenceKind.ALARM, at(1))], at(3), at(4)),
        ([Evidence(EvidenceKind.INCIDENT, at(1), at(4)), Evidence(EvidenceKind.INCIDENT, at(2))], at(3), None),
        ([Evidence(EvidenceKind.INCIDENT, at(2), at(1))], None, at(2)),
    ],
)
def test_recovery(evidence: list[Evidence], success: datetime | None, expected: datetime | None) -> None:
    """The next success, or that all was over by its own account; where incidents were declared, their end alone."""
    assert recovered(evidence, success) == expected


# --- always ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e9), min_size=1), st.integers(1, 100))
def test_a_percentile_was_measured_and_covers_its_share(values: list[float], percent: int) -> None:
    """At least so many percent are not above it, and of those below it there are fewer."""
    found = percentile(sorted(values), percent)
    assert found in values
    assert sum(each <= found for each in values) * 100 >= percent * len(values)
    assert sum(each < found for each in values) * 100 < percent * len(values)


@given(st.lists(st.floats(0, 1e9)))
def test_every_value_is_in_one_bucket(values: list[float]) -> None:
    """And every figure is between the least and the most."""
    found = distribution(values)
    if found is None:
        assert not values
        return
    assert sum(each.count for each in found.buckets) == found.size == len(values)
    assert all(found.least <= each <= found.most for each in (found.mean, *found.percentiles.values()))
    assert list(found.percentiles.values()) == sorted(found.percentiles.values())


@given(st.lists(DELIVERIES, max_size=20))
def test_what_is_true_of_every_history(of: list[Delivery]) -> None:
    """Times are never negative, rates are shares, nothing is counted twice, and nothing unknown is in a number."""
    for times in (dora.change_lead_time(of), dora.failed_deployment_recovery_time(of)):
        assert all(each >= 0 for each in times.values)
        assert len(times.measured) == len(times.values)
        assert not {id(each) for each in times.measured} & {id(each) for each in times.unknown}
        assert (times.median is None) is (not times.values)
    for rate in (dora.change_fail_rate(of), dora.deployment_rework_rate(of)):
        assert (rate.value is None) is (not of)
        assert rate.value is None or 0 <= rate.value <= 1
        assert {id(each) for each in rate.counted} <= {id(each) for each in rate.of}
    assert len(dora.failed_deployment_recovery_time(of).measured) + len(
        dora.failed_deployment_recovery_time(of).unknown
    ) == len(dora.change_fail_rate(of).counted)
    assert all(each.committed_at and not each.rollback for each in dora.change_lead_time(of).measured)
    assert all(each >= 0 for each in dora.deployment_frequency(of, WEEKS).intervals)


@given(st.lists(DELIVERIES, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_the_history_changes_nothing(of: list[Delivery], random: Any) -> None:
    """The same deliveries, in any order, measure the same."""
    shuffled = random.sample(of, len(of))
    for rule in (dora.change_lead_time, dora.failed_deployment_recovery_time):
        assert sorted(rule(of).values) == sorted(rule(shuffled).values)
    assert sorted(dora.deployment_frequency(of, WEEKS).intervals) == sorted(
        dora.deployment_frequency(shuffled, WEEKS).intervals
    )


@given(st.lists(DELIVERIES, max_size=20), st.sampled_from(list(DoraGrouping)), st.sampled_from(list(DoraInterval)))
def test_parts_and_groups_are_the_whole(of: list[Delivery], by: DoraGrouping, interval: DoraInterval) -> None:
    """Every delivery is in one group, and in one day or week: the one in which it first reached something."""
    grouped = dora.groups(of, by)
    assert sorted(each.id for group in grouped.values() for each in group) == sorted(each.id for each in of)
    series = dora.series(of, WEEKS, interval)
    assert sorted(each.id for _, part in series for each in part) == sorted(each.id for each in of)
    assert all(part.start <= each.reached_at < part.end for part, found in series for each in found)


@given(MOMENTS, st.integers(1, 92 * 86_400), st.sampled_from(list(DoraInterval)))
def test_parts_meet_and_cover_the_window(start: datetime, seconds: int, interval: DoraInterval) -> None:
    """Days and weeks follow each other without a gap, from the window's beginning to its end."""
    whole = Window(start, start + timedelta(seconds=seconds))
    found = parts(whole, interval)
    assert (found[0].start, found[-1].end) == (whole.start, whole.end)
    assert all(first.end == second.start for first, second in pairwise(found))
    assert all(each.start < each.end for each in found)
    assert all(each.end.hour == each.end.minute == each.end.second == 0 for each in found[:-1])
    if interval is DoraInterval.WEEK:
        assert all(each.end.weekday() == 0 for each in found[:-1])


# --- windows --------------------------------------------------------------------------------------------------------


def test_a_window_is_the_last_thirty_days() -> None:
    """Where nothing is said; and never beyond now."""
    now = at(1000)
    assert window(None, None, now) == Window(now - timedelta(days=30), now)
    assert window(None, at(500), now) == Window(at(500) - timedelta(days=30), at(500))
    assert window(at(900), at(2000), now) == Window(at(900), now)


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (at(5), at(5), "before 'to'"),
        (at(6), at(5), "before 'to'"),
        (at(2000), None, "before now"),
        (at(2000), at(3000), "before now"),
        (MONDAY - timedelta(days=400), at(5), "at most 366 days"),
        (datetime(2026, 11, 2), at(5), "with its zone"),
        (None, datetime(2026, 11, 2), "with its zone"),
        (None, datetime(1, 1, 2, tzinfo=UTC), "after the year 1"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused(start: datetime | None, end: datetime | None, says: str) -> None:
    """Inverted, empty, yet to come, too long, or without a zone."""
    with pytest.raises(InvalidValue, match=says):
        window(start, end, at(1000))


def test_days_of_a_long_window_are_refused() -> None:
    """So that no answer has more than 92 points."""
    with pytest.raises(InvalidValue, match="WEEK for a window longer than 92 days"):
        parts(Window(MONDAY, MONDAY + timedelta(days=93)), DoraInterval.DAY)
    assert len(parts(Window(MONDAY, MONDAY + timedelta(days=366)), DoraInterval.WEEK)) == 53
