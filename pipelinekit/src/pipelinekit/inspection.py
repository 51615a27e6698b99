"""What is refused about the synthesized app: looked at in the assemblies themselves, as CloudFormation will
get them.
"""

from __future__ import annotations

import functools
import inspect
import json
import operator
from collections.abc import Iterable, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from constructs import IConstruct

from pipelinekit.action_map import StackPlace
from pipelinekit.assembly import Assembly, Json
from pipelinekit.layout import ACTIONS, ACTIONS_OF_STAGE, STAGES, actions_sentence, stages_sentence
from pipelinekit.plan import Environment
from pipelinekit.refusals import (
    ContextLookupsError,
    EnvironmentAgnosticStageError,
    StageUnusableError,
    TemplateTooLargeError,
    TooManyActionsError,
    TooManyStagesError,
)
from pipelinekit.tree import own_constructs

TEMPLATE_BYTES = 900_000
"""CloudFormation takes 1 MB; the rest is room for the next change."""

REST_BYTES = 400_000
"""More than all but the stages ever is: a machine of 45 KB, and policies within the quotas of IAM, S3 and KMS, which
let a role have 72 KB, a bucket 20 and a key 32.
"""
BYTES_AROUND = 200
"""Of a resource, around its properties: its logical id, its type, its metadata."""


def require_callable(stage: object, scope: object, environment: Environment, env: cdk.Environment) -> None:
    """`stage` can be called as pipelinekit calls it. Raises StageUnusableError with what does not fit."""
    asked = f'{_named(stage)} is called as {_named(stage)}(scope, "{environment.name}", env=...)'
    if not callable(stage):
        raise StageUnusableError(
            f"The stage is an object of {type(stage).__name__}, made already: pass the class itself, or a function, "
            "which is called once for each environment."
        )
    # jsii's metaclass hides a constructor's own signature.
    made_by = functools.partial(operator.attrgetter("__init__")(stage), None) if isinstance(stage, type) else stage
    try:
        inspect.signature(made_by).bind(scope, environment.name, env=env)
    except TypeError as error:
        raise StageUnusableError(
            f"{asked}, and that does not fit ({error}): give further arguments a default, and accept **kwargs."
        ) from None


def require_stage(made: object, environment: Environment) -> list[IConstruct]:
    """The constructs of what was made, which is a stage with stacks: all of them, in one answer of Node's."""
    if not isinstance(made, cdk.Stage):
        raise StageUnusableError(
            f"For the environment {environment.name} a {type(made).__name__} was made, and it must be a cdk.Stage: "
            "put the stacks into a subclass of cdk.Stage."
        )
    nodes: list[IConstruct] = made.node.find_all()
    if not any(isinstance(node, cdk.Stack) for node in nodes):
        raise StageUnusableError(
            f"The stage of environment {environment.name} has no stack, and nothing would be deployed: make its stacks "
            "in the constructor."
        )
    return nodes


def _named(stage: object) -> str:
    return getattr(stage, "__name__", type(stage).__name__)


def inspected(stage: cdk.Stage, environment: Environment) -> Assembly:
    """The stage's own cloud assembly. Raises an AppUnusableError for what a pipeline cannot deploy."""
    assembly = Assembly(Path(stage.synth().directory))
    _require_environment(assembly, environment)
    _require_no_lookups(assembly, environment)
    for stack in assembly.stacks:
        require_bytes(stack.name, stack.template_path.stat().st_size)
    return assembly


def _require_environment(assembly: Assembly, environment: Environment) -> None:
    for stack in assembly.stacks:
        if "unknown-account" in stack.place or "unknown-region" in stack.place:
            raise EnvironmentAgnosticStageError(
                f"The stack {stack.name} of environment {environment.name} does not say its account and Region, "
                "and would go to the pipeline's own account: pass the stage's **kwargs on to cdk.Stage."
            )
    places = [stack.place for stack in assembly.stacks]
    if (environment.account, environment.region) not in places:
        found = ", ".join(sorted({"/".join(place) for place in places}))
        raise StageUnusableError(
            f"No stack of environment {environment.name} is in its account {environment.account} and Region "
            f"{environment.region}, but in {found}: leave the env of stacks to the stage."
        )


def require_own_stacks(places: Iterable[StackPlace]) -> None:
    """No two environments deploy one stack. Raises StageUnusableError: the second would overwrite the first."""
    owners: dict[tuple[str, str, str], str] = {}
    for place in places:
        first = owners.setdefault((place.account, place.region, place.stack), place.environment)
        if first != place.environment:
            raise StageUnusableError(
                f"The environments {first} and {place.environment} both deploy the stack {place.stack} in account "
                f"{place.account} and Region {place.region}: leave out stack_name, or name the environment in it."
            )


def _require_no_lookups(assembly: Assembly, environment: Environment) -> None:
    if assembly.missing:
        keys = ", ".join(assembly.missing)
        raise ContextLookupsError(
            f"The stacks of environment {environment.name} look up {keys} in AWS at synth, which a pipeline's build "
            "cannot: name the value, or keep it in cdk.context.json."
        )


def require_quotas(stages: Sequence[Json]) -> None:
    """The rendered pipeline is within CodePipeline's quotas. `stages` are resolved, as in its template."""
    if len(stages) > STAGES:
        raise TooManyStagesError(stages_sentence(len(stages)))
    for stage in stages:
        if len(stage["actions"]) > ACTIONS_OF_STAGE:
            raise TooManyActionsError(
                f"The pipeline's stage {stage['name']} would have {len(stage['actions'])} actions and CodePipeline "
                f"takes {ACTIONS_OF_STAGE}: use fewer stacks in an environment."
            )
    actions = sum(len(stage["actions"]) for stage in stages)
    if actions > ACTIONS:
        raise TooManyActionsError(actions_sentence(actions))


def require_template_size(stack: cdk.Stack, stages: Sequence[Json]) -> None:
    """The pipeline's own template, measured before it is written. stages: the pipeline's, resolved.

    They are what grows with the environments; the rest is resolved only where they leave little for it.
    """
    taken = _length(stages)
    if taken + REST_BYTES > TEMPLATE_BYTES:
        require_bytes(stack.stack_name, taken + _rest_bytes(stack))


def _rest_bytes(stack: cdk.Stack) -> int:
    """About how long the stack's template will be without the stages: it is written when all is made, so this is
    summed.
    """
    resources = [node for node in own_constructs(stack) if isinstance(node, cdk.CfnResource) and node.stack is stack]
    others = (each for each in resources if not isinstance(each, codepipeline.CfnPipeline))
    properties = [each._cfn_properties for each in others]  # noqa: SLF001 - nothing else has them
    return _length(stack.resolve(properties)) + BYTES_AROUND * len(resources)


def _length(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":")))


def require_bytes(stack_name: str, size: int) -> None:
    """A template of `size` bytes can be deployed, and changed afterwards."""
    if size > TEMPLATE_BYTES:
        raise TemplateTooLargeError(
            f"The template of {stack_name} has {size:,} bytes and CloudFormation takes 1,000,000, of which "
            f"{TEMPLATE_BYTES:,} are used here: split the stack, or deploy fewer environments with one pipeline."
        )
