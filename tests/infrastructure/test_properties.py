"""What keeps data and what is reached: encryption, TLS, protection, alarms, read from the templates in git."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from infrastructure.member.stack_sets import LARGEST_BODY
from models.engine import Database
from tests.infrastructure.templates import STACKS, listed, of_type, only, shown, template

KEEPING = {
    "AWS::RDS::DBCluster",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::ECR::Repository",
    "AWS::Backup::BackupVault",
}


def test_the_database_speaks_tls_alone_and_is_protected() -> None:
    """Encrypted with our key, 35 days of backups, no deletion, a password that RDS makes and rotates."""
    cluster = only("InterlockDatabase", "AWS::RDS::DBCluster")
    assert only("InterlockDatabase", "AWS::RDS::DBClusterParameterGroup")["Parameters"]["rds.force_ssl"] == "1"
    assert (cluster["Engine"], cluster["EngineVersion"].split(".")[0]) == ("aurora-postgresql", "17")
    assert cluster["StorageEncrypted"]
    assert cluster["DeletionProtection"]
    assert cluster["ManageMasterUserPassword"]
    assert "MasterUserPassword" not in cluster
    assert cluster["BackupRetentionPeriod"] == 35
    assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 8}
    for instance in of_type("InterlockDatabase", "AWS::RDS::DBInstance").values():
        assert instance["DBInstanceClass"] == "db.serverless"
        assert not instance["PubliclyAccessible"]


def test_the_database_is_reached_from_the_nodes_subnets_alone() -> None:
    """By PostgreSQL's port, from the networks of the cluster's nodes; it reaches nothing itself."""
    nodes = {
        subnet["CidrBlock"]
        for subnet in of_type("InterlockNetwork", "AWS::EC2::Subnet").values()
        if {"Key": "aws-cdk:subnet-name", "Value": "Nodes"} in subnet["Tags"]
    }
    group = only("InterlockDatabase", "AWS::EC2::SecurityGroup")
    ingress = {(rule["CidrIp"], rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupIngress"]}
    assert ingress == {(network, 5432, 5432) for network in nodes}
    assert len(nodes) == 3
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_the_clusters_api_is_private_and_its_secrets_are_encrypted() -> None:
    """Auto Mode, every log of the control plane, and nobody is an administrator for having made it."""
    cluster = only("InterlockCluster", "AWS::EKS::Cluster")
    assert cluster["ResourcesVpcConfig"]["EndpointPrivateAccess"]
    assert not cluster["ResourcesVpcConfig"]["EndpointPublicAccess"]
    assert cluster["ComputeConfig"]["Enabled"]
    assert cluster["KubernetesNetworkConfig"]["ElasticLoadBalancing"]["Enabled"]
    assert cluster["EncryptionConfig"][0]["Resources"] == ["secrets"]
    logged = {each["Type"] for each in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    assert logged == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    assert cluster["AccessConfig"]["BootstrapClusterCreatorAdminPermissions"] is False


def test_the_load_balancer_takes_tls_1_2_and_newer() -> None:
    """And nothing else; headers that are none are dropped, what is asked is logged, sockets may be quiet."""
    balancer = only("InterlockRelease", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    attributes = {each["Key"]: each["Value"] for each in balancer["LoadBalancerAttributes"]}
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["deletion_protection.enabled"] == "true"
    assert attributes["access_logs.s3.enabled"] == "true"
    assert attributes["idle_timeout.timeout_seconds"] == "300"
    listener = only("InterlockRelease", "AWS::ElasticLoadBalancingV2::Listener")
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    assert listener["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-Res")


def test_pods_are_reached_from_the_load_balancer_alone() -> None:
    """The load balancer by HTTPS from the company's networks, and pods from it, by the service's port."""
    group = only("InterlockRelease", "AWS::EC2::SecurityGroup")
    assert [(rule["CidrIp"], rule["FromPort"]) for rule in group["SecurityGroupIngress"]] == [("0.0.0.0/0", 443)]
    ingress = only("InterlockRelease", "AWS::EC2::SecurityGroupIngress")
    egress = only("InterlockRelease", "AWS::EC2::SecurityGroupEgress")
    for rule in (ingress, egress):
        assert (rule["FromPort"], rule["ToPort"]) == (8400, 8400)
    assert ingress["SourceSecurityGroupId"] == egress["GroupId"]
    assert ingress["GroupId"] == egress["DestinationSecurityGroupId"]


@pytest.mark.parametrize("bucket", of_type("InterlockFoundation", "AWS::S3::Bucket"))
def test_a_bucket_is_closed(bucket: str) -> None:
    """No public access, versions, TLS alone; nothing in the archive ends."""
    properties = of_type("InterlockFoundation", "AWS::S3::Bucket")[bucket]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["VersioningConfiguration"]["Status"] == "Enabled"
    policies = of_type("InterlockFoundation", "AWS::S3::BucketPolicy").values()
    (policy,) = [each for each in policies if each["Bucket"] == {"Ref": bucket}]
    denied = [each["Condition"] for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied
    if bucket.startswith("Archive"):
        assert not [each for each in properties["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in each]


def test_a_version_of_the_image_stays_what_it_is() -> None:
    """Tags are immutable, images are scanned when they are pushed, and encrypted."""
    images = only("InterlockFoundation", "AWS::ECR::Repository")
    assert images["ImageTagMutability"] == "IMMUTABLE"
    assert images["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert images["EncryptionConfiguration"]["EncryptionType"] == "KMS"


def test_the_queue_gives_up_after_twenty_receipts() -> None:
    """As docs/intake.md advises: for the day on which no intake runs. Both queues are encrypted with our key."""
    queues = of_type("InterlockIntake", "AWS::SQS::Queue")
    assert all("KmsMasterKeyId" in queue for queue in queues.values())
    (redrive,) = [queue["RedrivePolicy"] for queue in queues.values() if "RedrivePolicy" in queue]
    assert redrive["maxReceiveCount"] == 20


@pytest.mark.parametrize("stack", STACKS)
def test_what_keeps_data_is_kept(stack: str) -> None:
    """Neither a deleted stack nor a replaced resource takes it along."""
    for name, resource in template(stack)["Resources"].items():
        if resource["Type"] in KEEPING:
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


@pytest.mark.parametrize("stack", STACKS)
def test_keys_are_rotated_and_logs_end(stack: str) -> None:
    """Every key of ours rotates, and every group of logs says for how long it keeps them."""
    assert all(key["EnableKeyRotation"] for key in of_type(stack, "AWS::KMS::Key").values())
    assert all("RetentionInDays" in group for group in of_type(stack, "AWS::Logs::LogGroup").values())


def alarms() -> list[dict[str, Any]]:
    return [alarm for stack in STACKS for alarm in of_type(stack, "AWS::CloudWatch::Alarm").values()]


def test_every_alarm_tells_and_says_what_to_do() -> None:
    """Its beginning and its end, to the topic; its name is its own, its words are for whoever is woken."""
    found = alarms()
    assert len({alarm["AlarmName"] for alarm in found}) == len(found) == 13
    for alarm in found:
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert "InterlockFoundation" in shown(alarm["AlarmActions"][0])
        assert len(alarm["AlarmDescription"].split()) > 5


def test_silence_is_an_alarm_where_something_always_tells() -> None:
    """A database, and pods, of which nothing is told are away; a queue without messages is none."""
    breaching = {alarm["AlarmName"] for alarm in alarms() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {"interlock-database-is-away", "interlock-nobody-answers"}


def test_stack_sets_reach_every_account_to_come() -> None:
    """Service-managed, by the delegated administrator; their templates have no assets and need no bootstrap."""
    sets = of_type("InterlockMembers", "AWS::CloudFormation::StackSet")
    assert {each["StackSetName"] for each in sets.values()} == {
        "interlock-roles",
        "interlock-events",
        "interlock-test-environments",
    }
    for properties in sets.values():
        assert (properties["PermissionModel"], properties["CallAs"]) == ("SERVICE_MANAGED", "DELEGATED_ADMIN")
        assert properties["AutoDeployment"]["Enabled"]
        body = json.dumps(properties["TemplateBody"])
        assert len(body) < LARGEST_BODY
        assert "cdk-hnb659fds" not in body
        assert "Rules" not in properties["TemplateBody"]
    regions = {name: listed(each["StackInstancesGroup"])[0]["Regions"] for name, each in sets.items()}
    assert regions["Events"] == ["eu-west-1", "us-east-1", "ap-southeast-2"]
    assert regions["Roles"] == regions["TestEnvironments"] == ["eu-west-1"]


def test_each_night_is_copied_to_the_other_region() -> None:
    """And recovery points are not deleted by hand, in either vault."""
    (rule,) = only("InterlockBackups", "AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
    (copied,) = rule["CopyActions"]
    assert ":eu-central-1:" in shown(copied["DestinationBackupVaultArn"])
    for stack in ("InterlockBackups", "InterlockCopies"):
        vault = only(stack, "AWS::Backup::BackupVault")
        denied = [each for each in vault["AccessPolicy"]["Statement"] if each["Effect"] == "Deny"]
        assert "backup:DeleteRecoveryPoint" in listed(denied[0]["Action"])


async def test_postgresql_knows_the_parameters(database: Database) -> None:
    """But for RDS's own: a group of parameters with one that there is not would not be made."""
    parameters = only("InterlockDatabase", "AWS::RDS::DBClusterParameterGroup")["Parameters"]
    own = {name: value for name, value in parameters.items() if not name.startswith("rds.")}
    assert len(own) == len(parameters) - 1
    async with database.reading() as connection:
        for name, value in own.items():
            current = (await connection.execute(select(func.current_setting(name)))).scalar_one()
            assert current is not None, (name, value)
