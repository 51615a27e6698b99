"""How people enter accounts: where IAM Identity Center is, and with which roles they read and write.

Revision: 5d0b7f92c3e8, after b2d95e1c4f70.
"""

import sqlalchemy as sa
from alembic import op

revision = "5d0b7f92c3e8"
down_revision = "b2d95e1c4f70"
branch_labels = None
depends_on = None

COLUMNS = ("identity_center_start_url", "identity_center_region", "read_role", "write_role")


def upgrade() -> None:
    """Bring the schema here."""
    for name in COLUMNS:
        op.add_column("organisation", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    for name in reversed(COLUMNS):
        op.drop_column("organisation", name)
