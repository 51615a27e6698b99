"""The role, its policies and its rights, brought to what `tables` says; done again, nothing happens.

Not by dated migrations: what is seen of a table is said once, beside its reason; a dump that was restored without
rights gets them back; and a table that nobody has thought of stays closed. A policy's name has a digest of its
condition, so what is there already is known by name, and is not touched: changing a policy locks its table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, text

from models.narrowing import ROLE
from models.narrowing.tables import COLUMNS, NARROWED, OPEN

SINCE_16 = 160000
"""From then on a membership says whether the role may be taken, and whether its rights are had without that."""

# Two databases of one server may come here at once: whoever is second finds the role there.
_MAKE = f"""
do $$ begin
  create role {ROLE} nologin noinherit;
exception when duplicate_object or unique_violation then null;
end $$
"""
_THERE = text("select exists (select from pg_roles where rolname = :role)")
_MAY_TAKE = text("select pg_has_role(current_user, :role, :how)")
_POLICIES = text("select tablename, policyname from pg_policies where schemaname = 'public' and policyname ~ :ours")
_OURS = "^(narrowed_|everybody$)"
_RIGHTS = text(
    "select name from unnest(cast(:tables as text[])) as name"
    " where not has_any_column_privilege(:role, format('public.%I', name), 'SELECT')"
)
_UNSECURED = text(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relname = any (:tables)"
    " and not relrowsecurity order by relname"
)
EVERYBODY = "everybody"
_LAST_CHANGE = """
create function interlock_last_change() returns uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as 'select id from public.change order by number desc limit 1'
"""
"""Its key alone, for who cannot see the change: what was read before it is old."""
_HAS_LAST_CHANGE = text("select to_regproc('public.interlock_last_change') is not null")


class RoleMissing(Exception):
    """The role is not there, or may not be taken, and whoever migrates cannot change that."""


def statements_for_an_administrator(user: str) -> str:
    """What gives a user the role, for somebody who may create roles."""
    return f'CREATE ROLE {ROLE} NOLOGIN NOINHERIT; GRANT {ROLE} TO "{user}";'


def ensure_role(connection: Connection) -> None:
    """The role is there, and whoever connects may take it. Raises RoleMissing, or what PostgreSQL says."""
    version = int(connection.scalar(text("select current_setting('server_version_num')")) or 0)
    how = "SET" if version >= SINCE_16 else "MEMBER"
    if not connection.scalar(_THERE, {"role": ROLE}):
        if not connection.scalar(text("select rolcreaterole or rolsuper from pg_roles where rolname = current_user")):
            raise RoleMissing
        connection.execute(text(_MAKE))
    if not connection.scalar(_MAY_TAKE, {"role": ROLE, "how": how}):
        _take(connection, version)
    connection.commit()


def _take(connection: Connection, version: int) -> None:
    inherit = " with inherit false, set true" if version >= SINCE_16 else ""
    administers = text("select pg_has_role(current_user, :role, 'MEMBER WITH ADMIN OPTION')")
    if not connection.scalar(administers, {"role": ROLE}):
        raise RoleMissing
    connection.execute(text(f"grant {ROLE} to current_user{inherit}"))


def missing(connection: Connection) -> list[str]:
    """The statements that bring the database to what is said; none where it is there already."""
    function = [] if connection.scalar(_HAS_LAST_CHANGE) else [_LAST_CHANGE]
    return [*function, *_policies(connection), *_rights(connection)]


def apply(connection: Connection) -> None:
    """Bring the database, whose schema is this program's, to what is said, in one transaction."""
    for statement in missing(connection):
        connection.execute(text(statement))
    connection.commit()


def withdraw(connection: Connection) -> None:
    """Take policies and rights back, as an older schema has not the columns that they name: the role reads nothing."""
    for table, name in connection.execute(_POLICIES, {"ours": _OURS}).all():
        connection.execute(text(f'drop policy "{name}" on "{table}"'))
        connection.execute(text(f'alter table "{table}" disable row level security'))
    connection.execute(text("drop function if exists interlock_last_change()"))
    if connection.scalar(_THERE, {"role": ROLE}):
        connection.execute(text(f"revoke all on all tables in schema public from {ROLE}"))
    connection.commit()


def _policies(connection: Connection) -> Iterator[str]:
    there = {(table, name) for table, name in connection.execute(_POLICIES, {"ours": _OURS})}
    wanted = {(table, _name(condition)): condition for table, condition in NARROWED.items()}
    for table, name in sorted(there):
        if name != EVERYBODY and (table, name) not in wanted:
            yield f'drop policy "{name}" on "{table}"'
    for (table, name), condition in wanted.items():
        if (table, EVERYBODY) not in there:  # whoever is neither the owner nor narrowed has what they were granted
            yield f'create policy {EVERYBODY} on "{table}" using (true) with check (true)'
        if (table, name) not in there:
            yield f'create policy "{name}" on "{table}" as restrictive for select to {ROLE} using ({condition})'
    for table in connection.scalars(_UNSECURED, {"tables": [*NARROWED]}).all():
        yield f'alter table "{table}" enable row level security'


def _rights(connection: Connection) -> Iterator[str]:
    tables = [*OPEN, *NARROWED]
    lacking = connection.scalars(_RIGHTS, {"tables": tables, "role": ROLE}).all()
    if lacking:
        yield f"grant usage on schema public to {ROLE}"
    for table in lacking:
        yield f'grant select{_columns(connection, table)} on "{table}" to {ROLE}'


def _columns(connection: Connection, table: str) -> str:
    if table not in COLUMNS:
        return ""
    named = text(
        "select attname from pg_attribute where attrelid = to_regclass(format('public.%I', cast(:table as text)))"
        " and attnum > 0 and not attisdropped order by attnum"
    )
    names = connection.scalars(named, {"table": table}).all()
    return " (" + ", ".join(f'"{name}"' for name in names if name not in COLUMNS[table]) + ")"


def _name(condition: str) -> str:
    return f"narrowed_{hashlib.sha256(condition.encode()).hexdigest()[:8]}"
