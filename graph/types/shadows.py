"""What a shadow check would have done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from models import shadows


@strawberry.type(description="What a check has come to while it was only observed: whether it may be relied on.")
class Shadow:
    runs: int = strawberry.field(description="Its outcomes, of each target the last try.")
    would_have_blocked: int = strawberry.field(description="Waves, by attempt, that it would have held back.")
    flake_rate: float | None = strawberry.field(
        description="Of the revisions that it has looked at several times on one subject, the share on which its"
        " outcomes differ, from 0 to 1; null while there is none."
    )
    since: datetime | None = strawberry.field(description="Its first run as SHADOW; null without any.")


async def of_checks(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the check's key as `id`."""
    found = await shadows.of_checks(session, [UUID(row.id) for row in rows])
    return [found[UUID(row.id)]._asdict() for row in rows]
