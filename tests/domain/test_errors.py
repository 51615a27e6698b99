"""What failures say: the value given, no longer than it is read, and the nearest names, however many there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.errors import InvalidValue, NotFound, nearest
from domain.words import PolicyKind


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("O'Neil", '"O\'Neil"'),
        (5, "5"),
        (10**100, "a number of 333 bits"),
        (PolicyKind.ENCRYPTION, "'ENCRYPTION'"),
        (datetime(2027, 1, 1, tzinfo=UTC), "'2027-01-01T00:00:00+00:00'"),
        (nested(5000), "[[[[...]]]]"),
        ({"a": ["b"]}, "{'a': ['b']}"),
    ],
)
def test_a_message_has_the_value(value: object, shown: str) -> None:
    """As a person would write it, whatever its depth and size."""
    assert InvalidValue("field", value, "right").message == f"field {shown} is not valid: right."


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("service", "Use the name of an existing service, or register it first."),
        ("incident", "Use the name of an existing incident, or declare it first."),
        ("region", "Use the name of an existing region."),
        ("deployment", "Use the id of an existing deployment."),
    ],
)
def test_what_to_do_where_nothing_has_the_name(kind: str, remedy: str) -> None:
    """Nobody registers what happens, or what there is anyway."""
    assert NotFound(kind, "x").remedy == remedy


def test_a_long_value_is_cut() -> None:
    """In the message, and where programs read it."""
    problem, unknown = InvalidValue("field", "x" * 10**6, "right"), NotFound("team", "x" * 10**6, ["ours"])
    assert max(len(problem.message), len(problem.value), len(unknown.message), len(unknown.value)) < 500


def test_the_nearest_of_many_names() -> None:
    """Those that begin alike are among those that are compared."""
    names = [f"service-{number:05}" for number in range(20_000)]
    assert nearest("service-0778", names)[0].startswith("service-0")
    assert nearest("service-07779x", names)[0] == "service-07779"
    assert nearest("prd", ["prod", "beta"]) == ["prod"]
