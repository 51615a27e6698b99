"""The storefront's pipeline: each wave's one-box is made by a construct in the stack, with the numbers of the plan."""

import aws_cdk as cdk
from stage import StorefrontStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/storefront", StorefrontStage)
app.synth()
