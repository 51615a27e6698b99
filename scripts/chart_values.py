"""What helm/interlock/values.yaml says: its keys in their order, each with its comment and what it is by default."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
CHART = ROOT / "helm" / "interlock"
_KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z]\w*):(?P<rest> .*)?$")
_SECTION = "@section "
PROGRAMS = ("serve", "intake", "report", "upkeep", "migration")


@dataclass(frozen=True)
class Value:
    """One key. path: by dots. says: its comment, or that of the same key of `serve`. default: what the file has."""

    section: str
    path: str
    says: str
    default: Any


def values() -> dict[str, Any]:
    """The file as Helm reads it."""
    found: dict[str, Any] = yaml.load((CHART / "values.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return found


@cache
def described() -> list[Value]:
    """Every key that is written on a line of its own."""
    section, whole = "", values()
    comment: list[str] = []
    path: list[str] = []
    found: list[Value] = []
    for line in (CHART / "values.yaml").read_text("utf-8").splitlines():
        said = line.strip()
        if said.startswith(f"# {_SECTION}"):
            section = said.removeprefix(f"# {_SECTION}")
            comment = []
        elif said.startswith("# "):
            comment.append(said.removeprefix("# "))
        elif match := _KEY.match(line):
            path = [*path[: len(match["indent"]) // 2], match["key"]]
            found.append(Value(section, ".".join(path), " ".join(comment), _at(whole, path)))
            comment = []
        elif not said:
            comment = []
    return [_inherited(each, found) for each in found]


def _at(whole: Any, path: list[str]) -> Any:
    for key in path:
        whole = whole[key]
    return whole


def _inherited(value: Value, found: list[Value]) -> Value:
    program, _, rest = value.path.partition(".")
    if value.says or program not in PROGRAMS[1:]:
        return value
    says = next((each.says for each in found if each.path == f"serve.{rest}"), "")
    return Value(value.section, value.path, says, value.default)
