"""What goes where: the plan laid out as the stages of a CodePipeline, before any construct exists.

CDK Pipelines renders a wave under the wave's id, a wave of one environment under the environment's id, and
a wave of more than 50 actions as `W.1`, `W.2`…. The layout keeps both names, so that a rendered stage is
recognized without guessing. A wave that the service's wave size cuts comes as several waves of the plan,
each with a name of its own: to the layout they are waves like any other.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

from pipelinekit.plan import Environment, Plan, Stage, Wave
from pipelinekit.refusals import (
    NoEnvironmentsError,
    PipelineRegionUnsetError,
    PlanUnusableError,
    TooManyActionsError,
    TooManyStagesError,
)

STAGES = 50
"""CodePipeline's quota of stages in a pipeline."""
ACTIONS_OF_STAGE = 50
"""CodePipeline's default quota of actions in a stage; CDK Pipelines splits a wave there."""
ACTIONS = 500
"""CodePipeline's default quota of actions in a pipeline."""
ENTRY = 1
"""Every wave begins with the action that asks whether the revision may enter it."""
OWN_STAGES = ("Source", "Build", "UpdatePipeline", "Assets")
"""The stages that CDK Pipelines puts before the first wave."""


@dataclasses.dataclass(frozen=True, slots=True)
class WaveLayout:
    """One wave in the pipeline.

    `name` is the CodePipeline stage's name, `rendered` the name that CDK Pipelines would have given it,
    `actions` the fewest actions it can have (the entry, and one stack in each environment), `validated` whether a
    validation step follows it.
    """

    name: str
    rendered: str
    stage: Stage
    wave: Wave
    environments: tuple[Environment, ...]
    validated: bool
    actions: int


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """The waves of a pipeline, in the order in which a revision passes them."""

    waves: tuple[WaveLayout, ...]

    def find(self, rendered: str) -> tuple[WaveLayout, str] | None:
        """The wave that CDK Pipelines calls `rendered`, and the stage's name of ours; None for Source,
        Build….
        """
        for wave in self.waves:
            part = re.fullmatch(re.escape(wave.rendered) + r"(\.\d+)?", rendered)
            if part:
                return wave, wave.name + (part.group(1) or "")
        return None


def lay_out(plan: Plan, *, use_change_sets: bool = True) -> Layout:
    """The plan's waves that have environments, in order. Raises PlanUnusableError or NoEnvironmentsError."""
    _require_home(plan)
    waves = tuple(_wave(stage, wave, use_change_sets) for stage, wave in plan.waves if wave.environments)
    if not waves:
        raise NoEnvironmentsError(
            f"The service of {plan.repository} is placed in no environment: give it a placement in Interlock."
        )
    _require_distinct_names(waves)
    _require_quotas(waves)
    return Layout(waves)


def is_validated(wave: Wave) -> bool:
    """A wave is followed by a validation step when something must hold after it: a check, a bake time, or requests."""
    bakes = wave.bake_minutes > 0 or wave.minimum_data_points > 0
    return bakes or any(check.when == "AFTER" for check in wave.checks)


def _wave(stage: Stage, wave: Wave, use_change_sets: bool) -> WaveLayout:
    validated = is_validated(wave)
    return WaveLayout(
        name=wave.name,
        rendered=wave.environments[0].name if len(wave.environments) == 1 else wave.name,
        stage=stage,
        wave=wave,
        environments=wave.environments,
        validated=validated,
        actions=ENTRY + len(wave.environments) * (2 if use_change_sets else 1) + validated,
    )


def _require_home(plan: Plan) -> None:
    if not plan.pipeline.region or not plan.pipeline.account:
        raise PipelineRegionUnsetError(
            f"The plan of {plan.repository} does not say in which account and Region its pipeline lives "
            f"(account {plan.pipeline.account or 'unset'}, Region {plan.pipeline.region or 'unset'}): "
            "set pipelineAccount and pipelineRegion of the organisation."
        )


def _require_distinct_names(waves: tuple[WaveLayout, ...]) -> None:
    environments = [environment.name for wave in waves for environment in wave.environments]
    names = {*OWN_STAGES}
    for wave in waves:
        twice = names & {wave.name, wave.rendered}
        if twice:
            raise _same_name(min(twice))
        names |= {wave.name, wave.rendered}
    repeated = [name for name, count in Counter(environments).items() if count > 1]
    if repeated:
        raise _same_name(repeated[0])


def _same_name(name: str) -> PlanUnusableError:
    return PlanUnusableError(
        f"{name} names two things that are stages of the pipeline (waves, environments, "
        f"{', '.join(OWN_STAGES)}): rename one of them in Interlock."
    )


def _require_quotas(waves: tuple[WaveLayout, ...]) -> None:
    stages = len(OWN_STAGES) + sum(-(-wave.actions // ACTIONS_OF_STAGE) for wave in waves)
    if stages > STAGES:
        raise TooManyStagesError(stages_sentence(stages))
    actions = len(OWN_STAGES) + sum(wave.actions for wave in waves)
    if actions > ACTIONS:
        raise TooManyActionsError(actions_sentence(actions))


def stages_sentence(stages: int) -> str:
    """Why a pipeline of so many stages is refused."""
    return (
        f"The pipeline would have {stages} stages and CodePipeline takes {STAGES}: "
        "put the environments into fewer waves."
    )


def actions_sentence(actions: int) -> str:
    """Why a pipeline of so many actions is refused."""
    return (
        f"The pipeline would have {actions} actions and CodePipeline takes {ACTIONS}: "
        "use fewer stacks in an environment, use_change_sets=False, or fewer environments."
    )
