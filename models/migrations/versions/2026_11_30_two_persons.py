"""The two-person rule of a stage, and the confirmation of overrides and waivers.

Revision: 4d7be2a91c06, after e1f47b0c95d2.
"""

import sqlalchemy as sa
from alembic import op

revision = "4d7be2a91c06"
down_revision = "e1f47b0c95d2"
branch_labels = None
depends_on = None

CHECKS = {"confirmed": "(confirmed_at is null) = (confirmed_by is null)", "second": "confirmed_by <> granted_by"}


def upgrade() -> None:
    """Bring the schema here; what was granted before needs nobody's confirmation."""
    op.add_column("stage", sa.Column("two_persons", sa.Boolean(), server_default="false", nullable=False))
    for table in ("override", "waiver"):
        op.add_column(table, sa.Column("needs_confirmation", sa.Boolean(), server_default="false", nullable=False))
        op.add_column(table, sa.Column("confirmed_by", sa.String(), nullable=True))
        op.add_column(table, sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        for name, check in CHECKS.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, check)


def downgrade() -> None:
    """Take the schema back. What waits for a second person would be in force without: it is revoked."""
    for table, because in (("override", "revoked_because"), ("waiver", "revocation")):
        op.execute(
            f"update {table} set revoked_at = now(), revoked_by = 'interlock', {because} = 'Nobody had confirmed it.' "  # noqa: S608 - two constants
            "where needs_confirmation and confirmed_at is null and revoked_at is null"
        )
        for name in reversed(CHECKS):
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        for name in ("confirmed_at", "confirmed_by", "needs_confirmation"):
            op.drop_column(table, name)
    op.drop_column("stage", "two_persons")
