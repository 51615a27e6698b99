"""Incidents, when a revision was committed, and the indexes behind the measures of delivery.

Revision: 8d2e41f7c3b6, after 9d3b6a51c0e4.
"""

import sqlalchemy as sa
from alembic import op

revision = "8d2e41f7c3b6"
down_revision = "9d3b6a51c0e4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("pipeline_execution", sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True))
    severity = sa.Enum("CRITICAL", "MAJOR", "MINOR", name="incidentseverity", native_enum=False, length=30)
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("severity", severity, nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.CheckConstraint("severity in ('CRITICAL', 'MAJOR', 'MINOR')", name=op.f("ck_incident_incidentseverity")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_incident_service_id_service"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("name", name=op.f("uq_incident_name")),
        sa.UniqueConstraint("declared_by", "idempotency_key", name=op.f("uq_incident_declared_by_idempotency_key")),
    )
    op.create_index(op.f("ix_incident_service_id"), "incident", ["service_id"], unique=False)
    op.create_index(
        "ix_incident_open", "incident", ["service_id"], unique=False, postgresql_where=sa.text("resolved_at is null")
    )
    role = sa.Enum("CAUSE", "FIX", name="incidentrole", native_enum=False, length=30)
    op.create_table(
        "incident_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("role", role, nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("role in ('CAUSE', 'FIX')", name=op.f("ck_incident_link_incidentrole")),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployment.id"],
            name=op.f("fk_incident_link_deployment_id_deployment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_link_incident_id_incident"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_link")),
        sa.UniqueConstraint("incident_id", "deployment_id", name=op.f("uq_incident_link_incident_id_deployment_id")),
    )
    op.create_index(op.f("ix_incident_link_deployment_id"), "incident_link", ["deployment_id"], unique=False)
    op.create_index(
        op.f("ix_deployment_environment_id_service_id_started_at"),
        "deployment",
        ["environment_id", "service_id", "started_at"],
        unique=False,
    )
    op.create_index(op.f("ix_deployment_ended_at"), "deployment", ["ended_at"], unique=False)
    op.create_index(
        "ix_pipeline_execution_rollbacks",
        "pipeline_execution",
        ["id"],
        unique=False,
        postgresql_where=sa.text("kind = 'ROLLBACK'"),
    )
    for name, table, column in FAILED:
        op.create_index(name, table, [column], unique=False, postgresql_where=sa.text("status = 'FAILED'"))


FAILED = (
    ("ix_check_run_failed", "check_run", "execution_id"),
    ("ix_deployment_failed", "deployment", "id"),
    ("ix_action_execution_failed", "action_execution", "deployment_id"),
)
"""Few rows have failed, and the evidence is found by them."""


def downgrade() -> None:
    """Take the schema back."""
    for name, table, _ in FAILED:
        op.drop_index(name, table_name=table, postgresql_where=sa.text("status = 'FAILED'"))
    op.drop_index(
        "ix_pipeline_execution_rollbacks",
        table_name="pipeline_execution",
        postgresql_where=sa.text("kind = 'ROLLBACK'"),
    )
    op.drop_index(op.f("ix_deployment_ended_at"), table_name="deployment")
    op.drop_index(op.f("ix_deployment_environment_id_service_id_started_at"), table_name="deployment")
    op.drop_table("incident_link")
    op.drop_table("incident")
    op.drop_column("pipeline_execution", "committed_at")
