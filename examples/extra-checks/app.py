"""The invoices' pipeline: its checks are the organisation's and its own, which checks.yaml registers."""

import aws_cdk as cdk
from stage import InvoicesStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/invoices", InvoicesStage)
app.synth()
