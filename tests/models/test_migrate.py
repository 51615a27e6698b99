"""Migrations: up, down, compared with the tables, and the refusals of `check`."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import RFC_4122, UUID, uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

from domain.configuration.kinds import Kind
from domain.revisions import pull_request_of
from models import changes, migrate, regions, support
from models.configuration import current
from models.engine import Database
from resolvers.plans import AsOf, configuration_as_of
from resolvers.plans import plan as plan_of
from tests.configuring import URL as SERVICE
from tests.configuring import update

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


UNKNOWN = "update alembic_version set version_num = 'f00000000000'"


def test_a_newer_schema_that_this_program_does_not_work_over_is_refused(database_url: URL) -> None:
    """A contraction that it does not know: the schema is neither used nor migrated nor taken back."""
    _rows(database_url, f"{UNKNOWN}; update schema_support set since = 'f00000000000'")
    for refused in (migrate.check, migrate.upgrade):
        with pytest.raises(migrate.SchemaNewerError, match=r"revision f00000000000, which .* not know.* Run that one"):
            refused(database_url)


def test_a_newer_schema_that_was_only_expanded_is_used(database_url: URL) -> None:
    """It is used and left alone, so that an installation can be rolled back; nothing of it is taken back."""
    _rows(database_url, UNKNOWN)
    migrate.check(database_url)
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == "f00000000000"
    with pytest.raises(migrate.SchemaNewerError, match="Take it back with that one"):
        migrate.downgrade(database_url, "base")


def test_a_newer_schema_that_says_nothing_is_refused(database_url: URL) -> None:
    """One whose table of support is gone: nobody knows."""
    _rows(database_url, f"{UNKNOWN}; drop table schema_support")
    with pytest.raises(migrate.SchemaNewerError, match="Run that one"):
        migrate.check(database_url)


def test_the_database_keeps_the_newest_contraction(database_url: URL) -> None:
    """On the way up as on the way down: here none came after the table itself."""
    assert _rows(database_url, "select since from schema_support") == [(support.FIRST,)]


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


FIRST = "4afb3f05f892"


def _id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012}"


ROWS: dict[str, str] = {
    "organisation": f"('{_id(1)}', true, 'acme', '999999999999', 'eu-west-1', 'arn:aws:codeconnections:eu-west-1:"
    "999999999999:connection/x', 'arn:aws:events:eu-west-1:888888888888:event-bus/interlock')",
    "account": f"('{_id(2)}', '111111111111', 'one', null, now())",
    "region": f"('{_id(3)}', 'eu-west-1', 'Europe (Ireland)', 'Europe/Dublin')",
    "stage": f"('{_id(4)}', 'alpha', 1, false), ('{_id(5)}', 'prod', 2, true)",
    "wave": f"('{_id(6)}', '{_id(4)}', 'alpha-1', 1, 0, 0), ('{_id(7)}', '{_id(5)}', 'prod-1', 1, 60, 10)",
    "environment": f"('{_id(8)}', 'alpha-eu', 'SHARED', '{_id(2)}', '{_id(3)}', '{_id(6)}', null, null, now()),"
    f"('{_id(9)}', 'prod-eu', 'SHARED', '{_id(2)}', '{_id(3)}', '{_id(7)}', null, null, now())",
    "service": f"('{_id(10)}', 'pay', 'acme/pay', 'main', null, '{{*}}', now())",
    "placement": f"('{_id(10)}', '{_id(8)}'), ('{_id(10)}', '{_id(9)}')",
    '"check"': f"('{_id(11)}', 'smoke', 'BAKE', 'AFTER', 'BLOCKING', 60, '{{\"minutes\": 5}}', '{_id(5)}', null, null)",
    "pipeline": f"('{_id(12)}', 'pay', 'arn:pay', '999999999999', 'eu-west-1', '{_id(10)}', "
    "'sha256:x', null, now(), null)",
    "pipeline_execution": f"('{_id(13)}', '{_id(12)}', 'e', 'SUCCEEDED', 1, 'r', null, null, null, now(), now(), null)",
    "check_run": f"('{_id(14)}', 'smoke', 'prod-1', 'BAKE', 'AFTER', 'BLOCKING', 60, '{{}}', 1, 'PASSED', null, null, "
    f"now(), now(), '{_id(11)}', '{_id(13)}', '{_id(7)}')",
    "deployment": f"('{_id(15)}', '{_id(10)}', '{_id(9)}', '{_id(13)}', 'r', 'SUCCEEDED', null, now(), now())",
    "stage_execution": f"('{_id(16)}', '{_id(13)}', 'prod-1', 1, 'SUCCEEDED', now(), now(), '{_id(5)}', '{_id(7)}')",
    "action_execution": f"('{_id(17)}', '{_id(16)}', 'a', 1, 'DEPLOY', 'CloudFormation', 'Deploy', 'eu-west-1', "
    f"'SUCCEEDED', now(), now(), null, null, null, null, '{_id(9)}', '{_id(15)}')",
    "envelope": "('e', 'd', 'arn:pay', 'e', now(), now(), '{}')",
    "set_aside": "('s', 'why', 'body', now())",
    "reader": "('traces', 'c')",
    "span_outbox": "('t', 's', 'b', 0, now(), null)",
    "log_epoch": "(1, 'system')",
}
"""A row or two of every table of the first revision, but for the log's own."""


def _of_every_table(url: URL) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(_rows(url, f"select * from {table}"), key=str) for table in ROWS}


@pytest.fixture
def first_database_url(empty_database_url: URL) -> URL:
    """A database of the first revision, in use."""
    migrate.upgrade(empty_database_url, FIRST)
    for table, values in ROWS.items():
        _rows(empty_database_url, f"insert into {table} values {values}")
    return empty_database_url


def test_a_database_in_use_goes_up_and_down_again(first_database_url: URL) -> None:
    """Older rows have the values that they always had, under their new names; on the way back nothing is lost."""
    before = _of_every_table(first_database_url)
    migrate.upgrade(first_database_url)
    assert _rows(first_database_url, "select name, on_failure from stage order by position") == [
        ("alpha", "NONE"),
        ("prod", "ROLLBACK"),
    ]
    assert _rows(first_database_url, "select change_kind, version, archived_at from service") == [
        ("APPLICATION", 1, None)
    ]
    assert _rows(first_database_url, "select part, try_number, retries from check_run") == [("prod-1", 1, 0)]
    assert _rows(first_database_url, "select one_box_percent from wave") == [(0,), (0,)]
    migrate.downgrade(first_database_url, FIRST)
    assert _of_every_table(first_database_url) == before


def test_pull_requests_of_before_are_found_as_those_of_now(first_database_url: URL) -> None:
    """What the migration reads in a commit's message is what `domain.revisions` reads in a new one."""
    messages = [
        "Pay faster (#123)",
        "Pay faster (#123)\n\nSee (#99)",
        "Pay faster\n\nSee (#99)",
        "Merge pull request #7 from acme/branch\n\nPay faster (#8)",
        'Revert "Pay faster (#123)" (#124) ',
        "Pay #123 faster",
        "Pay faster (#0123)",
        "",
    ]
    for number, message in enumerate(messages):
        _rows(
            first_database_url,
            "insert into pipeline_execution (id, pipeline_id, execution_id, status, attempt, commit_message)"
            f" values (gen_random_uuid(), '{_id(12)}', 'm{number}', 'SUCCEEDED', 1, '{message}')",
        )
    migrate.upgrade(first_database_url)
    found = _rows(
        first_database_url,
        "select pull_request from pipeline_execution where execution_id like 'm%' order by execution_id",
    )
    assert [told for (told,) in found] == [pull_request_of(message) for message in messages]
    assert [told for (told,) in found[:5]] == [123, 123, None, 7, 124]


def test_messages_that_waited_stay_in_their_order(first_database_url: URL) -> None:
    """The keys that they get are in the order in which they were received, and are UUIDs as all new keys are."""
    _rows(
        first_database_url,
        "insert into set_aside select 'm-' || n, 'why', 'body', now() - make_interval(days => n)"
        " from generate_series(1, 9) as n",
    )
    migrate.upgrade(first_database_url)
    found = _rows(first_database_url, "select message_id, id from set_aside order by id")
    assert [message for message, _ in found] == [*(f"m-{number}" for number in range(9, 0, -1)), "s"]
    assert {(key.version, key.variant) for _, key in found if isinstance(key, UUID)} == {(7, RFC_4122)}


def test_what_was_archived_does_not_come_back_on_the_way_down(first_database_url: URL) -> None:
    """The older schema cannot tell: the way down stops before anything is changed, and says why."""
    migrate.upgrade(first_database_url)
    _rows(first_database_url, "update service set archived_at = now()")
    with pytest.raises(Exception, match="Rows of service are archived, and the older schema would have them"):
        migrate.downgrade(first_database_url, FIRST)
    assert migrate.current(first_database_url) != FIRST
    assert _rows(first_database_url, "select name from service where archived_at is not null") == [("pay",)]


async def test_what_was_there_is_the_first_change(first_database_url: URL) -> None:
    """The first change after the way up keeps, as change 1, what it found: as of then, the plan is what it was."""
    migrate.upgrade(first_database_url)
    regions.register_known(first_database_url)
    async with Database(first_database_url) as database:
        async with database.snapshot() as session:
            found = (await current(session)).configuration
            plan = await plan_of(session, "acme/pay", 1, SERVICE)
        async with database.transaction() as session:
            done = await update(session, Kind.WAVE, "prod-1", bake_minutes=720)
        assert done.number == 2
        given: dict[str, Any] = {"contract": 1, "url": SERVICE}
        async with database.snapshot() as session:
            first = await changes.change_numbered(session, 1)
            assert first is not None
            assert (first.actor, first.reason) == ("interlock", "What was there before changes were kept.")
            assert (await configuration_as_of(session, AsOf(change=1))).configuration == found
            assert await plan_of(session, "acme/pay", **given, as_of=AsOf(change=1)) == plan
            assert (await plan_of(session, "acme/pay", **given)).digest != plan.digest
            assert [each.bake_minutes for each in (stage.waves[0] for stage in plan.stages)] == [0, 60]
