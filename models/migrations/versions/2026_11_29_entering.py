"""What is decided before a wave, and the action that asks for it.

Revision: 5f0b7c93ad21, after 5b9f02d6e17a.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5f0b7c93ad21"
down_revision = "5b9f02d6e17a"
branch_labels = None
depends_on = None

BEFORE = ("SOURCE", "SYNTH", "UPDATE", "ASSETS", "PREPARE", "DEPLOY", "VALIDATE", "OTHER")
KIND = "ck_action_execution_actionkind"


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "wave_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(30), nullable=False),
        sa.Column("blockers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("observations", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision in ('PROCEED', 'WAIT', 'STOP')", name=op.f("ck_wave_entry_decision")),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["pipeline_execution.id"],
            name=op.f("fk_wave_entry_execution_id_pipeline_execution"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_entry_wave_id_wave"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_entry")),
        sa.UniqueConstraint("execution_id", "stage", name=op.f("uq_wave_entry_execution_id_stage")),
    )
    op.create_index(op.f("ix_wave_entry_wave_id"), "wave_entry", ["wave_id"])
    _kinds(*BEFORE, "ENTER")


def downgrade() -> None:
    """Take the schema back: what asked before a wave was an action like any other."""
    op.execute("update action_execution set kind = 'OTHER' where kind = 'ENTER'")
    _kinds(*BEFORE)
    op.drop_table("wave_entry")


def _kinds(*kinds: str) -> None:
    """The kinds that an action may have. The table is large: it is checked without holding up its writers."""
    op.drop_constraint(op.f(KIND), "action_execution", type_="check")
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"alter table action_execution add constraint {KIND} check (kind in ({allowed})) not valid")
    op.execute(f"alter table action_execution validate constraint {KIND}")
