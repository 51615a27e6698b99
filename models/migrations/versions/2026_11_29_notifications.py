"""Notifications on their way out, how their targets take them, and what a route says of when and how often.

Revision: 8c4e6a10b5d3, after c41f7a90b3d6.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8c4e6a10b5d3"
down_revision = "c41f7a90b3d6"
branch_labels = None
depends_on = None

_CHANNEL = "ck_notification_route_channel"


def upgrade() -> None:
    """Bring the schema here."""
    op.drop_constraint(op.f(_CHANNEL), "notification_route", type_="check")
    op.create_check_constraint(op.f(_CHANNEL), "notification_route", "channel in ('SNS', 'SLACK', 'EMAIL', 'WEBHOOK')")
    for name in ("waiting_minutes", "repeat_minutes"):
        op.add_column("notification_route", sa.Column(name, sa.Integer(), server_default="60", nullable=False))
    op.add_column(
        "notification_route",
        sa.Column("quiet_hours", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("notification_route", sa.Column("time_zone", sa.String(), nullable=True))
    _notification()
    _target()


def _notification() -> None:
    status = sa.Enum(
        *("PENDING", "FAILING", "SENT", "EXPIRED"),
        name="notificationstatus",
        native_enum=False,
        create_constraint=True,
        length=30,
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("document", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("status", status, server_default="PENDING", nullable=False),
        sa.Column("repeats", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("receipt", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["notification_route.id"],
            name=op.f("fk_notification_route_id_notification_route"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("number", name=op.f("uq_notification_number")),
    )
    is_open = sa.text("status in ('PENDING', 'FAILING')")
    op.create_index("ix_notification_open", "notification", ["route_id", "next_at"], postgresql_where=is_open)
    thread = ["route_id", "thread", "number"]
    op.create_index("ix_notification_open_thread", "notification", thread, postgresql_where=is_open)
    has_receipt = sa.text("receipt is not null")
    op.create_index("ix_notification_receipt", "notification", thread, postgresql_where=has_receipt)
    op.create_index(
        op.f("ix_notification_route_id_type_about_number"),
        "notification",
        ["route_id", "type", "about", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_notification_thread"), "notification", ["thread"], unique=False)
    op.create_index(op.f("ix_notification_created_at"), "notification", ["created_at"], unique=False)


def _target() -> None:
    op.create_table(
        "notification_target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_version", sa.Integer(), nullable=True),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["notification_route.id"],
            name=op.f("fk_notification_target_route_id_notification_route"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_target")),
        sa.UniqueConstraint("route_id", name=op.f("uq_notification_target_route_id")),
    )


def downgrade() -> None:
    """Take the schema back. Routes by mail, which an older version does not know, go."""
    op.drop_table("notification_target")
    op.drop_table("notification")
    for name in ("time_zone", "quiet_hours", "repeat_minutes", "waiting_minutes"):
        op.drop_column("notification_route", name)
    op.execute("delete from notification_route where channel = 'EMAIL'")
    op.drop_constraint(op.f(_CHANNEL), "notification_route", type_="check")
    op.create_check_constraint(op.f(_CHANNEL), "notification_route", "channel in ('SNS', 'SLACK', 'WEBHOOK')")
