"""The notifications team's CDK app: the two lines that make its pipeline are the import and the call."""

import aws_cdk as cdk
from stage import NotificationsStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/notifications", NotificationsStage)
app.synth()
