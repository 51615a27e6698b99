"""The pipeline of the shop's orders: its commits are in the shop's repository, beside those of other services."""

import aws_cdk as cdk
from stage import OrdersStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/shop.orders", OrdersStage, source="acme/shop", directory="orders")
app.synth()
