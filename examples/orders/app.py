"""The orders team's CDK app: the two lines that make its pipeline are the import and the call."""

import aws_cdk as cdk
from stage import OrdersStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/orders", OrdersStage)
app.synth()
