"""What the services' code excepts from policies, as each pipeline told it.

Revision: 3f9d1c6b82ae, after 5f1b9c27e8a4.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "3f9d1c6b82ae"
down_revision = "5f1b9c27e8a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("pipeline", sa.Column("exceptions", postgresql.JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("pipeline", "exceptions")
