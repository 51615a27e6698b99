"""The quotes' pipeline: each wave's one-box is made by a construct in the stack, with the numbers of the plan."""

import aws_cdk as cdk
from stage import QuotesStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/quotes", QuotesStage)
app.synth()
