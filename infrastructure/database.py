"""Aurora PostgreSQL Serverless v2: one writer, readers that take over, TLS alone, a password that RDS rotates."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from constructs import Construct

from infrastructure.alarms import FIVE_MINUTES, alarm
from infrastructure.company import Company
from infrastructure.foundation import let_logs_use
from infrastructure.network import DATABASE, NODES

NAME = "interlock"
"""The database, and the user that owns it: the master user, who may create the role of narrowed reads."""
PORT = 5432
VERSION = rds.AuroraPostgresEngineVersion.VER_17_9
PARAMETERS = {
    "rds.force_ssl": "1",
    "log_min_duration_statement": "1000",
    "log_connections": "1",
    "log_disconnections": "1",
    "idle_in_transaction_session_timeout": "60000",
}
"""Statements of a second or more are logged; a forgotten transaction would hold every reader of the log back."""
CAPACITY_PERCENT = 90
CONNECTIONS = 1_000
TRANSACTION_IDS = 1_000_000_000
"""Half of what PostgreSQL has until it refuses to write: autovacuum has not kept up."""


class Database(cdk.Stack):
    """It keeps everything, so it is protected from deletion, and is kept when its stack is not."""

    def __init__(
        self, scope: Construct, construct_id: str, company: Company, *, vpc: ec2.IVpc, topic: sns.ITopic, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        self.key = kms.Key(
            self,
            "Key",
            alias="interlock-database",
            description="Interlock: the database, its password, its backups",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.group = ec2.SecurityGroup(
            self, "Group", vpc=vpc, description="Interlock: the database", allow_all_outbound=False
        )
        for subnet in vpc.select_subnets(subnet_group_name=NODES).subnets:
            self.group.add_ingress_rule(
                ec2.Peer.ipv4(subnet.ipv4_cidr_block), ec2.Port.tcp(PORT), "from the cluster's nodes and pods"
            )
        let_logs_use(self.key)
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/rds/cluster/{NAME}/postgresql",
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=self.key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.cluster = self._cluster(company, vpc)
        self.cluster.node.add_dependency(log)
        self._alarms(topic)

    @property
    def secret_arn(self) -> str:
        """The secret with the master user's name and password, which RDS makes and rotates every seven days."""
        secret = self.cluster.secret
        assert secret is not None
        return secret.secret_arn

    @property
    def address(self) -> str:
        """What the service connects to, without a password: postgresql://user@writer:port/database."""
        return f"postgresql://{NAME}@{self.cluster.cluster_endpoint.hostname}:{PORT}/{NAME}"

    def _cluster(self, company: Company, vpc: ec2.IVpc) -> rds.DatabaseCluster:
        engine = rds.DatabaseClusterEngine.aurora_postgres(version=VERSION)
        data = company.data
        return rds.DatabaseCluster(
            self,
            "Cluster",
            engine=engine,
            cluster_identifier=NAME,
            default_database_name=NAME,
            credentials=rds.Credentials.from_username(NAME, encryption_key=self.key),
            manage_master_user_password=True,
            iam_authentication=False,
            parameter_group=rds.ParameterGroup(
                self, "Parameters", engine=engine, description="Interlock: TLS alone", parameters=PARAMETERS
            ),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name=DATABASE),
            security_groups=[self.group],
            writer=rds.ClusterInstance.serverless_v2("Writer", auto_minor_version_upgrade=True),
            readers=[
                rds.ClusterInstance.serverless_v2(
                    f"Reader{number + 1}", scale_with_writer=True, auto_minor_version_upgrade=True
                )
                for number in range(data.readers)
            ],
            serverless_v2_min_capacity=data.least_capacity,
            serverless_v2_max_capacity=data.most_capacity,
            storage_encrypted=True,
            storage_encryption_key=self.key,
            backup=rds.BackupProps(retention=cdk.Duration.days(data.backup_days), preferred_window="02:00-03:00"),
            preferred_maintenance_window="sun:03:30-sun:04:30",
            copy_tags_to_snapshot=True,
            deletion_protection=True,
            cloudwatch_logs_exports=["postgresql"],
            enable_performance_insights=True,
            performance_insight_encryption_key=self.key,
            monitoring_interval=cdk.Duration.seconds(60),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _alarms(self, topic: sns.ITopic) -> None:
        def metric(name: str, statistic: str = "Maximum") -> cloudwatch.IMetric:
            return self.cluster.metric(name, statistic=statistic, period=FIVE_MINUTES)

        alarm(
            self,
            "DatabaseIsFull",
            topic,
            metric("ACUUtilization", "Average"),
            threshold=CAPACITY_PERCENT,
            periods=3,
            says="The database has used 90 % of its most capacity for 15 minutes: raise data.mostCapacity.",
        )
        alarm(
            self,
            "DatabaseIsAway",
            topic,
            metric("EngineUptime"),
            threshold=1,
            below=True,
            periods=2,
            without_data=cloudwatch.TreatMissingData.BREACHING,
            says="The database has not told for ten minutes that it is up: look at its events in RDS.",
        )
        alarm(
            self,
            "DatabaseHasManyConnections",
            topic,
            metric("DatabaseConnections"),
            threshold=CONNECTIONS,
            periods=3,
            says="More sessions than Interlock's programs open: look at pg_stat_activity for who has them.",
        )
        alarm(
            self,
            "DatabaseNeedsVacuum",
            topic,
            metric("MaximumUsedTransactionIDs"),
            threshold=TRANSACTION_IDS,
            periods=1,
            says="Half of the transaction ids are used: look for a transaction, or a slot, that autovacuum waits for.",
        )
