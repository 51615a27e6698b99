"""Forecasts: the first time at which the rules let a revision in, how long it takes, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cron import Cron
from domain.freezes import FreezeTimes
from domain.safety.blockers import Blocker, Entry
from domain.safety.entering import AlarmStanding, Facts, HoldOn, Place, Prior, decide
from domain.safety.forecasting import (
    LITTLE,
    Ahead,
    Course,
    Durations,
    Expected,
    cleared_at,
    differs,
    forecast,
    of_time,
)
from domain.windows import OpenTimes
from domain.words import AlarmState, BlockerKind, ExecutionKind, FreezeScope, HoldKind, Milestone

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BERLIN = OpenTimes("office", Cron.parse("0 9 * * 1-5"), 420, "Europe/Berlin")
TOKYO = OpenTimes("office", Cron.parse("0 9 * * 1-5"), 420, "Asia/Tokyo")


def facts(wave: str = "prod-1", *windows: OpenTimes, **given: object) -> Facts:
    """Of a wave in Frankfurt."""
    places = [Place(f"{wave}-eu", "1" * 12, "eu-central-1", windows)]
    fixed: dict[str, object] = {"production": True, "number": 1, "execution": "e", "revision": "f" * 40}
    named = {"service": "payments", "team": "money", "stage": "prod", "wave": wave, "began_at": MONDAY}
    return Facts(**{**named, **fixed, "places": places, **given})  # type: ignore[arg-type]


def freeze(start: timedelta, end: timedelta, target: str = "prod") -> FreezeTimes:
    return FreezeTimes("peak", FreezeScope.STAGE, target, MONDAY + start, MONDAY + end, "peak season")


WAY = (
    Ahead("prod-1", facts("prod-1", BERLIN), Durations(20 * MINUTE, bake=12 * HOUR)),
    Ahead("prod-2", facts("prod-2", BERLIN), Durations(30 * MINUTE, checks=10 * MINUTE, bake=4 * HOUR)),
)


def test_each_wave_follows_the_one_before_within_its_windows() -> None:
    """Monday 09:00 in Berlin, 20 minutes, baked for 12 hours; then Tuesday morning."""
    found = forecast(Course(WAY, MONDAY), MONDAY + 6 * HOUR)
    first, second = found.waves
    assert first.entered == Expected(MONDAY + 8 * HOUR)
    assert first.reached == Expected(MONDAY + 8 * HOUR + 20 * MINUTE)
    assert first.done == Expected(MONDAY + 20 * HOUR + 20 * MINUTE)
    assert second.entered == Expected(MONDAY + 32 * HOUR)
    assert found.last_region == Expected(MONDAY + 32 * HOUR + 30 * MINUTE)
    assert second.done == Expected(MONDAY + 36 * HOUR + 30 * MINUTE)
    assert found.unknown is None


def test_zones_have_an_hour_in_common_or_never() -> None:
    """A wave starts when each of its Regions has a window open; offices that never overlap are told."""
    places = [Place("eu", "1" * 12, "eu-central-1", [BERLIN]), Place("ap", "1" * 12, "ap-northeast-1", [TOKYO])]
    never = cleared_at(facts(places=places), MONDAY)
    assert never.at is None
    assert "never while those of the wave's other environments are open" in str(never.reason)
    early = replace(BERLIN, cron=Cron.parse("0 7 * * 1-5"))
    both = cleared_at(facts(places=[Place("eu", "1" * 12, "eu-central-1", [early]), places[1]]), MONDAY)
    assert both.at == MONDAY + 6 * HOUR


def test_freezes_and_holds_are_waited_for_and_then_windows_again() -> None:
    """Frozen until Wednesday noon, held until Wednesday 18:00: Thursday morning."""
    hold = HoldOn("audit", "prod-1-eu", HoldKind.HOLD, None, "audit", expires_at=MONDAY + 65 * HOUR)
    held = facts("prod-1", BERLIN, freezes=[freeze(timedelta(0), 60 * HOUR)], holds=[hold])
    assert cleared_at(held, MONDAY + 8 * HOUR) == Expected(MONDAY + 80 * HOUR)


@pytest.mark.parametrize(
    ("blocker", "says"),
    [
        (Blocker(BlockerKind.ALARM, "the alarm high is in ALARM", "high"), "while the alarm high is in ALARM"),
        (Blocker(BlockerKind.HOLD, "prod-1-eu holds every revision back", "prod-1-eu"), "holds every revision back"),
        (Blocker(BlockerKind.ROLLED_BACK, "prod-1-eu was rolled back", "prod-1-eu"), "was rolled back"),
        (Blocker(BlockerKind.CHECK, "check load did not pass", "prod-1", final=True), "load did not pass"),
    ],
)
def test_what_nobody_can_tell_is_said_with_the_reason(blocker: Blocker, says: str) -> None:
    """And so is all that is behind it: nothing is guessed."""
    found = forecast(Course(WAY, MONDAY, asking="prod-1", entry=Entry([blocker])), MONDAY + 9 * HOUR)
    for wave in found.waves:
        for expected in wave.milestones.values():
            assert expected.at is None
            assert says in str(expected.reason)
            assert str(expected.reason).startswith("prod-1 is not entered while")
    assert found.clearing[0].expected.at is None


def test_an_override_takes_a_blockers_force_here_too() -> None:
    """What is overridden is not waited for; the override may expire before the wave is entered."""
    blocker = Blocker(BlockerKind.ALARM, "the alarm high is in ALARM", "high", override="override-1")
    found = forecast(Course(WAY, MONDAY, asking="prod-1", entry=Entry([blocker])), MONDAY + 9 * HOUR)
    assert found.waves[0].entered == Expected(MONDAY + 9 * HOUR)
    assert found.clearing == []


def test_another_execution_takes_as_long_as_this_one_would() -> None:
    """From when it entered; where it is late already, a tenth of that more."""
    since = MONDAY + 8 * HOUR
    blocker = Blocker(BlockerKind.IN_FLIGHT, "payments is being deployed", "prod-1-eu", since=since)
    way = [replace(WAY[0], facts=facts("prod-1"), durations=Durations(20 * MINUTE, bake=40 * MINUTE))]
    course = Course(way, MONDAY, asking="prod-1", entry=Entry([blocker]))
    assert forecast(course, since + 10 * MINUTE).waves[0].entered == Expected(since + HOUR)
    assert forecast(course, since + 2 * HOUR).waves[0].entered == Expected(since + 2 * HOUR + 12 * MINUTE)
    unknown = replace(course, entry=Entry([replace(blocker, since=None)]))
    assert forecast(unknown, since).waves[0].entered.at is None


def test_the_wave_before_is_waited_for_as_it_is_expected() -> None:
    """Its bake ends by itself; an unknown of its own is passed on."""
    reached = MONDAY + 9 * HOUR
    way = (replace(WAY[0], entered_at=reached - HOUR, reached_at=reached), WAY[1])
    blocker = Blocker(BlockerKind.PRIOR_WAVE, "prod-1 has not passed", "prod-1", clears_at=None)
    course = Course(way, MONDAY, asking="prod-2", entry=Entry([blocker]))
    found = forecast(course, reached + HOUR)
    assert found.clearing[0].expected == Expected(reached + 12 * HOUR)
    assert found.waves[1].entered == Expected(MONDAY + 32 * HOUR)
    alone = forecast(Course(WAY[:1], MONDAY, asking="prod-1", entry=Entry([blocker])), reached)
    assert alone.waves[0].entered.reason == "prod-1 is not entered while prod-1 has not passed"


def test_what_takes_longer_than_usual_is_expected_soon() -> None:
    """A tenth of what it has taken by now."""
    entered = MONDAY + 8 * HOUR
    way = [replace(WAY[0], entered_at=entered)]
    found = forecast(Course(way, MONDAY), entered + 100 * MINUTE).waves[0]
    assert found.entered == Expected(entered, happened=True)
    assert found.reached == Expected(entered + 110 * MINUTE)


def test_checks_before_a_wave_take_their_time() -> None:
    """They run once all else is clear, and the windows must be open still when they have."""
    way = [replace(WAY[0], durations=replace(WAY[0].durations, before=HOUR))]
    assert forecast(Course(way, MONDAY), MONDAY + 9 * HOUR).waves[0].entered == Expected(MONDAY + 10 * HOUR)
    assert forecast(Course(way, MONDAY), MONDAY + 14.5 * HOUR).waves[0].entered == Expected(MONDAY + 32 * HOUR)
    running = Blocker(BlockerKind.CHECK, "check load is running", "prod-1")
    asked = Course(way, MONDAY, asking="prod-1", entry=Entry([running]))
    assert forecast(asked, MONDAY + 9 * HOUR).waves[0].entered == Expected(MONDAY + 10 * HOUR)


def test_of_an_execution_that_is_over_nothing_more_comes() -> None:
    """What has happened stays."""
    done = replace(WAY[0], entered_at=MONDAY, reached_at=MONDAY, done_at=MONDAY)
    found = forecast(Course((done, WAY[1]), MONDAY, over="the execution e is FAILED"), MONDAY + HOUR)
    assert found.waves[0].done == Expected(MONDAY, happened=True)
    assert found.waves[1].entered == Expected(reason="the execution e is FAILED")
    assert found.unknown == "the execution e is FAILED"


def test_a_rollback_waits_for_nothing() -> None:
    """It is the way out, whatever is frozen."""
    way = [Ahead("prod-1", facts("prod-1", BERLIN, kind=ExecutionKind.ROLLBACK))]
    assert forecast(Course(way, MONDAY), MONDAY).waves[0].entered == Expected(MONDAY)


def test_a_pipeline_without_waves_says_so() -> None:
    """There is no last Region to reach."""
    assert forecast(Course((), MONDAY), MONDAY).last_region.reason == "the pipeline has no waves"


def test_only_what_rests_on_time_is_asked_of_the_future() -> None:
    """An alarm of now says nothing of tomorrow, and everything of now."""
    alarmed = facts(alarms=[AlarmStanding("high", "eu-central-1", "the service", AlarmState.ALARM)])
    busy = replace(alarmed, prior=Prior("gamma", passed=False), newer="abc", missing={"orders": ["prod-1-eu"]})
    assert decide(busy, MONDAY).holding
    assert decide(of_time(busy), MONDAY).holding == []


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (None, Expected(MONDAY), True),
        (Expected(MONDAY + HOUR), Expected(MONDAY + HOUR + LITTLE), False),
        (Expected(MONDAY + HOUR / 2), Expected(MONDAY + HOUR / 2 + LITTLE + MINUTE), True),
        (Expected(MONDAY + 100 * HOUR), Expected(MONDAY + 109 * HOUR), False),
        (Expected(MONDAY + 100 * HOUR), Expected(MONDAY + 111 * HOUR), True),
        (Expected(MONDAY), Expected(reason="an alarm"), True),
        (Expected(reason="an alarm"), Expected(reason="an alarm"), False),
        (Expected(reason="an alarm"), Expected(reason="a hold"), True),
        (Expected(reason="an alarm"), Expected(MONDAY), True),
    ],
)
def test_a_little_is_no_change(before: Expected | None, now: Expected, changed: bool) -> None:
    """Five minutes, or a tenth of the time that is left; an unknown, or another reason for it, always is one."""
    assert differs(before, now, MONDAY) is changed


spans = st.integers(0, 20 * 24 * 60).map(lambda minutes: minutes * MINUTE)
freezes = st.lists(
    st.tuples(spans, spans).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: freeze(*pair)), max_size=3
)
windows = st.lists(
    st.builds(
        lambda hour, minutes, zone: OpenTimes("w", Cron.parse(f"0 {hour} * * 1-5"), minutes, zone),
        st.integers(0, 23),
        st.integers(60, 600),
        st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/New_York", "UTC"]),
    ),
    max_size=2,
)
holds = st.lists(
    st.builds(
        lambda kind, revision, ends: HoldOn("h", "prod-eu", kind, revision, "audit", expires_at=ends),
        st.sampled_from(HoldKind),
        st.sampled_from(["f" * 40, "a" * 40, None]),
        st.one_of(st.none(), spans.map(lambda span: MONDAY + span)),
    ),
    max_size=2,
)
minutes = st.integers(0, 2_000).map(lambda count: count * MINUTE)
durations = st.builds(Durations, deploy=minutes, before=minutes, checks=minutes, bake=minutes)
places = st.lists(windows, min_size=1, max_size=2).map(
    lambda several: [Place("prod-eu", "1" * 12, "eu-central-1", each) for each in several]
)
timely = st.builds(lambda frozen, held, there: facts(freezes=frozen, holds=held, places=there), freezes, holds, places)
aheads = st.builds(lambda of, takes: Ahead("", of, takes), timely, durations)
ways = st.lists(aheads, min_size=1, max_size=3).map(
    lambda way: tuple(replace(each, name=f"prod-{number}") for number, each in enumerate(way))
)


@given(ways, spans)
def test_milestones_come_in_order_and_never_in_the_past(way: tuple[Ahead, ...], after: timedelta) -> None:
    """Each is told or has its reason; behind an unknown everything is."""
    at = MONDAY + after
    found = forecast(Course(way, MONDAY), at)
    every = [expected for wave in found.waves for expected in wave.milestones.values()]
    told = [each.at for each in every if each.at is not None]
    assert told == sorted(told)
    assert all(each >= at for each in told)
    assert all((each.at is None) == (each.reason is not None) for each in every)
    assert [each.at is None for each in every] == sorted(each.at is None for each in every)
    assert (found.unknown is None) == (len(told) == len(every))


@given(ways, spans)
def test_a_wave_is_entered_at_a_time_at_which_the_decision_is_to_proceed(
    way: tuple[Ahead, ...], after: timedelta
) -> None:
    """The forecast and the decision are of one mind."""
    found = forecast(Course(way, MONDAY), MONDAY + after)
    for part, wave in zip(way, found.waves, strict=True):
        if wave.entered.at is not None:
            assert decide(part.facts, wave.entered.at).decision == "PROCEED"


@given(timely, spans, st.integers(0, 1_000))
def test_it_is_the_first_such_time(of: Facts, after: timedelta, share: int) -> None:
    """At every time before it something holds."""
    at = MONDAY + after
    clear = cleared_at(of, at)
    until = clear.at if clear.at is not None else at + timedelta(days=30)
    earlier = at + (until - at) * (share / 1_000)
    if clear.at is None or earlier < clear.at:
        assert decide(of, earlier).decision != "PROCEED"


@given(ways, spans, st.sampled_from(Milestone), minutes)
def test_what_has_happened_is_not_forecast(
    way: tuple[Ahead, ...], after: timedelta, until: Milestone, ago: timedelta
) -> None:
    """Facts are passed on as they are, and what follows is counted from them."""
    at, came = MONDAY + after, MONDAY + after - ago
    names = {Milestone.ENTERED: "entered_at", Milestone.REACHED: "reached_at", Milestone.DONE: "done_at"}
    order = list(names)
    happened = {names[each]: came for each in order[: order.index(until) + 1]}
    first = forecast(Course((replace(way[0], **happened), *way[1:]), MONDAY), at).waves[0]  # type: ignore[arg-type]
    for milestone, expected in first.milestones.items():
        if names[milestone] in happened:
            assert expected == Expected(came, happened=True)
        else:
            assert expected.at is not None
            assert expected.at >= at


@given(ways, spans, minutes)
def test_a_longer_bake_brings_nothing_forward(way: tuple[Ahead, ...], after: timedelta, more: timedelta) -> None:
    """Nor does it make anything known that was not."""
    longer = (replace(way[0], durations=replace(way[0].durations, bake=way[0].durations.bake + more)), *way[1:])
    short, long = (forecast(Course(each, MONDAY), MONDAY + after).last_region.at for each in (way, longer))
    if short is not None and long is not None:
        assert long >= short
