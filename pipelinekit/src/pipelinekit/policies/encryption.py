"""ENCRYPTION: data at rest is encrypted: with AWS's own keys, or with ones of the account."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelinekit.policies.resources import Broken, Resource, is_true, value_at

OF_AWS = "alias/aws/"
"""Keys that AWS makes in an account for a service are not the account's own."""


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """How a kind of resource says that it is encrypted.

    flag: the property that must be true, empty where AWS encrypts always. otherwise: what holds where it is not given.
    key: the property that names the key. member: the resource takes both from the cluster that this property names.
    """

    key: str
    flag: str = ""
    otherwise: bool = False
    member: str = ""


STORES: Mapping[str, Store] = {
    "AWS::Backup::BackupVault": Store("EncryptionKeyArn"),
    "AWS::CloudTrail::Trail": Store("KMSKeyId"),
    "AWS::DocDB::DBCluster": Store("KmsKeyId", "StorageEncrypted"),
    "AWS::DynamoDB::Table": Store("SSESpecification.KMSMasterKeyId"),
    "AWS::EC2::Volume": Store("KmsKeyId", "Encrypted"),
    "AWS::ECR::Repository": Store("EncryptionConfiguration.KmsKey"),
    "AWS::EFS::FileSystem": Store("KmsKeyId", "Encrypted"),
    "AWS::ElastiCache::ReplicationGroup": Store("KmsKeyId", "AtRestEncryptionEnabled"),
    "AWS::Kinesis::Stream": Store("StreamEncryption.KeyId", "StreamEncryption.EncryptionType"),
    "AWS::KinesisFirehose::DeliveryStream": Store(
        "DeliveryStreamEncryptionConfigurationInput.KeyARN", "DeliveryStreamEncryptionConfigurationInput.KeyType"
    ),
    "AWS::Logs::LogGroup": Store("KmsKeyId"),
    "AWS::MSK::Cluster": Store("EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId"),
    "AWS::Neptune::DBCluster": Store("KmsKeyId", "StorageEncrypted"),
    "AWS::OpenSearchService::Domain": Store("EncryptionAtRestOptions.KmsKeyId", "EncryptionAtRestOptions.Enabled"),
    "AWS::RDS::DBCluster": Store("KmsKeyId", "StorageEncrypted"),
    "AWS::RDS::DBInstance": Store("KmsKeyId", "StorageEncrypted", member="DBClusterIdentifier"),
    "AWS::Redshift::Cluster": Store("KmsKeyId", "Encrypted"),
    "AWS::SNS::Topic": Store("KmsMasterKeyId"),
    "AWS::SQS::Queue": Store("KmsMasterKeyId", "SqsManagedSseEnabled", otherwise=True),
    "AWS::SecretsManager::Secret": Store("KmsKeyId"),
}
"""S3, launch templates, instances and global tables say it in shapes of their own, below."""


def broken(configuration: Mapping[str, Any], resources: Sequence[Resource]) -> Iterator[Broken]:
    """What keeps data and does not encrypt it, or with a key that is not asked for."""
    own = configuration["keys"] == "CUSTOMER"
    for resource in resources:
        if store := STORES.get(resource.kind):
            yield from _store(resource, store, own=own)
        elif resource.kind == "AWS::S3::Bucket":
            yield from _bucket(resource, own=own)
        elif resource.kind == "AWS::DynamoDB::GlobalTable":
            yield from _global_table(resource, own=own)
        elif resource.kind in ("AWS::EC2::LaunchTemplate", "AWS::EC2::Instance"):
            yield from _volumes(resource, own=own)


def _store(resource: Resource, store: Store, *, own: bool) -> Iterator[Broken]:
    properties = resource.properties
    if store.member and properties.get(store.member) is not None:
        return
    key = value_at(properties, store.key)
    if own:
        yield from _key(resource, key, store.key)
    elif store.flag and key is None:
        flag = value_at(properties, store.flag)
        if not (store.otherwise if flag is None else _says_so(flag)):
            yield Broken(resource.path, f"it is not encrypted ({store.flag} is {flag})", "encrypt it")


def _says_so(flag: object) -> bool:
    """true, or the word for how: KMS, AWS_OWNED_CMK."""
    return is_true(flag) or flag in ("KMS", "AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK")


def _key(resource: Resource, key: object, prop: str) -> Iterator[Broken]:
    if key is None or (isinstance(key, str) and (not key or OF_AWS in key)):
        yield Broken(
            resource.path,
            f"it is not encrypted with a key of the account ({prop} is {key})",
            "give it a kms.Key of the account's own",
        )


def _bucket(bucket: Resource, *, own: bool) -> Iterator[Broken]:
    """S3 encrypts every object; with which key, the bucket says."""
    if own:
        rules = value_at(bucket.properties, "BucketEncryption.ServerSideEncryptionConfiguration") or [{}]
        for rule in rules:
            by_default = rule.get("ServerSideEncryptionByDefault") or {}
            yield from _key(bucket, by_default.get("KMSMasterKeyID"), "KMSMasterKeyID")


def _global_table(table: Resource, *, own: bool) -> Iterator[Broken]:
    if own:
        for replica in table.properties.get("Replicas", []):
            key = value_at(replica, "SSESpecification.KMSMasterKeyId")
            yield from _key(table, key, f"KMSMasterKeyId in {replica.get('Region')}")


def _volumes(machine: Resource, *, own: bool) -> Iterator[Broken]:
    """Volumes that the machine makes; those of its image that it does not mention are as the image says."""
    data = machine.properties.get("LaunchTemplateData") or machine.properties
    for mapping in data.get("BlockDeviceMappings", []):
        disk, name = mapping.get("Ebs"), mapping.get("DeviceName")
        if not isinstance(disk, Mapping):
            continue
        if own:
            yield from _key(machine, disk.get("KmsKeyId"), f"KmsKeyId of {name}")
        elif not is_true(disk.get("Encrypted")) and disk.get("KmsKeyId") is None:
            yield Broken(machine.path, f"its volume {name} is not encrypted", "give the volume encrypted=True")
