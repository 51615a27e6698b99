"""Sessions of browsers.

Revision: e1f47b0c95d2, after 7a1c5e90d3b8.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "e1f47b0c95d2"
down_revision = "7a1c5e90d3b8"
branch_labels = None
depends_on = None

ENDINGS = ("SIGNED_OUT", "EVERYWHERE", "REVOKED", "NOT_VOUCHED", "EXPIRED")


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "browser_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("groups", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vouched_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ending",
            sa.Enum(*ENDINGS, name="ending", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("ends_at > began_at", name=op.f("ck_browser_session_ends")),
        sa.CheckConstraint("(ended_at is null) = (ending is null)", name=op.f("ck_browser_session_ended")),
        sa.CheckConstraint("ended_at is null or sealed is null", name=op.f("ck_browser_session_nothing_is_left")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_browser_session_digest")),
    )
    op.create_index(op.f("ix_browser_session_subject"), "browser_session", ["subject"])
    op.create_index(op.f("ix_browser_session_actor"), "browser_session", ["actor"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("browser_session")
