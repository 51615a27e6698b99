"""How measured times are spread."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from domain.distribution import BOUNDS, distribution
from graph.planner.mapping import OBJECTS


@strawberry.type(description="How many values there are from one bound up to, and without, the next.")
class DoraBucket:
    from_seconds: float
    to_seconds: float | None = strawberry.field(description="Null: without end.")
    count: int


@strawberry.type(description="How times are spread, in seconds. Percentiles are by nearest rank: each was measured.")
class DoraDistribution:
    sample_size: int
    least: float
    most: float
    mean: float
    p50: float
    p75: float
    p90: float
    p95: float
    buckets: list[DoraBucket] = strawberry.field(metadata={OBJECTS: len(BOUNDS) + 1})


def spread(values: Iterable[float]) -> DoraDistribution | None:
    """How the values are spread; None of none."""
    found = distribution(values)
    if found is None:
        return None
    return DoraDistribution(
        sample_size=found.size,
        least=found.least,
        most=found.most,
        mean=found.mean,
        **{f"p{each}": value for each, value in found.percentiles.items()},
        buckets=[DoraBucket(from_seconds=each.low, to_seconds=each.high, count=each.count) for each in found.buckets],
    )
