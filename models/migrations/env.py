"""Run by Alembic for each command; `models.migrate` hands over the connection."""

from alembic import context

import models.tables
from models.base import Base

assert models.tables, "importing the tables maps them"

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
