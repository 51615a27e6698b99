"""The organisation's steps of test environments: programs, each under its own name."""

from __future__ import annotations

from typing import Any

import pytest

from domain.configuration.entities import Organisation
from domain.configuration.fields import fields_of, plain
from domain.configuration.values import MOST_STEPS
from domain.errors import InvalidValue

FIELD = fields_of(Organisation)["environment_steps"]
DNS = {"name": "dns", "create": ["add-zone", "--ttl", "60"], "delete": ["remove-zone"]}


def test_steps_stay_in_their_order() -> None:
    """They are done in it, and taken back in the other; what is kept reads as what was given."""
    given = [DNS, {"name": "chat", "create": ["announce"]}]
    read = FIELD.read(given)
    assert [each["name"] for each in read] == ["dns", "chat"]
    assert FIELD.restored(plain(read)) == read
    assert FIELD.read([]) == FIELD.default == ()


@pytest.mark.parametrize(
    ("given", "field", "allowed"),
    [
        ("dns", "environmentSteps", "a list of objects"),
        (["dns"], "environmentSteps.0", "keys and values"),
        ([{"create": ["a"]}], "environmentSteps.0.name", "what the step is called"),
        ([{"name": "DNS", "create": ["a"]}], "environmentSteps.0.name", "lower-case"),
        ([DNS, {"name": "chat"}], "environmentSteps.1.create", "a program and its arguments"),
        ([{"name": "dns", "create": "add-zone"}], "environmentSteps.0.create", "a program and its arguments"),
        ([{"name": "dns", "create": [" "]}], "environmentSteps.0.create", "a program and its arguments"),
        ([{"name": "dns", "create": ["a", 1]}], "environmentSteps.0.create", "a program and its arguments"),
        ([{**DNS, "delete": []}], "environmentSteps.0.delete", "a program and its arguments"),
        ([{**DNS, "undo": ["a"]}], "environmentSteps.0.undo", "the keys name, create and delete"),
        ([DNS, DNS], "environmentSteps", "given once"),
        ([{"name": f"s-{each}", "create": ["a"]} for each in range(MOST_STEPS + 1)], "environmentSteps", "at most 20"),
    ],
)
def test_what_is_no_step_is_refused(given: Any, field: str, allowed: str) -> None:
    """With the place in the list, and what is allowed there."""
    with pytest.raises(InvalidValue) as caught:
        FIELD.read(given)
    assert ".".join(caught.value.path) == field
    assert allowed in caught.value.allowed
