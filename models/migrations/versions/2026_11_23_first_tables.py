"""first tables.

Revision: 4afb3f05f892, after .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.tables.columns import Xid8

revision = "4afb3f05f892"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("aws_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organizational_unit", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("aws_id", name=op.f("uq_account_aws_id")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "envelope",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("detail_type", sa.String(), nullable=False),
        sa.Column("pipeline_arn", sa.String(), nullable=False),
        sa.Column("execution_id", sa.String(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("body", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
    )
    op.create_index(
        op.f("ix_envelope_pipeline_arn_execution_id"),
        "envelope",
        ["pipeline_arn", "execution_id"],
        unique=False,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column(
            "xid",
            Xid8(),
            server_default=sa.text("pg_current_xact_id()"),
            nullable=False,
        ),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_epoch_xid_id"), "event", ["epoch", "xid", "id"], unique=False)
    op.create_index(op.f("ix_event_subject_id_id"), "event", ["subject_id", "id"], unique=False)
    op.create_table(
        "log_epoch",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("system_identifier", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_log_epoch")),
        sa.UniqueConstraint("system_identifier", name=op.f("uq_log_epoch_system_identifier")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pipeline_account", sa.String(), nullable=False),
        sa.Column("pipeline_region", sa.String(), nullable=False),
        sa.Column("connection_arn", sa.String(), nullable=False),
        sa.Column("event_bus_arn", sa.String(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_organisation_singleton")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("singleton", name=op.f("uq_organisation_singleton")),
    )
    op.create_table(
        "reader",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reader")),
    )
    op.create_table(
        "region",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("name", name=op.f("uq_region_name")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("connection_arn", sa.String(), nullable=True),
        sa.Column("placement", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("name", name=op.f("uq_service_name")),
        sa.UniqueConstraint("repository", name=op.f("uq_service_repository")),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    op.create_table(
        "span_outbox",
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("span_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("trace_id", "span_id", name=op.f("pk_span_outbox")),
    )
    op.create_index(
        op.f("ix_span_outbox_next_at"),
        "span_outbox",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("sent_at is null"),
    )
    op.create_table(
        "stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("production", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("name", name=op.f("uq_stage_name")),
        sa.UniqueConstraint("position", name=op.f("uq_stage_position")),
    )
    op.create_table(
        "pipeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("arn", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("region_name", sa.String(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("plan_digest", sa.String(), nullable=True),
        sa.Column("structure", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latest_execution_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_pipeline_service_id_service"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline")),
        sa.UniqueConstraint("arn", name=op.f("uq_pipeline_arn")),
    )
    op.create_index(op.f("ix_pipeline_account_id"), "pipeline", ["account_id"], unique=False)
    op.create_index(op.f("ix_pipeline_service_id"), "pipeline", ["service_id"], unique=False)
    op.create_table(
        "wave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bake_minutes", sa.Integer(), nullable=False),
        sa.Column("minimum_data_points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_wave_stage_id_stage"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("name", name=op.f("uq_wave_name")),
        sa.UniqueConstraint("stage_id", "position", name=op.f("uq_wave_stage_id_position")),
    )
    op.create_index(op.f("ix_wave_stage_id"), "wave", ["stage_id"], unique=False)
    op.create_table(
        "check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "LAMBDA",
                "STATE_MACHINE",
                "CODEBUILD",
                "ALARM",
                "CANARY",
                "HTTP",
                "EXTERNAL",
                "BAKE",
                name="checkkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "when",
            sa.Enum("BEFORE", "AFTER", name="checkwhen", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum("BLOCKING", "SHADOW", name="checkmode", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("timeout_minutes", sa.Integer(), nullable=False),
        sa.Column("configuration", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(stage_id is null) <> (wave_id is null)", name=op.f("ck_check_stage_or_wave")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_check_service_id_service"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_check_stage_id_stage"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_check_wave_id_wave"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check")),
        sa.UniqueConstraint("name", name=op.f("uq_check_name")),
    )
    op.create_index(op.f("ix_check_service_id"), "check", ["service_id"], unique=False)
    op.create_index(op.f("ix_check_stage_id"), "check", ["stage_id"], unique=False)
    op.create_index(op.f("ix_check_wave_id"), "check", ["wave_id"], unique=False)
    op.create_table(
        "environment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("SHARED", "TEST", name="environmentkind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind <> 'TEST' or (owner is not null and expires_at is not null)",
            name=op.f("ck_environment_test_owned"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_environment_account_id_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_environment_region_id_region"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_environment_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environment")),
        sa.UniqueConstraint("name", name=op.f("uq_environment_name")),
        sa.UniqueConstraint(
            "wave_id", "account_id", "region_id", name=op.f("uq_environment_wave_id_account_id_region_id")
        ),
    )
    op.create_index(op.f("ix_environment_account_id"), "environment", ["account_id"], unique=False)
    op.create_index(op.f("ix_environment_region_id"), "environment", ["region_id"], unique=False)
    op.create_index(op.f("ix_environment_wave_id"), "environment", ["wave_id"], unique=False)
    op.create_table(
        "pipeline_execution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "IN_PROGRESS",
                "STOPPING",
                "SUCCEEDED",
                "FAILED",
                "STOPPED",
                "SUPERSEDED",
                "CANCELED",
                "ABANDONED",
                name="executionstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column("commit_message", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["pipeline.id"],
            name=op.f("fk_pipeline_execution_pipeline_id_pipeline"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_execution")),
        sa.UniqueConstraint("execution_id", name=op.f("uq_pipeline_execution_execution_id")),
    )
    op.create_index(
        op.f("ix_pipeline_execution_pipeline_id_id"),
        "pipeline_execution",
        ["pipeline_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pipeline_execution_revision"),
        "pipeline_execution",
        ["revision"],
        unique=False,
        postgresql_ops={"revision": "text_pattern_ops"},
    )
    op.create_table(
        "check_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "LAMBDA",
                "STATE_MACHINE",
                "CODEBUILD",
                "ALARM",
                "CANARY",
                "HTTP",
                "EXTERNAL",
                "BAKE",
                name="checkkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "when",
            sa.Enum("BEFORE", "AFTER", name="checkwhen", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum("BLOCKING", "SHADOW", name="checkmode", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("timeout_minutes", sa.Integer(), nullable=False),
        sa.Column("configuration", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "RUNNING",
                "PASSED",
                "FAILED",
                "ERRORED",
                "TIMED_OUT",
                name="checkrunstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("detail", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["check.id"], name=op.f("fk_check_run_check_id_check"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_check_run_execution_id_pipeline_execution"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_check_run_wave_id_wave"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_run")),
        sa.UniqueConstraint(
            "execution_id",
            "wave_id",
            "when",
            "attempt",
            "name",
            "subject",
            name=op.f("uq_check_run_execution_id_wave_id_when_attempt_name_subject"),
        ),
    )
    op.create_index(op.f("ix_check_run_check_id"), "check_run", ["check_id"], unique=False)
    op.create_index(op.f("ix_check_run_execution_id"), "check_run", ["execution_id"], unique=False)
    op.create_index(op.f("ix_check_run_wave_id"), "check_run", ["wave_id"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "IN_PROGRESS",
                "SUCCEEDED",
                "FAILED",
                "STOPPED",
                name="deploymentstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["environment_id"],
            ["environment.id"],
            name=op.f("fk_deployment_environment_id_environment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_deployment_execution_id_pipeline_execution"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_deployment_service_id_service"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("execution_id", "environment_id", name=op.f("uq_deployment_execution_id_environment_id")),
    )
    op.create_index(op.f("ix_deployment_environment_id_id"), "deployment", ["environment_id", "id"], unique=False)
    op.create_index(
        op.f("ix_deployment_revision"),
        "deployment",
        ["revision"],
        unique=False,
        postgresql_ops={"revision": "text_pattern_ops"},
    )
    op.create_index(op.f("ix_deployment_service_id_id"), "deployment", ["service_id", "id"], unique=False)
    op.create_table(
        "placement",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["environment_id"],
            ["environment.id"],
            name=op.f("fk_placement_environment_id_environment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_placement_service_id_service"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "environment_id", name=op.f("pk_placement")),
        comment="Where each service goes: Service.placement evaluated over the environments, kept by the use-cases",
    )
    op.create_index(op.f("ix_placement_environment_id"), "placement", ["environment_id"], unique=False)
    op.create_table(
        "stage_execution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "IN_PROGRESS",
                "STOPPING",
                "SUCCEEDED",
                "FAILED",
                "STOPPED",
                "SUPERSEDED",
                "CANCELED",
                "ABANDONED",
                name="executionstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_stage_execution_execution_id_pipeline_execution"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stage.id"], name=op.f("fk_stage_execution_stage_id_stage"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_stage_execution_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_execution")),
        sa.UniqueConstraint("execution_id", "name", name=op.f("uq_stage_execution_execution_id_name")),
    )
    op.create_index(op.f("ix_stage_execution_stage_id"), "stage_execution", ["stage_id"], unique=False)
    op.create_index(op.f("ix_stage_execution_wave_id"), "stage_execution", ["wave_id"], unique=False)
    op.create_table(
        "action_execution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stage_execution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SOURCE",
                "SYNTH",
                "UPDATE",
                "ASSETS",
                "PREPARE",
                "DEPLOY",
                "VALIDATE",
                "OTHER",
                name="actionkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("region_name", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "IN_PROGRESS",
                "STOPPING",
                "SUCCEEDED",
                "FAILED",
                "STOPPED",
                "SUPERSEDED",
                "CANCELED",
                "ABANDONED",
                name="executionstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("external_url", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("environment_id", sa.Uuid(), nullable=True),
        sa.Column("deployment_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployment.id"],
            name=op.f("fk_action_execution_deployment_id_deployment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["environment_id"],
            ["environment.id"],
            name=op.f("fk_action_execution_environment_id_environment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["stage_execution_id"],
            ["stage_execution.id"],
            name=op.f("fk_action_execution_stage_execution_id_stage_execution"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_execution")),
        sa.UniqueConstraint("stage_execution_id", "name", name=op.f("uq_action_execution_stage_execution_id_name")),
    )
    op.create_index(op.f("ix_action_execution_deployment_id"), "action_execution", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_action_execution_environment_id"), "action_execution", ["environment_id"], unique=False)
    # The two tables refer to each other, so one of the references comes when both are there.
    op.create_foreign_key(
        op.f("fk_pipeline_latest_execution_id_pipeline_execution"),
        "pipeline",
        "pipeline_execution",
        ["latest_execution_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_constraint(op.f("fk_pipeline_latest_execution_id_pipeline_execution"), "pipeline", type_="foreignkey")
    op.drop_index(op.f("ix_action_execution_environment_id"), table_name="action_execution")
    op.drop_index(op.f("ix_action_execution_deployment_id"), table_name="action_execution")
    op.drop_table("action_execution")
    op.drop_index(op.f("ix_stage_execution_wave_id"), table_name="stage_execution")
    op.drop_index(op.f("ix_stage_execution_stage_id"), table_name="stage_execution")
    op.drop_table("stage_execution")
    op.drop_index(op.f("ix_placement_environment_id"), table_name="placement")
    op.drop_table("placement")
    op.drop_index(op.f("ix_deployment_service_id_id"), table_name="deployment")
    op.drop_index(op.f("ix_deployment_revision"), table_name="deployment")
    op.drop_index(op.f("ix_deployment_environment_id_id"), table_name="deployment")
    op.drop_table("deployment")
    op.drop_index(op.f("ix_check_run_wave_id"), table_name="check_run")
    op.drop_index(op.f("ix_check_run_execution_id"), table_name="check_run")
    op.drop_index(op.f("ix_check_run_check_id"), table_name="check_run")
    op.drop_table("check_run")
    op.drop_index(op.f("ix_pipeline_execution_revision"), table_name="pipeline_execution")
    op.drop_index(op.f("ix_pipeline_execution_pipeline_id_id"), table_name="pipeline_execution")
    op.drop_table("pipeline_execution")
    op.drop_index(op.f("ix_environment_wave_id"), table_name="environment")
    op.drop_index(op.f("ix_environment_region_id"), table_name="environment")
    op.drop_index(op.f("ix_environment_account_id"), table_name="environment")
    op.drop_table("environment")
    op.drop_index(op.f("ix_check_wave_id"), table_name="check")
    op.drop_index(op.f("ix_check_stage_id"), table_name="check")
    op.drop_index(op.f("ix_check_service_id"), table_name="check")
    op.drop_table("check")
    op.drop_index(op.f("ix_wave_stage_id"), table_name="wave")
    op.drop_table("wave")
    op.drop_index(op.f("ix_pipeline_service_id"), table_name="pipeline")
    op.drop_index(op.f("ix_pipeline_account_id"), table_name="pipeline")
    op.drop_table("pipeline")
    op.drop_table("stage")
    op.drop_index(op.f("ix_span_outbox_next_at"), table_name="span_outbox", postgresql_where=sa.text("sent_at is null"))
    op.drop_table("span_outbox")
    op.drop_table("set_aside")
    op.drop_table("service")
    op.drop_table("region")
    op.drop_table("reader")
    op.drop_table("organisation")
    op.drop_table("log_epoch")
    op.drop_index(op.f("ix_event_subject_id_id"), table_name="event")
    op.drop_index(op.f("ix_event_epoch_xid_id"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_envelope_pipeline_arn_execution_id"), table_name="envelope")
    op.drop_table("envelope")
    op.drop_table("account")
