"""The safety score: every rule by itself, waivers, and what a change lowers."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.safety.audited import Facts, Signals, declared, registered
from domain.safety.auditing import auditor_of, differing
from domain.safety.score import (
    MOST_LOWERED,
    Lowered,
    SafetyLowered,
    Score,
    Waiver,
    audit,
    require_expiry,
    weigh,
)
from domain.safety.score_rules import RULE, RULES, SafetyRule
from domain.words import AlarmRole
from tests import safe
from tests.configurations import configurations
from tests.safe import NOW, edited, facts

DAY = timedelta(days=1)
PROD = ("stages", 2)
WAIVER = Waiver("waiver-1", "ROLLBACK", "payments", None, None, "why", "ada", NOW, NOW + DAY)


def missing(found: Facts, at: datetime = NOW) -> dict[str, str]:
    """What is missing, by rule; drills, which no wave of the document can demand, are left out."""
    points = audit(found, at).missing
    return {str(each.rule.rule): each.said for each in points if each.rule.rule is not SafetyRule.DRILL}


def lowered(before: Facts, after: Facts, at: datetime, waivers: Sequence[Waiver] = ()) -> list[Lowered]:
    """The rules that a change lowers."""
    return list(weigh(before, after, at, waivers).lowered)


def safe_facts() -> Facts:
    """Payments where nothing is missing: two services of two kinds, and drills demanded."""
    return replace(facts(safe.document("payments", "network")), drilled={"prod-1"})


def test_the_rules_make_a_hundred_points_and_each_has_words() -> None:
    """Every rule of the vocabulary is audited once."""
    assert sum(each.points for each in RULES) == 100
    assert [each.rule for each in RULES] == list(SafetyRule)
    assert all(each.remedy.endswith(".") and each.source and each.rule.sentence.endswith(".") for each in RULES)


def test_a_service_that_keeps_every_rule() -> None:
    """Has all points but those of dependencies, of which it has none."""
    found = audit(safe_facts(), NOW)
    assert found.missing == []
    assert (found.score, found.of) == (98, 98)


LAST = safe.document()["stages"][2]["waves"][2]["environments"]
FUNCTION = {"functionName": "f"}
PAYMENTS = safe.document()["services"][0]
NETWORK = {"name": "network", "repository": "acme/network", "placement": ["beta-*", "gamma-*", "prod-eu-*"]}


def wave(number: int, **fields: Any) -> dict[str, Any]:
    """The document with another wave of production, from 0."""
    return edited(*PROD, "waves", number, **fields)


def gamma(**fields: Any) -> dict[str, Any]:
    """The document with another wave of gamma."""
    return edited("stages", 1, "waves", 0, **fields)


@pytest.mark.parametrize(
    ("given", "rule", "said"),
    [
        (edited("services", 0, placement=["beta-*", "prod-*"]), "ALL_STAGES", "it does not go to gamma; 1 of the 2"),
        (edited(*PROD, production=False), "ALL_STAGES", "no stage that it passes is production"),
        (gamma(environments=[safe.place("gamma-eu", "eu-west-1")]), "GAMMA_REGIONS", "gamma is in eu-west-1 alone"),
        (gamma(oneBoxPercent=None), "GAMMA_LIKE_PRODUCTION", "gamma-1 has no one-box"),
        (edited("checks", 3, when="AFTER"), "GAMMA_LIKE_PRODUCTION", "gamma has no ALARM check before"),
        (
            wave(0, environments=[safe.place("prod-a", "sa-east-1"), safe.place("prod-b", "us-west-2")]),
            "EARLY_WAVES",
            "Wave prod-1 is number 1 of its stage and reaches 2 Regions at once",
        ),
        (
            wave(2, environments=[*LAST, safe.place("prod-b", "eu-west-1", "2" * 12)]),
            "ONE_CELL_OF_A_REGION",
            "prod-3 has 2 environments in eu-west-1",
        ),
        (wave(0, bakeMinutes=719), "FIRST_WAVE_BAKE", "prod-1 bakes for 719 minutes"),
        (wave(2, bakeMinutes=119), "LATER_WAVES_BAKE", "prod-3 bakes for 119 minutes"),
        (wave(1, minimumDataPoints=99), "DATA_POINTS", "prod-2 asks for 99 data points"),
        (wave(1, oneBoxPercent=0), "ONE_BOX", "prod-2 has no one-box"),
        (wave(1, oneBoxBakeMinutes=59), "ONE_BOX_BAKE", "the one-box of prod-2 bakes for 59 minutes"),
        (edited(windows=[]), "WINDOWS", "prod-1 has no window; prod-2 has no window"),
        (edited("windows", 0, minutes=1440), "WINDOWS", "prod-1 may start at night, by office"),
        (edited("windows", 0, calendars=None), "HOLIDAYS", "no calendar closes the window office"),
        (edited(*PROD, onFailure="NONE"), "ROLLBACK", "prod is left as it is"),
        (edited(*PROD, onFailure="RETRY"), "ROLLBACK", "prod is tried once more"),
        (edited("checks", 4, mode="SHADOW"), "CHECKS_BEFORE", "prod-1 has no blocking check before"),
        (edited("checks", 0, mode="SHADOW"), "CHECKS_AFTER", "beta-1 has no blocking check after"),
        (edited("checks", 0, kind="BAKE", configuration={"minutes": 5}), "CHECKS_AFTER", "beta-1 has no blocking"),
        (edited("checks", 2, kind="LAMBDA", configuration=FUNCTION), "CANARY_OR_ALARM", "nothing watches prod-1"),
        (
            edited(services=[{**PAYMENTS, "dependsOn": ["network"]}, NETWORK]),
            "DEPENDENCIES",
            "network does not go to prod-sa-east-1, prod-us-east-1",
        ),
        (safe.document(), "KINDS_APART", "all services of its team change APPLICATION"),
    ],
)
def test_what_is_missing_of_the_configuration(given: dict[str, Any], rule: str, said: str) -> None:
    """Each rule names where."""
    assert missing(facts(given))[rule].startswith(said)


def test_waves_that_shrink() -> None:
    """The last one may; parts of one wave are one."""
    more = {"name": "prod-4", "environments": [{"name": "prod-last", "account": "1" * 12, "region": "us-west-2"}]}
    last = {"name": "prod-5", "environments": [{"name": "prod-end", "account": "1" * 12, "region": "us-west-1"}]}
    waves = safe.document()["stages"][2]["waves"]
    assert "GROWING_WAVES" not in missing(facts(edited(*PROD, waves=[*waves, more])))
    assert "prod-4" in missing(facts(edited(*PROD, waves=[*waves, more, last])))["GROWING_WAVES"]
    parts = facts(edited("services", 0, waveSize=1))
    assert "GROWING_WAVES" not in missing(parts)


def without(name: str, environment: str = "prod-us-east-1") -> dict[str, Any]:
    """The map, in which one environment lacks alarms of a role, metrics of a kind, or its one-box."""
    structure = safe.action_map(safe.configuration())
    there = structure["signals"][environment]
    there["alarms"] = [each for each in there["alarms"] if each["role"] != name]
    there["metrics"].pop(name, None)
    if name == "oneBox":
        there["oneBox"] = None
    return structure


@pytest.mark.parametrize(
    ("name", "rule", "said"),
    [
        ("HIGH_SEVERITY", "HIGH_SEVERITY_ALARM", "prod-us-east-1: no high-severity alarm"),
        ("AGGREGATE", "AGGREGATE_ALARM", "prod-us-east-1: no aggregate alarm"),
        ("ONE_BOX", "ONE_BOX_ALARM", "prod-us-east-1: no one-box alarm"),
        ("REQUESTS", "REQUESTS_COUNTED", "prod-us-east-1: no metric of requests"),
        ("oneBox", "ONE_BOX_BUILT", "prod-us-east-1: no one-box"),
    ],
)
def test_what_is_missing_of_the_map(name: str, rule: str, said: str) -> None:
    """One environment without it is enough; it is named."""
    found = missing(facts(structure=without(name)))
    assert found == missing(facts()) | {rule: said}


def test_what_stacks_do_not_declare_counts_as_missing() -> None:
    """An older map says nothing; one that is no map at all says no more."""
    plain = safe.action_map(safe.configuration())
    for nothing in (None, [], "x"):
        found = missing(facts(structure=plain | {"signals": nothing}))
        assert found["HIGH_SEVERITY_ALARM"] == found["ONE_BOX_BUILT"] == "its map says nothing of signals"
    broken = {
        "prod-us-east-1": {"alarms": ["x", {"role": "LOUD"}], "metrics": {"REQUESTS": [], "X": [{}]}, "oneBox": 1}
    }
    kept = declared(plain | {"signals": broken, "exceptions": [{}, {}]})
    assert registered("p", kept).signals == {"prod-us-east-1": Signals()}
    assert (
        missing(facts(structure=plain | {"exceptions": [{"policy": "x"}]}))["NO_EXCEPTIONS"] == "payments has 1 of them"
    )


def test_a_map_is_kept_in_few_words() -> None:
    """And is read as it was."""
    found = safe.pipeline(safe.action_map(safe.configuration()))
    assert found.signals is not None
    assert found.signals["prod-eu-west-1"] == Signals(frozenset(AlarmRole), frozenset({"REQUESTS"}), one_box=True)
    assert (found.exceptions, len(found.environments)) == (0, 7)


def test_without_a_pipeline_only_the_configuration_is_audited() -> None:
    """And that nobody has registered it."""
    found = audit(auditor_of(safe.configuration()).facts("payments"), NOW)
    rules = {each.rule.rule for each in found.points}
    assert SafetyRule.REGISTERED in {each.rule.rule for each in found.missing}
    assert not rules & {SafetyRule.CURRENT, SafetyRule.HIGH_SEVERITY_ALARM, SafetyRule.NO_EXCEPTIONS}


def test_a_pipeline_has_a_day_to_be_built_anew() -> None:
    """Then it counts as stale."""
    stale = safe.pipeline(safe.action_map(safe.configuration()), stale_at=NOW)
    found = replace(facts(), pipelines=[stale])
    assert "CURRENT" not in missing(found, NOW + DAY)
    assert missing(found, NOW + DAY + DAY)["CURRENT"].startswith("payments is stale since 2026-11-29 12:00")


def test_what_goes_nowhere_has_no_points() -> None:
    """Nor has a service that is not there."""
    assert audit(auditor_of(safe.configuration()).facts("unknown"), NOW) == Score("unknown", NOW, [])
    assert missing(facts(edited("services", 0, placement=["nowhere-*"]))) == {
        "KINDS_APART": missing(facts())["KINDS_APART"]
    }


def test_what_is_waived_is_not_met() -> None:
    """A waiver in force is told with what is missing; one that has expired as well."""
    found = facts(edited(*PROD, onFailure="NONE"))
    [point] = [each for each in audit(found, NOW, [WAIVER]).points if each.rule.rule is SafetyRule.ROLLBACK]
    assert (point.met, point.points, point.waiver, point.waived(NOW)) == (False, 0, WAIVER, True)
    before, during, after = (audit(found, at, [WAIVER]) for at in (NOW - DAY, NOW, NOW + DAY))
    assert before.score == during.score == after.score
    assert [each.waived for each in (before, during, after)] == [0, RULE[SafetyRule.ROLLBACK].points, 0]
    [expired] = [each for each in after.points if each.waiver]
    assert expired.waiver == WAIVER
    assert not [each for each in audit(facts(), NOW, [WAIVER]).points if each.waiver]


@pytest.mark.parametrize(
    ("waiver", "covers"),
    [
        (WAIVER, True),
        (replace(WAIVER, service="orders"), False),
        (replace(WAIVER, rule="WINDOWS"), False),
        (replace(WAIVER, service=None, stage="prod"), True),
        (replace(WAIVER, service=None, stage="alpha"), False),
        (replace(WAIVER, service=None, wave="prod-3"), True),
        (replace(WAIVER, service=None, wave="prod-9"), False),
    ],
)
def test_whom_a_waiver_is_of(waiver: Waiver, covers: bool) -> None:
    """A service, or all that pass a stage or a wave."""
    assert waiver.covers(SafetyRule.ROLLBACK, facts()) is covers


def test_the_waiver_that_lasts_longest_is_told() -> None:
    """Of two in force."""
    longer = replace(WAIVER, name="waiver-2", expires_at=NOW + 2 * DAY)
    found = audit(facts(edited(*PROD, onFailure="NONE")), NOW, [longer, WAIVER])
    assert [each.waiver for each in found.points if each.waiver] == [longer]


def test_what_a_change_lowers() -> None:
    """The rule that was met and would not be, with the waiver that allows it."""
    before, after = facts(), facts(edited(*PROD, onFailure="NONE"))
    [found] = lowered(before, after, NOW)
    assert (found.service, found.rule, found.missing, found.waiver) == (
        "payments", SafetyRule.ROLLBACK, "prod is left as it is", None,
    )  # fmt: skip
    assert [each.waiver for each in lowered(before, after, NOW, [WAIVER])] == [WAIVER]
    assert [each.waiver for each in lowered(before, after, NOW + DAY, [WAIVER])] == [None]
    assert lowered(after, before, NOW) == lowered(after, after, NOW) == []


def test_what_nothing_deploys_is_lowered_by_nobody() -> None:
    """Before its pipeline has registered itself, and when it is gone."""
    before, after = facts(), facts(edited(*PROD, onFailure="NONE"))
    gone = safe.pipeline({"stages": []})
    for pipelines in ([], [gone]):
        assert lowered(replace(before, pipelines=pipelines), after, NOW) == []
        assert lowered(before, replace(after, pipelines=pipelines), NOW) == []
    assert lowered(before, facts(edited("services", 0, placement=["nowhere-*"])), NOW) == []


ALPHA = {"name": "alpha", "waves": [{"name": "alpha-1", "environments": [safe.place("new", "eu-west-1")]}]}


@pytest.mark.parametrize(
    "given",
    [
        wave(2, environments=LAST[:1]),
        edited("stages", 0, "waves", 0, environments=[safe.place("beta-a", "eu-west-1"), safe.place("b", "us-west-2")]),
        edited(stages=[ALPHA, *safe.document()["stages"]])
        | {"services": [{**PAYMENTS, "placement": ["beta-*", "gamma-*", "prod-*"]}]},
        wave(2, environments=[*LAST, safe.place("prod-new", "us-west-2")]),
        edited(
            checks=[
                *safe.document()["checks"],
                {"name": "more", "kind": "LAMBDA", "configuration": FUNCTION, "stage": "prod"},
            ]
        ),
    ],
    ids=["an environment goes", "one comes", "a stage comes", "one of production comes", "a check comes"],
)
def test_ordinary_changes_lower_nothing(given: dict[str, Any]) -> None:
    """What grows, goes or is guarded more."""
    assert lowered(facts(), facts(given), NOW) == []


def test_production_is_not_left_by_another_name() -> None:
    """A stage that is no longer called production would leave every rule of it without a word."""
    assert SafetyRule.ALL_STAGES in [
        each.rule for each in lowered(facts(), facts(edited(*PROD, production=False)), NOW)
    ]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(configurations(), configurations())
def test_lowered_is_what_was_met_and_is_not(before: Any, after: Any) -> None:
    """Whatever the configurations: of every service in both, and only of rules that are kept."""
    kept = safe.pipeline(safe.action_map(safe.configuration()))
    for name in before.services.keys() & after.services.keys():
        was, becomes = (auditor_of(each).facts(name, [kept]) for each in (before, after))
        old, new = ({each.rule.rule: each.met for each in audit(found, NOW).points} for found in (was, becomes))
        for each in lowered(was, becomes, NOW):
            assert RULE[each.rule].ratchet
            assert (old[each.rule], new[each.rule]) == (True, False)
        score = audit(becomes, NOW)
        assert 0 <= score.score <= score.of <= 100
        assert score.score + sum(point.rule.points for point in score.missing) == score.of
        assert lowered(was, was, NOW) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(configurations())
def test_a_score_is_a_function_of_its_facts(configuration: Any) -> None:
    """And facts that are equal need not be audited twice."""
    other = copy.copy(configuration)
    other.__dict__.pop("auditor", None)
    assert differing(auditor_of(configuration), auditor_of(other), configuration.services) == []


def test_a_refusal_names_services_rules_and_what_to_do() -> None:
    """Some of them: a change of a stage concerns every service."""
    many = [
        Lowered(f"service-{number:03}", SafetyRule.ROLLBACK, "prod is left as it is", "Give it back.")
        for number in range(300)
    ]
    found = SafetyLowered(many)
    assert (len(found.services), found.rules, len(found.lowered)) == (300, ["ROLLBACK"], MOST_LOWERED)
    assert found.message.startswith("The safety of 300 services would be lowered. service-000 would no longer keep")
    assert found.message.endswith("And 295 more.")
    assert len(found.message) < 700
    assert "interlock waiver grant ROLLBACK --service service-000" in found.remedy


@given(st.timedeltas(timedelta(days=-200), timedelta(days=200)))
def test_a_waiver_ends_within_ninety_days(length: timedelta) -> None:
    """And not before it began."""
    if timedelta(0) < length <= timedelta(days=90):
        assert require_expiry(NOW + length, NOW) == NOW + length
    else:
        with pytest.raises(InvalidValue, match="at most 90 days from now"):
            require_expiry(NOW + length, NOW)
