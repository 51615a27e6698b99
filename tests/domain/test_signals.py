"""What a map declares to be watched: its shape, named where it is wrong; and what a bake asks of it."""

from copy import deepcopy
from typing import Any

import pytest

from domain.action_map import action_map
from domain.errors import InvalidValue, NotFound
from domain.signals import one_box_minutes, uncounted, watched

METRIC = {"namespace": "AWS/ApiGateway", "name": "Count", "dimensions": {"ApiId": "a1"}, "stat": "Sum"}
EU: dict[str, Any] = {
    "alarms": [{"name": "payments-high-severity", "role": "HIGH_SEVERITY"}],
    "metrics": {"REQUESTS": [METRIC], "LATENCY": [{**METRIC, "name": "Latency", "stat": "p90"}]},
    "oneBox": {"percent": 10, "bakeMinutes": 60, "how": "Lambda's canary"},
}
ACTIONS = [{"name": f"{name}.Deploy", "kind": "DEPLOY", "environment": name} for name in ("prod-eu", "prod-us")]
MAP = {"stages": [{"name": "prod-1", "actions": ACTIONS}], "signals": {"prod-eu": EU}}


def test_a_map_may_declare_signals_or_none():
    assert action_map(deepcopy(MAP))["signals"]["prod-eu"] == EU
    for none in ({}, {"signals": None}, {"signals": {}}, {"signals": {"prod-eu": {}}}):
        action_map({"stages": deepcopy(MAP["stages"]), **none})


@pytest.mark.parametrize(
    ("path", "value", "at"),
    [
        ((), [], "structure.signals"),
        (("prod-eu",), "all", "structure.signals.prod-eu"),
        (("prod-eu", "alarms"), {}, "structure.signals.prod-eu.alarms"),
        (("prod-eu", "alarms"), [{"role": "AGGREGATE"}], "structure.signals.prod-eu.alarms[0].name"),
        (("prod-eu", "alarms"), [{"name": "a", "role": "CANARY"}], "structure.signals.prod-eu.alarms[0].role"),
        (("prod-eu", "alarms"), [{"name": str(n)} for n in range(101)], "structure.signals.prod-eu.alarms"),
        (("prod-eu", "metrics"), [METRIC], "structure.signals.prod-eu.metrics"),
        (("prod-eu", "metrics"), {"ORDERS": [METRIC]}, "structure.signals.prod-eu.metrics"),
        (("prod-eu", "metrics"), {"FAULTS": METRIC}, "structure.signals.prod-eu.metrics.FAULTS"),
        (
            ("prod-eu", "metrics", "REQUESTS"),
            [{"name": "n"}],
            "structure.signals.prod-eu.metrics.REQUESTS[0].namespace",
        ),
        (("prod-eu", "oneBox"), 10, "structure.signals.prod-eu.oneBox"),
        (("prod-eu", "oneBox", "percent"), 110, "structure.signals.prod-eu.oneBox.percent"),
        (("prod-eu", "oneBox", "bakeMinutes"), True, "structure.signals.prod-eu.oneBox.bakeMinutes"),
        (("prod-eu", "oneBox", "how"), None, "structure.signals.prod-eu.oneBox.how"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[str, ...], value: Any, at: str):
    wrong: dict[str, Any] = deepcopy(MAP)
    inner, key = wrong, "signals"
    for each in path:
        inner, key = inner[key], each
    inner[key] = value
    with pytest.raises(InvalidValue) as refused:
        action_map(wrong)
    assert refused.value.path == [at]


def test_an_environment_of_no_action_is_unknown():
    with pytest.raises(NotFound, match="did you mean prod-"):
        action_map({**deepcopy(MAP), "signals": {"prod-eux": EU}})


def test_what_a_bake_asks_of_it():
    both = ["prod-eu", "prod-us"]
    assert one_box_minutes(MAP, both) == 60
    assert one_box_minutes(MAP, ["prod-us"]) == one_box_minutes({}, both) == 0
    assert watched(MAP, both) == {"prod-eu"}
    assert watched({"signals": {"prod-us": {"alarms": [], "metrics": {"REQUESTS": []}}}}, both) == set()
    assert uncounted(MAP, both) == {"prod-us"}
    assert uncounted({}, both) == set(both)
