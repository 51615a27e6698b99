"""Which attempts of an execution were sealed; what finds linked executions, and sent spans, by index.

Revision: 7c40e2b9a6f1, after 5b1f0c9d7a21.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "7c40e2b9a6f1"
down_revision = "5b1f0c9d7a21"
branch_labels = None
depends_on = None

KNOWN = """
    update pipeline_execution
    set sealed = jsonb_build_array(jsonb_build_object(
        'attempt', case when ended_at <= sealed_at then attempt else greatest(attempt - 1, 1) end,
        'until', to_char(least(ended_at, sealed_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
    ))
    where sealed_at is not null
"""
"""Of what was sealed so far, the moment is known: an execution that has not ended since is in a later attempt."""


def upgrade() -> None:
    """Bring the schema here."""
    sealed = sa.Column("sealed", postgresql.JSONB(), server_default="[]", nullable=False)
    op.add_column("pipeline_execution", sealed)
    op.execute(KNOWN)
    op.create_index(
        op.f("ix_pipeline_execution_pipeline_id_started_at"), "pipeline_execution", ["pipeline_id", "started_at"]
    )
    op.create_index(
        op.f("ix_span_outbox_sent_at"), "span_outbox", ["sent_at"], postgresql_where=sa.text("sent_at is not null")
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index(op.f("ix_span_outbox_sent_at"), table_name="span_outbox")
    op.drop_index(op.f("ix_pipeline_execution_pipeline_id_started_at"), table_name="pipeline_execution")
    op.drop_column("pipeline_execution", "sealed")
