"""What the other stacks stand on: the key, the topic of alarms, the archive, the bucket of logs, the images."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infrastructure.company import Company

LOG_DAYS = 400
"""A year, and time to ask for what was in it."""
KEPT_IMAGES = 50


class Foundation(cdk.Stack):
    """It keeps data, so nothing of it is deleted with the stack."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        self.key = kms.Key(
            self,
            "Key",
            alias="interlock",
            description="Interlock: messages, the archive, images, logs",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self._let_services_use_the_key()
        self.topic = self._topic(company)
        self.logs = self._bucket_of_logs()
        self.archive = self._archive(company)
        self.images = self._images()

    def _let_services_use_the_key(self) -> None:
        """For what they write to the encrypted topic and queue; who may write there is for those to say."""
        for service in ("cloudwatch", "events"):
            self.key.grant(iam.ServicePrincipal(f"{service}.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey")
        let_logs_use(self.key)

    def _topic(self, company: Company) -> sns.Topic:
        topic = sns.Topic(
            self,
            "Alarms",
            topic_name="interlock-alarms",
            display_name="Interlock is ill",
            master_key=self.key,
            enforce_ssl=True,
        )
        topic.add_subscription(subscriptions.EmailSubscription(company.alarms_to))
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        return topic

    def _bucket_of_logs(self) -> s3.Bucket:
        """Who asked the load balancer, and who read the archive. Load balancers write with S3's own key alone."""
        return s3.Bucket(
            self,
            "Logs",
            bucket_name=f"interlock-logs-{self.account}-{self.region}",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=cdk.Duration.days(LOG_DAYS),
                    noncurrent_version_expiration=cdk.Duration.days(30),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                )
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _archive(self, company: Company) -> s3.Bucket:
        """Old parts of the event log and of the envelopes. Nothing in it expires, and nobody of ours may delete."""
        days = company.data.archive_lock_days
        return s3.Bucket(
            self,
            "Archive",
            bucket_name=f"interlock-archive-{self.account}-{self.region}",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            object_lock_enabled=True if days else None,
            object_lock_default_retention=(
                s3.ObjectLockRetention.governance(cdk.Duration.days(days)) if days else None
            ),
            server_access_logs_bucket=self.logs,
            server_access_logs_prefix="archive/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
                            transition_after=cdk.Duration.days(90),
                        )
                    ],
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                )
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _images(self) -> ecr.Repository:
        """What is pushed under a version stays that for ever."""
        return ecr.Repository(
            self,
            "Images",
            repository_name="interlock",
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=self.key,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    rule_priority=1, tag_status=ecr.TagStatus.UNTAGGED, max_image_age=cdk.Duration.days(14)
                ),
                ecr.LifecycleRule(rule_priority=2, tag_status=ecr.TagStatus.ANY, max_image_count=KEPT_IMAGES),
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )


def let_logs_use(key: kms.Key) -> None:
    """CloudWatch encrypts groups of logs with the key, of this account and Region alone."""
    stack = cdk.Stack.of(key)
    groups = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:*"
    conditions = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    key.grant_encrypt_decrypt(iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com", conditions=conditions))
