"""The clock of a service for rehearsals.

Revision: e93b1d7c40a8, after 4e4def87f3eb.
"""

import sqlalchemy as sa
from alembic import op

revision = "e93b1d7c40a8"
down_revision = "4e4def87f3eb"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("simulated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("real_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_one_row")),
        sa.CheckConstraint("speed >= 1", name=op.f("ck_clock_speed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("clock")
