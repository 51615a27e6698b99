"""ENCRYPTION: what keeps data, with AWS's keys or the account's own."""

from __future__ import annotations

from typing import Any

import pytest

from pipelinekit.policies.encryption import STORES, broken
from tests.pipelinekit.policies.resources import problems, resource

AWS, CUSTOMER = {"keys": "AWS"}, {"keys": "CUSTOMER"}
OWN = {"Fn::GetAtt": ["Key", "Arn"]}


def of(asked: dict[str, str], kind: str, **properties: Any) -> list[str]:
    return problems(broken(asked, [resource(kind, **properties)]))


def nested(path: str, value: object) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("kind", STORES)
def test_a_key_of_the_account_is_enough_for_both(kind: str) -> None:
    """Every kind that is looked at names its key in a property; AWS's own key is none of the account's."""
    key = STORES[kind].key
    assert of(CUSTOMER, kind, **nested(key, OWN)) == of(AWS, kind, **nested(key, OWN)) == []
    assert len(of(CUSTOMER, kind)) == len(of(CUSTOMER, kind, **nested(key, "alias/aws/sqs"))) == 1


@pytest.mark.parametrize("kind", [kind for kind, store in STORES.items() if store.flag])
def test_what_can_be_unencrypted_says_that_it_is_not(kind: str) -> None:
    """A flag that is false, or known at deployment only; left out, what AWS then does."""
    store = STORES[kind]
    for value in (False, {"Ref": "P"}):
        assert len(of(AWS, kind, **nested(store.flag, value))) == 1
    assert of(AWS, kind, **nested(store.flag, True)) == []
    assert bool(of(AWS, kind)) is not store.otherwise


def test_an_instance_of_a_cluster_is_as_the_cluster() -> None:
    """Its own flag says nothing."""
    assert of(CUSTOMER, "AWS::RDS::DBInstance", DBClusterIdentifier={"Ref": "Cluster"}) == []


def test_a_bucket_says_which_key() -> None:
    """S3 encrypts always; each rule names a key where the account's own is asked for."""
    by_default = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": OWN}}
    own = {"ServerSideEncryptionConfiguration": [by_default]}
    assert of(AWS, "AWS::S3::Bucket") == of(CUSTOMER, "AWS::S3::Bucket", BucketEncryption=own) == []
    assert len(of(CUSTOMER, "AWS::S3::Bucket")) == 1


def test_every_replica_has_its_key() -> None:
    """A global table has one for each Region."""
    replicas = [{"Region": "eu-west-1", "SSESpecification": {"KMSMasterKeyId": OWN}}, {"Region": "us-east-1"}]
    (said,) = of(CUSTOMER, "AWS::DynamoDB::GlobalTable", Replicas=replicas)
    assert "us-east-1" in said
    assert of(AWS, "AWS::DynamoDB::GlobalTable", Replicas=replicas) == []


def test_the_volumes_of_a_machine_are_looked_at() -> None:
    """Of a launch template and of an instance; a virtual device is no volume."""
    disks = [
        {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}},
        {"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 8}},
        {"DeviceName": "/dev/xvdc", "VirtualName": "ephemeral0"},
    ]
    said = ["It: its volume /dev/xvdb is not encrypted"]
    assert of(AWS, "AWS::EC2::Instance", BlockDeviceMappings=disks) == said
    assert of(AWS, "AWS::EC2::LaunchTemplate", LaunchTemplateData={"BlockDeviceMappings": disks}) == said
    assert len(of(CUSTOMER, "AWS::EC2::Instance", BlockDeviceMappings=disks)) == 2
