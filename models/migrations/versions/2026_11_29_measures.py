"""What is counted of pipelines: ends of runs, totals, data points for CloudWatch, and leases.

Revision: c4d7a90be215, after 7c40e2b9a6f1.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c4d7a90be215"
down_revision = "7c40e2b9a6f1"
branch_labels = None
depends_on = None

_WAITING = sa.text("sent_at is null and dropped is null")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _run_end() -> None:
    kind = sa.Enum("STANDARD", "ROLLBACK", name="executionkind", native_enum=False, create_constraint=False, length=30)
    op.create_table(
        "run_end",
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _moment("ended_at"),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.CheckConstraint("kind in ('STANDARD', 'ROLLBACK')", name=op.f("ck_run_end_executionkind")),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_run_end_execution_id_pipeline_execution"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_run_end_pipeline_id_pipeline"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("execution_id", "attempt", "ended_at", name=op.f("pk_run_end")),
    )
    op.create_index(op.f("ix_run_end_pipeline_id_ended_at"), "run_end", ["pipeline_id", "ended_at"], unique=False)


def upgrade() -> None:
    """Bring the schema here."""
    _run_end()
    op.create_table(
        "total",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _moment("since"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("buckets", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("pk_total")),
    )
    op.create_table(
        "metric_point",
        sa.Column("id", sa.String(), nullable=False),
        _moment("at"),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("alone", sa.Boolean(), server_default="false", nullable=False),
        _moment("sent_at", nullable=True),
        sa.Column("dropped", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_point")),
    )
    op.create_index(op.f("ix_metric_point_at"), "metric_point", ["at"], unique=False)
    op.create_index(
        op.f("ix_metric_point_next_at"), "metric_point", ["next_at"], unique=False, postgresql_where=_WAITING
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        _moment("until"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("lease")
    op.drop_table("metric_point")
    op.drop_table("total")
    op.drop_table("run_end")
