"""Run by Alembic for each command; `models.migrate` hands over the connection, or, for SQL alone, where that goes."""

from alembic import context

from models import support
from models.migrate import is_whole
from models.tables import Account

if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql",
        target_metadata=Account.metadata,
        transaction_per_migration=True,
        output_buffer=context.config.attributes["output"],
    )
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Account.metadata,
        transaction_per_migration=True,
        compare_type=True,
        include_object=is_whole,
        on_version_apply=lambda ctx, heads, **_: support.note(ctx.connection, context.script, heads),
    )
with context.begin_transaction():
    context.run_migrations()
