"""What narrowed viewers read: every table is thought of, and PostgreSQL agrees with the domain's rule, row by row."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, make_url, select, text, update
from sqlalchemy.exc import DBAPIError

from domain.errors import Refused
from domain.permissions import Granted, Role, Scope, Target, Viewer
from models import embedded, migrate, tables
from models.base import Base
from models.engine import Database
from models.event_log import Cursor, read_after
from models.narrowing import ROLE, applying
from models.narrowing.seeing import Narrowed, Seen, seen_by
from models.narrowing.tables import CLOSED, COLUMNS, NARROWED, OPEN, UNREAD
from subscriptions.feed import Feed
from tests.companies import STAGES, TEAMS, Company, configure, happen
from tests.conftest import own_database
from tests.databases import administer
from tests.graph.conftest import Graph
from tests.service import ROOT, environment

pytestmark = pytest.mark.database
BEFORE = "e7b1d04c92a6"
"""The revision before events said what they are of."""


def viewer(*scopes: Scope) -> Viewer:
    return Viewer("narrow", frozenset(), frozenset(Granted(Role.VIEWER, each) for each in scopes))


RED = viewer(Scope(teams=frozenset({"red"})))


def narrowed(database: Database, by: Viewer = RED) -> Narrowed:
    found = seen_by(database, by)
    assert isinstance(found, Narrowed)
    return found


COMPANY = Company()


@pytest.fixture(scope="module")
def filled(server_url: URL, template: str, worker_id: str) -> Iterator[str]:
    """The name of a database with the company in it."""

    async def fill(url: URL) -> None:
        async with Database(url) as database, Database(url) as own, Feed(own) as feed:
            await configure(Graph(database, feed).change)
            await happen(database, COMPANY)

    with own_database(server_url, f"narrowing_{worker_id}", template) as url:
        asyncio.run(fill(url))
        yield str(url.database)


@pytest.fixture
def beginning(filled: str) -> str:
    return filled


def test_every_table_is_open_narrowed_or_unread() -> None:
    """A table is in exactly one list; a new one has to be put somewhere, or nobody who is narrowed can read it."""
    lists = (set(OPEN), set(NARROWED), set(UNREAD))
    assert set.union(*lists) == set(Base.metadata.tables)
    assert sum(map(len, lists)) == len(Base.metadata.tables)
    assert set(CLOSED) <= set(NARROWED)
    assert all(reason.endswith(".") for reasons in (OPEN, UNREAD, CLOSED) for reason in reasons.values())


def test_the_page_has_every_table() -> None:
    """docs/authorization.md tells of each table who sees its rows."""
    page = (ROOT / "docs" / "authorization.md").read_text()
    assert [name for name in Base.metadata.tables if f"`{name}`" not in page] == []


async def test_the_role_has_what_the_lists_say_and_no_more(database: Database) -> None:
    """It may select from tables that are open or narrowed, without the hidden columns, and write none."""
    rights = text(
        "select c.relname, has_any_column_privilege(:role, c.oid, 'SELECT'), c.relrowsecurity, has_table_privilege("
        ":role, c.oid, 'INSERT,UPDATE,DELETE,TRUNCATE') from pg_class c where c.relkind in ('r', 'p')"
        " and not c.relispartition and c.relname !~ 'alembic' and c.relnamespace = 'public'::regnamespace"
    )
    column = text("select has_column_privilege(:role, :table, :name, 'SELECT')")
    async with database.reading() as connection:
        found = {name: rest for name, *rest in (await connection.execute(rights, {"role": ROLE})).all()}
        assert {name for name, (reads, *_) in found.items() if reads} == set(OPEN) | set(NARROWED)
        assert {name for name, (_, secured, _) in found.items() if secured} == set(NARROWED)
        assert not any(writes for *_, writes in found.values())
        for table, names in COLUMNS.items():
            for name in names:
                assert not await connection.scalar(column, {"role": ROLE, "table": table, "name": name})


async def test_what_cannot_be_read_is_refused(database: Database) -> None:
    """A table that is not the role's to read is refused by name, and nothing can be written."""
    async with narrowed(database).reading() as connection:
        with pytest.raises(Refused, match="your roles hold within scopes alone"):
            async with narrowed(database).reading() as other:
                await other.execute(select(tables.Lease.name))
        with pytest.raises(DBAPIError, match=r"read-only|permission denied"):
            await connection.execute(update(tables.Team).values(name="taken"))


async def test_a_cancelled_read_leaves_no_role_behind(database: Database) -> None:
    """Cancelled in the midst of a statement: what reads next is whole where it was whole, and narrowed as it says."""
    blue = narrowed(database, viewer(Scope(teams=frozenset({"blue"}))))
    for _ in range(3):
        async with narrowed(database).reading() as connection:
            task = asyncio.ensure_future(connection.execute(text("select pg_sleep(30)")))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises((asyncio.CancelledError, DBAPIError)):
                await task
        async with database.reading() as whole, blue.reading() as other, narrowed(database).reading() as red:
            assert await whole.scalar(text("select current_user")) != ROLE
            names = select(tables.Service.name).order_by(tables.Service.name)
            assert (await whole.scalars(names)).all() == ["blue-shop", "red-shop"]
            assert (await other.scalars(names)).all() == ["blue-shop"]
            assert (await red.scalars(names)).all() == ["red-shop"]


async def test_one_connection_serves_viewers_of_different_sight(database_url: URL) -> None:
    """A statement prepared for one viewer answers the next by what that one sees."""
    async with Database(database_url, pool_size=1) as database:
        for number in range(12):
            team = TEAMS[number % 2]
            async with narrowed(database, viewer(Scope(teams=frozenset({team})))).reading() as connection:
                found = await connection.scalars(select(tables.Deployment.revision).distinct())
                assert found.all() == [{"red": "aa", "blue": "bb"}[team] * 20]


async def test_whoever_has_a_role_everywhere_is_given_the_database_itself(database: Database) -> None:
    """No facade, no role, no statement more."""
    everywhere = Viewer("ann", frozenset({Role.VIEWER}), RED.granted)
    assert seen_by(database, everywhere) is database
    assert seen_by(narrowed(database), everywhere) is database


NAMES = {
    "teams": TEAMS,
    "services": ("red-shop", "blue-shop"),
    "stages": STAGES,
    "accounts": tuple(str(number) * 12 for number in (1, 2, 3)),
}


def scopes(chance: random.Random) -> list[Scope]:
    """One to four scopes, each with any of its parts."""

    def some(names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(chance.sample(names, chance.choice((0, 0, 1, 2))))

    return [Scope(**{part: some(names) for part, names in NAMES.items()}) for _ in range(chance.randint(1, 4))]


def place(number: int) -> Target:
    return Target(stage=STAGES[number % 3], account=str(number % 3 + 1) * 12)


Rule = Callable[[Scope, str, int], bool]


def of_service(scope: Scope, team: str, _: int) -> bool:
    """Some of the service is theirs: the scope has all of its team and name."""
    return Scope(scope.teams, scope.services).covers(Target(team=team, service=f"{team}-shop"))


def in_stage(scope: Scope, team: str, number: int) -> bool:
    return of_service(scope, team, number) and scope.touches(Target(team, f"{team}-shop", STAGES[number % 3]))


def in_place(scope: Scope, team: str, number: int) -> bool:
    there = place(number)
    return scope.covers(Target(team, f"{team}-shop", there.stage, there.account))


ROWS: dict[type[Base], Rule] = {
    tables.Service: of_service,
    tables.Pipeline: of_service,
    tables.PipelineExecution: of_service,
    tables.Incident: of_service,
    tables.Override: of_service,
    tables.Waiver: of_service,
    tables.PipelineStart: of_service,
    tables.StageExecution: in_stage,
    tables.WaveEntry: in_stage,
    tables.Forecast: in_stage,
    tables.DrillCertificate: in_stage,
    tables.Deployment: in_place,
    tables.ActionExecution: in_place,
    tables.CheckRun: in_place,
    tables.Failure: in_place,
    tables.IncidentLink: in_place,
    tables.OverrideUse: in_place,
    tables.Work: in_place,
}


@pytest.mark.parametrize("seed", range(12))
async def test_rows_are_seen_by_the_rule_of_the_domain(database: Database, seed: int) -> None:
    """For random grants, PostgreSQL shows exactly the rows of which a single scope covers the service and the place."""
    chance = random.Random(seed)
    for _ in range(5):
        given = scopes(chance)
        async with narrowed(database, viewer(*given)).reading() as connection:
            for table, rule in ROWS.items():
                found = set((await connection.scalars(select(table.id))).all())  # type: ignore[attr-defined]
                expected = {
                    row.id
                    for team in TEAMS
                    for number, row in enumerate(COMPANY.of(team, table))
                    if any(rule(scope, team, number) for scope in given)
                }
                assert found == expected, (given, table)
            environments = (await connection.scalars(select(tables.Environment.name))).all()
            seen = {f"{STAGES[number]}-eu" for number in range(3) if viewer(*given).sees(place(number))}
            assert set(environments) == seen
            accounts = (await connection.scalars(select(tables.Account.aws_id))).all()
            assert set(accounts) == {id_ for id_ in NAMES["accounts"] if viewer(*given).sees(Target(account=id_))}


@pytest.mark.parametrize("seed", range(4))
async def test_events_are_seen_in_memory_as_in_sql(database: Database, seed: int) -> None:
    """What the feed offers to a viewer are exactly the events that the viewer can read."""
    chance = random.Random(seed)
    async with database.reading() as connection:
        events = await read_after(connection, Cursor(1, 0, 0), limit=1000)
    for _ in range(5):
        facade = narrowed(database, viewer(*scopes(chance)))
        async with facade.reading() as connection:
            found = set((await connection.scalars(select(tables.Event.id))).all())
        assert found == {each.id for each in events if await facade.sees(each)}


async def test_a_configuration_that_is_theirs_refers_to_nothing_else(database: Database) -> None:
    """In memory too, entities of the other team are not there, and no reference leads to them."""
    async with narrowed(database).snapshot() as session:
        seen: Seen = session.info["configuration_seen"]
        stored = await seen.stored()
    assert set(stored.configuration.services) == set(stored.rows["service"]) == {"red-shop"}  # type: ignore[index]
    assert set(stored.configuration.teams) == {"red"}
    assert set(stored.configuration.environments) == {"beta-eu", "gamma-eu", "prod-eu"}
    assert "blue" not in repr(stored.configuration)


async def test_a_service_that_changes_hands_is_seen_by_the_next_read(database: Database) -> None:
    """What rows are of is read again when the configuration has changed, whichever process changed it."""
    names = select(tables.Service.name).order_by(tables.Service.name)
    async with narrowed(database).reading() as connection:
        assert (await connection.scalars(names)).all() == ["red-shop"]
    async with Database(database.url) as other, Feed(other) as feed:
        await Graph(other, feed).change("updateService service", name="blue-shop", team="red")
    async with narrowed(database).reading() as connection:
        assert (await connection.scalars(names)).all() == ["blue-shop", "red-shop"]


async def test_what_is_archived_stays_theirs(database: Database) -> None:
    """A service that is no longer in the fleet has its history, for those whose it was."""
    async with Database(database.url) as other, Feed(other) as feed:
        await Graph(other, feed).change("archiveHold hold", name="red-hold")
        await Graph(other, feed).change("archiveService service", name="red-shop")
    async with narrowed(database).reading() as connection:
        assert (await connection.scalars(select(tables.Service.name))).all() == ["red-shop"]
        assert len((await connection.scalars(select(tables.Deployment.id))).all()) == len(STAGES)


def test_events_that_are_there_are_told_apart_by_the_migration(database_url: URL) -> None:
    """Down and up again over a filled log: each event is of what it was appended as."""

    def kept() -> list[Any]:
        address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as connection:
            columns = "id, audience, service_id, environment_id, stage_id, account_id"
            return connection.execute(f"select {columns} from event order by id".encode()).fetchall()

    before = kept()
    assert {row[1] for row in before} == {"OPEN", "LISTED", "PLACED", "SHARED", "ACCOUNT", "HIDDEN"}
    migrate.downgrade(database_url, BEFORE)
    migrate.upgrade(database_url)
    assert kept() == before
    migrate.check(database_url)


def test_rights_that_were_lost_are_missed_and_given_again(database_url: URL) -> None:
    """A database that was restored without them is refused until it is migrated, and loses no row meanwhile."""
    administer(database_url, "select 1")
    address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"revoke all on deployment from {ROLE}".encode())
        connection.execute(b"alter table deployment disable row level security")
    with pytest.raises(migrate.SchemaOlderError, match="policies and rights of narrowed viewers"):
        migrate.check(database_url)
    migrate.upgrade(database_url)
    migrate.check(database_url)


def test_who_may_not_take_the_role_is_told_what_to_run(server_url: URL, empty_database_url: URL) -> None:
    """Without the right to create roles, nothing is begun, and the message has the statements for whoever has it."""
    name = f"plain_{empty_database_url.database}"
    administer(server_url, f"create role {name} login password 'x'")
    try:
        administer(server_url, f"grant all on database {empty_database_url.database} to {name}")
        with pytest.raises(migrate.PermissionMissingError, match=f'GRANT {ROLE} TO "{name}";'):
            migrate.upgrade(empty_database_url.set(username=name, password="x"))
        assert migrate.current(empty_database_url) is None
    finally:
        administer(server_url, f"revoke all on database {empty_database_url.database} from {name}")
        administer(server_url, f"drop role {name}")


def test_databases_of_a_new_server_that_are_migrated_at_once(data_folder: Path) -> None:
    """Two databases, owned by a user that may create roles and nothing more: both are migrated, and both narrow."""
    with embedded.running(data_folder, options=("fsync=off",)) as address:
        url = make_url(address)
        administer(url, "create role owner login createrole password 'x'")
        own = [url.set(username="owner", password="x", database=name) for name in ("one", "two")]
        for each in own:
            administer(url, f"create database {each.database} owner owner")
        program = [sys.executable, "-m", "graph", "migrate"]  # Alembic's context is one for a process
        running = [subprocess.Popen(program, cwd=ROOT, env=environment(each)) for each in own]
        assert [each.wait(120) for each in running] == [0, 0]
        for each in own:
            migrate.check(each)
            asyncio.run(_reads_nothing(each))


async def _reads_nothing(url: URL) -> None:
    async with Database(url) as database, narrowed(database).reading() as connection:
        assert await connection.scalar(text("select current_user")) == ROLE
        assert (await connection.scalars(select(tables.Service.id))).all() == []


def test_applying_twice_changes_nothing(database_url: URL) -> None:
    """What is there is known by name: no table is locked by a second `migrate`."""
    from sqlalchemy import create_engine

    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert applying.missing(connection) == []
    engine.dispose()
