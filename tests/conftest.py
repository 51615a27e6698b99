"""The database of the tests: one embedded server for each worker, migrated once, and a clone of that per test."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest
from sqlalchemy import URL, make_url

from models import embedded, migrate, regions
from models.engine import Database
from models.epochs import ensure_epoch
from tests.service import service  # noqa: F401 - a fixture for every room

hypothesis.settings.register_profile("interlock", deadline=None)  # nothing is asserted about how long something took
hypothesis.settings.register_profile("inner loop", deadline=None, max_examples=10)
hypothesis.settings.load_profile("interlock")

FOLDER = pytest.StashKey[Path]()
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Nothing of a test's database outlives a crash, so nothing waits for the disk."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--server postgresql://…` runs the tests on a server that is there: another version, or Aurora."""
    parser.addoption("--server", help="the address of a PostgreSQL server on which databases may be made and dropped")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the server, one for each worker of pytest-xdist.

    A server's oldest writing transaction holds back what its readers of the log may see, of every database: a worker's
    tests would wait for another's.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background; what we start would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "not slow" in config.option.markexpr:  # `make check`: fewer examples; `make test` has them all
        hypothesis.settings.load_profile("inner loop")
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="interlock-test-"))
    config.stash[FOLDER].chmod(0o711)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that needs PostgreSQL says so by its fixtures; `make check` leaves it to `make test`."""
    for item in items:
        if {"server_url", "data_folder"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder; the server was left."""
    shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


def _administer(url: URL, statement: str) -> None:
    """Run one statement on the server, outside of every transaction and of the databases that tests use."""
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(statement.encode())


@contextmanager
def _own_database(url: URL, name: str, template: str) -> Iterator[URL]:
    _administer(url, f"create database {name} template {template}")
    try:
        yield url.set(database=name)
    finally:
        _administer(url, f"drop database {name} with (force)")


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder for an embedded database of the test's own.

    pytest's `tmp_path` is closed to the user that root runs PostgreSQL as, so the data would go to /var/lib/interlock.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-data-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Iterator[URL]:
    """The address of a running PostgreSQL server for tests alone."""
    if given := pytestconfig.getoption("--server"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with embedded.running(pytestconfig.stash[FOLDER], options=UNSAFE) as url:
        yield make_url(url)


@pytest.fixture(scope="session")
def template(server_url: URL, worker_id: str) -> str:
    """The name of a database that went through the real migrations, and to which nobody is connected."""
    name = f"template_{worker_id}"
    url = server_url.set(database=name)
    _administer(server_url, f"drop database if exists {name}")
    _administer(server_url, f"create database {name}")
    migrate.upgrade(url)
    regions.register_known(url)
    asyncio.run(_first_epoch(url))
    return name


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count()


async def _first_epoch(url: URL) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)


@pytest.fixture
def empty_database_url(server_url: URL, worker_id: str, _numbers: Iterator[int]) -> Iterator[URL]:
    """The address of a database of this test's own, in which there is nothing."""
    with _own_database(server_url, f"empty_{worker_id}_{next(_numbers)}", "template0") as url:
        yield url


@pytest.fixture
def database_url(server_url: URL, template: str, worker_id: str, _numbers: Iterator[int]) -> Iterator[URL]:
    """The address of a database of this test's own, with the schema and no rows."""
    with _own_database(server_url, f"test_{worker_id}_{next(_numbers)}", template) as url:
        yield url


@pytest.fixture
async def database(database_url: URL) -> AsyncIterator[Database]:
    """A database of this test's own, with the schema and no rows."""
    async with Database(database_url, pool_size=5) as opened:
        yield opened


@pytest.fixture
async def other_database(
    server_url: URL, template: str, worker_id: str, _numbers: Iterator[int]
) -> AsyncIterator[Database]:
    """A second database like `database`, for what is to be compared with it."""
    with _own_database(server_url, f"test_{worker_id}_{next(_numbers)}", template) as url:
        async with Database(url, pool_size=5) as opened:
            yield opened
