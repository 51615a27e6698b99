"""Which programs work over a schema that is newer than they are.

Revision: b93e6c1d27f5, after 4d7be2a91c06.
"""

import sqlalchemy as sa
from alembic import op

revision = "b93e6c1d27f5"
down_revision = "4d7be2a91c06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here; `models.support.note` fills the table, now and with every migration."""
    op.create_table(
        "schema_support",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_support")),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_support_one_row")),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("schema_support")
