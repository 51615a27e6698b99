"""What the measurements fill their database with is what the schema takes."""

import pytest

from bench import delivery, reads
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
