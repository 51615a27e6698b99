"""How long is waited after failures in a row, by those who keep when they try again."""

from __future__ import annotations

from datetime import timedelta

_FIRST_SECONDS = 2.0


def back_off(failures: int, most: timedelta) -> timedelta:
    """2, 4, 8… seconds; `most` at most. failures: in a row, the one that was just now included."""
    return min(timedelta(seconds=_FIRST_SECONDS * 2 ** min(max(failures, 1) - 1, 20)), most)
