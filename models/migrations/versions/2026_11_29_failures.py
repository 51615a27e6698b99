"""Why things failed, what equal failures have in common, and executions that AWS is asked for.

Revision: c41f7a90b3d6, after 8d2e41f7c3b6.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c41f7a90b3d6"
down_revision = "8d2e41f7c3b6"
branch_labels = None
depends_on = None

KINDS = (
    *("RESOURCE", "EARLY_VALIDATION", "HOOK", "CHANGE_SET", "BUILD", "STATE_MACHINE", "CHECK", "CONDITION"),
    "ACTION",
)
RUNNING = sa.text("status in ('IN_PROGRESS', 'STOPPING')")
PASSED = "ix_deployment_service_id_environment_id_status_ended_at"
REFERS = {
    "execution": "pipeline_execution",
    "stage_execution": "stage_execution",
    "action_execution": "action_execution",
    "check_run": "check_run",
    "environment": "environment",
    "deployment": "deployment",
    "service": "service",
    "fingerprint": "fingerprint",
}
INDEXED = ("execution_id", "action_execution_id", "environment_id", "deployment_id", "service_id")


def _kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="failurekind", native_enum=False, create_constraint=True, length=30)


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "fingerprint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("resource_type", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprint")),
        sa.UniqueConstraint("digest", name=op.f("uq_fingerprint_digest")),
    )
    op.create_table(
        "failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=True),
        sa.Column("resource_type", sa.String(), nullable=True),
        sa.Column("physical_id", sa.String(), nullable=True),
        sa.Column("stack_path", sa.String(), nullable=True),
        sa.Column("cascade", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("log_tail", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("region_name", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unexplained", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(f"{name}_id", sa.Uuid(), nullable=name != "execution") for name in REFERS),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{table}.id"], name=op.f(f"fk_failure_{name}_id_{table}"), ondelete="RESTRICT"
            )
            for name, table in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure")),
        sa.UniqueConstraint("check_run_id", name=op.f("uq_failure_check_run_id")),
        sa.UniqueConstraint(
            "stage_execution_id", "action_execution_id", "run", name="failure_run", postgresql_nulls_not_distinct=True
        ),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_failure_{column}"), "failure", [column])
    op.create_index(op.f("ix_failure_fingerprint_id_occurred_at"), "failure", ["fingerprint_id", "occurred_at"])
    op.create_index("ix_failure_next_at", "failure", ["next_at"], postgresql_where=sa.text("next_at is not null"))
    op.create_table(
        "execution_poll",
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_execution_poll_execution_id_pipeline_execution"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("execution_id", name=op.f("pk_execution_poll")),
    )
    op.create_index(op.f(PASSED), "deployment", ["service_id", "environment_id", "status", "ended_at"])
    op.create_index("ix_pipeline_execution_running", "pipeline_execution", ["id"], postgresql_where=RUNNING)


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index("ix_pipeline_execution_running", table_name="pipeline_execution", postgresql_where=RUNNING)
    op.drop_index(op.f(PASSED), table_name="deployment")
    op.drop_table("execution_poll")
    op.drop_table("failure")
    op.drop_table("fingerprint")
