"""The fleet: 25 Regions with traffic that follows the local day, and the minute as the unit of all time.

Traffic is expected traffic: nothing is drawn at random here, so that all pipelines meet the same minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from domain.regions import KNOWN_REGIONS, KnownRegion

REGIONS = 25
EPOCH = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday: minute 0."""
DAYS = 28
REQUESTS = 6.0
"""Requests a minute at the peak, for each unit of a Region's weight: 60 in a small Region, 600 in the largest."""
FAULTS = 0.002
"""The share of requests that fails all the time."""
LATENCY = 80.0
"""Milliseconds at the 99th percentile, without load or defect."""
_NIGHT = 0.35


def regions() -> list[KnownRegion]:
    """The Regions of most traffic, by name."""
    largest = sorted(KNOWN_REGIONS.values(), key=lambda region: (-region.traffic_weight, region.name))[:REGIONS]
    return sorted(largest, key=lambda region: region.name)


def moment(minute: int) -> datetime:
    """The time of a minute."""
    return EPOCH + timedelta(minutes=minute)


def minute_of(at: datetime) -> int:
    """The first whole minute at or after a time."""
    return math.ceil((at - EPOCH) / timedelta(minutes=1))


@dataclass(frozen=True)
class Traffic:
    """One Region's requests: of each minute, and summed up to each minute."""

    of_minute: tuple[float, ...]
    until: tuple[float, ...]

    def between(self, begin: int, end: int) -> float:
        """Requests from one minute up to another."""
        last = len(self.until) - 1
        return self.until[min(max(end, 0), last)] - self.until[min(max(begin, 0), last)]


@cache
def traffic(name: str) -> Traffic:
    """A Region's traffic over the whole time: most in its afternoon, a third of that at night."""
    region = KNOWN_REGIONS[name]
    zone = ZoneInfo(region.time_zone)
    hourly = [_curve((EPOCH + timedelta(hours=hour)).astimezone(zone)) for hour in range(DAYS * 24)]
    minutes = tuple(region.traffic_weight * REQUESTS * hourly[minute // 60] for minute in range(DAYS * 24 * 60))
    sums, total = [0.0], 0.0
    for requests in minutes:
        total += requests
        sums.append(total)
    return Traffic(minutes, tuple(sums))


def _curve(local: datetime) -> float:
    """The share of the peak, by the hour: the peak is at 15:00."""
    return _NIGHT + (1 - _NIGHT) * max(0.0, math.cos((local.hour - 15) / 24 * 2 * math.pi))


@cache
def fleet_requests(days: int) -> float:
    """Requests of the whole fleet in so many days, on average."""
    return sum(traffic(region.name).until[-1] for region in regions()) / DAYS * days
