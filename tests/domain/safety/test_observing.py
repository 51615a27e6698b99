"""What a gate saw, read: it comes back as it was, and nothing that is no observation is taken for one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Problem
from domain.safety.baking import AlarmSeen, Measured, Observation
from domain.safety.observing import document, observations
from domain.words import AlarmRole, AlarmState

names = st.text(st.characters(categories=["L", "N"], codec="ascii"), min_size=1, max_size=20)
numbers = st.one_of(st.none(), st.floats(0, 1e12))
measured = st.builds(Measured, st.floats(0, 1e6), numbers, numbers, numbers)
alarms = st.builds(AlarmSeen, names, st.sampled_from(AlarmRole), st.one_of(st.none(), st.sampled_from(AlarmState)))
seen = st.builds(Observation, st.just("prod-eu"), st.tuples(alarms), measured, measured, measured)

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(seen)
def test_what_is_kept_is_read_again(observation: Observation):
    assert observations([document(observation)], ["prod-eu"]) == [observation]


def test_only_the_environment_must_be_said():
    assert observations([{"environment": "prod-eu"}], ["prod-eu"]) == [Observation("prod-eu")]


@given(JSON, st.sampled_from(["environment", "problem", "alarms", "before", "since", "lately", "new"]))
def test_anything_else_is_refused_and_nothing_is_guessed(value: Any, key: str):
    """Whatever is in its place, it is an observation of the environment or a named problem, never another error."""
    found, problem = None, None
    try:
        (found,) = observations([{"environment": "prod-eu", key: value}], ["prod-eu"])
    except Problem as refused:
        problem = refused
    if found is not None:
        assert found.environment == "prod-eu"
    else:
        assert problem is not None
        assert (problem.path[0].startswith("observations[0]"), bool(problem.remedy)) == (True, True)


@pytest.mark.parametrize("value", [None, "x", 7, {}, [[]], [None]])
def test_a_list_of_objects_it_must_be(value: Any):
    with pytest.raises(Problem):
        observations(value, ["prod-eu"])


def test_text_is_kept_short_and_without_secrets():
    (found,) = observations([{"environment": "prod-eu", "problem": "password=hunter2 " + "x" * 5_000}], ["prod-eu"])
    assert found.problem.startswith("password=***")
    assert len(found.problem) <= 1_000
