"""Words that many sentences have."""

from __future__ import annotations

from typing import Any

Payload = dict[str, Any]


def several(count: int, kind: str) -> str:
    """How many of a kind: `1 policy`, `2 policies`."""
    words = kind.replace("_", " ")
    if count == 1:
        return f"1 {words}"
    return f"{count} {words.removesuffix('y')}ies" if words.endswith("cy") else f"{count} {words}s"


def because(reason: object) -> str:
    """Behind a colon, if there is a reason."""
    return f": {reason}" if reason else ""
