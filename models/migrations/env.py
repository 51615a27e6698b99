"""Run by Alembic for each command; `models.migrate` hands over the connection."""

from alembic import context

from models.migrate import is_whole
from models.tables import Account

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Account.metadata,
    transaction_per_migration=True,
    compare_type=True,
    include_object=is_whole,
)
with context.begin_transaction():
    context.run_migrations()
