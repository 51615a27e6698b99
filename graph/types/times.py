"""The scalar of times: ISO 8601, and what is none told in plain words."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.scalar import ScalarDefinition


def _time(value: object) -> datetime:
    """The moment that the text says; a zone is asked for where it matters."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise StrawberryInputCoercionError(
        f"{str(value)[:100]!r} is no time. Give it in ISO 8601 with a zone: '2027-01-31T12:00:00Z'."
    )


DATE_TIME: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    description="Date with time (isoformat)",
    serialize=datetime.isoformat,
    parse_value=_time,
)
