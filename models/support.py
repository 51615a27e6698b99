"""Which programs work over a schema that is newer than they are: docs/upgrade.md.

A migration expands the schema (`CONTRACT` is not there: what ran before goes on) or contracts it (`CONTRACT = True`:
programs that do not know it have ended before). The database keeps the newest contraction that was applied; a program
that knows that one works over whatever was added since, whether it knows it or not.
"""

from __future__ import annotations

from collections.abc import Collection

from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, text

FIRST = "b93e6c1d27f5"
"""The migration that makes the table: programs of before ask it nothing."""


def note(connection: Connection, scripts: ScriptDirectory, heads: Collection[str]) -> None:
    """Keep who works over the schema, in the transaction of the migration that made it so."""
    if connection.scalar(text("select to_regclass('schema_support') is null")):
        return
    (head,) = heads
    statement = """insert into schema_support (id, since) values (1, :since)
        on conflict (id) do update set since = excluded.since"""
    connection.execute(text(statement), {"since": since(scripts, head)})


def since(scripts: ScriptDirectory, revision: str) -> str:
    """The newest contraction up to a revision: programs that know it work over the schema of that revision."""
    return next(each.revision for each in scripts.iterate_revisions(revision, "base") if contracts(each))


def contracts(script: Script) -> bool:
    """Whether programs that do not know a migration cannot work behind it."""
    return script.revision == FIRST or bool(getattr(script.module, "CONTRACT", False))


def works(connection: Connection, known: Collection[str]) -> bool:
    """Whether a program that knows these revisions may work over the schema, which is at none of them."""
    if connection.scalar(text("select to_regclass('schema_support') is null")):
        return False
    return connection.scalar(text("select since from schema_support")) in known
