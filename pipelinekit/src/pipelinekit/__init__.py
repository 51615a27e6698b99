"""pipelinekit: two lines of CDK make a pipeline that takes every commit safely to every environment.

from pipelinekit import ServicePipeline

ServicePipeline(app, "acme/payments", PaymentsStage)
"""

from pipelinekit.plan import Plan
from pipelinekit.refusals import PipelinekitError
from pipelinekit.rendering import ServicePipeline

__version__ = "0.3.0"
__all__ = ["PipelinekitError", "Plan", "ServicePipeline", "__version__"]
