"""What the upkeep worker has in hand: environments that are being cleaned, pipelines that are to be started.

Revision: 1e7da3410834, after 97fd77ff1b56.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1e7da3410834"
down_revision = "97fd77ff1b56"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "cleaning",
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("stacks", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("remaining", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["environment_id"],
            ["environment.id"],
            name=op.f("fk_cleaning_environment_id_environment"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("environment_id", name=op.f("pk_cleaning")),
    )
    op.create_table(
        "pipeline_start",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("execution_id", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_pipeline_start_pipeline_id_pipeline"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_start")),
        sa.UniqueConstraint("asked_by", "idempotency_key", name=op.f("uq_pipeline_start_asked_by_idempotency_key")),
    )
    op.create_index(op.f("ix_pipeline_start_claimed_at"), "pipeline_start", ["claimed_at"], unique=False)
    op.create_index(
        "ix_pipeline_start_open",
        "pipeline_start",
        ["pipeline_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(op.f("ix_pipeline_start_pipeline_id"), "pipeline_start", ["pipeline_id"], unique=False)


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index(op.f("ix_pipeline_start_pipeline_id"), table_name="pipeline_start")
    op.drop_index("ix_pipeline_start_open", table_name="pipeline_start", postgresql_where=sa.text("ended_at is null"))
    op.drop_index(op.f("ix_pipeline_start_claimed_at"), table_name="pipeline_start")
    op.drop_table("pipeline_start")
    op.drop_table("cleaning")
