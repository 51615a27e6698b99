"""The log and the envelopes in parts: by ranges of ids, and by months of receipt. What there is becomes the first part.

The service goes on meanwhile: what takes long, reading every row, is done beside it, and the tables are closed for the
moment in which they change places. Each step may be done again, where the migration was ended in between.

Revision: 7a1c5e90d3b8, after 2f6b0d94c7e3.
"""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import Xid8

revision = "7a1c5e90d3b8"
down_revision = "2f6b0d94c7e3"
branch_labels = None
depends_on = None

BESIDE = """
    create table if not exists envelope_receipt (
        event_id varchar constraint pk_envelope_receipt primary key,
        received_at timestamptz not null default now()
    )
"""
# Twice as far as the id that comes next: ids that are given while this runs are within it.
BOUND_OF_EVENTS = """
    do $$
    declare next bigint := last_value from event_id_seq;
    begin
        alter table event drop constraint if exists event_0_bound;
        execute format('alter table event add constraint event_0_bound check (id < %s) not valid',
                       ((next + 500000) / 1000000 + 1) * 1000000);
    end $$
"""
NEXT_EVENT = """
    create temporary table next_event on commit drop as select last_value as id, is_called from event_id_seq
"""
BOUND_OF_ENVELOPES = """
    do $$
    declare
        until timestamp := date_trunc('month', now() at time zone 'UTC') + interval '2 months';
        bound uuid := lpad(to_hex((extract(epoch from until) * 1000)::bigint), 12, '0') || repeat('0', 20);
    begin
        alter table envelope drop constraint if exists envelope_first_bound;
        execute format('alter table envelope add constraint envelope_first_bound check (id < %L) not valid', bound);
    end $$
"""
# A page for each transaction: one that lasts holds back every reader of the log.
RECEIPTS = """
    do $$
    declare
        after uuid := '00000000-0000-0000-0000-000000000000';
        until uuid;
    begin
        loop
            select id into until from (
                select id from envelope where id > after order by id limit 20000
            ) as page order by id desc limit 1;
            exit when until is null;
            insert into envelope_receipt (event_id, received_at)
            select event_id, received_at from envelope where id > after and id <= until
            on conflict do nothing;
            commit;
            after := until;
        end loop;
    end $$
"""
# Those that came meanwhile: their keys are of now, give or take a clock that is wrong.
LAST_RECEIPTS = """
    insert into envelope_receipt (event_id, received_at)
    select event_id, received_at from envelope
    where id >= cast(lpad(to_hex(cast(extract(epoch from now() - interval '6 hours') * 1000 as bigint)), 12, '0')
                     || repeat('0', 20) as uuid)
    on conflict do nothing
"""
RIGHTS = """
    do $$
    declare held record;
    begin
        for held in
            select grantee.rolname, entry.privilege_type, entry.is_grantable
            from pg_class, aclexplode(relacl) as entry join pg_roles as grantee on grantee.oid = entry.grantee
            where pg_class.oid = '{old}'::regclass and entry.grantee <> relowner
        loop
            execute format('grant %s on {new} to %I', held.privilege_type, held.rolname)
                    || case when held.is_grantable then ' with grant option' else '' end;
        end loop;
    end $$
"""


def upgrade() -> None:
    """Bring the schema here."""
    with op.get_context().autocommit_block():
        op.execute(BESIDE)
        op.execute(BOUND_OF_EVENTS)
        op.execute("alter table event validate constraint event_0_bound")
        op.execute(BOUND_OF_ENVELOPES)
        op.execute("alter table envelope validate constraint envelope_first_bound")
        op.execute(RECEIPTS)
    _archive_part()
    _events()
    _envelopes()


def _archive_part() -> None:
    op.create_table(
        "archive_part",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kept_in", sa.String(), nullable=False),
        sa.Column("bound", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("first_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_epoch", sa.Integer(), nullable=True),
        sa.Column("last_xid", Xid8(), nullable=True),
        sa.Column("last_id", sa.BigInteger(), nullable=True),
        sa.Column("manifest", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_archive_part")),
    )
    op.create_index(
        op.f("ix_archive_part_last_epoch_last_xid_last_id"),
        "archive_part",
        ["last_epoch", "last_xid", "last_id"],
        postgresql_where=sa.text("dropped_at is not null"),
    )


def _events() -> None:
    op.execute("lock table event in access exclusive mode")
    op.execute(NEXT_EVENT)
    op.execute("alter table event alter column id drop identity")
    _aside("event", "event_0", "ix_event_epoch_xid_id", "ix_event_subject_id_id")
    op.execute("""
        create table event (
            like event_0 including defaults including constraints,
            constraint pk_event primary key (id)
        ) partition by range (id)
    """)
    op.execute("alter table event drop constraint event_0_bound")
    op.execute("alter table event alter column id add generated always as identity")
    op.execute("select setval('event_id_seq', id, is_called) from next_event")
    op.create_index("ix_event_epoch_xid_id", "event", ["epoch", "xid", "id"])
    op.create_index("ix_event_subject_id_id", "event", ["subject_id", "id"])
    op.execute(r"""
        do $$
        declare bound bigint := substring(pg_get_constraintdef(oid) from '\d+')
                from pg_constraint where conname = 'event_0_bound';
        begin
            execute format('alter table event attach partition event_0 for values from (minvalue) to (%s)', bound);
        end $$
    """)
    op.execute("alter table event_0 drop constraint event_0_bound")
    _rest("event", "event_0")


def _envelopes() -> None:
    op.execute("lock table envelope in access exclusive mode")
    op.execute(LAST_RECEIPTS)
    op.create_index(
        op.f("ix_envelope_receipt_received_at"), "envelope_receipt", ["received_at"], postgresql_using="brin"
    )
    op.drop_constraint("uq_envelope_event_id", "envelope", type_="unique")
    _aside("envelope", "envelope_first", "ix_envelope_execution_id_pipeline_arn", "ix_envelope_subject_time")
    op.execute("""
        create table envelope (
            like envelope_first including defaults including constraints,
            constraint pk_envelope primary key (id)
        ) partition by range (id)
    """)
    op.execute("alter table envelope drop constraint envelope_first_bound")
    op.create_index("ix_envelope_execution_id_pipeline_arn", "envelope", ["execution_id", "pipeline_arn"])
    op.create_index("ix_envelope_subject_time", "envelope", ["subject", "time"])
    op.execute(r"""
        do $$
        declare bound text := substring(pg_get_constraintdef(oid) from '[0-9a-f]{8}-[0-9a-f-]{27}')
                from pg_constraint where conname = 'envelope_first_bound';
        begin
            execute format('alter table envelope attach partition envelope_first for values from (minvalue) to (%L)',
                           bound);
        end $$
    """)
    op.execute("alter table envelope_first drop constraint envelope_first_bound")
    _rest("envelope", "envelope_first")


def _aside(table: str, part: str, *indexes: str) -> None:
    """The table becomes a part, and so do the names of what belongs to it."""
    op.execute(f"alter table {table} rename to {part}")
    op.execute(f"alter table {part} rename constraint pk_{table} to pk_{part}")
    for index in indexes:
        op.execute(f"alter index {index} rename to {index.replace(f'ix_{table}_', f'ix_{part}_')}")


def _rest(table: str, first: str) -> None:
    """Where what belongs to no part goes; and what anybody was allowed."""
    op.execute(f"create table {table}_rest partition of {table} default")
    op.execute(RIGHTS.format(old=first, new=table))


def downgrade() -> None:
    """Take the schema back: all parts in one table, row by row. What was dropped from them stays in the archive."""
    _whole("event", "ix_event_epoch_xid_id", "ix_event_subject_id_id")
    op.execute("alter table event alter column id add generated always as identity")
    op.execute("select setval('event_id_seq', id, is_called) from next_event")
    op.create_index("ix_event_epoch_xid_id", "event", ["epoch", "xid", "id"])
    op.create_index("ix_event_subject_id_id", "event", ["subject_id", "id"])
    _whole("envelope", "ix_envelope_execution_id_pipeline_arn", "ix_envelope_subject_time")
    op.create_unique_constraint("uq_envelope_event_id", "envelope", ["event_id"])
    op.create_index("ix_envelope_execution_id_pipeline_arn", "envelope", ["execution_id", "pipeline_arn"])
    op.create_index("ix_envelope_subject_time", "envelope", ["subject", "time"])
    op.drop_table("archive_part")
    op.drop_table("envelope_receipt")


def _whole(table: str, *indexes: str) -> None:
    op.execute(f"lock table {table} in access exclusive mode")
    if table == "event":
        op.execute(NEXT_EVENT)
        op.execute("alter table event alter column id drop identity")
    op.execute(f"alter table {table} rename to {table}_parted")
    for name in (f"pk_{table}", *indexes):
        op.execute(f"alter index {name} rename to {name}_parted")
    op.execute(f"create table {table} (like {table}_parted including defaults including constraints)")
    op.execute(f"insert into {table} select * from {table}_parted order by id")  # noqa: S608 - a name of ours
    op.execute(f"alter table {table} add constraint pk_{table} primary key (id)")
    op.execute(RIGHTS.format(old=f"{table}_parted", new=table))
    op.execute(f"drop table {table}_parted")
