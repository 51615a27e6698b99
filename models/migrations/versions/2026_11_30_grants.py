"""Grants: roles of groups and persons within a scope; tokens of programs have one too.

Revision: a41d7e90c6b3, after c3a8e15f7b24.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "a41d7e90c6b3"
down_revision = "e7b1d04c92a6"
branch_labels = None
depends_on = None

OTHERS = ("team", "service", "stage", "account")
ROLES = "role in ('VIEWER', 'DEVELOPER', 'OPERATOR', 'ADMIN', 'PIPELINE')"


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('("group" is null) <> (person is null)', name=op.f("ck_role_grant_group_or_person")),
        sa.CheckConstraint(ROLES, name=op.f("ck_role_grant_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("name", name=op.f("uq_role_grant_name")),
    )
    for other in OTHERS:
        _narrowed_to(other)
        op.add_column("api_token", sa.Column(f"{other}s", ARRAY(sa.Text()), server_default="{}", nullable=False))


def _narrowed_to(other: str) -> None:
    table = f"grant_{other}"
    op.create_table(
        table,
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column(f"{other}_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["role_grant.id"], name=op.f(f"fk_{table}_grant_id_role_grant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            [f"{other}_id"], [f"{other}.id"], name=op.f(f"fk_{table}_{other}_id_{other}"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("grant_id", f"{other}_id", name=op.f(f"pk_{table}")),
        comment=f"Which {other} a grant is narrowed to",
    )
    op.create_index(op.f(f"ix_{table}_{other}_id"), table, [f"{other}_id"])


def downgrade() -> None:
    """Take the schema back: what is narrowed would hold everywhere, and ends instead."""
    op.execute(
        "update api_token set revoked_at = now(), revoked_by = 'interlock', revocation = 'scopes are no more'"
        " where revoked_at is null and cardinality(teams || services || stages || accounts) > 0"
    )
    for other in OTHERS:
        op.drop_column("api_token", f"{other}s")
        op.drop_table(f"grant_{other}")
    op.drop_table("role_grant")
