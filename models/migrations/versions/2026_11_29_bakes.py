"""A check's run may be cancelled; the bakes that run, and those that ended lately, by index.

Revision: 3d9f60c7b2ae, after 5f0b7c93ad21.
"""

import sqlalchemy as sa
from alembic import op

revision = "3d9f60c7b2ae"
down_revision = "5f0b7c93ad21"
branch_labels = None
depends_on = None

BEFORE = ("RUNNING", "PASSED", "FAILED", "ERRORED", "TIMED_OUT", "INCONCLUSIVE")


def _allow_statuses(*words: str) -> None:
    op.drop_constraint(op.f("ck_check_run_checkrunstatus"), "check_run", type_="check")
    op.create_check_constraint("checkrunstatus", "check_run", sa.column("status").in_(words))


def upgrade() -> None:
    """Bring the schema here."""
    _allow_statuses(*BEFORE, "CANCELLED")
    op.create_index("ix_check_run_bakes", "check_run", ["ended_at"], postgresql_where=sa.text("kind = 'BAKE'"))


def downgrade() -> None:
    """Take the schema back: what was cancelled could not tell."""
    op.drop_index("ix_check_run_bakes", table_name="check_run")
    op.execute("update check_run set status = 'INCONCLUSIVE' where status = 'CANCELLED'")
    _allow_statuses(*BEFORE)
