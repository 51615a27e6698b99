"""The structure that an execution ran with, drills of two versions, and the waves that demand one.

Revision: 4e4def87f3eb, after 3d9f60c7b2ae.
"""

import sqlalchemy as sa
from alembic import op

revision = "4e4def87f3eb"
down_revision = "3d9f60c7b2ae"
branch_labels = None
depends_on = None

_KINDS = "'LAMBDA', 'STATE_MACHINE', 'CODEBUILD', 'ALARM', 'CANARY', 'HTTP', 'EXTERNAL', 'BAKE'"


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("pipeline_execution", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("wave", sa.Column("requires_drill", sa.Boolean(), server_default="false", nullable=False))
    _kinds(_KINDS + ", 'DRILL'")
    op.create_table(
        "drill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("check_run_id", sa.Uuid(), nullable=False),
        sa.Column("upgrade_to", sa.String(), nullable=False),
        sa.Column("downgrade_to", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_drill_service_id_service"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_drill_stage_id_stage"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_drill_execution_id_pipeline_execution"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["check_run_id"], ["check_run.id"], name=op.f("fk_drill_check_run_id_check_run"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
        sa.UniqueConstraint("check_run_id", "downgrade_to", name=op.f("uq_drill_check_run_id_downgrade_to")),
    )
    op.create_index(op.f("ix_drill_execution_id"), "drill", ["execution_id"])
    op.create_index(op.f("ix_drill_stage_id"), "drill", ["stage_id"])
    op.create_index(op.f("ix_drill_service_id_upgrade_to"), "drill", ["service_id", "upgrade_to"])


def downgrade() -> None:
    """Take the schema back. Checks of the kind are archived ones by then, or the constraint says no."""
    op.drop_table("drill")
    _kinds(_KINDS)
    op.drop_column("wave", "requires_drill")
    op.drop_column("pipeline_execution", "version")


def _kinds(kinds: str) -> None:
    for table in ("check", "check_run"):
        name = op.f(f"ck_{table}_checkkind")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"kind in ({kinds})")
