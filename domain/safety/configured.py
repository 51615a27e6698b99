"""What the safety score asks of the configuration: stages, waves, bake times, windows and checks of a service.

Each function audits the rule of its name (`score_rules.SafetyRule`); the numbers are those of the Amazon Builders'
Library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from domain.configuration.defaults import (
    DATA_POINTS,
    FIRST_WAVE_BAKE_MINUTES,
    ONE_BOX_BAKE_MINUTES,
    ONE_BOX_PERCENT,
)
from domain.plans import PlanCheck, PlanStage, PlanWave
from domain.safety.audited import Facts, Missing
from domain.waves import Concern, NamedWave, Target, early_waves_with_several_regions, waves_that_shrink
from domain.words import CheckKind, CheckMode, CheckWhen, OnFailure

LEAST_LATER_BAKE_MINUTES = 2 * 60
"""'At least 2 to 4 hours after each later wave.'"""
A_NIGHT = 24 * 60
"""Minutes: a window that stays open for a day or longer is open at night."""
STAGES_BEFORE = 2
"""'Alpha, beta: does it work? Gamma: is it safe to deploy?'"""


def all_stages(facts: Facts, at: datetime) -> Missing:
    if not facts.stages:
        return None
    passed = {stage.name for stage in facts.stages}
    missing = [f"it does not go to {name}" for name in facts.order if name not in passed]
    if not facts.production:
        missing.append("no stage that it passes is production")
    before = sum(not stage.production for stage in facts.stages)
    if facts.production and before < STAGES_BEFORE:
        missing.append(f"{before} of the {STAGES_BEFORE} stages before production")
    return missing


def gamma_regions(facts: Facts, at: datetime) -> Missing:
    if not facts.production:
        return None
    if facts.gamma is None:
        return ["there is no stage before production"]
    regions = sorted({each.region for wave in facts.gamma.waves for each in wave.environments})
    return [] if len(regions) > 1 else [f"{facts.gamma.name} is in {regions[0]} alone"]


def gamma_like_production(facts: Facts, at: datetime) -> Missing:
    if not facts.production:
        return None
    if facts.gamma is None:
        return ["there is no stage before production"]
    name = facts.gamma.name
    there = {(check.kind, check.when) for check in _blocking(facts.gamma.waves)}
    wanted = {(check.kind, check.when) for check in _blocking(facts.production_waves)}
    missing = [f"{name} has no {kind} check {when.lower()} the deployment" for kind, when in sorted(wanted - there)]
    boxed = any(wave.one_box_percent for wave in facts.production_waves)
    return missing + [f"{wave.name} has no one-box" for wave in facts.gamma.waves if boxed and not wave.one_box_percent]


def _blocking(waves: Iterable[PlanWave]) -> list[PlanCheck]:
    return [check for wave in waves for check in wave.checks if check.mode is CheckMode.BLOCKING]


def early_waves(facts: Facts, at: datetime) -> Missing:
    if not facts.production:
        return None
    return _said(each for stage in facts.production for each in early_waves_with_several_regions(_named(stage.waves)))


def _named(waves: Iterable[PlanWave]) -> list[NamedWave]:
    return [NamedWave(wave.name, [Target(e.name, e.account, e.region) for e in wave.environments]) for wave in waves]


def _said(concerns: Iterable[Concern]) -> list[str]:
    return [each.message.rstrip(".") for each in concerns]


def one_cell_of_a_region(facts: Facts, at: datetime) -> Missing:
    if not facts.production:
        return None
    found = []
    for wave in facts.production_waves:
        regions = [each.region for each in wave.environments]
        twice = sorted({region for region in regions if regions.count(region) > 1})
        found += [f"{wave.name} has {regions.count(region)} environments in {region}" for region in twice]
    return found


def growing_waves(facts: Facts, at: datetime) -> Missing:
    """Parts of a wave are one: the last of them takes what is left."""
    if not facts.production:
        return None
    return _said(each for stage in facts.production for each in waves_that_shrink(_whole(stage)))


def _whole(stage: PlanStage) -> list[NamedWave]:
    whole: dict[str, list[Target]] = {}
    for part in _named(stage.waves):
        name = next(wave.wave for wave in stage.waves if wave.name == part.name)
        whole.setdefault(name, []).extend(part.targets)
    return [NamedWave(name, targets) for name, targets in whole.items()]


def first_wave_bake(facts: Facts, at: datetime) -> Missing:
    return _short(_first(facts), FIRST_WAVE_BAKE_MINUTES)


def later_waves_bake(facts: Facts, at: datetime) -> Missing:
    first = {wave.name for wave in _first(facts)}
    later = [wave for wave in facts.production_waves if wave.name not in first]
    return _short(later, LEAST_LATER_BAKE_MINUTES)


def _first(facts: Facts) -> list[PlanWave]:
    """The first wave of each stage of production, all of its parts."""
    return [wave for stage in facts.production for wave in stage.waves if wave.wave == stage.waves[0].wave]


def _short(waves: Sequence[PlanWave], least: int) -> Missing:
    short = [f"{wave.name} bakes for {wave.bake_minutes} minutes" for wave in waves if wave.bake_minutes < least]
    return short if waves else None


def _of_waves(facts: Facts, without: Callable[[PlanWave], str]) -> Missing:
    """What is missing in each wave of production; without: the words for a wave, empty where nothing is."""
    waves = facts.production_waves
    return [f"{wave.name} {words}" for wave in waves if (words := without(wave))] if waves else None


def data_points(facts: Facts, at: datetime) -> Missing:
    def without(wave: PlanWave) -> str:
        asked = wave.minimum_data_points
        return f"asks for {asked} data points" if asked < DATA_POINTS else ""

    return _of_waves(facts, without)


def one_box(facts: Facts, at: datetime) -> Missing:
    return _of_waves(facts, lambda wave: "" if 0 < wave.one_box_percent <= ONE_BOX_PERCENT else "has no one-box")


def one_box_bake(facts: Facts, at: datetime) -> Missing:
    boxed = [wave for wave in facts.production_waves if wave.one_box_percent]
    return [
        f"the one-box of {wave.name} bakes for {wave.one_box_bake_minutes} minutes"
        for wave in boxed
        if wave.one_box_bake_minutes < ONE_BOX_BAKE_MINUTES
    ] if boxed else None  # fmt: skip


def windows(facts: Facts, at: datetime) -> Missing:
    def without(wave: PlanWave) -> str:
        always = ", ".join(each.name for each in wave.windows if each.minutes >= A_NIGHT)
        if not wave.windows:
            return "has no window"
        return f"may start at night, by {always}" if always else ""

    return _of_waves(facts, without)


def holidays(facts: Facts, at: datetime) -> Missing:
    windows = sorted({window.name for wave in facts.production_waves for window in wave.windows})
    if not windows:
        return None
    return [f"no calendar closes the window {name}" for name in windows if name not in facts.closing]


def rollback(facts: Facts, at: datetime) -> Missing:
    stages = facts.production
    left = [f"{each.name} is left as it is" for each in stages if each.on_failure is OnFailure.NONE]
    tried = [f"{each.name} is tried once more" for each in stages if each.on_failure is OnFailure.RETRY]
    return left + tried if stages else None


def checks_before(facts: Facts, at: datetime) -> Missing:
    return _of_waves(facts, lambda wave: "" if _guarded(wave, CheckWhen.BEFORE) else "has no blocking check before")


def checks_after(facts: Facts, at: datetime) -> Missing:
    waves = [wave for stage in facts.stages for wave in stage.waves]
    without = [f"{wave.name} has no blocking check after" for wave in waves if not _guarded(wave, CheckWhen.AFTER)]
    return without if waves else None


LOOKING = tuple(kind for kind in CheckKind if kind is not CheckKind.BAKE)
"""The kinds of checks that look at something: one that only waits guards nothing."""


def _guarded(wave: PlanWave, when: CheckWhen, kinds: Sequence[CheckKind] = LOOKING) -> bool:
    return any(check.when is when and check.kind in kinds for check in _blocking([wave]))


def canary_or_alarm(facts: Facts, at: datetime) -> Missing:
    if not facts.production:
        return None
    waves = [*(facts.gamma.waves if facts.gamma else ()), *facts.production_waves]
    watching = (CheckKind.CANARY, CheckKind.ALARM)
    return [f"nothing watches {each.name}" for each in waves if not _guarded(each, CheckWhen.AFTER, watching)]


def drill(facts: Facts, at: datetime) -> Missing:
    if not facts.production:
        return None
    return [f"{wave.name} demands no drill" for wave in _first(facts) if wave.wave not in facts.drilled]


def dependencies(facts: Facts, at: datetime) -> Missing:
    if not facts.depends_on:
        return None
    return [
        f"{other} does not go to {', '.join(missing)}" for other, missing in sorted(facts.depends_on.items()) if missing
    ]


def kinds_apart(facts: Facts, at: datetime) -> Missing:
    if facts.kinds is None:
        return None
    only = ", ".join(sorted(facts.kinds))
    return [] if len(facts.kinds) > 1 else [f"all services of its team change {only}"]
