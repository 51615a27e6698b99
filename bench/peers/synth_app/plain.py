"""The same pipeline written by hand, without Interlock: CDK Pipelines, a machine that guards waves, roles for checks.

It has what a careful team would write once it wants waves that are asked for, baked and checked: the same stages and
actions, a role for checks in each environment, a function and a machine of its own, rules that tell a central bus. Its
plan is data that the team keeps itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import pipelines

Json = dict[str, Any]

FIRST_WAVE = 4
"""The stage of the first wave: CDK Pipelines puts the source, the synth, its own update and the assets before it."""
GUARD = {
    "StartAt": "Guard",
    "QueryLanguage": "JSONata",
    "States": {
        "Guard": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "${Guard}", "Payload": "{% $states.input %}"},
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 100}],
            "End": True,
        }
    },
}
HANDLER = "def handler(event, context):\n    return event\n"


class PlainPipeline(cdk.Stack):
    """The pipeline of a plan. stage: makes one environment's stacks."""

    def __init__(self, app: cdk.App, plan: Json, stage: Callable[..., cdk.Stage]) -> None:
        home = plan["pipeline"]
        env = cdk.Environment(account=home["account"], region=home["region"])
        super().__init__(app, "pipeline-payments", env=env, suppress_template_indentation=True)
        self._plan, self._service_name = plan, plan["service"]
        self._tag(self)
        self._guard_role = f"{home['name']}-guard"
        self._guard = self._function()
        self._machine = self._state_machine()
        bucket = self._bucket()
        pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_name=home["name"],
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
            restart_execution_on_update=True,
            artifact_bucket=bucket,
            cross_account_keys=True,
            enable_key_rotation=True,
            use_pipeline_role_for_actions=True,
        )
        kit = self._kit(pipeline)
        principal = iam.AccountPrincipal(home["account"]).with_conditions(
            {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{home['account']}:role/{self._guard_role}"}}
        )
        waves = [wave for each in plan["stages"] for wave in each["waves"]]
        roles = [role for wave in waves for role in self._wave(kit, wave, stage, principal)]
        for start in range(0, len(roles), 40):
            self._allow(self._guard, "sts:AssumeRole", *roles[start : start + 40])
        self._allow(self._guard, "codepipeline:StopPipelineExecution", f"arn:aws:codepipeline:*:*:{home['name']}")
        self._allow(self._guard, "s3:GetObject", bucket.arn_for_objects("*"))
        kit.build_pipeline()
        rendered: Any = pipeline.node.default_child
        for position in range(len(waves)):
            rendered.add_property_override(f"Stages.{FIRST_WAVE + position}.OnFailure.Result", "ROLLBACK")
        self._rules(pipeline, kit)

    def _wave(
        self, kit: pipelines.CodePipeline, wave: Json, stage: Callable[..., cdk.Stage], principal: iam.IPrincipal
    ) -> list[str]:
        """A wave's environments. Returns the ARNs of the roles for their checks."""
        steps = [GuardStep(name, self._machine) for name in ("Enter", "Validate")]
        rendered = kit.add_wave(wave["name"], pre=steps[:1], post=steps[1:])
        roles = []
        for place in wave["environments"]:
            made = stage(self, place["name"], env=cdk.Environment(account=place["account"], region=place["region"]))
            self._tag(made)
            roles.append(self._role(made, place, principal))
            rendered.add_stage(made)
        return roles

    def _role(self, made: cdk.Stage, place: Json, principal: iam.IPrincipal) -> str:
        """For the checks in an environment: its function is called, its alarms and metrics are read."""
        account, region = place["account"], place["region"]
        name = f"{self._service_name}-{place['name']}-checks"
        role = iam.Role(
            next(child for child in made.node.children if isinstance(child, cdk.Stack)),
            "Checks",
            role_name=name,
            description=f"The checks of {self._service_name} in {place['name']}",
            assumed_by=principal,
        )
        handler = f"arn:aws:lambda:{region}:{account}:function:{self._service_name}-{place['name']}-handler"
        for action, resource in (
            ("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{region}:{account}:alarm:*"),
            ("cloudwatch:GetMetricData", "*"),
            ("lambda:InvokeFunction", handler),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[resource]))
        return f"arn:aws:iam::{account}:role/{name}"

    def _kit(self, pipeline: codepipeline.Pipeline) -> pipelines.CodePipeline:
        plan = self._plan
        source = pipelines.CodePipelineSource.connection(
            plan["repository"], plan["branch"], connection_arn=plan["connectionArn"]
        )
        return pipelines.CodePipeline(
            self,
            "Delivery",
            code_pipeline=pipeline,
            use_change_sets=False,
            publish_assets_in_parallel=False,
            use_pipeline_role_for_actions=True,
            synth=pipelines.ShellStep("Synth", input=source, install_commands=["npm ci"], commands=["npx cdk synth"]),
        )

    def _function(self) -> lambda_.Function:
        group = logs.LogGroup(self, "GuardLogs", retention=logs.RetentionDays.THREE_MONTHS)
        role = iam.Role(
            self, "GuardRole", role_name=self._guard_role, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")
        )
        group.grant_write(role)
        return lambda_.Function(
            self,
            "Guard",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(HANDLER),
            role=role,
            timeout=cdk.Duration.minutes(15),
            log_group=group,
            tracing=lambda_.Tracing.ACTIVE,
        )

    def _state_machine(self) -> sfn.StateMachine:
        group = logs.LogGroup(self, "MachineLogs", log_group_name="/aws/vendedlogs/states/guard-payments")
        machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(json.dumps(GUARD)),
            definition_substitutions={"Guard": self._guard.function_arn},
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL),
        )
        self._guard.grant_invoke(machine)
        return machine

    def _bucket(self) -> s3.Bucket:
        secure: Json = {
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "enforce_ssl": True,
            "versioned": True,
            "lifecycle_rules": [s3.LifecycleRule(expiration=cdk.Duration.days(180))],
        }
        key = kms.Key(self, "Key", enable_key_rotation=True)
        return s3.Bucket(
            self,
            "Artifacts",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            server_access_logs_bucket=s3.Bucket(self, "Accesses", encryption=s3.BucketEncryption.S3_MANAGED, **secure),
            **secure,
        )

    def _rules(self, pipeline: codepipeline.Pipeline, kit: pipelines.CodePipeline) -> None:
        """A failed stage starts the machine; a central bus is told of executions, guards and builds."""
        role = iam.Role(self, "BusRole", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        bus = targets.EventBus(
            events.EventBus.from_event_bus_arn(self, "Bus", self._plan["hub"]["eventBusArn"]), role=role
        )
        of_pipeline = {"pipeline": [pipeline.pipeline_name]}
        of_machine = {"stateMachineArn": [self._machine.state_machine_arn]}
        builds: list[codebuild.IProject] = [kit.synth_project, kit.self_mutation_project]
        returned = targets.SfnStateMachine(self._machine)
        for name, source, detail, target in (
            ("Failed", "aws.codepipeline", {**of_pipeline, "state": ["FAILED"]}, returned),
            ("Executions", "aws.codepipeline", of_pipeline, bus),
            ("Guards", "aws.states", of_machine, bus),
            ("Asked", "payments.guard", of_machine, bus),
            ("Builds", "aws.codebuild", {"project-name": [each.project_name for each in builds]}, bus),
        ):
            pattern = events.EventPattern(source=[source], detail=detail)
            events.Rule(self, name, event_pattern=pattern, targets=[target])

    def _allow(self, function: lambda_.Function, action: str, *resources: str) -> None:
        function.add_to_role_policy(iam.PolicyStatement(actions=[action], resources=list(resources)))

    def _tag(self, scope: cdk.Stack | cdk.Stage) -> None:
        for tag in self._plan["requiredTags"]:
            cdk.Tags.of(scope).add(tag["key"], tag["value"])


@jsii.implements(pipelines.ICodePipelineActionFactory)
class GuardStep(pipelines.Step):
    """An action that starts the machine and waits for it; CDK Pipelines has no step for that."""

    def __init__(self, name: str, machine: sfn.IStateMachine) -> None:
        super().__init__(name)
        self._machine = machine

    @jsii.member(jsii_name="produceAction")
    def produce_action(
        self, stage: codepipeline.IStage, options: pipelines.ProduceActionOptions
    ) -> pipelines.CodePipelineActionFactoryResult:
        """Add the action to the stage."""
        given = {"stage": stage.stage_name, "action": options.action_name}
        stage.add_action(
            actions.StepFunctionInvokeAction(
                action_name=options.action_name,
                run_order=options.run_order,
                state_machine=self._machine,
                state_machine_input=actions.StateMachineInput.literal(given),
            )
        )
        return pipelines.CodePipelineActionFactoryResult(run_orders_consumed=1)
