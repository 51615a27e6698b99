"""The rows of `region`: those that the domain knows, with what a company said of them since."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import URL, NullPool, case, create_engine, make_url
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from domain.regions import KNOWN_REGIONS
from models.tables import Region


def register_known(url: str | URL) -> None:
    """Adds the Regions that are missing, and takes over what AWS renamed. Blocks, like the migrations it follows."""
    statement = insert(Region).values([{"id": uuid7(), **asdict(known)} for known in KNOWN_REGIONS.values()])
    shipped = {name: getattr(statement.excluded, name) for name in ("time_zone", "traffic_weight")}
    untouched = {name: case((Region.version == 1, new), else_=getattr(Region, name)) for name, new in shipped.items()}
    renewed = {"description": statement.excluded.description, **untouched}
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=renewed))
