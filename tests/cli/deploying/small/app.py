"""The smallest app with the shape of pipelinekit's: a stack that is the pipeline, and a stage for each environment."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs

PLACES = {"alpha-eu-west-1": ("111111111111", "eu-west-1"), "beta-us-east-1": ("222222222222", "us-east-1")}

app = cdk.App()
pipeline = cdk.Stack(app, "pipeline-small", env=cdk.Environment(account="999999999999", region="eu-west-1"))
for name, (account, region) in PLACES.items():
    stage = cdk.Stage(pipeline, name, env=cdk.Environment(account=account, region=region))
    stack = cdk.Stack(stage, "Small")
    sqs.CfnQueue(stack, "Work", queue_name=f"{name}-work", visibility_timeout=30)
    sqs.CfnQueue(stack, "Old")
app.synth()
