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


def test_a_number_in_the_place_of_a_word_is_told_to_be_quoted() -> None:
    """30 is in the list of what is allowed, as text: the message says that quotes are what it lacks."""
    with pytest.raises(Problems) as caught:
        configuration(PolicyKind.LOG_RETENTION, {"days": 30})
    assert "configuration.days 30 is not valid: text, in quotes: one of 1, 3, 5" in caught.value.problems[0].message
