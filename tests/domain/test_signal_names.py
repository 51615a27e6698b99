"""A dimension may be named by its resource, and a latency be scaled; what is neither text nor a resource is refused."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import InvalidValue
from domain.signals import check_signals


def check(dimension: object, **more: Any) -> None:
    metric = {"namespace": "n", "name": "m", "dimensions": {"Of": dimension}, "stat": "p90", **more}
    check_signals("signals", {"prod": {"alarms": [], "metrics": {"LATENCY": [metric]}, "oneBox": None}}, {"prod"})


def test_a_dimension_is_a_text_or_a_resource() -> None:
    """With the part of its physical id that is the name, and what goes on behind it."""
    check("payments")
    check({"stack": "prod-Main", "logicalId": "A"})
    check({"stack": "prod-Main", "logicalId": "A", "after": "loadbalancer/", "then": ":live"}, scale=1000)


@pytest.mark.parametrize(
    ("dimension", "more", "place"),
    [
        (7, {}, "signals.prod.metrics.LATENCY[0].dimensions.Of"),
        ({"stack": "prod-Main"}, {}, "signals.prod.metrics.LATENCY[0].dimensions.Of.logicalId"),
        ({"stack": "s", "logicalId": "A", "after": ""}, {}, "signals.prod.metrics.LATENCY[0].dimensions.Of.after"),
        ("payments", {"scale": "much"}, "signals.prod.metrics.LATENCY[0].scale"),
    ],
)
def test_what_is_neither_is_refused(dimension: object, more: dict[str, Any], place: str) -> None:
    """With its place in the map."""
    with pytest.raises(InvalidValue) as refused:
        check(dimension, **more)
    assert list(refused.value.path) == [place]
