"""Migrations: up, down, compared with the tables, and the refusals of `check`."""

import psycopg
import pytest
from sqlalchemy import URL, text

from models import migrate
from models.engine import Database

pytestmark = pytest.mark.database


async def test_a_test_gets_the_schema(database: Database) -> None:
    """The database of a test is at head, and empty of rows."""
    async with database.reading() as connection:
        assert await connection.scalar(text("select 1")) == 1
    migrate.check(database.url)


def test_up_down_and_up_again(empty_database_url: URL) -> None:
    """Every migration can be undone: what is left after `downgrade base` is as empty as before."""
    migrate.upgrade(empty_database_url)
    assert migrate.current(empty_database_url) == migrate.head()
    migrate.downgrade(empty_database_url, "base")
    assert migrate.current(empty_database_url) is None
    assert _tables(empty_database_url) <= {"alembic_version"}
    migrate.upgrade(empty_database_url)
    assert migrate.current(empty_database_url) == migrate.head()


def _tables(url: URL) -> set[str]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "select relname from pg_class where relkind in ('r', 'v', 'S') and relnamespace = 'public'::regnamespace"
        ).fetchall()
    return {name for (name,) in found}
