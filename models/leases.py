"""What one process of several does by the clock, the database's: whoever takes the lease does it until it ends."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A lease that ends later than one that is taken now was given before the clock was put back.
_TAKE = text("""
    insert into lease (name, until) values (:name, clock_timestamp() + :length)
    on conflict (name) do update set until = excluded.until
    where lease.until <= clock_timestamp() or lease.until > excluded.until
    returning name
""")


async def take(session: AsyncSession, name: str, length: timedelta) -> bool:
    """Whether this process has it now, for so long; nobody else has it meanwhile."""
    return (await session.execute(_TAKE, {"name": name, "length": length})).first() is not None
