"""The CodePipeline that CDK Pipelines fills: `add_stage` is where its stages get our names and their
conditions.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipelinekit.layout import Layout
from pipelinekit.plan import Plan

STAGE_FIELDS = (
    "stage_name",
    "actions",
    "before_entry",
    "on_success",
    "on_failure",
    "placement",
    "transition_disabled_reason",
    "transition_to_enabled",
)
"""The fields of the struct that CDK passes to add_stage."""


class WavePipeline(codepipeline.Pipeline):
    """A V2 pipeline whose stages are named after waves and do on failure what the plan says.

    `wave_names` maps the name of each stage that belongs to a wave (`prod-2.1` too) to the plan's wave.
    """

    def __init__(self, scope: Construct, construct_id: str, *, layout: Layout, plan: Plan, bucket: s3.IBucket) -> None:
        # jsii calls add_stage from inside super().__init__ already.
        self._layout = layout
        self.wave_names: dict[str, str] = {}
        super().__init__(
            scope,
            construct_id,
            pipeline_name=plan.pipeline.name,
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
            restart_execution_on_update=True,
            artifact_bucket=bucket,
            cross_account_keys=True,
            enable_key_rotation=True,
            use_pipeline_role_for_actions=True,
        )

    def add_stage(self, *given: Any, **named: Any) -> codepipeline.IStage:
        """CDK Pipelines calls with the struct positionally, people with its fields by name."""
        fields = {**_fields(given[0]), **named} if given else named
        found = self._layout.find(fields["stage_name"])
        if found:
            wave, name = found
            fields["stage_name"] = name
            self.wave_names[name] = wave.name
            conditions = failure_conditions(wave.stage.on_failure, whole=name == wave.name)
            if conditions:
                fields["on_failure"] = conditions
        return super().add_stage(**fields)

    def begin_with(self, branch: str, directory: str) -> None:
        """Begin with a commit to the branch that changes something in the directory, and with no other."""
        rendered: Any = self.node.default_child
        source = cdk.Stack.of(self).resolve(rendered.stages)[0]["actions"][0]["name"]
        paths = {} if directory == "." else {"FilePaths": {"Includes": [f"{directory.strip('/')}/**"]}}
        push = {"Branches": {"Includes": [branch]}, **paths}
        trigger = {"SourceActionName": source, "Push": [push]}
        rendered.add_property_override(
            "Triggers", [{"ProviderType": "CodeStarSourceConnection", "GitConfiguration": trigger}]
        )


def failure_conditions(on_failure: str, *, whole: bool) -> codepipeline.FailureConditions | None:
    """What a stage does when an action fails; NONE leaves it to a person.

    whole: the stage is all of its wave. CodePipeline rolls back one stage: of a wave that CDK Pipelines splits it would
    return some environments and not the others, by change sets that another stage prepared and that are used up.
    """
    if on_failure == "ROLLBACK" and whole:
        return codepipeline.FailureConditions(result=codepipeline.Result.ROLLBACK)
    if on_failure == "RETRY":
        return codepipeline.FailureConditions(
            result=codepipeline.Result.RETRY, retry_mode=codepipeline.RetryMode.FAILED_ACTIONS
        )
    return None


def artifact_bucket(scope: Construct) -> s3.Bucket:
    """Where artifacts lie: encrypted with a key of our own (other accounts read it), versioned, TLS only,
    tidied up, and every access to them logged.
    """
    accesses = s3.Bucket(
        scope,
        "ArtifactAccesses",
        # S3 cannot deliver access logs into a bucket that is encrypted with a key of ours.
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(expiration=cdk.Duration.days(400), noncurrent_version_expiration=cdk.Duration.days(30))
        ],
    )
    key = kms.Key(scope, "ArtifactKey", enable_key_rotation=True, description="Interlock: pipeline artifacts")
    return s3.Bucket(
        scope,
        "Artifacts",
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        server_access_logs_bucket=accesses,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=cdk.Duration.days(180),
                noncurrent_version_expiration=cdk.Duration.days(30),
                abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
            )
        ],
    )


def _fields(struct: Any) -> dict[str, Any]:
    values = {name: getattr(struct, name, None) for name in STAGE_FIELDS}
    return {name: value for name, value in values.items() if value is not None}
