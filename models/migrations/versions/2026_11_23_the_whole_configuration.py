"""The whole configuration: teams, calendars, windows, freezes, holds, routes, policies, and who changed what.

Revision: 97fd77ff1b56, after 4afb3f05f892.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.tables.columns import Xid8

revision = "97fd77ff1b56"
down_revision = "4afb3f05f892"
branch_labels = None
depends_on = None

CHANGE_KINDS = ("APPLICATION", "INFRASTRUCTURE", "CONFIGURATION", "OS_PATCHING", "OPERATOR_TOOLS")
LIVING = "archived_at is null"
UNIQUE_AMONG = (
    ("account_name", "account", ("name",), LIVING),
    ("service_repository", "service", ("repository",), LIVING),
    ("stage_position", "stage", ("position",), LIVING),
    ("wave_position", "wave", ("stage_id", "position"), LIVING),
    ("environment_place", "environment", ("wave_id", "account_id", "region_id"), f"{LIVING} and kind = 'SHARED'"),
)
"""Unique at the end of a transaction, among the rows that are in the fleet."""


def _add_word(table: str, column: str, words: tuple[str, ...], of_older_rows: str) -> None:
    kind = column.replace("_", "")
    op.add_column(table, sa.Column(column, sa.String(30), nullable=True))
    op.execute(f"update {table} set {column} = {of_older_rows}")  # noqa: S608 - constants of this file
    op.alter_column(table, column, nullable=False)
    op.create_check_constraint(kind, table, sa.column(column).in_(words))


def _allow_statuses(*words: str) -> None:
    op.drop_constraint(op.f("ck_check_run_checkrunstatus"), "check_run", type_="check")
    op.create_check_constraint("checkrunstatus", "check_run", sa.column("status").in_(words))


def _require_none_archived(*tables: str) -> None:
    """The older schema would have them back in the fleet."""
    for table in tables:
        op.execute(
            f"do $$ begin if exists (select from {table} where archived_at is not null) then raise exception"
            f" 'Rows of {table} are archived, and the older schema would have them in the fleet again."
            " Delete them, with what refers to them, or keep this schema.'; end if; end $$"
        )


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("subdivision", sa.String(), nullable=True),
        sa.Column("dates", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("name", name=op.f("uq_calendar_name")),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reverts", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("actor", "idempotency_key", name=op.f("uq_change_actor_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_change_number")),
    )
    op.create_table(
        "freeze",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "ORGANISATION",
                "STAGE",
                "ACCOUNT",
                "REGION",
                "TEAM",
                "SERVICE",
                name="freezescope",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze")),
        sa.UniqueConstraint("name", name=op.f("uq_freeze_name")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("members", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "change_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "operation",
            sa.Enum(
                "REGISTER",
                "UPDATE",
                "ARCHIVE",
                name="operationkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_entry_change_id_change"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_entry")),
        sa.UniqueConstraint("change_id", "entity_id", name=op.f("uq_change_entry_change_id_entity_id")),
    )
    op.create_index(op.f("ix_change_entry_entity_id_number"), "change_entry", ["entity_id", "number"], unique=False)
    op.create_index(op.f("ix_change_entry_kind_name"), "change_entry", ["kind", "name"], unique=False)
    op.create_table(
        "notification_route",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("SNS", "SLACK", "WEBHOOK", name="channel", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("secret_arn", sa.String(), nullable=True),
        sa.Column("events", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stage.id"], name=op.f("fk_notification_route_stage_id_stage"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_notification_route_team_id_team"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_route")),
        sa.UniqueConstraint("name", name=op.f("uq_notification_route_name")),
    )
    op.create_index(op.f("ix_notification_route_stage_id"), "notification_route", ["stage_id"], unique=False)
    op.create_index(op.f("ix_notification_route_team_id"), "notification_route", ["team_id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "REQUIRED_TAGS",
                "NO_PUBLIC_BUCKETS",
                "ENCRYPTION",
                "LOG_RETENTION",
                "AUTOSCALING",
                name="policykind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum("BLOCKING", "SHADOW", name="policymode", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("configuration", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_policy_team_id_team"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("name", name=op.f("uq_policy_name")),
    )
    op.create_index(op.f("ix_policy_team_id"), "policy", ["team_id"], unique=False)
    op.create_table(
        "dependency",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("depends_on_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["depends_on_id"], ["service.id"], name=op.f("fk_dependency_depends_on_id_service"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_dependency_service_id_service"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "depends_on_id", name=op.f("pk_dependency")),
        comment="Which services must have reached an environment before another one may",
    )
    op.create_index(op.f("ix_dependency_depends_on_id"), "dependency", ["depends_on_id"], unique=False)
    op.create_table(
        "deployment_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("services", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(stage_id is null) <> (wave_id is null)", name=op.f("ck_deployment_window_stage_or_wave")),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stage.id"], name=op.f("fk_deployment_window_stage_id_stage"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_deployment_window_team_id_team"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_deployment_window_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_window")),
        sa.UniqueConstraint("name", name=op.f("uq_deployment_window_name")),
    )
    op.create_index(op.f("ix_deployment_window_stage_id"), "deployment_window", ["stage_id"], unique=False)
    op.create_index(op.f("ix_deployment_window_team_id"), "deployment_window", ["team_id"], unique=False)
    op.create_index(op.f("ix_deployment_window_wave_id"), "deployment_window", ["wave_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("PIN", "HOLD", "VETO", name="holdkind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environment.id"], name=op.f("fk_hold_environment_id_environment"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_hold_service_id_service"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("name", name=op.f("uq_hold_name")),
    )
    op.create_index(op.f("ix_hold_environment_id"), "hold", ["environment_id"], unique=False)
    op.create_index(op.f("ix_hold_service_id"), "hold", ["service_id"], unique=False)
    op.create_table(
        "window_calendar",
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_window_calendar_calendar_id_calendar"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["deployment_window.id"],
            name=op.f("fk_window_calendar_window_id_deployment_window"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("window_id", "calendar_id", name=op.f("pk_window_calendar")),
        comment="The calendars whose days close a window",
    )
    op.create_index(op.f("ix_window_calendar_calendar_id"), "window_calendar", ["calendar_id"], unique=False)
    op.add_column(
        "account", sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("account", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("account", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_account_name"), "account", type_="unique")
    op.add_column("check", sa.Column("retries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("check", sa.Column("failure_limit", sa.Integer(), server_default="0", nullable=False))
    op.add_column("check", sa.Column("services", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("check", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("check", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("check", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_check_team_id"), "check", ["team_id"], unique=False)
    op.create_foreign_key(op.f("fk_check_team_id_team"), "check", "team", ["team_id"], ["id"], ondelete="RESTRICT")
    op.add_column("check_run", sa.Column("try_number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("check_run", sa.Column("retries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("check_run", sa.Column("failure_limit", sa.Integer(), server_default="0", nullable=False))
    op.add_column("check_run", sa.Column("part", sa.String(), nullable=True))
    op.execute("update check_run set part = wave.name from wave where wave.id = check_run.wave_id")
    op.alter_column("check_run", "part", nullable=False)
    _allow_statuses("RUNNING", "PASSED", "FAILED", "ERRORED", "TIMED_OUT", "INCONCLUSIVE")
    op.add_column("check_run", sa.Column("retry_of_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("uq_check_run_execution_id_wave_id_when_attempt_name_subject"), "check_run", type_="unique")
    op.create_unique_constraint(
        "check_run_try",
        "check_run",
        ["execution_id", "wave_id", "part", "when", "attempt", "name", "check_id", "subject", "try_number"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_unique_constraint(op.f("uq_check_run_retry_of_id"), "check_run", ["retry_of_id"])
    op.create_foreign_key(
        op.f("fk_check_run_retry_of_id_check_run"),
        "check_run",
        "check_run",
        ["retry_of_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column("environment", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("environment", sa.Column("purpose", sa.String(), nullable=True))
    op.add_column("environment", sa.Column("extensions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("environment", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("environment", sa.Column("cleaning_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("environment", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("environment", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_environment_wave_id_account_id_region_id"), "environment", type_="unique")
    op.create_index(
        op.f("ix_environment_expires_at"),
        "environment",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("archived_at is null and kind = 'TEST'"),
    )
    op.create_index(op.f("ix_environment_team_id"), "environment", ["team_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_environment_team_id_team"), "environment", "team", ["team_id"], ["id"], ondelete="RESTRICT"
    )
    op.add_column("organisation", sa.Column("start_pipelines", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(
        "organisation", sa.Column("pipeline_starts_per_hour", sa.Integer(), server_default="20", nullable=False)
    )
    op.add_column(
        "organisation", sa.Column("test_environments_per_owner", sa.Integer(), server_default="3", nullable=False)
    )
    op.add_column(
        "organisation", sa.Column("test_environments_per_team", sa.Integer(), server_default="10", nullable=False)
    )
    op.add_column("organisation", sa.Column("test_environment_days", sa.Integer(), server_default="7", nullable=False))
    op.add_column(
        "organisation", sa.Column("test_environment_extensions", sa.Integer(), server_default="2", nullable=False)
    )
    op.add_column("organisation", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("organisation", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pipeline", sa.Column("wanted_digest", sa.String(), nullable=True))
    op.add_column("pipeline", sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pipeline", sa.Column("started_for", sa.String(), nullable=True))
    op.add_column("pipeline", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("region", sa.Column("traffic_weight", sa.Integer(), server_default="10", nullable=False))
    op.add_column("region", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("region", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service", sa.Column("wave_size", sa.Integer(), nullable=True))
    op.add_column("service", sa.Column("tier", sa.Integer(), nullable=True))
    _add_word("service", "change_kind", CHANGE_KINDS, "'APPLICATION'")
    op.add_column("service", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("service", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("service", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_service_repository"), "service", type_="unique")
    op.create_index(op.f("ix_service_team_id"), "service", ["team_id"], unique=False)
    op.create_foreign_key(op.f("fk_service_team_id_team"), "service", "team", ["team_id"], ["id"], ondelete="RESTRICT")
    _add_word(
        "stage", "on_failure", ("ROLLBACK", "RETRY", "NONE"), "case when production then 'ROLLBACK' else 'NONE' end"
    )
    op.add_column("stage", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("stage", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_stage_position"), "stage", type_="unique")
    op.add_column("wave", sa.Column("one_box_percent", sa.Integer(), server_default="0", nullable=False))
    op.add_column("wave", sa.Column("one_box_bake_minutes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("wave", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("wave", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_wave_stage_id_position"), "wave", type_="unique")
    for name, table, together, living in UNIQUE_AMONG:
        op.execute(
            f"alter table {table} add constraint {name} exclude using btree"
            f" ({', '.join(f'{column} with =' for column in together)}) where ({living}) deferrable initially deferred"
        )


def downgrade() -> None:
    """Take the schema back. Fails where rows are there that the older schema cannot have, as archived ones."""
    _require_none_archived("account", "stage", "wave", "environment", "service", '"check"')
    for name, table, *_ in UNIQUE_AMONG:
        op.drop_constraint(name, table)
    op.execute("update check_run set status = 'ERRORED' where status = 'INCONCLUSIVE'")
    _allow_statuses("RUNNING", "PASSED", "FAILED", "ERRORED", "TIMED_OUT")
    op.create_unique_constraint(
        op.f("uq_wave_stage_id_position"), "wave", ["stage_id", "position"], postgresql_nulls_not_distinct=False
    )
    op.drop_column("wave", "archived_at")
    op.drop_column("wave", "version")
    op.drop_column("wave", "one_box_bake_minutes")
    op.drop_column("wave", "one_box_percent")
    op.create_unique_constraint(op.f("uq_stage_position"), "stage", ["position"], postgresql_nulls_not_distinct=False)
    op.drop_column("stage", "archived_at")
    op.drop_column("stage", "version")
    op.drop_column("stage", "on_failure")
    op.drop_constraint(op.f("fk_service_team_id_team"), "service", type_="foreignkey")
    op.drop_index(op.f("ix_service_team_id"), table_name="service")
    op.create_unique_constraint(
        op.f("uq_service_repository"), "service", ["repository"], postgresql_nulls_not_distinct=False
    )
    op.drop_column("service", "archived_at")
    op.drop_column("service", "version")
    op.drop_column("service", "team_id")
    op.drop_column("service", "change_kind")
    op.drop_column("service", "tier")
    op.drop_column("service", "wave_size")
    op.drop_column("region", "archived_at")
    op.drop_column("region", "version")
    op.drop_column("region", "traffic_weight")
    op.drop_column("pipeline", "started_at")
    op.drop_column("pipeline", "started_for")
    op.drop_column("pipeline", "stale_at")
    op.drop_column("pipeline", "wanted_digest")
    op.drop_column("organisation", "archived_at")
    op.drop_column("organisation", "version")
    op.drop_column("organisation", "test_environment_extensions")
    op.drop_column("organisation", "test_environment_days")
    op.drop_column("organisation", "test_environments_per_team")
    op.drop_column("organisation", "test_environments_per_owner")
    op.drop_column("organisation", "pipeline_starts_per_hour")
    op.drop_column("organisation", "start_pipelines")
    op.drop_constraint(op.f("fk_environment_team_id_team"), "environment", type_="foreignkey")
    op.drop_index(op.f("ix_environment_team_id"), table_name="environment")
    op.drop_index(
        op.f("ix_environment_expires_at"),
        table_name="environment",
        postgresql_where=sa.text("archived_at is null and kind = 'TEST'"),
    )
    op.create_unique_constraint(
        op.f("uq_environment_wave_id_account_id_region_id"),
        "environment",
        ["wave_id", "account_id", "region_id"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("environment", "archived_at")
    op.drop_column("environment", "version")
    op.drop_column("environment", "cleaning_at")
    op.drop_column("environment", "warned_at")
    op.drop_column("environment", "extensions")
    op.drop_column("environment", "purpose")
    op.drop_column("environment", "team_id")
    op.drop_constraint(op.f("fk_check_run_retry_of_id_check_run"), "check_run", type_="foreignkey")
    op.drop_constraint(op.f("uq_check_run_retry_of_id"), "check_run", type_="unique")
    op.drop_constraint("check_run_try", "check_run", type_="unique")
    op.create_unique_constraint(
        op.f("uq_check_run_execution_id_wave_id_when_attempt_name_subject"),
        "check_run",
        ["execution_id", "wave_id", "when", "attempt", "name", "subject"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("check_run", "retry_of_id")
    op.drop_column("check_run", "part")
    op.drop_column("check_run", "failure_limit")
    op.drop_column("check_run", "retries")
    op.drop_column("check_run", "try_number")
    op.drop_constraint(op.f("fk_check_team_id_team"), "check", type_="foreignkey")
    op.drop_index(op.f("ix_check_team_id"), table_name="check")
    op.drop_column("check", "archived_at")
    op.drop_column("check", "version")
    op.drop_column("check", "team_id")
    op.drop_column("check", "services")
    op.drop_column("check", "failure_limit")
    op.drop_column("check", "retries")
    op.create_unique_constraint(op.f("uq_account_name"), "account", ["name"], postgresql_nulls_not_distinct=False)
    op.drop_column("account", "archived_at")
    op.drop_column("account", "version")
    op.drop_column("account", "tags")
    op.drop_index(op.f("ix_window_calendar_calendar_id"), table_name="window_calendar")
    op.drop_table("window_calendar")
    op.drop_index(op.f("ix_hold_service_id"), table_name="hold")
    op.drop_index(op.f("ix_hold_environment_id"), table_name="hold")
    op.drop_table("hold")
    op.drop_index(op.f("ix_deployment_window_wave_id"), table_name="deployment_window")
    op.drop_index(op.f("ix_deployment_window_team_id"), table_name="deployment_window")
    op.drop_index(op.f("ix_deployment_window_stage_id"), table_name="deployment_window")
    op.drop_table("deployment_window")
    op.drop_index(op.f("ix_dependency_depends_on_id"), table_name="dependency")
    op.drop_table("dependency")
    op.drop_index(op.f("ix_policy_team_id"), table_name="policy")
    op.drop_table("policy")
    op.drop_index(op.f("ix_notification_route_team_id"), table_name="notification_route")
    op.drop_index(op.f("ix_notification_route_stage_id"), table_name="notification_route")
    op.drop_table("notification_route")
    op.drop_index(op.f("ix_change_entry_kind_name"), table_name="change_entry")
    op.drop_index(op.f("ix_change_entry_entity_id_number"), table_name="change_entry")
    op.drop_table("change_entry")
    op.drop_table("team")
    op.drop_table("freeze")
    op.drop_table("change")
    op.drop_table("calendar")
