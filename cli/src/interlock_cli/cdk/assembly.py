"""The stacks of a cloud assembly, and which of them are an environment's.

pipelinekit calls `stage(scope, "<environment>", env=…)`, so an environment's stacks lie below a stage of its name. An
app without stages is one environment's: that of the account and Region it was synthesized for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock_cli.environments import Environment
from interlock_cli.errors import CommandError

ANY = {"unknown-account": "", "unknown-region": ""}
"""How CDK writes that a stack goes wherever its credentials are."""


@dataclass(frozen=True)
class Stack:
    """A stack. id: how the CDK CLI selects it; name: CloudFormation's; stages: the names of those above it.

    account, region: empty where the app does not say.
    """

    id: str
    name: str
    account: str
    region: str
    stages: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict, hash=False)


def read_stacks(assembly: Path) -> list[Stack]:
    """Every stack of the assembly and of those nested in it. Raises CommandError for a folder that is none."""
    try:
        return list(_stacks(assembly, ()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{assembly} is not a cloud assembly: {error}.", "Synthesize it again, with the CDK CLI of the app."
        ) from error


def _stacks(assembly: Path, stages: tuple[str, ...]) -> Iterator[Stack]:
    artifacts = json.loads((assembly / "manifest.json").read_text("utf-8")).get("artifacts", {})
    for key, artifact in artifacts.items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "aws:cloudformation:stack":
            yield _stack(key, artifact, properties, stages)
        elif artifact["type"] == "cdk:cloud-assembly":
            above = tuple(str(properties.get("displayName", key)).split("/"))
            yield from _stacks(assembly / properties["directoryName"], above)


def _stack(key: str, artifact: Any, properties: Any, stages: tuple[str, ...]) -> Stack:
    account, _, region = str(artifact["environment"]).removeprefix("aws://").partition("/")
    return Stack(
        id=str(artifact.get("displayName", key)),
        name=str(properties.get("stackName", key)),
        account=ANY.get(account, account),
        region=ANY.get(region, region),
        stages=stages,
        tags=dict(properties.get("tags") or {}),
    )


def by_environment(stacks: Sequence[Stack], environments: Sequence[Environment]) -> dict[Environment, list[Stack]]:
    """Each environment's own stacks, as `stacks_of` finds them, which says what is raised.

    Raises CommandError as well for several environments of an app without stages: it is synthesized for one.
    """
    if len(environments) > 1 and not any(stack.stages for stack in stacks):
        raise CommandError(
            f"The app makes no stages: it is synthesized for one environment, and {len(environments)} are asked for.",
            "Give one --env at a time; or make a stage for each environment, as pipelinekit does.",
        )
    return {each: stacks_of(stacks, each) for each in environments}


def stacks_of(stacks: Sequence[Stack], environment: Environment) -> list[Stack]:
    """The environment's own stacks. Raises CommandError where there are none, or they would go somewhere else."""
    if not any(stack.stages for stack in stacks):
        found = [stack for stack in stacks if _is_there(stack, environment)]
    else:
        found = [stack for stack in stacks if environment.name in stack.stages]
    if not found:
        raise _none(stacks, environment)
    for stack in found:
        if not _is_there(stack, environment):
            raise CommandError(
                f"The app puts {stack.id} into {stack.account or 'any account'}, {stack.region or 'any Region'}, and "
                f"{environment.name} is {environment.account}, {environment.region}.",
                "Pass the stage's `env` on to its stacks: `super().__init__(scope, construct_id, **kwargs)`.",
            )
    return found


def _is_there(stack: Stack, environment: Environment) -> bool:
    return stack.account in ("", environment.account) and stack.region in ("", environment.region)


def _none(stacks: Iterable[Stack], environment: Environment) -> CommandError:
    stages = sorted({stack.stages[-1] for stack in stacks if stack.stages})
    made = f"It makes the stages {', '.join(stages[:10])}." if stages else "It makes no stages."
    return CommandError(
        f"The app makes no stack for {environment.name} in {environment.account}, {environment.region}. {made}",
        "`interlock environments` lists where the service may go; an app without stages takes its account and Region "
        "from CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION.",
    )


def pipeline_stack(stacks: Sequence[Stack], pipeline: str) -> Stack:
    """The pipeline's own stack, as pipelinekit names it. Raises CommandError where the app makes none."""
    wanted = f"pipeline-{pipeline}"
    found = next((stack for stack in stacks if stack.id == wanted and not stack.stages), None)
    if found is None:
        raise CommandError(
            f"The app makes no stack {wanted}, which pipelinekit's ServicePipeline would make.",
            "Go to the folder of the service's app, or give it with --app.",
        )
    return found
