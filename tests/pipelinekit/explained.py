"""What AwsSolutions finds in a pipeline's own stacks, and every right on more than one resource: each with its reason.

By the path of the construct and the finding, both as regular expressions that must match wholly. A right that is not
listed fails the tests, and so does a line that explains nothing any more.
"""

from __future__ import annotations

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Explained:
    """Why a finding, or a right on more than one resource, stands."""

    path: str
    what: str
    reason: str

    def explains(self, path: str, what: str) -> bool:
        return bool(re.fullmatch(self.path, path) and re.fullmatch(self.what, what))


GATE = "pipeline-payments/Gate/Role/DefaultPolicy/Resource"
MACHINE = "pipeline-payments/Validation/Machine/Role/DefaultPolicy/Resource"
PIPELINE = "pipeline-payments/Pipeline/Role/DefaultPolicy/Resource"
SYNTH = "pipeline-payments/Pipeline/Build/Synth/CdkBuildProject/Role/DefaultPolicy/Resource"
UPDATE = "pipeline-payments/Delivery/UpdatePipeline/SelfMutation/Role/DefaultPolicy/Resource"
ASSETS = "pipeline-payments/Delivery/Assets/FileRole/DefaultPolicy/Resource"
CHECKS = r"pipeline-payments/(alpha|gamma|prod)-[a-z0-9-]+/Payments/InterlockChecks/DefaultPolicy/Resource"
SUPPORT = r"cross-region-stack-\d{12}:[a-z0-9-]+/Default/CrossRegionCodePipelineReplicationBucket"

FINDINGS = (
    Explained(
        f"{PIPELINE}|{SYNTH}|{UPDATE}|{ASSETS}",
        r"AwsSolutions-IAM5\[Action::s3:(GetObject|GetBucket|List)\*\]",
        "CDK's grant to read: these three families of read actions, on the artifacts' buckets alone",
    ),
    Explained(
        f"{PIPELINE}|{SYNTH}",
        r"AwsSolutions-IAM5\[Action::s3:(DeleteObject|Abort)\*\]",
        "CDK's grant to write artifacts: on the artifacts' bucket alone, whose versions bring back what was deleted",
    ),
    Explained(
        f"{PIPELINE}|{SYNTH}|{UPDATE}",
        r"AwsSolutions-IAM5\[Action::kms:(ReEncrypt|GenerateDataKey)\*\]",
        "CDK's grant to encrypt: two families of actions, on the artifacts' key alone",
    ),
    Explained(
        f"{PIPELINE}|{SYNTH}|{UPDATE}|{ASSETS}",
        r"AwsSolutions-IAM5\[Resource::<Artifacts82DD59A1.Arn>/\*\]",
        "the objects of the artifacts' bucket: CodePipeline chooses their keys",
    ),
    Explained(
        PIPELINE,
        r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::pipeline-payments-support[a-z0-9]+/\*\]",
        "the objects of a Region's replication bucket: CodePipeline chooses their keys",
    ),
    Explained(
        GATE,
        r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-\d{12}-[a-z0-9-]+/\*\.json\]",
        "the map is an asset under its content's hash, and while the stack changes the one of before is still read",
    ),
    Explained(
        f"{GATE}|{MACHINE}",
        r"AwsSolutions-IAM5\[Resource::\*\]",
        "X-Ray, the machine's delivery of its log, and the gate's token of its own take no resource (see RIGHTS)",
    ),
    Explained(
        SYNTH,
        r"AwsSolutions-IAM5\[Resource::\*\]",
        "the build's token of its own, for this service alone, takes no resource (see RIGHTS)",
    ),
    Explained(
        CHECKS,
        r"AwsSolutions-IAM5\[Resource::\*\]",
        "what is measured is read by cloudwatch:GetMetricData, which takes no resource",
    ),
    Explained(
        CHECKS,
        r"AwsSolutions-IAM5\[Resource::arn:aws:cloudformation:[a-z0-9-]+:\d{12}:stack/[\w-]+/\*\]",
        "the environment's own stacks, whose ids end with what CloudFormation makes up",
    ),
    Explained(
        GATE,
        r"AwsSolutions-IAM5\[Resource::<Artifacts\w+.Arn>/(\*|[\w/-]+\*)\]",
        "cloud assemblies of earlier executions are read, and long templates written under a prefix of its own",
    ),
    Explained(PIPELINE, r"AwsSolutions-IAM5\[Resource::\*\]", "actions that take no resource (see RIGHTS)"),
    Explained(UPDATE, r"AwsSolutions-IAM5\[Resource::\*\]", "actions that take no resource (see RIGHTS)"),
    Explained(ASSETS, r"AwsSolutions-IAM5\[Resource::\*\]", "CDK's role of the assets (see RIGHTS)"),
    Explained(
        MACHINE,
        r"AwsSolutions-IAM5\[Resource::<GateFunction115324B9.Arn>:\*\]",
        "the versions and aliases of the pipeline's own gate",
    ),
    Explained(
        f"{MACHINE}|{CHECKS}",
        r"AwsSolutions-IAM5\[Resource::arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+:\*\]",
        "the versions and aliases of the one function that a check of the plan invokes",
    ),
    Explained(
        f"{MACHINE}|{CHECKS}",
        r"AwsSolutions-IAM5\[Resource::arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:\*\]",
        "DescribeAlarms of composite alarms too is only allowed on every alarm; it reads states",
    ),
    Explained(
        MACHINE,
        r"AwsSolutions-IAM5\[Resource::arn:aws:states:[a-z0-9-]+:\d{12}:execution:load:\*\]",
        "the executions of the one state machine that a check starts: their names are made when they start",
    ),
    Explained(
        PIPELINE,
        r"AwsSolutions-IAM5\[Resource::arn:.*:execution:.*ValidationMachine86AB7F7E.*:\*\]",
        "the executions of the pipeline's own validation machine: their names are made when they start",
    ),
    Explained(
        f"{SYNTH}|{UPDATE}",
        r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:logs:[a-z0-9-]+:\d{12}:log-group:/aws/codebuild/<\w+>:\*\]",
        "the streams of the build's own log group",
    ),
    Explained(
        f"{SYNTH}|{UPDATE}",
        r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:codebuild:[a-z0-9-]+:\d{12}:report-group/<\w+>-\*\]",
        "the build's own groups of reports: CodeBuild names them after its project",
    ),
    Explained(
        ASSETS,
        r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:(logs|codebuild):[a-z0-9-]+:\d{12}:"
        r"(log-group:/aws/codebuild|report-group)/\*\]",
        "CDK makes one role for all builds that publish assets, before their names are known",
    ),
    Explained(
        UPDATE,
        r"AwsSolutions-IAM5\[Resource::arn:\*:iam::\d{12}:role/\*\]",
        "SelfMutate takes the bootstrap's roles, of which CDK holds it to three by a tag (see RIGHTS)",
    ),
    Explained(
        rf"{SUPPORT}/Resource",
        "AwsSolutions-S1",
        "copies of artifacts for actions in that Region; accesses to the originals are logged",
    ),
)
"""Findings of cdk-nag. What could be changed by construction was."""

SDK_S3 = r"s3:(GetObject\*|GetBucket\*|List\*|DeleteObject\*|PutObject\w*|Abort\*)"
RIGHTS = (
    Explained(
        "GateRole|PipelineBuildSynthCdkBuildProjectRole",
        r"sts:GetWebIdentityToken \* if .*IdentityTokenAudience.*DurationSeconds.*SigningAlgorithm.*",
        "a token of who the role itself is takes no resource: for this service alone, and for five minutes at most",
    ),
    Explained("GateRole", "xray:(PutTraceSegments|PutTelemetryRecords) \\*", "X-Ray's actions take no resource"),
    Explained(
        "GateRole",
        "s3:GetObject .*cdk-hnb659fds-assets-999999999999-eu-west-1/\\*\\.json",
        "the map of actions, and the one of before while the stack changes; assets hold no secret",
    ),
    Explained("GateRole", r"s3:GetObject <Artifacts\w+.Arn>/\*", "the assembly of any execution may be the last good"),
    Explained("GateRole", r"s3:PutObject <Artifacts\w+.Arn>/[\w-]+/\*", "long templates, under a prefix of its own"),
    Explained(
        "ValidationMachineRole",
        r"xray:(PutTraceSegments|PutTelemetryRecords|GetSamplingRules|GetSamplingTargets) \*",
        "X-Ray's actions take no resource",
    ),
    Explained(
        "ValidationMachineRole",
        r"logs:(Create|Get|Update|Delete)LogDelivery \*|logs:(ListLogDeliveries|PutResourcePolicy|"
        r"DescribeResourcePolicies|DescribeLogGroups) \*",
        "how Step Functions sets up the delivery of its log: CloudWatch Logs takes no resource here",
    ),
    Explained("ValidationMachineRole", r"lambda:InvokeFunction <GateFunction\w+.Arn>:\*", "versions of its own gate"),
    Explained(
        "ValidationMachineRole",
        r"lambda:InvokeFunction arn:aws:lambda:[a-z0-9-]+:\d{12}:function:shared-smoke:\*",
        "versions and aliases of the function that a check invokes",
    ),
    Explained(
        "ValidationMachineRole",
        r"cloudwatch:DescribeAlarms arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:\*",
        "composite alarms can only be described on every alarm; it reads states",
    ),
    Explained(
        "ValidationMachineRole",
        r"states:(DescribeExecution|StopExecution) arn:aws:states:[a-z0-9-]+:\d{12}:execution:load:\*",
        "executions of the machine that a check starts",
    ),
    Explained("PipelineRole", rf"{SDK_S3} <Artifacts\w+.Arn>/\*", "the artifacts that it passes on"),
    Explained(
        "PipelineRole",
        rf"{SDK_S3} arn:<AWS::Partition>:s3:::pipeline-payments-support[a-z0-9]+/\*",
        "copies of the artifacts in another Region",
    ),
    Explained(
        "PipelineRole",
        r"kms:(Decrypt|DescribeKey|Encrypt|ReEncrypt\*|GenerateDataKey\*) \*",
        "the keys of the replication buckets: CDK cannot name a key of a stack in another Region, whose id AWS chooses",
    ),
    Explained(
        "PipelineRole", r"states:DescribeExecution arn:.*ValidationMachine.*:\*", "executions of its own machine"
    ),
    Explained(
        "PipelineBuildSynthCdkBuildProjectRole|DeliveryUpdatePipelineSelfMutationRole",
        r"(logs|codebuild):\w+ arn:<AWS::Partition>:(logs|codebuild):.*(:\*|-\*)",
        "the streams of the build's own log group, and its own reports",
    ),
    Explained("PipelineBuildSynthCdkBuildProjectRole", rf"{SDK_S3} <Artifacts\w+.Arn>/\*", "the artifacts it makes"),
    Explained(
        "DeliveryUpdatePipelineSelfMutationRole|DeliveryAssetsFileRole",
        r"s3:(GetObject|GetBucket|List)\* <Artifacts\w+.Arn>/\*",
        "the cloud assembly that it reads",
    ),
    Explained(
        "DeliveryUpdatePipelineSelfMutationRole",
        r"sts:AssumeRole arn:\*:iam::999999999999:role/\* if .*bootstrap-role.*",
        "the bootstrap's roles in the pipeline's own account, of the three kinds that the tag in the condition names",
    ),
    Explained(
        "DeliveryUpdatePipelineSelfMutationRole",
        r"(cloudformation:DescribeStacks|s3:ListBucket) \*",
        "the CDK CLI finds the bootstrap's stack and bucket by asking for all; it reads names and states",
    ),
    Explained(
        "DeliveryAssetsFileRole",
        r"(logs|codebuild):\w+ arn:<AWS::Partition>:(logs|codebuild):.*(log-group:/aws/codebuild|report-group)/\*",
        "CDK makes one role for all builds that publish assets, before their names are known",
    ),
    Explained(
        "DeliveryAssetsFileRole",
        r"codebuild:(BatchGetBuilds|StartBuild|StopBuild) \*",
        "the same: it starts the builds that publish assets, before their names are known",
    ),
)
"""Rights on more than one resource, as `<role's logical id without its hash>` and `<action> <resource>`, for the plan
plans.small(). A condition is told after ` if `.
"""
