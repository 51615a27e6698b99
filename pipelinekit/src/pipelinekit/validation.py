"""What guards a wave: the state machine as a construct with the rights its checks need, and the steps that run it,
before the wave and after it.
"""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import pipelines
from constructs import Construct

from pipelinekit.kinds import limits_of
from pipelinekit.machine import definition
from pipelinekit.plan import Plan
from pipelinekit.rights import machine_statements
from pipelinekit.tracing import EXECUTION_ID


class Validation(Construct):
    """The state machine that guards every wave of one pipeline, before it and after it. `machine` is the machine."""

    def __init__(self, scope: Construct, construct_id: str, *, plan: Plan, gate: lambda_.IFunction) -> None:
        super().__init__(scope, construct_id)
        # Step Functions keeps one resource policy for all groups under this prefix, and a policy is soon
        # full.
        group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/interlock-{plan.pipeline.name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition(_limits(plan)))),
            definition_substitutions={"Gate": gate.function_arn},
            comment=f"Interlock: the checks of {plan.pipeline.name}",
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL, include_execution_data=False),
        )
        gate.grant_invoke(self.machine)
        for statement in machine_statements(plan):
            self.machine.add_to_role_policy(
                iam.PolicyStatement(actions=list(statement.actions), resources=list(statement.resources))
            )


def _limits(plan: Plan) -> dict[str, list[int]]:
    return limits_of(check for _, wave in plan.waves for check in wave.checks)


@jsii.implements(pipelines.ICodePipelineActionFactory)
class MachineStep(pipelines.Step):
    """An action of a wave's stage that starts the machine for a phase, and waits for it."""

    def __init__(self, name: str, machine: sfn.IStateMachine, phase: str) -> None:
        super().__init__(name)
        self._machine, self._phase = machine, phase

    @jsii.member(jsii_name="produceAction")
    def produce_action(
        self,
        stage: codepipeline.IStage,
        options: pipelines.ProduceActionOptions | None = None,
        **named: Any,
    ) -> pipelines.CodePipelineActionFactoryResult:
        """Add the action to the stage; jsii calls with the struct's fields by name, Python with either."""

        def option(name: str) -> Any:
            return named[name] if name in named else getattr(options, name)

        # CodePipeline takes 1,000 characters here: ids, and nothing that the service knows already.
        given = {"executionId": EXECUTION_ID, "stage": stage.stage_name, "action": option("action_name")}
        stage.add_action(
            actions.StepFunctionInvokeAction(
                action_name=option("action_name"),
                run_order=option("run_order"),
                state_machine=self._machine,
                state_machine_input=actions.StateMachineInput.literal({"phase": self._phase, **given}),
            )
        )
        return pipelines.CodePipelineActionFactoryResult(run_orders_consumed=1)


def enter_step(machine: sfn.IStateMachine) -> MachineStep:
    """The first action of a wave: it ends well when the revision may enter."""
    return MachineStep("Enter", machine, "ENTER")


def validation_step(machine: sfn.IStateMachine) -> MachineStep:
    """The last action of a wave: it ends well when the wave has passed."""
    return MachineStep("Validate", machine, "VALIDATE")
