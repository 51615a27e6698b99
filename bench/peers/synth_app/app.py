"""The payments example with the stages and waves of a plan, INTERLOCK_PLAN: by pipelinekit, or by CDK Pipelines alone.

BENCH_PIPELINE says which. Neither uses change sets: with them 300 environments would be more actions than CodePipeline
takes.
"""

import json
import os
import sys
from pathlib import Path

import aws_cdk as cdk

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "payments"))

from stage import PaymentsStage


def plain(app: cdk.App) -> None:
    """What CDK Pipelines' documentation shows: a wave of stages for each wave."""
    from aws_cdk import pipelines  # noqa: PLC0415 - as each imports what it needs

    plan = json.loads(Path(os.environ["INTERLOCK_PLAN"]).read_text())
    home = cdk.Environment(account=plan["pipeline"]["account"], region=plan["pipeline"]["region"])
    source = pipelines.CodePipelineSource.connection(
        plan["repository"], plan["branch"], connection_arn=plan["connectionArn"]
    )
    pipeline = pipelines.CodePipeline(
        cdk.Stack(app, "pipeline-payments", env=home),
        "Pipeline",
        pipeline_name=plan["pipeline"]["name"],
        cross_account_keys=True,
        use_change_sets=False,
        synth=pipelines.ShellStep("Synth", input=source, commands=["npm ci", "npx cdk synth"]),
    )
    for each in (wave for stage in plan["stages"] for wave in stage["waves"]):
        wave = pipeline.add_wave(each["name"])
        for place in each["environments"]:
            env = cdk.Environment(account=place["account"], region=place["region"])
            wave.add_stage(PaymentsStage(app, place["name"], env=env))


def by_pipelinekit(app: cdk.App) -> None:
    """What the example's own app does."""
    from pipelinekit import ServicePipeline  # noqa: PLC0415

    ServicePipeline(app, "acme/payments", PaymentsStage, use_change_sets=False)


app = cdk.App()
{"plain": plain, "pipelinekit": by_pipelinekit}[os.environ["BENCH_PIPELINE"]](app)
app.synth()
