"""Envelopes of every source, the work behind actions, alarms, and what becomes of messages that were set aside.

Revision: 9d3b6a51c0e4, after c4d7a90be215.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "9d3b6a51c0e4"
down_revision = "c4d7a90be215"
branch_labels = None
depends_on = None


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)


def _moment(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


STATES = ("OK", "INSUFFICIENT_DATA", "ALARM")


def upgrade() -> None:
    """Bring the schema here."""
    _rename_key("envelope", "event_id")
    op.add_column("envelope", sa.Column("subject", sa.String(), nullable=True))
    for column in ("pipeline_arn", "execution_id"):
        op.alter_column("envelope", column, nullable=True)
    op.drop_index(op.f("ix_envelope_pipeline_arn_execution_id"), "envelope")
    op.create_index(op.f("ix_envelope_execution_id_pipeline_arn"), "envelope", ["execution_id", "pipeline_arn"])
    op.create_index(op.f("ix_envelope_subject_time"), "envelope", ["subject", "time"])
    _rename_key("set_aside", "message_id")
    op.add_column("set_aside", sa.Column("tries", sa.Integer(), server_default="1", nullable=False))
    op.add_column("set_aside", _moment("tried_at", nullable=False, now=True))
    op.execute("update set_aside set tried_at = received_at")
    op.add_column("set_aside", sa.Column("resolution", sa.String(30), nullable=True))
    op.create_check_constraint(op.f("ck_set_aside_resolution"), "set_aside", "resolution in ('REPLAYED', 'DISMISSED')")
    op.add_column("set_aside", _moment("resolved_at"))
    op.add_column("set_aside", sa.Column("resolved_by", sa.String(), nullable=True))
    op.add_column("set_aside", sa.Column("resolution_reason", sa.String(), nullable=True))
    op.create_index(op.f("ix_set_aside_id"), "set_aside", ["id"], postgresql_where=sa.text("resolved_at is null"))
    op.create_table(
        "work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("arn", sa.String(), nullable=False),
        sa.Column("kind", _word("workkind", "STACK", "BUILD", "STATE_MACHINE"), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("region_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", _word("workstatus", "IN_PROGRESS", "SUCCEEDED", "FAILED", "STOPPED"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _moment("started_at", nullable=False),
        _moment("ended_at"),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("failures", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("log_url", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("arn", name=op.f("uq_work_arn")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("arn", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("region_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", _word("alarmstate", *STATES), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        _moment("changed_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("arn", name=op.f("uq_alarm_arn")),
    )
    op.create_index(op.f("ix_alarm_name_id"), "alarm", ["name", "id"])
    op.create_table(
        "alarm_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("state", _word("alarmstate", *STATES), nullable=False),
        sa.Column("previous", sa.String(30), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        _moment("changed_at", nullable=False),
        sa.CheckConstraint("previous in ('OK', 'INSUFFICIENT_DATA', 'ALARM')", name=op.f("ck_alarm_change_previous")),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_change_alarm_id_alarm"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_change")),
        sa.UniqueConstraint("alarm_id", "changed_at", "state", name=op.f("uq_alarm_change_alarm_id_changed_at_state")),
    )
    op.add_column("action_execution", sa.Column("work_arn", sa.String(), nullable=True))
    op.create_index(op.f("ix_action_execution_work_arn"), "action_execution", ["work_arn"])
    op.execute(
        "update action_execution set work_arn = external_id"
        " where external_id ~ '^arn:aws[a-z-]*:(cloudformation:[^:]+:[^:]+\\:stack/|states:[^:]+:[^:]+:execution:)'"
    )


def _rename_key(table: str, name: str) -> None:
    """What was the key, an id of somebody else's, becomes a column under its own name; the rows get keys of ours.

    They are UUIDs of version 7, of the time of receipt, as new rows' are: messages that wait are in the order of keys.
    """
    op.drop_constraint(op.f(f"pk_{table}"), table, type_="primary")
    op.alter_column(table, "id", new_column_name=name)
    op.add_column(table, sa.Column("id", sa.Uuid(), nullable=True))
    of_receipt = "lpad(to_hex(cast(extract(epoch from received_at) * 1000 as bigint)), 12, '0')"
    random = "replace(cast(gen_random_uuid() as text), '-', '')"
    key = sa.text(f"cast({of_receipt} || '7' || substr({random}, 14) as uuid)")
    op.execute(sa.update(sa.table(table, sa.column("id"))).values(id=key))
    op.alter_column(table, "id", nullable=False)
    op.create_primary_key(op.f(f"pk_{table}"), table, ["id"])
    op.create_unique_constraint(op.f(f"uq_{table}_{name}"), table, [name])


def downgrade() -> None:
    """Take the schema back: envelopes of other sources than CodePipeline have no place in it, nor what was resolved."""
    op.drop_index(op.f("ix_action_execution_work_arn"), "action_execution")
    op.drop_column("action_execution", "work_arn")
    op.drop_table("alarm_change")
    op.drop_index(op.f("ix_alarm_name_id"), "alarm")
    op.drop_table("alarm")
    op.drop_table("work")
    op.execute("delete from set_aside where resolved_at is not null")
    op.drop_index(op.f("ix_set_aside_id"), "set_aside")
    op.drop_constraint(op.f("ck_set_aside_resolution"), "set_aside", type_="check")
    for column in ("resolution_reason", "resolved_by", "resolved_at", "resolution", "tried_at", "tries"):
        op.drop_column("set_aside", column)
    _rename_back("set_aside", "message_id")
    op.execute("delete from envelope where pipeline_arn is null")
    op.drop_index(op.f("ix_envelope_subject_time"), "envelope")
    op.drop_index(op.f("ix_envelope_execution_id_pipeline_arn"), "envelope")
    op.create_index(op.f("ix_envelope_pipeline_arn_execution_id"), "envelope", ["pipeline_arn", "execution_id"])
    for column in ("pipeline_arn", "execution_id"):
        op.alter_column("envelope", column, nullable=False)
    op.drop_column("envelope", "subject")
    _rename_back("envelope", "event_id")


def _rename_back(table: str, name: str) -> None:
    op.drop_constraint(op.f(f"uq_{table}_{name}"), table, type_="unique")
    op.drop_constraint(op.f(f"pk_{table}"), table, type_="primary")
    op.drop_column(table, "id")
    op.alter_column(table, name, new_column_name="id")
    op.create_primary_key(op.f(f"pk_{table}"), table, ["id"])
