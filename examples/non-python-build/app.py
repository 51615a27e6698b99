"""The labels' pipeline: what is deployed is built by npm before the CDK looks at it."""

import aws_cdk as cdk
from stage import LabelsStage

from pipelinekit import ServicePipeline
from pipelinekit.rendering import CDK_CLI

app = cdk.App()
ServicePipeline(
    app,
    "acme/labels",
    LabelsStage,
    install_commands=[
        f"npm install --global aws-cdk@{CDK_CLI}",
        "python -m pip install --requirement requirements.txt",
        "npm ci",
    ],
    synth_commands=["npm test", "npm run build", "cdk synth --quiet"],
    synth_environment={"NODE_ENV": "production"},
)
app.synth()
