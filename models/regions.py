"""The rows of `region`: those that the domain knows."""

from __future__ import annotations

from sqlalchemy import URL, NullPool, create_engine, make_url
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from domain.regions import KNOWN_REGIONS
from models.tables import Region


def register_known(url: str | URL) -> None:
    """Adds the Regions that are missing, and takes over what AWS renamed. Blocks, like the migrations it follows."""
    rows = [
        {"id": uuid7(), "name": known.name, "description": known.description, "time_zone": known.time_zone}
        for known in KNOWN_REGIONS.values()
    ]
    statement = insert(Region).values(rows)
    renewed = {"description": statement.excluded.description, "time_zone": statement.excluded.time_zone}
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=renewed))
