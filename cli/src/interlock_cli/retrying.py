"""When a question is asked again: what may pass by itself, after a wait that grows, or that the service names."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRIES = 3
PASSING = (429, 502, 503, 504)
"""Too many requests, and what a proxy says while the service behind it starts."""
FIRST_SECONDS = 0.3
LONGEST_SECONDS = 30.0
"""A service that asks for more patience is not waited for: the person decides."""

sleep = time.sleep


def wait(failed: int, status: int | None, retry_after: str) -> float | None:
    """Seconds before the next attempt; None where there is none.

    failed: how many attempts have failed, from 1. status: HTTP's, or None for an error of the network.
    """
    if failed > RETRIES or (status is not None and status not in PASSING):
        return None
    named = named_seconds(retry_after)
    if named is not None:
        return named if named <= LONGEST_SECONDS else None
    return FIRST_SECONDS * 2.0 ** (failed - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - it spreads, protects nothing


def named_seconds(given: str) -> float | None:
    """What Retry-After says: a number of seconds, or a date (RFC 9110, 10.2.3); None for anything else."""
    if given.strip().isdecimal():
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
