"""The map that a pipeline registers: what is not as it should be is named with its place."""

from __future__ import annotations

from typing import Any

import pytest

from domain.action_map import MOST_EXCEPTIONS, action_map, exceptions
from domain.errors import InvalidValue

SITE = {"policy": "no-public-buckets", "path": "pipeline-payments/prod/Site", "reason": "the public website"}
LOGS = {"policy": "logs", "path": "pipeline-payments/prod/Audit", "reason": "the law asks for ten years"}


def of(given: Any) -> dict[str, Any]:
    return {"stages": [], "exceptions": given}


def test_exceptions_are_sorted_and_each_is_one() -> None:
    """The same exceptions in another order are the same; an older pipelinekit tells none."""
    assert exceptions(action_map(of([SITE, LOGS, SITE | {"more": 1}]))) == [LOGS, SITE]
    assert exceptions(action_map(of(None))) == exceptions(action_map({"stages": []})) == []


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("x", "structure.exceptions"),
        ([SITE] * (MOST_EXCEPTIONS + 1), "structure.exceptions"),
        (["x"], r"structure.exceptions\[0\].policy"),
        ([SITE, {"policy": "p", "path": "a"}], r"structure.exceptions\[1\].reason"),
        ([SITE | {"reason": " "}], r"structure.exceptions\[0\].reason"),
        ([SITE | {"path": 1}], r"structure.exceptions\[0\].path"),
    ],
)
def test_an_exception_says_its_policy_its_path_and_why(given: Any, at: str) -> None:
    """An exception without a reason is none."""
    with pytest.raises(InvalidValue, match=at):
        action_map(of(given))
