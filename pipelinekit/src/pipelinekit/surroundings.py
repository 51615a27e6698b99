"""Where a construct of a team's app is: in which environment of which wave of the plan, found through the tree.

A stage is made below its ServicePipeline, under its environment's name. An app can be synthesized without a pipeline,
too – a developer's own stack, a test – and then there is no wave.
"""

from __future__ import annotations

import dataclasses
import itertools

import aws_cdk as cdk
from constructs import IConstruct

from pipelinekit.plan import Environment, Plan, Wave
from pipelinekit.signals import OneBox

BUILDERS_LIBRARY = OneBox(percent=10, bake_minutes=60)
"""Where no plan says another: at most 10 % of the requests, watched for an hour (Amazon Builders' Library,
"Automating safe, hands-off deployments").
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Surroundings:
    """The plan, and the wave and environment in it, that a construct is synthesized for."""

    plan: Plan
    wave: Wave
    environment: Environment


def surroundings_of(construct: IConstruct) -> Surroundings | None:
    """Where a construct is; None where no pipeline is above it."""
    for scope, below in itertools.pairwise(construct.node.scopes):
        plan = getattr(scope, "plan", None)
        if isinstance(plan, Plan):
            return _in_plan(plan, below.node.id)
    return None


def wave_of(construct: IConstruct) -> Wave | None:
    """The wave of the plan that a construct's environment is in; None outside of a pipeline."""
    found = surroundings_of(construct)
    return found.wave if found else None


def one_box_of(construct: IConstruct) -> OneBox:
    """The one-box that a construct's wave asks for, percent 0 for none; without a pipeline the Builders' Library's."""
    wave = wave_of(construct)
    return OneBox(wave.one_box_percent, wave.one_box_bake_minutes) if wave else BUILDERS_LIBRARY


def prefix_of(construct: IConstruct) -> str:
    """How the names of a construct's alarms begin: `<service>-<environment>`; without a pipeline the stack's name."""
    found = surroundings_of(construct)
    return f"{found.plan.service}-{found.environment.name}" if found else cdk.Stack.of(construct).stack_name


def _in_plan(plan: Plan, environment: str) -> Surroundings | None:
    for _, wave in plan.waves:
        for each in wave.environments:
            if each.name == environment:
                return Surroundings(plan, wave, each)
    return None
