"""Tags of commits, and the pull requests that their messages name, to find revisions by.

Revision: 8c41e6a07d35, after 3f9d1c6b82ae.
"""

import sqlalchemy as sa
from alembic import op

revision = "8c41e6a07d35"
down_revision = "3f9d1c6b82ae"
branch_labels = None
depends_on = None

TOLD = r"""
    update pipeline_execution set pull_request = found.number::integer
    from (
        select id, coalesce(
            substring(commit_message from '^Merge pull request #([1-9][0-9]{0,8}) from '),
            substring(split_part(commit_message, chr(10), 1) from '[(]#([1-9][0-9]{0,8})[)][[:space:]]*$')
        ) as number
        from pipeline_execution
    ) as found
    where found.id = pipeline_execution.id and found.number is not null
"""


def upgrade() -> None:
    """Bring the schema here; what was recorded before is found as well."""
    for name, kind in (("tag", sa.String()), ("pull_request", sa.Integer())):
        op.add_column("pipeline_execution", sa.Column(name, kind, nullable=True))
        there = sa.text(f"{name} is not null")
        op.create_index(op.f(f"ix_pipeline_execution_{name}"), "pipeline_execution", [name], postgresql_where=there)
    op.execute(TOLD)


def downgrade() -> None:
    """Take the schema back."""
    for name in ("pull_request", "tag"):
        op.drop_index(op.f(f"ix_pipeline_execution_{name}"), table_name="pipeline_execution")
        op.drop_column("pipeline_execution", name)
