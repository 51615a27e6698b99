"""From where on a service is in high severity.

The Builders' Library names what is watched – the rate of faults, p50, p90 and p99 of latency, CPU, memory, disk, errors
in logs, failing health checks – and no numbers: these are ours, to begin with. They judge a service by itself; that a
revision is worse than the one before it is the bake's to see.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Thresholds:
    """An alarm goes off when `breaching` of the last `periods` were over its threshold; None: no such alarm."""

    fault_percent: float | None = 5.0
    """Faults of a hundred requests."""
    minimum_requests: int = 20
    """Requests in a period below which the rate of faults says nothing."""
    p50_milliseconds: float | None = 1_000.0
    p90_milliseconds: float | None = 2_000.0
    p99_milliseconds: float | None = 5_000.0
    cpu_percent: float = 80.0
    memory_percent: float = 80.0
    disk_percent: float = 80.0
    log_errors: float = 10.0
    """Errors in the logs in a period."""
    failing_health_checks: float = 0.0
    """Boxes that may fail their health check."""
    period_minutes: int = 1
    periods: int = 5
    breaching: int = 3

    @property
    def latencies(self) -> dict[str, float]:
        """Milliseconds by percentile."""
        told = {"p50": self.p50_milliseconds, "p90": self.p90_milliseconds, "p99": self.p99_milliseconds}
        return {percentile: limit for percentile, limit in told.items() if limit is not None}
