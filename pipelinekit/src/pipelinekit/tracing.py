"""Trace context for what the pipeline runs: every build finds TRACEPARENT in its environment.

The service derives the trace of an execution from the execution's id, and the span of an action from its names, so
everybody can (docs/tracing.md). CodePipeline puts the id into an action's variables, and nowhere else; the build hashes
the rest in its shell.
"""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import pipelines

VARIABLE = "INTERLOCK_SPAN"
"""What a build's span is made of: `<execution id>/<attempt>/action/<stage>/<action>`."""
EXECUTION_ID = "#{codepipeline.PipelineExecutionId}"
COMMAND = (
    f'if [ -n "${VARIABLE}" ]; then'
    f' TRACEPARENT="00-$(printf %s "${{{VARIABLE}%%/*}}" | tr -d -)'
    f'-$(printf %s "${VARIABLE}" | sha256sum | cut -c1-16)-01" || true;'
    " if [ ${#TRACEPARENT} -eq 55 ]; then export TRACEPARENT; else unset TRACEPARENT; fi; fi"
)
"""For a POSIX shell. A build that somebody starts by hand has no execution, and gets no TRACEPARENT; one whose image
lacks a tool goes on without.
"""


def build_options() -> pipelines.CodeBuildOptions:
    """For every build of the pipeline: the command, before its own. In version 0.2 all commands share one shell."""
    phases = {"install": {"commands": [COMMAND]}}
    return pipelines.CodeBuildOptions(
        partial_build_spec=codebuild.BuildSpec.from_object({"version": "0.2", "phases": phases})
    )


def span_of(stage: str, action: str) -> str:
    """What an action's span is made of. CodePipeline tells a build no attempt: a retry's build names the first."""
    return f"{EXECUTION_ID}/1/action/{stage}/{action}"


def name_spans(pipeline: codepipeline.CfnPipeline, stages: list[dict[str, Any]]) -> None:
    """Give every build its span's name. stages: the pipeline's, resolved. CDK cannot say it of its own builds."""
    for position, stage in enumerate(stages):
        for place, action in enumerate(stage["actions"]):
            variables = _with_span(action, span_of(stage["name"], action["name"]))
            if variables is not None:
                path = f"Stages.{position}.Actions.{place}.Configuration.EnvironmentVariables"
                pipeline.add_property_override(path, variables)


def _with_span(action: dict[str, Any], span: str) -> str | None:
    """The variables of a build with its span's; None for what is no build, or whose variables are known later only."""
    if action["actionTypeId"]["provider"] != "CodeBuild":
        return None
    given = action.get("configuration", {}).get("EnvironmentVariables", "[]")
    if not isinstance(given, str):
        return None
    named = {"name": VARIABLE, "type": "PLAINTEXT", "value": span}
    return json.dumps([*json.loads(given), named], separators=(",", ":"))
