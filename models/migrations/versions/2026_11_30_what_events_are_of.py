"""What each event is of, by which it is known who may see it: filled for those that are there, too.

The policies that read it are not made here but wherever `migrate` ends (`models.narrowing.applying`).

Revision: 2f6b0d94c7e3, after a41d7e90c6b3.
"""

import sqlalchemy as sa
from alembic import op

revision = "2f6b0d94c7e3"
down_revision = "a41d7e90c6b3"
branch_labels = None
depends_on = None

AUDIENCES = ("OPEN", "LISTED", "PLACED", "SHARED", "ACCOUNT", "HIDDEN")
COLUMNS = ("service_id", "environment_id", "stage_id")

TOLD = """
    update event set
      audience = case
        when subject_type in ('Organisation', 'Region', 'Calendar', 'Stage', 'Wave') then 'OPEN'
        when subject_type in ('Account', 'Team', 'Check', 'Window', 'Freeze', 'NotificationRoute', 'Policy')
          then 'LISTED'
        when subject_type in ('Environment', 'Hold', 'Override', 'Waiver') then 'SHARED'
        when subject_type in ('Alarm', 'Work') then 'ACCOUNT'
        when subject_type in ('Change', 'ApiToken', 'SetAside') then 'HIDDEN'
        else 'PLACED' end,
      service_id = case subject_type
        when 'Service' then subject_id
        when 'Hold' then (select service_id from hold where id = subject_id)
        else (select id from service where name = payload ->> 'service') end,
      environment_id = case subject_type
        when 'Environment' then subject_id
        when 'Hold' then (select environment_id from hold where id = subject_id)
        when 'ActionExecution' then (select environment_id from action_execution where id = subject_id)
        when 'CheckRun' then (select id from environment where name = payload ->> 'subject')
        else (select id from environment where name = payload ->> 'environment') end,
      stage_id = case subject_type
        when 'StageExecution' then (select stage_id from stage_execution where id = subject_id)
        when 'ActionExecution' then (select stage_id from stage_execution where id = (
          select stage_execution_id from action_execution where id = subject_id))
        when 'Failure' then (select stage_id from stage_execution where id = (
          select stage_execution_id from failure where id = subject_id))
        when 'Waiver' then (select coalesce(waiver.stage_id, wave.stage_id) from waiver
          left join wave on wave.id = waiver.wave_id where waiver.id = subject_id)
        else (select stage_id from wave where name = payload ->> 'wave') end,
      account_id = payload ->> 'account'
"""


def upgrade() -> None:
    """Bring the schema here. The log is written anew, once: half a minute for each million of events."""
    audience = sa.Enum(*AUDIENCES, name="audience", native_enum=False, create_constraint=True, length=30)
    op.add_column("event", sa.Column("audience", audience, server_default="HIDDEN", nullable=False))
    for name in COLUMNS:
        op.add_column("event", sa.Column(name, sa.Uuid(), nullable=True))
    op.add_column("event", sa.Column("account_id", sa.String(), nullable=True))
    op.execute(TOLD)


def downgrade() -> None:
    """Take the schema back."""
    for name in ("account_id", *reversed(COLUMNS), "audience"):
        op.drop_column("event", name)
