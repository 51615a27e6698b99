"""The pipeline as a CDK stack: the layout rendered with CDK Pipelines, and everything around it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import pipelines
from constructs import Construct, IConstruct

from pipelinekit import action_map, inspection, snapshot, tracing
from pipelinekit.action_map import StackPlace
from pipelinekit.asking import says_who_it_is, variables
from pipelinekit.assembly import Assembly, SynthesizedStack
from pipelinekit.checks_role import ChecksRoles
from pipelinekit.codepipeline import WavePipeline, artifact_bucket
from pipelinekit.events import HubRules
from pipelinekit.gate.places import synth_role_name
from pipelinekit.gate_function import Gate
from pipelinekit.layout import WaveLayout, lay_out
from pipelinekit.plan import Environment, Plan
from pipelinekit.policies.audit import Audit
from pipelinekit.refusals import SecondPipelineError, speak_plainly
from pipelinekit.return_rule import ReturnRule
from pipelinekit.validation import Validation, enter_step, validation_step
from pipelinekit.watching import may_be_watched, require_requests, signals_in

CDK_CLI = "2.1148.1"
"""Pinned, because npm's `latest` of aws-cdk is an accidental old build numbered 3.0.0."""
CDK_ASSETS = "4.7.3"
LOGS_BY_POLICY = "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy"
"""CDK's flag: S3 may write access logs by the bucket's policy, and not by an ACL, whatever the app's own flags say."""

MakeStage = Callable[..., cdk.Stage]


class ServicePipeline(cdk.Stack):
    """A pipeline that takes every commit of a repository to every environment of its plan.

        ServicePipeline(app, "acme/payments", PaymentsStage)

    `repository` is `owner/name` as it is registered in Interlock. `stage` makes one environment's stacks:
    it is called as `stage(scope, "<environment name>", env=cdk.Environment(account=…, region=…))`, and a
    `cdk.Stage` subclass that passes `**kwargs` on is such a callable.

    Optional, by keyword:

    - `directory` ("."): where in the repository the CDK app lies; the synth's commands run there.
    - `source` (None: `repository`): where the commits are, when one repository holds several services, each registered
      under a name of its own. The pipeline then begins when something in its `directory` has changed.
    - `install_commands` (the pinned CDK CLI, and `requirements.txt` with pip): what the synth needs.
    - `synth_commands` (`cdk synth --quiet`): what writes the cloud assembly to `cdk.out`.
    - `synth_environment` (none): further environment variables of the synth; they are not secret.
    - `use_change_sets` (True): prepare and deploy are two actions, and CloudFormation's view of the change
      is kept. False halves the number of actions.
    - `plan` (None: INTERLOCK_PLAN's snapshot, else one request to INTERLOCK_URL): a plan that is there
      already.

    Attributes: `plan`, `layout`, `pipeline` (the CodePipeline), `machine` (the state machine of all phases).
    Raises a PipelinekitError (see pipelinekit.refusals); one that nobody catches ends the program with its
    sentence.
    """

    def __init__(
        self,
        scope: Construct,
        repository: str,
        stage: MakeStage,
        *,
        directory: str = ".",
        source: str | None = None,
        install_commands: list[str] | None = None,
        synth_commands: list[str] | None = None,
        synth_environment: dict[str, str] | None = None,
        use_change_sets: bool = True,
        plan: Plan | None = None,
    ) -> None:
        speak_plainly()
        plan = plan or snapshot.obtain(repository, os.environ)
        layout = lay_out(plan, use_change_sets=use_change_sets)
        _require_first(scope, plan)
        super().__init__(
            scope,
            f"pipeline-{plan.pipeline.name}",
            env=cdk.Environment(account=plan.pipeline.account, region=plan.pipeline.region),
            description=f"Interlock: the pipeline of {plan.repository}",
            suppress_template_indentation=True,
        )
        self.node.set_context(LOGS_BY_POLICY, True)
        self.plan, self.layout = plan, layout
        _tag(self, plan)
        self._audit = Audit(self, plan)
        gate = Gate(self, "Gate", plan=plan)
        self.machine = Validation(self, "Validation", plan=plan, gate=gate.function).machine
        bucket = artifact_bucket(self)
        self.pipeline = WavePipeline(self, "Pipeline", layout=layout, plan=plan, bucket=bucket)
        kit = pipelines.CodePipeline(
            self,
            "Delivery",
            code_pipeline=self.pipeline,
            cli_version=CDK_CLI,
            cdk_assets_cli_version=CDK_ASSETS,
            publish_assets_in_parallel=False,
            use_change_sets=use_change_sets,
            use_pipeline_role_for_actions=True,
            code_build_defaults=tracing.build_options(),
            synth_code_build_defaults=pipelines.CodeBuildOptions(role_policy=[says_who_it_is(plan)]),
            synth=_synth(plan, source, directory, install_commands, synth_commands, synth_environment),
        )
        self._signals: dict[str, action_map.Json] = {}
        self._checks_roles = ChecksRoles(plan)
        first = layout.waves[0].environments[0]
        inspection.require_callable(stage, self, first, _env(first))
        checked: dict[str, action_map.Json] = {}
        places = [place for wave in layout.waves for place in self._add_wave(kit, wave, stage, checked)]
        exceptions = self._audit.conclude()
        gate.act_in([place["role"] for place in checked.values()])
        gate.stop_executions()
        roles = [place.role for place in places]
        ReturnRule(self, "Return", plan=plan, gate=gate, machine=self.machine, bucket=bucket, deploy_roles=roles)
        kit.build_pipeline()
        _name_synth_role(kit, plan)
        if source:
            self.pipeline.begin_with(plan.branch, directory)
        stages = self._stages()
        gate.register(self._write(stages, places, checked, exceptions), after=self.pipeline)
        HubRules(self, "ToHub", bus_arn=plan.hub.event_bus_arn, pipeline=self.pipeline, machine=self.machine)
        inspection.require_template_size(self, stages)

    def _add_wave(
        self, kit: pipelines.CodePipeline, wave: WaveLayout, stage: MakeStage, checked: dict[str, action_map.Json]
    ) -> list[StackPlace]:
        """Add a wave's environments; their stacks, and into `checked` the places where their checks are carried out."""
        post: list[pipelines.Step] = [validation_step(self.machine)] if wave.validated else []
        rendered = kit.add_wave(wave.name, pre=[enter_step(self.machine)], post=post)
        places: list[StackPlace] = []
        for environment in wave.environments:
            made, nodes = self._make(stage, environment)
            place = self._checks_roles.add(nodes, wave.wave, environment, watched=may_be_watched(nodes))
            checked |= {environment.name: place} if place else {}
            self._audit.apply(made, nodes)
            assembly = inspection.inspected(made, environment)
            self._audit.look(environment.name, made, assembly)
            self._watch(wave, environment, made, assembly)
            places += _places(environment, assembly, self.plan.partition)
            rendered.add_stage(made)
        return places

    def _watch(self, wave: WaveLayout, environment: Environment, made: cdk.Stage, assembly: Assembly) -> None:
        """Keep what tells of an environment for the map. Raises RequestsUnknownError where a wave's data is missing."""
        signals = signals_in(made, assembly, environment)
        require_requests(wave.wave, environment, signals)
        self._signals[environment.name] = signals.to_json()

    def _make(self, stage: MakeStage, environment: Environment) -> tuple[cdk.Stage, list[IConstruct]]:
        """One environment's stage, and its constructs. Its id is the environment's name: stacks are named after it."""
        made = stage(self, environment.name, env=_env(environment))
        nodes = inspection.require_stage(made, environment)
        _tag(made, self.plan)
        return made, nodes

    def _stages(self) -> list[action_map.Json]:
        """The pipeline's stages as CloudFormation will get them, but for the names of the builds' spans, given now."""
        rendered: Any = self.pipeline.node.default_child
        stages: list[action_map.Json] = self.resolve(rendered.stages)
        tracing.name_spans(rendered, stages)
        inspection.require_quotas(stages)
        return stages

    def _write(
        self,
        stages: list[action_map.Json],
        places: list[StackPlace],
        checked: dict[str, action_map.Json],
        exceptions: list[action_map.Json],
    ) -> Path:
        """The snapshot and the map, beside the assembly; the map's path, for its asset."""
        inspection.require_own_stacks(places)
        value = action_map.action_map(
            self.plan, self.layout, self.pipeline.wave_names, stages, places, checked, self._signals
        )
        value |= {"exceptions": exceptions} if exceptions else {}
        root = cdk.Stage.of(self)
        assert root, "a stack is always in an app"
        assembly = Path(root.outdir)
        snapshot.write(self.plan, assembly)
        path = assembly / action_map.FILE_NAME
        path.write_text(action_map.written(value), encoding="utf-8")
        return path


def _env(environment: Environment) -> cdk.Environment:
    return cdk.Environment(account=environment.account, region=environment.region)


def _require_first(scope: Construct, plan: Plan) -> None:
    """The app has no other pipeline: each would write its plan and its map over the other's."""
    other = next((node for node in scope.node.root.node.find_all() if isinstance(node, ServicePipeline)), None)
    if other:
        raise SecondPipelineError(
            f"This app has the pipeline of {other.plan.repository} already, and an app has one: give "
            f"{plan.repository} an app of its own."
        )


def _places(environment: Environment, assembly: Assembly, partition: str) -> list[StackPlace]:
    def role(stack: SynthesizedStack) -> str:
        return stack.role.replace("${AWS::Partition}", partition)

    return [StackPlace(environment.name, each.name, *each.place, role(each)) for each in assembly.stacks]


def _synth(
    plan: Plan,
    shared: str | None,
    directory: str,
    install_commands: list[str] | None,
    synth_commands: list[str] | None,
    synth_environment: dict[str, str] | None,
) -> pipelines.ShellStep:
    source = pipelines.CodePipelineSource.connection(
        shared or plan.repository, plan.branch, connection_arn=plan.connection_arn, trigger_on_push=not shared
    )
    install = install_commands or [
        f"npm install --global aws-cdk@{CDK_CLI}",
        "python -m pip install --requirement requirements.txt",
    ]
    return pipelines.ShellStep(
        "Synth",
        input=source,
        install_commands=[f"cd {directory}", *install],
        commands=synth_commands or ["cdk synth --quiet"],
        env={**variables(plan), **(synth_environment or {})},
        primary_output_directory=f"{directory}/cdk.out",
    )


def _name_synth_role(kit: pipelines.CodePipeline, plan: Plan) -> None:
    """The service knows by its name for which plan it may ask; CDK Pipelines takes none for the role that it makes."""
    role = kit.synth_project.role
    assert role, "CDK Pipelines makes one"
    rendered: Any = role.node.default_child
    rendered.add_property_override("RoleName", synth_role_name(plan.pipeline.name, plan.pipeline.region))


def _tag(scope: Any, plan: Plan) -> None:
    for tag in plan.required_tags:
        cdk.Tags.of(scope).add(tag.key, tag.value)
