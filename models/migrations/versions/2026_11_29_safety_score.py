"""Waivers, what the safety score reads of a pipeline's map, and whether an organisation keeps what is met.

A map that is registered already says which environments its pipeline deploys to, and nothing of signals or exceptions.

Revision: 5f1b9c27e8a4, after e93b1d7c40a8.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "5f1b9c27e8a4"
down_revision = "e93b1d7c40a8"
branch_labels = None
depends_on = None

DECLARED = """
    update pipeline set audited = jsonb_build_object(
        'environments', coalesce(
            (select jsonb_agg(distinct each #>> '{}') from jsonb_array_elements(jsonb_path_query_array(
                structure, '$.stages[*].actions[*].environment ? (@ != null)')) as each), '[]'::jsonb),
        'signals', null, 'exceptions', null)
    where structure is not null
"""


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("organisation", sa.Column("safety_ratchet", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("pipeline", sa.Column("audited", JSONB(none_as_null=True), nullable=True))
    op.add_column("pipeline", sa.Column("replaced", sa.String(), nullable=True))
    op.execute(DECLARED)
    op.create_table(
        "waiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revocation", sa.String(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.CheckConstraint("num_nonnulls(service_id, stage_id, wave_id) = 1", name=op.f("ck_waiver_of_one")),
        sa.CheckConstraint("expires_at > granted_at", name=op.f("ck_waiver_expires")),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_waiver_{table}_id_{table}"), ondelete="RESTRICT"
            )
            for table in ("service", "stage", "wave")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sa.UniqueConstraint("name", name=op.f("uq_waiver_name")),
        sa.UniqueConstraint("granted_by", "idempotency_key", name=op.f("uq_waiver_granted_by_idempotency_key")),
    )
    for column in ("service_id", "stage_id", "wave_id"):
        op.create_index(op.f(f"ix_waiver_{column}"), "waiver", [column], unique=False)
    untold = sa.text("revoked_at is null and told_at is null")
    op.create_index("ix_waiver_untold", "waiver", ["expires_at"], unique=False, postgresql_where=untold)


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("waiver")
    op.drop_column("pipeline", "replaced")
    op.drop_column("pipeline", "audited")
    op.drop_column("organisation", "safety_ratchet")
