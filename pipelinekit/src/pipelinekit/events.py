"""What the pipeline tells the hub: rules on the account's own bus that pass this pipeline's events on."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipelinekit.tree import own_constructs

OWN_SOURCE = "interlock.pipelinekit"
"""The source of the events that ask outside for an EXTERNAL check."""


class HubRules(Construct):
    """One rule for each source of events, so that each reads as one sentence."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus_arn: str,
        pipeline: codepipeline.IPipeline,
        machine: sfn.IStateMachine,
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        self._target = targets.EventBus(events.EventBus.from_event_bus_arn(self, "Hub", bus_arn), role=role)
        self._rule("Pipeline", "aws.codepipeline", {"pipeline": [pipeline.pipeline_name]})
        self._rule("Validation", "aws.states", {"stateMachineArn": [machine.state_machine_arn]})
        self._rule("External", OWN_SOURCE, {"stateMachineArn": [machine.state_machine_arn]})
        projects = _project_names(scope)
        if projects:
            self._rule("Builds", "aws.codebuild", {"project-name": projects})

    def _rule(self, construct_id: str, source: str, detail: dict[str, Any]) -> None:
        events.Rule(
            self,
            construct_id,
            description=f"Interlock: {source} to the hub",
            event_pattern=events.EventPattern(source=[source], detail=detail),
            targets=[self._target],
        )


def _project_names(scope: Construct) -> list[str]:
    """The CodeBuild projects of the pipeline: synth, self-mutation, assets."""
    nodes = own_constructs(cdk.Stack.of(scope))
    return [node.project_name for node in nodes if isinstance(node, codebuild.Project)]
