"""Runs of checks are found by time as well: what a check came to in the last days.

Revision: b2d95e1c4f70, after 8c41e6a07d35.
"""

from alembic import op

revision = "b2d95e1c4f70"
down_revision = "8c41e6a07d35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_index(op.f("ix_check_run_check_id_started_at"), "check_run", ["check_id", "started_at"])
    op.drop_index(op.f("ix_check_run_check_id"), table_name="check_run")


def downgrade() -> None:
    """Take the schema back."""
    op.create_index(op.f("ix_check_run_check_id"), "check_run", ["check_id"])
    op.drop_index(op.f("ix_check_run_check_id_started_at"), table_name="check_run")
