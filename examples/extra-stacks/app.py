"""The catalog's pipeline: the same two lines, however many stacks an environment has."""

import aws_cdk as cdk
from stage import CatalogStage

from pipelinekit import ServicePipeline

app = cdk.App()
ServicePipeline(app, "acme/catalog", CatalogStage)
app.synth()
