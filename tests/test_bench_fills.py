"""What the measurements fill their database with is what the schema takes."""

import pytest

from bench import delivery, overview, reads
from models.engine import Database
from tests.resolvers.test_recording import rows

pytestmark = pytest.mark.database


async def test_reads(database: Database) -> None:
    """Environments over accounts, stages and waves."""
    await reads.fill(database)
    assert await rows(database, "select count(*) from environment") == [(reads.ENVIRONMENTS,)]


async def test_a_year_of_deliveries(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred executions of it, each to four environments."""
    monkeypatch.setattr(delivery, "EXECUTIONS", 100)
    await delivery.fill(database)
    assert await rows(database, "select count(*) from deployment") == [(400,)]


async def test_a_fleet_with_its_history(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three executions of two services, to one environment of each of eight waves."""
    for name, size in {"SERVICES": 2, "ENVIRONMENTS": 8}.items():
        monkeypatch.setattr(overview, name, size)
    await overview.fill(database, executions=3)
    assert await rows(database, "select count(*) from deployment") == [(2 * 8 * 3,)]
