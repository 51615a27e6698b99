"""Executions that roll back, and to what.

Revision: 5b1f0c9d7a21, after 1e7da3410834.
"""

import sqlalchemy as sa
from alembic import op

revision = "5b1f0c9d7a21"
down_revision = "1e7da3410834"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    kind = sa.Enum("STANDARD", "ROLLBACK", name="executionkind", native_enum=False, create_constraint=False, length=30)
    op.add_column("pipeline_execution", sa.Column("kind", kind, server_default="STANDARD", nullable=False))
    op.create_check_constraint(
        op.f("ck_pipeline_execution_executionkind"), "pipeline_execution", "kind in ('STANDARD', 'ROLLBACK')"
    )
    op.add_column("pipeline_execution", sa.Column("rollback_target", sa.String(), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("pipeline_execution", "rollback_target")
    op.drop_constraint(op.f("ck_pipeline_execution_executionkind"), "pipeline_execution", type_="check")
    op.drop_column("pipeline_execution", "kind")
