"""The signals of an environment's stage: what its team declares, else what is found, and how its one-box is made."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import aws_cdk as cdk
from constructs import IConstruct

from pipelinekit.assembly import Assembly
from pipelinekit.declared import declared_in
from pipelinekit.found import TELLING, found
from pipelinekit.plan import Environment, Wave
from pipelinekit.refusals import RequestsUnknownError
from pipelinekit.signals import REQUESTS, OneBox, Signals


def signals_in(stage: cdk.Stage, assembly: Assembly, environment: Environment) -> Signals:
    """The signals of a synthesized stage, in the environment's own account and Region.

    A construct that declares them has them as its `signals`, and one that makes a one-box has it as its `one_box`.
    """
    made = declared_in(stage)
    declared = next((each for node in made if isinstance(each := getattr(node, "signals", None), Signals)), None)
    told = declared or found(assembly.templates(environment.account, environment.region))
    return Signals(told.metrics, told.alarms, _together(_one_boxes(made)))


def may_be_watched(nodes: Iterable[IConstruct]) -> bool:
    """Whether a stage of these constructs has a resource that tells of a service, such as an alarm."""
    return any(isinstance(node, cdk.CfnResource) and _type_of(node) in TELLING for node in nodes)


def require_requests(wave: Wave, environment: Environment, signals: Signals) -> None:
    """A wave that waits for requests has something that counts them. Raises RequestsUnknownError."""
    if wave.minimum_data_points and not signals.of(REQUESTS):
        raise RequestsUnknownError(
            f"The wave {wave.wave} has baked after {wave.minimum_data_points:,} requests in each environment, and "
            f"nothing in {environment.name} counts any: declare ServiceSignals(self, …, requests=[…]) in one of its "
            "stacks, or set the wave's minimumDataPoints to 0."
        )


def _type_of(resource: cdk.CfnResource) -> str:
    """What CloudFormation calls it; a class that CDK has for one type of resources is asked, and only once."""
    return _type_of_all(type(resource)) or resource.cfn_resource_type


@functools.cache
def _type_of_all(made_by: type) -> str | None:
    return getattr(made_by, "CFN_RESOURCE_TYPE_NAME", None)


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
