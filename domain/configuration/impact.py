"""What one configuration changes for pipelines beside another: the same for a preview and for what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from domain.configuration.configuration import Configuration
from domain.configuration.counting import Closed, Counted, own_days, validated, waves_of
from domain.configuration.fields import camel
from domain.configuration.planning import differing_plans, planner_of
from domain.limits import Exceeded
from domain.plans import Plan, PlanWave


@dataclass(frozen=True, slots=True)
class Placed:
    """An environment that changes waves. before, after: the waves' names in the plan."""

    environment: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PipelineImpact:
    """What becomes of one service's pipeline.

    before, after: its plans; None where it has none. settings: what else of the plan differs, as paths of the plan.
    exceeds: the limits that it would be beyond. pipelines: how many it would have to be split into.
    loses_native_rollback: CodePipeline rolls a stage back only to an execution of the pipeline's current structure, and
    the structure changes. minutes_before, minutes_after: from a commit until the last wave has passed, at the least,
    through the windows; None where it is never reached.
    """

    service: str
    before: Plan | None
    after: Plan | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[Placed, ...]
    settings: tuple[str, ...]
    exceeds: tuple[Exceeded, ...]
    pipelines: int
    loses_native_rollback: bool
    minutes_before: int | None
    minutes_after: int | None


def impact(
    before: Configuration,
    after: Configuration,
    *,
    url: str,
    now: datetime,
    closed: Closed = own_days,
    stacks: Mapping[str, int] | None = None,
    services: Iterable[str] | None = None,
) -> Iterator[PipelineImpact]:
    """The pipelines whose plan differs, by service; of these services, or of all.

    now: from when on a revision is thought to move. closed: a calendar's days, its country's holidays included.
    stacks: how many stacks a service has in an environment, where it is not one.
    """
    old, new = (Counted(each, planner_of(each, url), now, closed, stacks or {}) for each in (before, after))
    for service, was, becomes in differing_plans(old.planner, new.planner, services):
        yield _compared(service, was, becomes, old, new)


def _compared(service: str, was: Plan | None, becomes: Plan | None, old: Counted, new: Counted) -> PipelineImpact:
    before, after = _placed(was), _placed(becomes)
    exceeds, pipelines = new.split(becomes)
    return PipelineImpact(
        service=service,
        before=was,
        after=becomes,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        moved=tuple(
            Placed(name, before[name], after[name])
            for name in sorted(before.keys() & after.keys())
            if before[name] != after[name]
        ),
        settings=tuple(differing(was, becomes)) if was and becomes else (),
        exceeds=exceeds,
        pipelines=pipelines,
        loses_native_rollback=bool(was and becomes and structure(was) != structure(becomes)),
        minutes_before=old.minutes(was),
        minutes_after=new.minutes(becomes),
    )


def structure(plan: Plan) -> tuple[Any, ...]:
    """What the pipeline's stages and actions follow from: with it, CodePipeline's version of the structure changes."""
    return tuple(
        (stage.name, stage.on_failure, wave.name, wave.environments, validated(wave))
        for stage in plan.stages
        for wave in stage.waves
    )


def differing(was: Plan, becomes: Plan) -> Iterator[str]:
    """The parts of the plan that differ, but for which environments are where, as `waves.prod-1.bakeMinutes`.

    An environment that keeps its name and not its account or Region is one: `environments.prod-eu.account`.
    """
    for each in fields(Plan):
        if each.name != "stages" and getattr(was, each.name) != getattr(becomes, each.name):
            yield camel(each.name)
    yield from _differing_stages(was, becomes)
    before = {wave.name: wave for wave in waves_of(was)}
    for wave in waves_of(becomes):
        other = before.get(wave.name)
        if other and _settings(other) != _settings(wave):
            for name in _SETTINGS:
                if getattr(wave, name) != getattr(other, name):
                    yield f"waves.{wave.name}.{camel(name)}"
    yield from _differing_environments(was, becomes)


_SETTINGS = tuple(each.name for each in fields(PlanWave) if each.name != "environments")
_settings = attrgetter(*_SETTINGS)


def _differing_stages(was: Plan, becomes: Plan) -> Iterator[str]:
    before = {stage.name: stage for stage in was.stages}
    for stage in becomes.stages:
        other = before.get(stage.name)
        for name in ("production", "on_failure") if other else ():
            if getattr(stage, name) != getattr(other, name):
                yield f"stages.{stage.name}.{camel(name)}"
    orders = [[wave.name for wave in waves_of(plan)] for plan in (was, becomes)]
    both = set(orders[0]) & set(orders[1])
    if [name for name in orders[0] if name in both] != [name for name in orders[1] if name in both]:
        yield "waves.order"


def _differing_environments(was: Plan, becomes: Plan) -> Iterator[str]:
    before = {each.name: each for wave in waves_of(was) for each in wave.environments}
    for each in sorted((each for wave in waves_of(becomes) for each in wave.environments), key=attrgetter("name")):
        other = before.get(each.name)
        for field in fields(each) if other else ():
            if getattr(each, field.name) != getattr(other, field.name):
                yield f"environments.{each.name}.{camel(field.name)}"


def _placed(plan: Plan | None) -> dict[str, str]:
    """The part of the wave that each environment is in."""
    return {each.name: wave.name for wave in waves_of(plan) for each in wave.environments} if plan else {}
