"""Overrides with their uses, and forecasts.

Revision: 5b9f02d6e17a, after 8c4e6a10b5d3.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5b9f02d6e17a"
down_revision = "8c4e6a10b5d3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("environment_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoked_because", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.CheckConstraint("expires_at > granted_at", name=op.f("ck_override_expires")),
        *(_refers("override", f"{each}_id", each) for each in SCOPE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint("name", name=op.f("uq_override_name")),
        sa.UniqueConstraint("granted_by", "idempotency_key", name=op.f("uq_override_granted_by_idempotency_key")),
    )
    for each in SCOPE:
        op.create_index(op.f(f"ix_override_{each}_id"), "override", [f"{each}_id"], unique=False)
    op.create_index(
        "ix_override_expires_at", "override", ["expires_at"], postgresql_where=sa.text("revoked_at is null")
    )
    _uses()
    _forecasts()


def _uses() -> None:
    op.create_table(
        "override_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("override_id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blockers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        _refers("override_use", "override_id", "override"),
        _refers("override_use", "execution_id", "pipeline_execution"),
        _refers("override_use", "wave_id", "wave"),
        _refers("override_use", "environment_id", "environment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override_use")),
        sa.UniqueConstraint(
            "override_id",
            "execution_id",
            "environment_id",
            name=op.f("uq_override_use_override_id_execution_id_environment_id"),
        ),
    )
    for columns in (["wave_id"], ["environment_id"], ["execution_id", "environment_id"]):
        op.create_index(op.f(f"ix_override_use_{'_'.join(columns)}"), "override_use", columns, unique=False)


def _forecasts() -> None:
    milestone = sa.Enum("ENTERED", "REACHED", "DONE", name="milestone", native_enum=False, length=30)
    op.create_table(
        "forecast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("milestone", milestone, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("milestone in ('ENTERED', 'REACHED', 'DONE')", name=op.f("ck_forecast_milestone")),
        sa.CheckConstraint("expected_at is not null or reason is not null", name=op.f("ck_forecast_told")),
        _refers("forecast", "execution_id", "pipeline_execution"),
        _refers("forecast", "wave_id", "wave"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast")),
    )
    op.create_index(op.f("ix_forecast_wave_id"), "forecast", ["wave_id"], unique=False)
    op.create_index(op.f("ix_forecast_execution_id_made_at"), "forecast", ["execution_id", "made_at"], unique=False)
    op.create_index("ix_forecast_open", "forecast", ["execution_id"], postgresql_where=sa.text("reached_at is null"))
    op.create_index(
        "ix_forecast_reached_at", "forecast", ["reached_at"], postgresql_where=sa.text("reached_at is not null")
    )


SCOPE = ("service", "environment", "wave", "incident")
"""What an override may refer to."""


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete="RESTRICT")


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("forecast")
    op.drop_table("override_use")
    op.drop_table("override")
