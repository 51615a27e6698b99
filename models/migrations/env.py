"""Run by Alembic for each command; `models.migrate` hands over the connection."""

from alembic import context

from models.tables import Account

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Account.metadata,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
