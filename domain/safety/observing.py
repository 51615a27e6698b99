"""What a pipeline's gate saw of its environments, read: what is not as it should be is refused, never counted as data.

    [{"environment": "prod-eu-west-1", "problem": null,
      "alarms": [{"name": "payments-high-severity", "role": "HIGH_SEVERITY", "state": "OK", "reason": ""}],
      "before": {"minutes": 60, "requests": 600, "faults": 6, "latency": 80.0},
      "since": {…}, "lately": {…}}]

All but `environment` may be left out; numbers are sums, milliseconds for `latency`, and null without data. A state is
null where there is no such alarm.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from domain.errors import InvalidValue, NotFound
from domain.masking import kept
from domain.safety.baking import AlarmSeen, Measured, Observation
from domain.words import AlarmRole, AlarmState, Word

W = TypeVar("W", bound=Word)

MOST_ALARMS = 100
"""Of one environment: what CloudWatch describes at once."""
LONGEST_NAME, LONGEST_TEXT = 255, 1_000
_TIMES = ("before", "since", "lately")
_NUMBERS = ("minutes", "requests", "faults", "latency")
_NEWER = "a pipeline with a newer pipelinekit needs a newer service"


def observations(given: object, environments: Collection[str], field: str = "observations") -> list[Observation]:
    """What was seen of these environments, each once at most. Raises InvalidValue or NotFound, which name the place."""
    if not isinstance(given, list):
        raise InvalidValue(field, given, "a list of objects, one for each environment")
    found = [_observation(f"{field}[{number}]", each, environments) for number, each in enumerate(given)]
    names = [each.environment for each in found]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise InvalidValue(f"{field}[{number}].environment", name, "an environment that is not in the list already")
    return found


def document(seen: Observation) -> dict[str, Any]:
    """The same, to be kept: `observations([document(seen)], …)` is it again."""
    alarms = [
        {"name": each.name, "role": each.role, "state": each.state, "reason": each.reason} for each in seen.alarms
    ]
    times = {name: {each: getattr(getattr(seen, name), each) for each in _NUMBERS} for name in _TIMES}
    return {"environment": seen.environment, "problem": seen.problem or None, "alarms": alarms, **times}


def _observation(at: str, given: object, environments: Collection[str]) -> Observation:
    value = _object(at, given, ("environment", "problem", "alarms", *_TIMES))
    name = value.get("environment")
    if not isinstance(name, str):
        raise InvalidValue(f"{at}.environment", name, "the name of an environment that the stage deploys")
    if name not in environments:
        raise NotFound("environment of the stage", name, environments, field=f"{at}.environment")
    alarms = value.get("alarms") or []
    if not isinstance(alarms, list) or len(alarms) > MOST_ALARMS:
        raise InvalidValue(f"{at}.alarms", alarms, f"a list of {MOST_ALARMS} alarms at most")
    return Observation(
        environment=name,
        alarms=tuple(_alarm(f"{at}.alarms[{number}]", each) for number, each in enumerate(alarms)),
        **{each: _measured(f"{at}.{each}", value[each]) for each in _TIMES if value.get(each) is not None},
        problem=_text(f"{at}.problem", value.get("problem"), LONGEST_TEXT),
    )


def _alarm(at: str, given: object) -> AlarmSeen:
    value = _object(at, given, ("name", "role", "state", "reason"))
    name = value.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise InvalidValue(f"{at}.name", name, f"the name of an alarm, {LONGEST_NAME} characters at most")
    state = value.get("state")
    return AlarmSeen(
        name=name,
        role=_word(f"{at}.role", value.get("role"), AlarmRole),
        state=None if state is None else _word(f"{at}.state", state, AlarmState),
        reason=_text(f"{at}.reason", value.get("reason"), LONGEST_TEXT),
    )


def _measured(at: str, given: object) -> Measured:
    value = _object(at, given, _NUMBERS)
    numbers = {name: _number(f"{at}.{name}", value.get(name)) for name in _NUMBERS}
    minutes = numbers.pop("minutes")
    return Measured(minutes or 0, **numbers)


def _object(at: str, given: object, keys: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise InvalidValue(at, given, f"an object with {', '.join(keys)}")
    unknown = sorted(str(key) for key in given if key not in keys)
    if unknown:
        raise InvalidValue(
            f"{at}.{unknown[0]}", given[unknown[0]], f"left out: only {', '.join(keys)} are known; {_NEWER}"
        )
    return given


def _number(at: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise InvalidValue(at, value, "a number from 0, or null without data")
    return float(value)


def _word(at: str, value: object, kind: type[W]) -> W:
    if not isinstance(value, str) or value not in list(kind):
        raise InvalidValue(at, value, f"one of {', '.join(kind)}; {_NEWER}")
    return kind(value)


def _text(at: str, value: object, longest: int) -> str:
    if value is not None and not isinstance(value, str):
        raise InvalidValue(at, value, "text, or null")
    return kept(value, longest) if value else ""
