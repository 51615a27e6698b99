"""Programs that run on a developer's machine when a test environment comes and goes.

Revision: 7d02f4a96be1, after 5d0b7f92c3e8.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "7d02f4a96be1"
down_revision = "5d0b7f92c3e8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("organisation", sa.Column("environment_steps", JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("organisation", "environment_steps")
