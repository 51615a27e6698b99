"""pipelinekit: two lines of CDK make a pipeline that takes every commit safely to every environment.

from pipelinekit import ServicePipeline

ServicePipeline(app, "acme/payments", PaymentsStage)

ServiceSignals, OneBoxFunction, OneBoxService and RollingGroup are what a team may add in its own stacks.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pipelinekit.plan import Plan
from pipelinekit.policies.exceptions import policy_exception
from pipelinekit.refusals import PipelinekitError
from pipelinekit.rendering import ServicePipeline
from pipelinekit.signals import OneBox
from pipelinekit.surroundings import wave_of
from pipelinekit.thresholds import Thresholds

if TYPE_CHECKING:
    from pipelinekit.metrics import Measured
    from pipelinekit.one_box_function import OneBoxFunction
    from pipelinekit.one_box_service import OneBoxService
    from pipelinekit.rolling_group import RollingGroup
    from pipelinekit.service_signals import ServiceSignals

__version__ = "0.4.0"
__all__ = [
    "Measured",
    "OneBox",
    "OneBoxFunction",
    "OneBoxService",
    "PipelinekitError",
    "Plan",
    "RollingGroup",
    "ServicePipeline",
    "ServiceSignals",
    "Thresholds",
    "__version__",
    "policy_exception",
    "wave_of",
]

_WHEN_ASKED_FOR = {
    "Measured": "metrics",
    "OneBoxFunction": "one_box_function",
    "OneBoxService": "one_box_service",
    "RollingGroup": "rolling_group",
    "ServiceSignals": "service_signals",
}
"""What no pipeline needs, by its module: importing CDK's ECS and Auto Scaling takes as long as all the rest."""


def __getattr__(name: str) -> object:
    """What is imported when it is first asked for."""
    if name not in _WHEN_ASKED_FOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_WHEN_ASKED_FOR[name]}"), name)
    globals()[name] = found
    return found
