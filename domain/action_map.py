"""The map of actions that pipelinekit emits: which action of which stage does what, and where.

Names of actions are hashed and cut by the CDK: nobody parses them, everyone looks them up here.

    {"contract": 1, "pipeline": "payments", …, "stages": [
      {"name": "prod-1", "stage": "prod", "wave": "prod-1", "actions": [
      {"name": "…", "kind": "DEPLOY", "environment": "prod-eu-west-1", "account": …, "region": …, "stack": …}]}]}
"""

from __future__ import annotations

from typing import Any

from domain.errors import InvalidValue
from domain.words import ActionKind

_OPTIONAL_OF_ACTION = ("environment", "account", "region", "stack")


def action_map(given: object) -> dict[str, Any]:
    """The map, checked: `InvalidValue` names the first place that is not as it should be."""
    if not isinstance(given, dict) or not isinstance(given.get("stages"), list):
        raise InvalidValue("structure", _short(given), "an object with `stages`, as pipelinekit-map.json has it")
    for number, stage in enumerate(given["stages"]):
        _stage(f"structure.stages[{number}]", stage)
    return given


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
