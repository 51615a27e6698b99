"""What AwsSolutions and checkov find in the app's stacks: each with the reason why it stands.

By the path of the construct (checkov: the stack and the resource's type) and the finding, as regular expressions that
must match wholly. What is not listed fails the tests, and so does a line that explains nothing any more.
"""

from __future__ import annotations

from tests.pipelinekit.explained import Explained

KUBECTL = r"InterlockCluster/Cluster/KubectlProvider/(Handler|Provider/framework-onEvent)"
READERS = r"Interlock(PipelineAccount|Roles)/Reader/DefaultPolicy/Resource"
MANAGED = r"AwsSolutions-IAM4\[Policy::arn:<AWS::Partition>:iam::aws:policy/"
WIDE = r"AwsSolutions-IAM5\[Resource::"

FINDINGS = (
    Explained(
        "InterlockCluster/Cluster/(Role|ClusternodePoolRole)/Resource",
        MANAGED + r"Amazon(EKS\w+|EC2ContainerRegistryReadOnly)\]",
        "EKS says by name which of its managed policies the roles of a cluster in Auto Mode have",
    ),
    Explained(
        KUBECTL + "/ServiceRole/Resource",
        MANAGED + r"(service-role/AWSLambda(Basic|VPCAccess)ExecutionRole|AmazonEC2ContainerRegistryReadOnly)\]",
        "CDK's own functions, by which it runs kubectl and helm: their logs, their network, charts that are images",
    ),
    Explained(
        KUBECTL + "/ServiceRole/Resource",
        r"AwsSolutions-IAM4\[Policy::\{.*AmazonElasticContainerRegistryPublicReadOnly.*\}\]",
        "the same, for charts in public registries, in partitions that have them",
    ),
    Explained(
        KUBECTL + "/ServiceRole/DefaultPolicy/Resource",
        r"AwsSolutions-IAM5\[Action::s3:(GetBucket|GetObject|List)\*\]",
        "CDK's grant to read the chart: on the bucket of its bootstrap alone",
    ),
    Explained(
        KUBECTL + "/ServiceRole/DefaultPolicy/Resource",
        WIDE + r"(arn:aws:s3:::cdk-hnb659fds-assets-\d{12}-eu-west-1/\*|<ClusterKubectlProviderHandler\w+\.Arn>:\*)\]",
        "the objects of that bucket, whose names are hashes; the versions of one function",
    ),
    Explained(
        "InterlockCluster/Cluster/KubectlProvider/Handler/Resource",
        "AwsSolutions-L1",
        "CDK chooses the runtime of its own function, by the programs that the layer has",
    ),
    Explained(
        "InterlockCluster/LogsRole/Resource",
        MANAGED + r"CloudWatchAgentServerPolicy\]",
        "the add-on's documentation names this policy; the role is for the add-on's pods alone",
    ),
    Explained(
        "InterlockDatabase/Cluster/MonitoringRole/Resource",
        MANAGED + r"service-role/AmazonRDSEnhancedMonitoringRole\]",
        "RDS's documentation names this policy for enhanced monitoring: it writes one group of logs",
    ),
    Explained(
        "InterlockDatabase/Cluster/Resource",
        "AwsSolutions-RDS6",
        "the service connects with a password that RDS rotates, and speaks no IAM tokens",
    ),
    Explained(
        "InterlockBackups/Plan/Database/Role/Resource",
        MANAGED + r"service-role/AWSBackupServiceRolePolicyForBackup\]",
        "AWS Backup's documentation names this policy; the plan selects one cluster",
    ),
    Explained(
        "InterlockRelease/Access/(Serve|Intake|Upkeep)/DefaultPolicy/Resource",
        WIDE + r"arn:aws:iam::\*:role/interlock-(reader|starter|cleaner)\]",
        "one role by its name, in any account, of which a condition takes those of the organization",
    ),
    Explained(
        "InterlockRelease/Access/Report/DefaultPolicy/Resource",
        WIDE + r"arn:aws:(sns:\*:\d{12}:interlock-\*|secretsmanager:eu-west-1:\d{12}:secret:interlock/\*)\]",
        "the topics and secrets of notification routes, which are made later: by the name that they begin with",
    ),
    Explained(
        "InterlockRelease/(Access/Report|Collector/Role)/DefaultPolicy/Resource",
        WIDE + r"\*\]",
        "PutMetricData, in one namespace, and X-Ray's writing have no resources",
    ),
    Explained(
        "InterlockRelease/Access/Upkeep/DefaultPolicy/Resource",
        WIDE + r"InterlockFoundation:ExportsOutputFnGetAttArchive\w+/events/\*\]",
        "the objects of the archive below its prefix; none may be deleted",
    ),
    Explained(
        "InterlockRelease/Edge/Group/Resource",
        "AwsSolutions-EC23",
        "pipelines' gates and builds ask from addresses that nobody can list: without a bearer all are refused",
    ),
    Explained(
        READERS,
        WIDE + r"(\*|arn:<AWS::Partition>:(codebuild|logs|states|codepipeline):\*:<AWS::AccountId>:.*)\]",
        "what fails is known when it has: reading alone, of this account; DescribeEvents has no resources",
    ),
    Explained(
        "InterlockPipelineAccount/Starter/DefaultPolicy/Resource",
        WIDE + r"arn:<AWS::Partition>:codepipeline:\*:<AWS::AccountId>:\*\]",
        "every pipeline of the account of pipelines, and nothing else lives there",
    ),
    Explained(
        "InterlockPipelineAccount/Federation/Role/DefaultPolicy/Resource",
        WIDE + r"\*\]",
        "IAM's federation is a setting of the account, and has no resource",
    ),
    Explained(
        "InterlockTestEnvironments/Cleaner/DefaultPolicy/Resource",
        WIDE + r"(\*|arn:<AWS::Partition>:(cloudformation:\*:<AWS::AccountId>:stack/\*|s3:::\*))\]",
        "whatever a developer has deployed: stacks by their tag, buckets of this account, which the code empties only "
        "when CloudFormation could not delete them",
    ),
    Explained(
        "InterlockEvents/Forwarding/Undelivered/Resource",
        "AwsSolutions-SQS3",
        "it is a dead-letter queue, of a rule",
    ),
)

OWN_FUNCTIONS = r"Interlock(Cluster|Network|PipelineAccount) AWS::Lambda::Function"
CHECKS = (
    Explained(
        OWN_FUNCTIONS,
        "CKV_AWS_11[56]",
        "custom resources: CloudFormation calls them, one at a time, and is told when they fail",
    ),
    Explained(
        r"Interlock(Network|PipelineAccount) AWS::Lambda::Function",
        "CKV_AWS_117",
        "they ask AWS's API alone, and nothing in the VPC",
    ),
    Explained(
        "InterlockCluster AWS::Lambda::Function",
        "CKV_AWS_173",
        "CDK's own functions: their environment has the names of the cluster and of the region, and no secret",
    ),
    Explained(
        "InterlockEvents AWS::SQS::Queue",
        "CKV_AWS_27",
        "SQS encrypts it with its own key (SSE-SQS): a member account has no key of ours, and one would cost in each",
    ),
    Explained(
        "InterlockPipelineAccount AWS::Logs::LogGroup",
        "CKV_AWS_158",
        "CloudWatch's own encryption: the function logs that it has run, once, and no secret",
    ),
    Explained(
        "InterlockDatabase AWS::RDS::DBCluster",
        "CKV_AWS_162",
        "as AwsSolutions-RDS6: a password that RDS rotates",
    ),
    Explained(
        "InterlockFoundation AWS::S3::Bucket",
        "CKV_AWS_18",
        "the bucket of logs: its own log would be in itself, and grow by being written",
    ),
)
"""checkov, by its checks' ids."""
