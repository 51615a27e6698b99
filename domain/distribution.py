"""How measured times are spread: percentiles by nearest rank, and a histogram."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

PERCENTILES = (50, 75, 90, 95)
_HOUR, _DAY = 3600.0, 86_400.0
BOUNDS = (900.0, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY)
"""Seconds at which the histogram's buckets end: DORA's surveys ask for an hour, a day, a week and a month."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many values are from `low` up to, and without, `high`; None: without end."""

    low: float
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """Of seconds. percentiles: by nearest rank, so that each is a value of something that was measured."""

    size: int
    least: float
    most: float
    mean: float
    percentiles: dict[int, float]
    buckets: tuple[Bucket, ...]


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The nearest rank: the smallest value that at least so many percent of all do not exceed. ordered: not empty."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def distribution(values: Iterable[float]) -> Distribution | None:
    """How the values are spread; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    edges = [0.0, *BOUNDS]
    highs: list[float | None] = [*BOUNDS, None]
    return Distribution(
        size=len(ordered),
        least=ordered[0],
        most=ordered[-1],
        mean=min(max(sum(ordered) / len(ordered), ordered[0]), ordered[-1]),
        percentiles={each: percentile(ordered, each) for each in PERCENTILES},
        buckets=tuple(
            Bucket(low, high, sum(low <= value and (high is None or value < high) for value in ordered))
            for low, high in zip(edges, highs, strict=True)
        ),
    )
