"""What CodePipeline and CloudFormation will count in a service's pipeline, before anybody synthesizes it.

pipelinekit counts the same at synth and refuses what is too large (`pipelinekit.layout`, `pipelinekit.inspection`). The
two share no code, so a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.names import between
from domain.words import Word

STAGES = 50
"""CodePipeline's quota of stages in a pipeline."""
ACTIONS_OF_STAGE = 50
"""CodePipeline's default quota of actions in a stage."""
ACTIONS = 500
"""CodePipeline's default quota of actions in a pipeline."""
TEMPLATE_BYTES = 900_000
"""CloudFormation takes 1 MB; pipelinekit keeps the rest as room for the next change."""
ENTRY = 1
"""Every wave begins with the action that asks whether the revision may enter it."""
OWN_STAGES = 4
"""Source, Build, UpdatePipeline and Assets, with an action each, come before the first wave."""

# Measured with pipelinekit 0.1.0: a template of 107 KB for 30 environments of one stack, 248 for 100, 656 for 300,
# each in an account and Region of its own and with a name of about 25 characters. Short names make it a twentieth less.
_BASE_BYTES = 43_000
_WAVE_BYTES = 400
_ENVIRONMENT_BYTES = 550
_DEPLOY_BYTES = 980
_PREPARE_BYTES = 490

_FEWER_WAVES = "Put the environments into fewer waves, or split the service in two, each with some of the environments."
_FEWER_ACTIONS = (
    "Use fewer stacks in an environment, use_change_sets=False, or fewer environments; or split the service "
    "in two, each with some of the environments."
)
_SMALLER_TEMPLATE = (
    "Use fewer stacks in an environment, or split the service in two, each with some of the environments."
)
_SMALLER_WAVES = (
    "Nothing need be done while the stages are few enough; fewer environments in the wave keep it in one stage."
)


class Limit(Word):
    """What a pipeline may have too much of."""

    STAGES_OF_PIPELINE = "STAGES_OF_PIPELINE", "CodePipeline takes 50 stages in a pipeline."
    ACTIONS_OF_STAGE = (
        "ACTIONS_OF_STAGE",
        "CodePipeline takes 50 actions in a stage: CDK Pipelines cuts a larger wave into several stages.",
    )
    ACTIONS_OF_PIPELINE = "ACTIONS_OF_PIPELINE", "CodePipeline takes 500 actions in a pipeline."
    TEMPLATE_SIZE = "TEMPLATE_SIZE", "CloudFormation takes a template of 1 MB, of which 900,000 bytes are used."

    @property
    def refuses(self) -> bool:
        """Whether a pipeline beyond the limit cannot be made. A stage beyond its limit is cut, and costs stages."""
        return self is not Limit.ACTIONS_OF_STAGE


@dataclass(frozen=True, slots=True)
class WaveShape:
    """A wave as far as it is counted. validated: a check after it or a bake time ends it with an action of its own."""

    name: str
    environments: int
    validated: bool = True


@dataclass(frozen=True, slots=True)
class PipelineSize:
    """What a pipeline will have, its own four stages included.

    largest_stage: the most actions of a wave, before CDK Pipelines cuts it. template_bytes_estimate: near to what was
    measured; pipelinekit measures the template itself.
    """

    stages: int
    actions: int
    largest_stage: int
    template_bytes_estimate: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that a pipeline is beyond: how many there are, how many may be, and what to do."""

    limit: Limit
    count: int
    most: int
    remedy: str

    @property
    def refused(self) -> bool:
        """Whether the pipeline cannot be made like this."""
        return self.limit.refuses


@dataclass(frozen=True, slots=True)
class PipelinePart:
    """Consecutive waves that fit into one pipeline. exceeded: why not, where one wave alone is too large for any."""

    waves: tuple[WaveShape, ...]
    size: PipelineSize
    exceeded: tuple[Exceeded, ...]


def size(waves: Iterable[WaveShape], *, stacks_per_environment: int = 1, change_sets: bool = True) -> PipelineSize:
    """The size of the pipeline of these waves; a wave without environments is no part of it.

    Each stack has an action that deploys it and, with change sets, one that prepares it.
    """
    between("stacksPerEnvironment", stacks_per_environment, 1, ACTIONS)
    laid_out = [wave for wave in waves if wave.environments]
    environments = sum(wave.environments for wave in laid_out)
    deploying = environments * stacks_per_environment
    in_stack = 2 if change_sets else 1
    actions = [ENTRY + wave.environments * stacks_per_environment * in_stack + wave.validated for wave in laid_out]
    return PipelineSize(
        stages=OWN_STAGES + sum(-(-count // ACTIONS_OF_STAGE) for count in actions),
        actions=OWN_STAGES + sum(actions),
        largest_stage=max(actions, default=1),
        template_bytes_estimate=_BASE_BYTES
        + _WAVE_BYTES * len(laid_out)
        + _ENVIRONMENT_BYTES * environments
        + (_DEPLOY_BYTES + (_PREPARE_BYTES if change_sets else 0)) * deploying,
    )


def exceeded(counted: PipelineSize) -> list[Exceeded]:
    """Every limit that the pipeline is beyond, those that refuse it first."""
    limits = (
        Exceeded(Limit.STAGES_OF_PIPELINE, counted.stages, STAGES, _FEWER_WAVES),
        Exceeded(Limit.ACTIONS_OF_PIPELINE, counted.actions, ACTIONS, _FEWER_ACTIONS),
        Exceeded(Limit.TEMPLATE_SIZE, counted.template_bytes_estimate, TEMPLATE_BYTES, _SMALLER_TEMPLATE),
        Exceeded(Limit.ACTIONS_OF_STAGE, counted.largest_stage, ACTIONS_OF_STAGE, _SMALLER_WAVES),
    )
    return [each for each in limits if each.count > each.most]


def split(
    waves: Sequence[WaveShape], *, stacks_per_environment: int = 1, change_sets: bool = True
) -> tuple[PipelinePart, ...]:
    """The waves over the fewest pipelines that take them, in order: each is filled before the next one begins.

    A wave that no pipeline takes has a part of its own, which says why. Waves without environments are left out.
    """

    def part(group: Sequence[WaveShape]) -> PipelinePart:
        counted = size(group, stacks_per_environment=stacks_per_environment, change_sets=change_sets)
        return PipelinePart(tuple(group), counted, tuple(each for each in exceeded(counted) if each.refused))

    parts: list[PipelinePart] = []
    for wave in waves:
        if not wave.environments:
            continue
        longer = part((*parts[-1].waves, wave)) if parts else None
        if longer and not longer.exceeded:
            parts[-1] = longer
        else:
            parts.append(part((wave,)))
    return tuple(parts)
