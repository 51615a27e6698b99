"""Times of the configuration, as people write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from interlock_cli.until import begin


def as_of(given: str, now: datetime) -> dict[str, Any]:
    """The input AsOf: `41` is a change, `4h` so long before now, else a time in ISO 8601. Raises InputError."""
    return {"change": int(given)} if given.isdecimal() else {"time": begin(given, now).isoformat()}
