"""The map of actions that pipelinekit emits: which action of which stage does what, and where.

Names of actions are hashed and cut by the CDK: nobody parses them, everyone looks them up here.

    {"contract": 1, "pipeline": "payments", …, "stages": [
      {"name": "prod-1", "stage": "prod", "wave": "prod-1", "actions": [
      {"name": "…", "kind": "DEPLOY", "environment": "prod-eu-west-1", "account": …, "region": …, "stack": …}]}],
     "signals": {"prod-eu-west-1": …},
     "exceptions": [{"policy": "no-public-buckets", "path": "…/Site", "reason": "the public website"}]}

What is watched in the environments (`signals`, domain/signals.py) is absent from a map of before 0.4.0.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from domain.errors import InvalidValue
from domain.signals import check_signals
from domain.words import ActionKind

MOST_EXCEPTIONS = 10_000
_OF_EXCEPTION = ("policy", "path", "reason")
_OPTIONAL_OF_ACTION = ("environment", "account", "region", "stack")


def action_map(given: object) -> dict[str, Any]:
    """The map, checked and filled in: `InvalidValue` names the first place that is not as it should be."""
    given = deepcopy(given)
    if not isinstance(given, dict) or not isinstance(given.get("stages"), list):
        raise InvalidValue("structure", _short(given), "an object with `stages`, as pipelinekit-map.json has it")
    for number, stage in enumerate(given["stages"]):
        _stage(f"structure.stages[{number}]", stage)
    if given.get("signals") is not None:
        actions = (action for stage in given["stages"] for action in stage["actions"])
        check_signals("structure.signals", given["signals"], {each["environment"] for each in actions} - {None})
    _exceptions(given.get("exceptions") or [])
    return given


def exceptions(checked: dict[str, Any]) -> list[dict[str, str]]:
    """The exceptions from policies in a map that was checked, sorted; each once. An older pipelinekit told none."""
    told = {tuple(each[field] for field in _OF_EXCEPTION) for each in checked.get("exceptions") or []}
    return [dict(zip(_OF_EXCEPTION, each, strict=True)) for each in sorted(told)]


def _stage(at: str, stage: object) -> None:
    if (
        not isinstance(stage, dict)
        or not isinstance(stage.get("name"), str)
        or not isinstance(stage.get("actions"), list)
    ):
        raise InvalidValue(at, _short(stage), "an object with `name` and `actions`")
    for field in ("stage", "wave", "part"):
        _text_or_null(f"{at}.{field}", stage.setdefault(field, None))
    for number, action in enumerate(stage["actions"]):
        _action(f"{at}.actions[{number}]", action)


def _exceptions(given: object) -> None:
    at = "structure.exceptions"
    if not isinstance(given, list) or len(given) > MOST_EXCEPTIONS:
        raise InvalidValue(at, _short(given), f"a list of {MOST_EXCEPTIONS:,} at most")
    for number, exception in enumerate(given):
        for field in _OF_EXCEPTION:
            value = exception.get(field) if isinstance(exception, dict) else None
            if not isinstance(value, str) or not value.strip():
                raise InvalidValue(f"{at}[{number}].{field}", _short(value), "text: an exception says why it is made")


def _action(at: str, action: object) -> None:
    if not isinstance(action, dict) or not isinstance(action.get("name"), str):
        raise InvalidValue(at, _short(action), "an object with `name` and `kind`")
    if action.get("kind") not in list(ActionKind):
        raise InvalidValue(f"{at}.kind", action.get("kind"), f"one of {', '.join(ActionKind)}")
    for field in _OPTIONAL_OF_ACTION:
        _text_or_null(f"{at}.{field}", action.setdefault(field, None))


def _text_or_null(at: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise InvalidValue(at, value, "text, or null")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"
