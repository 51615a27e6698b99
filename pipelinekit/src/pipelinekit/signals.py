"""What tells of a service in an environment: its metrics, its alarms, and how its one-box is deployed.

The map of actions has them by environment, so that a bake can be watched:

    {"alarms": [{"name": …, "role": …}],
     "metrics": {"REQUESTS": [{"namespace", "name", "dimensions": {…}, "stat"}], "FAULTS": […], "LATENCY": […]},
     "oneBox": {"percent", "bakeMinutes", "how"} | null}

Metrics of a kind are added up; of LATENCY the worst counts. A latency in other units than milliseconds has a `scale`
that it is multiplied with. A name that only a deployment gives is {"stack", "logicalId"}: pipelinekit.gate.resolving.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

REQUESTS, FAULTS, LATENCY = KINDS = ("REQUESTS", "FAULTS", "LATENCY")
HIGH_SEVERITY, AGGREGATE, ONE_BOX = ("HIGH_SEVERITY", "AGGREGATE", "ONE_BOX")
LATENCY_STAT = "p90"
"""Of a latency that is watched without an alarm: few requests move a p99, and a mean hides the slow ones."""

Name = str | Json
"""Text, or {"stack", "logicalId", "after"?, "then"?}."""


@dataclasses.dataclass(frozen=True, slots=True)
class Metric:
    """A metric of CloudWatch's in the environment's account and Region. scale: what makes milliseconds of a latency."""

    namespace: str
    name: str
    dimensions: Mapping[str, Name]
    stat: str = "Sum"
    scale: int = 1

    def to_json(self) -> Json:
        """As it stands in the map."""
        told = {
            "namespace": self.namespace,
            "name": self.name,
            "dimensions": dict(self.dimensions),
            "stat": self.stat,
        }
        return told if self.scale == 1 else {**told, "scale": self.scale}


@dataclasses.dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that guards the environment. role: HIGH_SEVERITY, AGGREGATE or ONE_BOX."""

    name: str
    role: str

    def to_json(self) -> Json:
        """As it stands in the map."""
        return {"name": self.name, "role": self.role}


@dataclasses.dataclass(frozen=True, slots=True)
class OneBox:
    """The share of an environment's requests that the new revision gets first, for how long, and by what means.

    percent: 0 for none. how: LAMBDA_ALIAS or ECS_CANARY, LAMBDA_LINEAR or ECS_LINEAR; empty where nothing is made yet.
    """

    percent: int
    bake_minutes: int
    how: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is one: a share of the requests, for some time."""
        return 0 < self.percent < 100 and self.bake_minutes > 0

    def to_json(self) -> Json:
        """As it stands in the map."""
        return {"percent": self.percent, "bakeMinutes": self.bake_minutes, "how": self.how}


@dataclasses.dataclass(frozen=True, slots=True)
class Signals:
    """All of it. metrics: by kind; a kind that nothing tells of is absent or empty."""

    metrics: Mapping[str, tuple[Metric, ...]] = dataclasses.field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    one_box: OneBox | None = None

    def of(self, kind: str) -> tuple[Metric, ...]:
        """The metrics of a kind."""
        return tuple(self.metrics.get(kind, ()))

    @property
    def names(self) -> list[Name]:
        """Every name of a dimension."""
        return [name for kind in KINDS for metric in self.of(kind) for name in metric.dimensions.values()]

    def to_json(self) -> Json:
        """As it stands in the map."""
        return {
            "alarms": [alarm.to_json() for alarm in self.alarms],
            "metrics": {kind: [metric.to_json() for metric in self.of(kind)] for kind in KINDS if self.of(kind)},
            "oneBox": self.one_box.to_json() if self.one_box else None,
        }
