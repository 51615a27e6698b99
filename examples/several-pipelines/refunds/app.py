"""The pipeline of the shop's refunds: its commits are in the shop's repository, beside those of other services."""

import aws_cdk as cdk
from stage import RefundsStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/shop.refunds", RefundsStage, source="acme/shop", directory="refunds")
app.synth()
