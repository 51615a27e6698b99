"""What a policy's configuration is told when it is wrong."""

from __future__ import annotations

import pytest

from domain.configuration.policies import configuration
from domain.errors import Problems
from domain.words import PolicyKind


@pytest.mark.parametrize(
    ("kind", "given", "message", "remedy"),
    [
        (
            PolicyKind.AUTOSCALING,
            {"minimumCapcity": 2},
            (
                "configuration has no key 'minimumCapcity' in an AUTOSCALING policy, which takes "
                "minimumCapacity (whole number), targetPercent (whole number)."
            ),
            "Write 'minimumCapacity', or leave the key out.",
        ),
        (
            PolicyKind.NO_PUBLIC_BUCKETS,
            {"foo": 1},
            "configuration has no key 'foo' in a NO_PUBLIC_BUCKETS policy, which takes no keys.",
            "Leave the key out.",
        ),
    ],
)
def test_a_key_that_is_wrong_is_named(kind: PolicyKind, given: dict[str, object], message: str, remedy: str) -> None:
    """The key, not its value, is at fault; the nearest that there is, is what to write."""
    with pytest.raises(Problems) as caught:
        configuration(kind, given)
    [problem] = caught.value.problems
    assert (problem.message, problem.remedy) == (message, remedy)
    assert problem.path == [f"configuration.{next(iter(given))}"]


def test_days_are_those_that_cloudwatch_can_keep() -> None:
    """30 days are kept as they are given; 31 are not one of its numbers, and True is no number."""
    assert configuration(PolicyKind.LOG_RETENTION, {"days": 30}) == {"days": 30}
    for wrong in (31, True, "30"):
        with pytest.raises(Problems, match=r"is not valid: one of 1, 3, 5"):
            configuration(PolicyKind.LOG_RETENTION, {"days": wrong})
