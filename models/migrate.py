"""Migrations: Alembic, driven from code; there is no alembic.ini.

    MigrationError
    ├── DatabaseUnreachableError   no server there, wrong password, no such database
    ├── DatabaseTooOldError        a PostgreSQL older than 15
    ├── PermissionMissingError     the role that connects lacks a right
    ├── SchemaNewerError           made by a later Interlock
    └── SchemaOlderError           `python -m graph migrate` is to be run

All functions block: an asynchronous caller runs them in a thread.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import alembic.command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import OperationalError, ProgrammingError

from models import support
from models.narrowing import ROLE, applying
from models.partitions import PARTITION
from models.tables import Account
from models.tables.columns import Xid8

MIGRATIONS = Path(__file__).with_name("migrations")
OLDEST_POSTGRESQL = 150000
LOCK = 0x1E710C
"""The key of the advisory lock that migrating processes take in turn."""
TURN_SECONDS = 300.0
TABLE_LOCK = "5s"
"""How long a migration may wait for a table: everybody who comes after it waits as long."""

T = TypeVar("T")

ischema_names["xid8"] = Xid8  # so that Alembic knows the type when it reads a schema


class MigrationError(Exception):
    """The database cannot be used as it is: the message says what was found and what to do."""


class DatabaseUnreachableError(MigrationError):
    """There is no such database, or no way to it."""


class DatabaseTooOldError(MigrationError):
    """The server is of a version that is not supported."""


class PermissionMissingError(MigrationError):
    """The role that connects may not do what is needed."""


class SchemaNewerError(MigrationError):
    """The schema was made by a later Interlock."""


class SchemaOlderError(MigrationError):
    """The schema lacks migrations."""


def upgrade(url: str | URL, revision: str = "head") -> None:
    """Bring the schema to `revision`, a transaction per migration; processes that do so take turns.

    A later schema that this program works over is left as it is: an installation that is rolled back migrates too.
    """
    with _connected(url) as connection:
        if not _is_newer(connection):
            _migrate(connection, lambda config: _upgraded(url, connection, config, revision))


def downgrade(url: str | URL, revision: str) -> None:
    """Take the schema back to `revision`; `base` is the empty database."""
    with _connected(url) as connection:
        if _is_newer(connection):
            raise SchemaNewerError(_newer(connection, "Take it back with that one"))
        _migrate(connection, lambda config: _downgraded(connection, config, revision))


def current(url: str | URL) -> str | None:
    """Return the revision of the schema; None before the first migration."""
    with _connected(url) as connection:
        return _current(connection)


def head() -> str | None:
    """Return the revision that this program works with; None while there is no migration."""
    return _scripts().get_current_head()


def check(url: str | URL) -> None:
    """Return when the database can be used by this program; raise the MigrationError that says why not."""
    with _connected(url) as connection:
        if _is_newer(connection):
            return
        found, wanted = _current(connection), head()
        if found != wanted:
            state = f"is at revision {found}" if found else "has no tables yet"
            raise SchemaOlderError(
                f"The database {_shown(url)} {state}; this program needs {wanted}. Run `python -m graph migrate`."
            )
        if applying.missing(connection):
            raise SchemaOlderError(
                f"The database {_shown(url)} has not the policies and rights of narrowed viewers that this program"
                " needs: it was restored without them. Run `python -m graph migrate`."
            )


def new_revision(url: str | URL, message: str, *, empty: bool = False) -> Path:
    """Write the migration from the schema of `url`, which is at head, to the tables as they are mapped."""
    with _connected(url) as connection:
        written = _migrate(connection, lambda config: alembic.command.revision(config, message, autogenerate=not empty))
    assert isinstance(written, Script), "one revision was asked for, and a script of it was written"
    return Path(written.path)


def sql(revision: str) -> str:
    """What a migration does on its way up, as it would be sent; no database is asked."""
    config, written = _config(), StringIO()
    config.attributes["output"] = written
    before = ScriptDirectory.from_config(config).get_revision(revision).down_revision
    alembic.command.upgrade(config, f"{before or 'base'}:{revision}", sql=True)
    return written.getvalue()


def difference(url: str | URL) -> list[Any]:
    """Return what Alembic would still change to come from the schema of `url` to the mapped tables."""
    with _connected(url) as connection:
        opts = {"compare_type": True, "include_object": is_whole}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Account.metadata))


def _upgraded(url: str | URL, connection: Connection, config: Config, revision: str) -> None:
    """The role comes first: without it nothing is begun."""
    try:
        applying.ensure_role(connection)
    except applying.RoleMissing:
        user = str(connection.scalar(text("select current_user")))
        raise PermissionMissingError(_needs_role(url, user)) from None
    alembic.command.upgrade(config, revision)
    if _current(connection) == head():
        applying.apply(connection)


def _downgraded(connection: Connection, config: Config, revision: str) -> None:
    applying.withdraw(connection)
    alembic.command.downgrade(config, revision)
    if _current(connection) == head():
        applying.apply(connection)


def _needs_role(url: str | URL, user: str) -> str:
    return (
        f"The role {user!r} may not create the role {ROLE}, which reads for viewers whose roles hold within scopes, in"
        f" {_shown(url)}. Have somebody who may create roles run, once for the server:"
        f" {applying.statements_for_an_administrator(user)}"
    )


def is_whole(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Whether it is no partition: those are not mapped, they are made and dropped as time goes."""
    return not (kind == "table" and name is not None and PARTITION.fullmatch(name))


@contextmanager
def _connected(url: str | URL) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise DatabaseUnreachableError(_unreachable(url, str(error.orig))) from error
    with connection:
        version = connection.scalar(text("select current_setting('server_version_num')::integer"))
        connection.rollback()
        if version is not None and version < OLDEST_POSTGRESQL:
            raise DatabaseTooOldError(
                f"The server of {_shown(url)} is PostgreSQL {version // 10000}; Interlock needs 15 or newer."
            )
        try:
            yield connection
        except ProgrammingError as error:
            if isinstance(error.orig, InsufficientPrivilege):
                raise PermissionMissingError(_not_allowed(url, error.orig)) from error
            raise


def _not_allowed(url: str | URL, error: InsufficientPrivilege) -> str:
    role, why = make_url(url).username, error.diag.message_primary
    return (
        f"The role {role!r} may not work in the database {_shown(url)}: {why}. Give INTERLOCK_DATABASE_URL the role "
        "that owns the database, or give this one the right."
    )


def _unreachable(url: str | URL, why: str) -> str:
    why = " ".join(why.split()).rstrip(".?")
    if "does not exist" in why and "database" in why:
        name = make_url(url).database
        return f"There is no database {name!r} at {_shown(url)}. Create it (`createdb {name}`) or correct it."
    if "certificate" in why or "SSL" in why:
        return (
            f"The database {_shown(url)} cannot be trusted: {why}. Give INTERLOCK_DATABASE_CA the file of the authority"
            " that signed its certificate, and INTERLOCK_DATABASE_URL the host name that is in it;"
            " INTERLOCK_DATABASE_TLS says where it need not be verified."
        )
    return (
        f"The database {_shown(url)} cannot be reached: {why}. Start it or correct INTERLOCK_DATABASE_URL; "
        "without that variable Interlock starts a database of its own."
    )


def _shown(url: str | URL) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=True)


def _current(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return revision


def _is_newer(connection: Connection) -> bool:
    """Whether a later Interlock made the schema, and this program works over it; SchemaNewerError where it does not."""
    found, known = _current(connection), {script.revision for script in _scripts().walk_revisions()}
    if found is None or found in known:
        return False
    works = support.works(connection, known)
    connection.rollback()
    if not works:
        raise SchemaNewerError(_newer(connection, "Run that one, or restore a dump"))
    return True


def _newer(connection: Connection, remedy: str) -> str:
    return (
        f"The database {_shown(connection.engine.url)} is at revision {_current(connection)}, which this program does"
        f" not know: a later Interlock made it. {remedy}; this program goes up to {head()}."
    )


def _migrate(connection: Connection, change: Callable[[Config], T]) -> T:
    """Do `change` while no other process migrates this database."""
    config = _config()
    config.attributes["connection"] = connection
    with _turn(connection):
        connection.execute(text(f"set lock_timeout = '{TABLE_LOCK}'"))
        connection.commit()
        return change(config)


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Hold the advisory lock.

    It is asked for again and again: one waiting statement would be an old snapshot, for which `create index
    concurrently` in the process that holds the lock waits, a deadlock.
    """
    deadline = time.monotonic() + TURN_SECONDS
    while not _own(connection, "pg_try_advisory_lock"):
        if time.monotonic() > deadline:
            raise MigrationError(
                f"Another process has been migrating {_shown(connection.engine.url)} for {TURN_SECONDS:.0f} "
                "seconds. Wait for it, or end it, and try again."
            )
        time.sleep(0.1)
    try:
        yield
    finally:
        connection.rollback()
        _own(connection, "pg_advisory_unlock")


def _own(connection: Connection, function: str) -> bool:
    answer = connection.scalar(text(f"select {function}({LOCK})"))
    connection.commit()
    return bool(answer)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.set_main_option("timezone", "UTC")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
