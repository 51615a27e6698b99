"""The decision before a wave: every guard by itself, and what all of them come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.checks import Verdict
from domain.cron import Cron
from domain.freezes import FreezeTimes
from domain.safety.blockers import LATEST, SOONEST, Override
from domain.safety.entering import (
    AlarmStanding,
    Drill,
    Facts,
    Flight,
    HoldOn,
    Place,
    Prior,
    TakenBack,
    decide,
    same_revision,
)
from domain.windows import OpenTimes
from domain.words import AlarmState, BlockerKind, Decision, ExecutionKind, FreezeScope, HoldKind

SUNDAY = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)
NEW, OLD = "b" * 40, "a" * 40
OFFICE = OpenTimes("office", Cron.parse("0 9 * * MON-THU"), 7 * 60, "Europe/Berlin")
PLACE = Place("prod-eu-west-1", "555555555555", "eu-west-1", [OFFICE])
CLEAR = Facts(
    service="payments",
    team="payments",
    stage="prod",
    wave="prod-2",
    production=True,
    number=2,
    execution="e-2",
    revision=NEW,
    began_at=SUNDAY - timedelta(hours=9),
    places=[replace(PLACE, windows=())],
    prior=Prior("prod-1", passed=True),
)


def kinds(facts: Facts, at: datetime = SUNDAY) -> list[BlockerKind]:
    return [each.kind for each in decide(facts, at).blockers]


def test_nothing_against_it():
    entry = decide(CLEAR, SUNDAY)
    assert (entry.decision, entry.blockers, entry.clears_at) == (Decision.PROCEED, [], None)


def test_a_closed_window_says_when_it_opens_in_its_own_zone():
    entry = decide(replace(CLEAR, places=[PLACE]), SUNDAY)
    [blocker] = entry.blockers
    assert blocker.sentence == "the window office opens Mon 09:00 Europe/Berlin for prod-eu-west-1"
    assert blocker.clears_at == entry.clears_at == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    assert entry.decision is Decision.WAIT
    assert decide(replace(CLEAR, places=[PLACE]), blocker.clears_at).decision is Decision.PROCEED


def test_a_window_that_never_opens_is_named_and_waits():
    never = OpenTimes("never", Cron.parse("0 9 30 2 *"), 60, "UTC")
    [blocker] = decide(replace(CLEAR, places=[replace(PLACE, windows=[never])]), SUNDAY).blockers
    assert blocker.sentence == "the window never does not open within two years for prod-eu-west-1"
    assert blocker.clears_at is None


def test_windows_of_several_zones_clear_when_all_are_open_at_once():
    london = OpenTimes("hours", Cron.parse("0 9 * * MON-THU"), 7 * 60, "Europe/London")
    tokyo = OpenTimes("hours", Cron.parse("0 9 * * MON-THU"), 7 * 60, "Asia/Tokyo")
    here, there = PLACE, Place("prod-eu-west-2", "555555555555", "eu-west-2", [london])
    entry = decide(replace(CLEAR, places=[here, there]), SUNDAY)
    assert [each.sentence for each in entry.blockers] == [
        (
            "the window office opens Mon 09:00 Europe/Berlin, together with those of the wave's other environments "
            "Mon 10:00 Europe/Berlin for prod-eu-west-1"
        ),
        "the window hours opens Mon 09:00 Europe/London for prod-eu-west-2",
    ]
    assert entry.clears_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert decide(replace(CLEAR, places=[here, there]), entry.clears_at).decision is Decision.PROCEED
    never = decide(replace(CLEAR, places=[here, replace(there, windows=[tokyo])]), SUNDAY)
    assert never.clears_at is None
    assert "never while those of the wave's other environments are open" in never.blockers[0].sentence


@pytest.mark.parametrize(
    ("changed", "kind", "decision"),
    [
        ({"prior": Prior("prod-1", False, ["bake 3 h 12 min left"])}, BlockerKind.PRIOR_WAVE, Decision.WAIT),
        (
            {"alarms": [AlarmStanding("payments-aggregate", "eu-west-1", "the team payments", AlarmState.ALARM)]},
            BlockerKind.ALARM,
            Decision.WAIT,
        ),
        (
            {"alarms": [AlarmStanding("a", "eu-west-1", "the service", AlarmState.INSUFFICIENT_DATA)]},
            BlockerKind.ALARM,
            Decision.WAIT,
        ),
        (
            {
                "freezes": [
                    FreezeTimes(
                        "peak",
                        FreezeScope.REGION,
                        "eu-west-1",
                        SUNDAY - timedelta(days=1),
                        SUNDAY + timedelta(days=1),
                        "Peak season",
                    )
                ]
            },
            BlockerKind.FREEZE,
            Decision.WAIT,
        ),
        ({"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.HOLD, None, "Audit")]}, BlockerKind.HOLD, Decision.WAIT),
        ({"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.PIN, OLD, "Audit")]}, BlockerKind.HOLD, Decision.WAIT),
        ({"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.VETO, NEW[:8], "Bad")]}, BlockerKind.HOLD, Decision.STOP),
        (
            {"flights": [Flight("e-1", "payments", "prod-9", ["prod-eu-west-1"], ["eu-west-1"], OLD)]},
            BlockerKind.IN_FLIGHT,
            Decision.WAIT,
        ),
        (
            {"flights": [Flight("e-1", "payments", "prod-3", ["prod-us-east-1"], ["us-east-1"], OLD)]},
            BlockerKind.REGION,
            Decision.WAIT,
        ),
        ({"missing": {"ledger": ["prod-eu-west-1"]}}, BlockerKind.DEPENDENCY, Decision.WAIT),
        ({"taken_back": [TakenBack("prod-eu-west-1", NEW, SUNDAY)]}, BlockerKind.ROLLED_BACK, Decision.WAIT),
        (
            {"taken_back": [TakenBack("prod-eu-west-1", "c" * 40, SUNDAY, CLEAR.began_at)]},
            BlockerKind.ROLLED_BACK,
            Decision.WAIT,
        ),
        ({"drill": Drill(NEW, OLD, None)}, BlockerKind.CERTIFICATE, Decision.WAIT),
        ({"drill": Drill(NEW, OLD, False, "Table: key changed")}, BlockerKind.CERTIFICATE, Decision.STOP),
        ({"checks": Verdict(False, ["smoke on prod-1 failed"])}, BlockerKind.CHECK, Decision.STOP),
        ({"newer": "c" * 40}, BlockerKind.SUPERSEDED, Decision.STOP),
    ],
)
def test_each_guard_holds_it_back(changed, kind, decision):
    facts = replace(CLEAR, **changed)
    assert kinds(facts) == [kind]
    assert decide(facts, SUNDAY).decision is decision


@pytest.mark.parametrize(
    "changed",
    [
        {"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.PIN, NEW[:7], "Audit")]},
        {"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.VETO, OLD, "Bad")]},
        {"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.HOLD, None, "Audit", expires_at=SUNDAY)]},
        {"taken_back": [TakenBack("prod-eu-west-1", OLD, SUNDAY, SUNDAY - timedelta(days=2))]},
        {"alarms": [AlarmStanding("a", "eu-west-1", "the service", None)]},
        {"drill": Drill(NEW, OLD, True)},
        {"checks": Verdict(True, [])},
    ],
)
def test_what_is_not_about_this_revision_lets_it_in(changed):
    assert decide(replace(CLEAR, **changed), SUNDAY).decision is Decision.PROCEED


def test_later_waves_may_share_regions_unless_the_other_is_early():
    flight = Flight("e-1", "payments", "prod-1", ["prod-us-east-1"], ["us-east-1"], OLD)
    assert kinds(replace(CLEAR, number=3, flights=[flight])) == []
    assert kinds(replace(CLEAR, number=3, flights=[replace(flight, early=True)])) == [BlockerKind.REGION]
    assert kinds(replace(CLEAR, flights=[replace(flight, service="orders")])) == []


def test_a_rollback_is_never_held_back():
    facts = replace(CLEAR, places=[PLACE], newer="c" * 40, kind=ExecutionKind.ROLLBACK)
    assert decide(facts, SUNDAY).decision is Decision.PROCEED


def test_a_revision_that_is_not_known_may_be_the_one_that_is_kept_out():
    """It waits until it is known, and is not stopped for what it may not be."""
    veto = HoldOn("bad", "prod-eu-west-1", HoldKind.VETO, "c" * 40, "Bad")
    back = TakenBack("prod-eu-west-1", "c" * 40, SUNDAY, SUNDAY - timedelta(days=1))
    for changed, kind in (({"holds": [veto]}, BlockerKind.HOLD), ({"taken_back": [back]}, BlockerKind.ROLLED_BACK)):
        entry = decide(replace(CLEAR, revision=None, **changed), SUNDAY)
        assert (entry.decision, [each.kind for each in entry.blockers]) == (Decision.WAIT, [kind])
        known = replace(CLEAR, revision="d" * 40, **changed)
        assert decide(known, SUNDAY).decision is Decision.PROCEED


def test_every_blocker_is_named_and_the_last_one_tells_when_all_are_clear():
    end = SUNDAY + timedelta(days=3)
    freeze = FreezeTimes("peak", FreezeScope.ORGANISATION, None, SUNDAY, end, "Peak season")
    entry = decide(replace(CLEAR, places=[PLACE], freezes=[freeze]), SUNDAY)
    assert [each.kind for each in entry.blockers] == [BlockerKind.WINDOW, BlockerKind.FREEZE]
    assert entry.clears_at == end
    held = HoldOn("h", "prod-eu-west-1", HoldKind.HOLD, None, "Audit")
    assert decide(replace(CLEAR, places=[PLACE], holds=[held]), SUNDAY).clears_at is None


def permission(**changed: object) -> Override:
    given = Override("fix-1", "ana", "Sev 1", SUNDAY, SUNDAY + timedelta(hours=2), frozenset({BlockerKind.WINDOW}))
    return replace(given, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("override", "decision"),
    [
        (permission(), Decision.PROCEED),
        (permission(kinds=frozenset()), Decision.PROCEED),
        (permission(service="payments", environment="prod-eu-west-1", wave="prod-2"), Decision.PROCEED),
        (permission(kinds=frozenset({BlockerKind.FREEZE})), Decision.WAIT),
        (permission(service="orders"), Decision.WAIT),
        (permission(environment="prod-us-east-1"), Decision.WAIT),
        (permission(wave="prod-3"), Decision.WAIT),
        (permission(expires_at=SUNDAY), Decision.WAIT),
        (permission(granted_at=SUNDAY + timedelta(minutes=1)), Decision.WAIT),
    ],
)
def test_an_override_passes_what_it_names_while_it_lasts(override, decision):
    entry = decide(replace(CLEAR, places=[PLACE], overrides=[override]), SUNDAY)
    assert entry.decision is decision
    assert [each.override for each in entry.blockers] == ["fix-1" if decision is Decision.PROCEED else None]


@pytest.mark.parametrize(
    "changed",
    [
        {"newer": "c" * 40},
        {"flights": [Flight("e-1", "payments", "prod-9", ["prod-eu-west-1"], ["eu-west-1"], OLD)]},
        {"holds": [HoldOn("h", "prod-eu-west-1", HoldKind.VETO, NEW, "Bad")]},
    ],
)
def test_what_nobody_may_override(changed):
    facts = replace(CLEAR, overrides=[permission(kinds=frozenset())], **changed)
    assert decide(facts, SUNDAY).decision is not Decision.PROCEED


def test_how_soon_to_ask_again():
    assert decide(replace(CLEAR, places=[PLACE]), SUNDAY).ask_again(SUNDAY) == LATEST
    opens = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    entry = decide(replace(CLEAR, places=[PLACE]), opens - timedelta(seconds=5))
    assert entry.ask_again(opens - timedelta(seconds=5)) == SOONEST


def test_revisions_are_named_by_their_first_characters():
    assert same_revision(NEW, NEW[:7])
    assert not same_revision(NEW, NEW[:6])
    assert not same_revision(None, None)
