"""docs/errors.md has every code that a program may meet, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.service import ROOT

ROOMS = ("domain", "models", "resolvers", "aws", "subscriptions", "graph")
CODE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)*")
RAISED = {"Refused", "impossible", "DocumentRefused"}
"""What takes a code among its first arguments."""
NAMED = {"INVALID", "UNREADABLE", "NOT_ACCEPTABLE", "EXCEEDED", "UNAVAILABLE", "REFUSALS"}
"""Constants that are codes, or have them."""
INNER = {"PROBLEM", "PROBLEMS"}
"""Of base classes, which nobody is told."""


def _places(node: ast.AST) -> Iterator[ast.AST | None]:
    """Where in a node codes stand."""
    if isinstance(node, ast.Assign):
        if {each.id for each in node.targets if isinstance(each, ast.Name)} & ({"code"} | NAMED):
            yield node.value
    elif isinstance(node, ast.keyword) and node.arg == "code":
        yield node.value
    elif isinstance(node, ast.Dict):
        yield from (
            value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "code"
        )
    elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in RAISED:
        yield from node.args[:3]
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get" and "REFUSALS" in ast.dump(node.func):
        yield from node.args[1:]


def told() -> set[str]:
    """Every code in the sources."""
    found: set[str] = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for place in filter(None, _places(node)):
                texts = (each.value for each in ast.walk(place) if isinstance(each, ast.Constant))
                found |= {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}
    return found - INNER


def documented() -> set[str]:
    """Every code that begins a row of the page."""
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    return {code for line in page.splitlines() if line.startswith("| `") for code in re.findall(r"`([A-Z_0-9]+)`",
            line.split("|")[1])}  # fmt: skip


def test_every_code_is_documented() -> None:
    """A code is a contract: a new one gets its row here, and none that was told is ever renamed."""
    assert sorted(told() - documented()) == []
    assert sorted(documented() - told()) == []
