"""The database of the tests: one embedded server for each worker, migrated once, and a clone of that per test."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import URL, make_url

from models import embedded, migrate, regions
from models.engine import Database
from models.epochs import ensure_epoch
from tests.databases import administer, own_database
from tests.service import service  # noqa: F401 - a fixture for every room

hypothesis.settings.register_profile("interlock", deadline=None)  # nothing is asserted about how long something took
hypothesis.settings.register_profile("inner loop", deadline=None, max_examples=10)
hypothesis.settings.load_profile("interlock")

FOLDER = pytest.StashKey[Path]()
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Nothing of a test's database outlives a crash, so nothing waits for the disk."""
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
"""A file system in memory, where there is one: a database is copied there in 0.05 s, and on a disk in one."""


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
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # as under `nohup`
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if "not slow" in config.option.markexpr:  # `make check`: fewer examples; `make test` has them all
        hypothesis.settings.load_profile("inner loop")
    os.environ.setdefault("CDK_VALIDATION", "false")  # CDK's own validator takes half of a synth
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="interlock-test-", dir=MEMORY))
    config.stash[FOLDER].chmod(0o711)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that needs PostgreSQL says so by its fixtures; `make check` leaves it to `make test`.

    In CI a slow one, or one with a database, that fails is tried once more, and the report names it: a browser, an
    emulator, a synth or a PostgreSQL that said nothing for seconds is not what a change is refused for.
    Slow ones come first, and first of all those of the whole: at the end, all workers have something small to do.
    """
    for item in items:
        if {"server_url", "data_folder"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)
        if os.environ.get("CI") and (item.get_closest_marker("slow") or item.get_closest_marker("database")):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, len(item.path.parts)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder; the server was left."""
    shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder for an embedded database of the test's own.

    pytest's `tmp_path` is closed to the user that root runs PostgreSQL as, so the data would go to /var/lib/interlock.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-data-", dir=MEMORY) as made:
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
    administer(server_url, f"drop database if exists {name}")
    administer(server_url, f"create database {name}")
    migrate.upgrade(url)
    regions.register_known(url)
    asyncio.run(_first_epoch(url))
    return name


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """One after the other, for the names of databases."""
    return count()


async def _first_epoch(url: URL) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)


@pytest.fixture
def empty_database_url(server_url: URL, worker_id: str, numbers: Iterator[int]) -> Iterator[URL]:
    """The address of a database of this test's own, in which there is nothing."""
    with own_database(server_url, f"empty_{worker_id}_{next(numbers)}", "template0") as url:
        yield url


@pytest.fixture
def beginning(template: str) -> str:
    """The name of the database that a test's own begins as: a room may have one with rows."""
    return template


@pytest.fixture
def database_url(server_url: URL, beginning: str, worker_id: str, numbers: Iterator[int]) -> Iterator[URL]:
    """The address of a database of this test's own, with the schema and no rows but those of its beginning."""
    with own_database(server_url, f"test_{worker_id}_{next(numbers)}", beginning) as url:
        yield url


@pytest.fixture
async def database(database_url: URL) -> AsyncIterator[Database]:
    """A database of this test's own, with the schema and no rows."""
    async with Database(database_url, pool_size=5) as opened:
        yield opened


@pytest.fixture
async def other_database(
    server_url: URL, template: str, worker_id: str, numbers: Iterator[int]
) -> AsyncIterator[Database]:
    """A second database like `database`, for what is to be compared with it."""
    with own_database(server_url, f"test_{worker_id}_{next(numbers)}", template) as url:
        async with Database(url, pool_size=5) as opened:
            yield opened
