"""The signals of an environment's stage: what its team declares, else what is found, and how its one-box is made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import cx_api
from constructs import IConstruct

from pipelinekit.found import TELLING, found
from pipelinekit.plan import Environment, Wave
from pipelinekit.refusals import RequestsUnknownError
from pipelinekit.signals import REQUESTS, Json, OneBox, Signals


def signals_in(stage: cdk.Stage, assembly: cx_api.CloudAssembly, environment: Environment) -> Signals:
    """The signals of a synthesized stage, in the environment's own account and Region.

    A construct that declares them has them as its `signals`, and one that makes a one-box has it as its `one_box`.
    """
    nodes = stage.node.find_all()
    declared = next((each for node in nodes if isinstance(each := getattr(node, "signals", None), Signals)), None)
    told = declared or found(_templates(assembly, environment))
    return Signals(told.metrics, told.alarms, _together(_one_boxes(nodes)))


def may_be_watched(stage: cdk.Stage) -> bool:
    """Whether a stage that is not synthesized yet has a resource that tells of a service, such as an alarm."""
    return any(
        isinstance(node, cdk.CfnResource) and node.cfn_resource_type in TELLING for node in stage.node.find_all()
    )


def require_requests(wave: Wave, environment: Environment, signals: Signals) -> None:
    """A wave that waits for requests has something that counts them. Raises RequestsUnknownError."""
    if wave.minimum_data_points and not signals.of(REQUESTS):
        raise RequestsUnknownError(
            f"The wave {wave.wave} has baked after {wave.minimum_data_points:,} requests in each environment, and "
            f"nothing in {environment.name} counts any: declare ServiceSignals(self, …, requests=[…]) in one of its "
            "stacks, or set the wave's minimumDataPoints to 0."
        )


def _templates(assembly: cx_api.CloudAssembly, environment: Environment) -> dict[str, Json]:
    place = (environment.account, environment.region)
    return {
        stack.stack_name: json.loads(Path(stack.template_full_path).read_text(encoding="utf-8"))
        for stack in assembly.stacks
        if (stack.environment.account, stack.environment.region) == place
    }


def _one_boxes(nodes: Sequence[IConstruct]) -> list[OneBox]:
    return [each for node in nodes if isinstance(each := getattr(node, "one_box", None), OneBox)]


def _together(boxes: Sequence[OneBox]) -> OneBox | None:
    """One for all: the largest share, the shortest time, by every means."""
    if not boxes:
        return None
    return OneBox(
        percent=max(box.percent for box in boxes),
        bake_minutes=min(box.bake_minutes for box in boxes),
        how=", ".join(sorted({box.how for box in boxes})),
    )
