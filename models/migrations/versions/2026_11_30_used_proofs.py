"""Proofs of who a pipeline is, each taken once.

Revision: e7b1d04c92a6, after c3a8e15f7b24.
"""

import sqlalchemy as sa
from alembic import op

revision = "e7b1d04c92a6"
down_revision = "c3a8e15f7b24"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "used_proof",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_proof")),
    )
    op.create_index("ix_used_proof_ends_at", "used_proof", ["ends_at"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("used_proof")
