"""Migrations: up, down, compared with the tables, and the refusals of `check`."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

from models import migrate

pytestmark = pytest.mark.database


def _rows(url: URL, statement: str) -> list[tuple[object, ...]]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _kept(url: URL) -> set[object]:
    """The names of everything that migrations make."""
    made = """
        select relname from pg_class where relnamespace = 'public'::regnamespace union all
        select proname from pg_proc where pronamespace = 'public'::regnamespace union all
        select typname from pg_type where typnamespace = 'public'::regnamespace
    """
    return {name for (name,) in _rows(url, made)} - {"alembic_version", "_alembic_version", "alembic_version_pkc"}


def test_up_down_and_up_again(empty_database_url: URL) -> None:
    """Every migration can be undone: after `downgrade base` nothing is left, and the way up works again."""
    migrate.upgrade(empty_database_url)
    made = _kept(empty_database_url)
    assert migrate.current(empty_database_url) == migrate.head()
    migrate.downgrade(empty_database_url, "base")
    assert migrate.current(empty_database_url) is None
    assert _kept(empty_database_url) == set()
    migrate.upgrade(empty_database_url)
    assert _kept(empty_database_url) == made


def test_the_migrations_make_the_tables_that_are_mapped(database_url: URL) -> None:
    """Alembic finds nothing to change between the migrated schema and the mapped tables."""
    assert migrate.difference(database_url) == []


def test_a_migrated_database_passes_the_check(database_url: URL) -> None:
    """At head, `check` returns; asked to migrate again, nothing happens."""
    migrate.check(database_url)
    migrate.upgrade(database_url)
    migrate.check(database_url)


def test_processes_that_migrate_at_once_take_turns(empty_database_url: URL) -> None:
    """Four upgrades of one empty database: all succeed, and the lock is free afterwards."""
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(migrate.upgrade, empty_database_url) for _ in range(4)]:
            done.result()
    migrate.check(empty_database_url)
    assert _rows(empty_database_url, "select 1 from pg_locks where locktype = 'advisory'") == []


def test_a_turn_that_does_not_come_is_told(empty_database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another process holds the lock for too long, the message says so, and nothing is changed."""
    monkeypatch.setattr(migrate, "TURN_SECONDS", 0.0)
    address = empty_database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [migrate.LOCK])
        with pytest.raises(migrate.MigrationError, match="Another process has been migrating"):
            migrate.upgrade(empty_database_url)
    assert _kept(empty_database_url) == set()


def test_a_failed_migration_leaves_nothing_half_made(empty_database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails is rolled back whole, and the lock is given back."""
    _rows(empty_database_url, "create table account ()")
    with pytest.raises(Exception, match='"account" already exists'):
        migrate.upgrade(empty_database_url)
    assert _kept(empty_database_url) == {"account", "_account"}
    assert _rows(empty_database_url, "select 1 from pg_locks where locktype = 'advisory'") == []


def test_an_empty_database_is_told_to_migrate(empty_database_url: URL) -> None:
    """`check` before the first migration names the command."""
    with pytest.raises(migrate.SchemaOlderError, match=r"no tables yet; .* Run `python -m graph migrate`"):
        migrate.check(empty_database_url)


def test_a_newer_schema_is_refused(database_url: URL) -> None:
    """A revision that this program does not know is neither used nor migrated."""
    _rows(database_url, "update alembic_version set version_num = 'f00000000000'")
    for refused in (migrate.check, migrate.upgrade):
        with pytest.raises(migrate.SchemaNewerError, match=r"revision f00000000000, which .* does not know"):
            refused(database_url)


def test_a_database_that_is_not_there_is_named(server_url: URL) -> None:
    """A server without the database: its name, and how to create it."""
    with pytest.raises(migrate.DatabaseUnreachableError, match=r"no database 'no_such'.*createdb no_such"):
        migrate.check(server_url.set(database="no_such"))


def test_a_server_that_is_not_there_is_named() -> None:
    """No server: the address without its password, the reason, and the variable."""
    url = make_url("postgresql://someone:secret@127.0.0.1:1/interlock")
    with pytest.raises(migrate.DatabaseUnreachableError) as caught:
        migrate.check(url)
    assert "postgresql://someone:***@127.0.0.1:1/interlock cannot be reached" in str(caught.value)
    assert "INTERLOCK_DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_role_without_rights_is_told_so(database_url: URL) -> None:
    """A role that may connect and no more: its name, what it may not do and what to do, without its password."""
    role = f"stranger_{uuid4().hex}"
    _rows(database_url, f"create role {role}")
    stranger = database_url.update_query_dict({"options": f"-c role={role}"})
    try:
        for refused in (migrate.check, migrate.upgrade):
            with pytest.raises(
                migrate.PermissionMissingError, match=r"may not work in .*permission denied for"
            ) as caught:
                refused(stranger)
            assert "INTERLOCK_DATABASE_URL" in str(caught.value)
    finally:
        _rows(database_url, f"drop role {role}")


def test_an_old_server_is_refused(empty_database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server below the oldest supported version: its version, and the one that is needed."""
    monkeypatch.setattr(migrate, "OLDEST_POSTGRESQL", 990000)
    with pytest.raises(migrate.DatabaseTooOldError, match=r"is PostgreSQL \d\d; Interlock needs 15 or newer"):
        migrate.check(empty_database_url)
