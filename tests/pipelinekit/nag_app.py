"""The payments example with cdk-nag's AwsSolutions rules over it: validation-report.json tells what they found."""

import os

import aws_cdk as cdk
import cdk_nag
from stage import PaymentsStage

from pipelinekit import ServicePipeline

app = cdk.App(outdir=os.environ["CDK_OUTDIR"])
ServicePipeline(app, "acme/payments", PaymentsStage)
cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
app.synth()
