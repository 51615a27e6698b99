"""What a service declares to be watched, in the map that its pipeline registers: by environment.

    {"prod-eu-west-1": {
      "alarms": [{"name": "payments-high-severity", "role": "HIGH_SEVERITY"}],
      "metrics": {"REQUESTS": [{"namespace": "AWS/ApiGateway", "name": "Count", "dimensions": {"ApiId": "a1"},
                                "stat": "Sum"}], "FAULTS": […], "LATENCY": […]},
      "oneBox": {"percent": 10, "bakeMinutes": 60, "how": "…"}}}

A dimension that only a deployment names is {"stack", "logicalId"}, and `after` and `then` where its name is a part of
the resource's physical id or goes on behind it. A LATENCY in other units than milliseconds has a `scale`.

Several metrics of a kind are added up; of LATENCY, the worst counts. `oneBox` is null where there is none. A pipeline
of before 0.4.0 declares nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from domain.errors import InvalidValue, NotFound
from domain.words import AlarmRole, SignalKind

LONGEST = 255
"""Of a name: CloudWatch's limit for alarms, metrics and the values of dimensions is 255 or more."""
MOST_ALARMS = 100
"""Of one environment: what CloudWatch describes at once."""
MOST_SCALE = 1_000_000
"""What makes milliseconds of a latency in seconds is a thousand."""
MOST_METRICS = 100
"""Of one environment and kind: five hundred of CloudWatch's queries serve all of them."""

Json = Mapping[str, Any]


def check_signals(at: str, given: object, environments: Collection[str]) -> None:
    """Raises InvalidValue or NotFound for the first place that is not as it should be."""
    for environment, found in _object(at, given, "an object with the signals of each environment").items():
        if environment not in environments:
            raise NotFound("environment of the map", environment, environments, field=at)
        _environment(f"{at}.{environment}", found)


def one_box_minutes(structure: Json, environments: Iterable[str]) -> int:
    """How long their one-boxes bake, the longest; 0 where none has one."""
    boxes = [box for each in _declared(structure, environments) if (box := each.get("oneBox"))]
    return max((math.ceil(box["bakeMinutes"]) for box in boxes), default=0)


def watched(structure: Json, environments: Iterable[str]) -> set[str]:
    """Those of the environments that declare an alarm or a metric."""
    signals = structure.get("signals") or {}
    return {
        each for each in environments if each in signals and (signals[each].get("alarms") or _metrics(signals[each]))
    }


def uncounted(structure: Json, environments: Iterable[str]) -> set[str]:
    """Those of the environments that declare no metric of their requests."""
    signals = structure.get("signals") or {}
    return {each for each in environments if not (signals.get(each, {}).get("metrics") or {}).get(SignalKind.REQUESTS)}


def alarms(structure: Json, environments: Iterable[str]) -> dict[str, set[str]]:
    """The names of the alarms that each of the environments declares, where it declares any."""
    signals = structure.get("signals") or {}
    found = {each: signals[each].get("alarms") or [] for each in environments if each in signals}
    return {each: {alarm["name"] for alarm in declared} for each, declared in found.items() if declared}


def _declared(structure: Json, environments: Iterable[str]) -> list[Json]:
    signals = structure.get("signals") or {}
    return [signals[each] for each in environments if each in signals]


def _metrics(found: Json) -> bool:
    return any((found.get("metrics") or {}).values())


def _environment(at: str, given: object) -> None:
    value = _object(at, given, "an object with `alarms`, `metrics` and `oneBox`")
    for number, alarm in enumerate(_list(f"{at}.alarms", value.get("alarms"), MOST_ALARMS)):
        here = f"{at}.alarms[{number}]"
        _text(f"{here}.name", _object(here, alarm, "an object with `name` and `role`").get("name"))
        _one_of(f"{here}.role", alarm.get("role"), AlarmRole)
    for kind, metrics in _object(f"{at}.metrics", value.get("metrics") or {}, "an object of lists, by kind").items():
        _one_of(f"{at}.metrics", kind, SignalKind)
        for number, metric in enumerate(_list(f"{at}.metrics.{kind}", metrics, MOST_METRICS)):
            _metric(f"{at}.metrics.{kind}[{number}]", metric)
    if value.get("oneBox") is not None:
        _one_box(f"{at}.oneBox", value["oneBox"])


def _metric(at: str, given: object) -> None:
    value = _object(at, given, "an object with `namespace`, `name`, `dimensions` and `stat`")
    for field in ("namespace", "name", "stat"):
        _text(f"{at}.{field}", value.get(field))
    for name, given_name in _object(f"{at}.dimensions", value.get("dimensions") or {}, "an object of names").items():
        _name(f"{at}.dimensions.{name}", given_name)
    if value.get("scale") is not None:
        _number(f"{at}.scale", value["scale"], MOST_SCALE)


def _name(at: str, given: object) -> None:
    """A text, or the resource whose physical id has it."""
    if isinstance(given, str):
        return _text(at, given)
    value = _object(at, given, "text, or an object with `stack` and `logicalId`")
    for field in ("stack", "logicalId"):
        _text(f"{at}.{field}", value.get(field))
    for field in ("after", "then"):
        if value.get(field) is not None:
            _text(f"{at}.{field}", value[field])
    return None


def _one_box(at: str, given: object) -> None:
    value = _object(at, given, "an object with `percent`, `bakeMinutes` and `how`, or null")
    _number(f"{at}.percent", value.get("percent"), 100)
    _number(f"{at}.bakeMinutes", value.get("bakeMinutes"), 7 * 24 * 60)
    _text(f"{at}.how", value.get("how"))


def _object(at: str, given: object, allowed: str) -> Json:
    if not isinstance(given, dict):
        raise InvalidValue(at, given, allowed)
    return given


def _list(at: str, given: object, most: int) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > most:
        raise InvalidValue(at, given, f"a list of {most} at most")
    return given


def _text(at: str, given: object) -> None:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        raise InvalidValue(at, given, f"text of {LONGEST} characters at most")


def _number(at: str, given: object, most: int) -> None:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most:
        raise InvalidValue(at, given, f"a number from 0 to {most}")


def _one_of(at: str, given: object, words: type[AlarmRole] | type[SignalKind]) -> None:
    if not isinstance(given, str) or given not in list(words):
        raise InvalidValue(at, given, f"one of {', '.join(words)}")
