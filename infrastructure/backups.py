"""Copies of the database besides Aurora's own backups: a vault of AWS Backup, and one in another Region."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infrastructure.alarms import alarm
from infrastructure.company import Company
from infrastructure.database import Database

VAULT = "interlock"
KEPT_DAYS = 35
LEAST_DAYS = 7
"""Nobody deletes a recovery point before, but through AWS Backup's own governance right."""


class Vault(Construct):
    """A vault with a key of its own. Recovery points are not deleted by hand."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        key = kms.Key(
            self,
            "Key",
            description="Interlock: copies of the database",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.vault = backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=VAULT,
            encryption_key=key,
            block_recovery_point_deletion=True,
            lock_configuration=backup.LockConfiguration(min_retention=cdk.Duration.days(LEAST_DAYS)),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )


class Copies(cdk.Stack):
    """The vault in the other Region: it is there before the first copy."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        Vault(self, "Copies")


class Backups(cdk.Stack):
    """Each night a recovery point; where the company says so, a copy of it in the other Region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        company: Company,
        *,
        database: Database,
        topic: sns.ITopic,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        vault = Vault(self, "Backups").vault
        plan = backup.BackupPlan(self, "Plan", backup_plan_name="interlock", backup_vault=vault)
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="every-night",
                schedule_expression=events.Schedule.cron(hour="4", minute="0"),
                start_window=cdk.Duration.hours(1),
                completion_window=cdk.Duration.hours(8),
                delete_after=cdk.Duration.days(KEPT_DAYS),
                copy_actions=self._copies(company),
            )
        )
        plan.add_selection(
            "Database",
            resources=[backup.BackupResource.from_arn(database.cluster.cluster_arn)],
            backup_selection_name="interlock-database",
        )
        self._alarms(topic)

    def _copies(self, company: Company) -> list[backup.BackupPlanCopyActionProps] | None:
        to = company.data.copy_to
        if to is None:
            return None
        arn = f"arn:{self.partition}:backup:{to}:{self.account}:backup-vault:{VAULT}"
        vault = backup.BackupVault.from_backup_vault_arn(self, "Elsewhere", arn)
        kept = cdk.Duration.days(KEPT_DAYS)
        return [backup.BackupPlanCopyActionProps(destination_backup_vault=vault, delete_after=kept)]

    def _alarms(self, topic: sns.ITopic) -> None:
        for what in ("Backup", "Copy"):
            alarm(
                self,
                f"{what}HasFailed",
                topic,
                cloudwatch.Metric(
                    namespace="AWS/Backup",
                    metric_name=f"NumberOf{what}JobsFailed",
                    statistic="Sum",
                    period=cdk.Duration.hours(1),
                ),
                threshold=0,
                periods=1,
                says=f"A {what.lower()} job of AWS Backup has failed in this account: its reason is in the console.",
            )
