"""pipelinekit: two lines of CDK make a pipeline that takes every commit safely to every environment.

from pipelinekit import ServicePipeline

ServicePipeline(app, "acme/payments", PaymentsStage)

ServiceSignals, OneBoxFunction, OneBoxService and RollingGroup are what a team may add in its own stacks.
"""

from pipelinekit.metrics import Measured
from pipelinekit.one_box_function import OneBoxFunction
from pipelinekit.one_box_service import OneBoxService
from pipelinekit.plan import Plan
from pipelinekit.policies.exceptions import policy_exception
from pipelinekit.refusals import PipelinekitError
from pipelinekit.rendering import ServicePipeline
from pipelinekit.rolling_group import RollingGroup
from pipelinekit.service_signals import ServiceSignals
from pipelinekit.signals import OneBox
from pipelinekit.surroundings import wave_of
from pipelinekit.thresholds import Thresholds

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
