"""The plan's digest: what the canonical JSON of the whole plan would give, however it is put together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from domain.plans import Plan, PlanCheck, PlanEnvironment, PlanPolicy, PlanStage, PlanWave, PlanWindow

T = TypeVar("T")

configurations = st.dictionaries(st.text(max_size=3), st.none() | st.booleans() | st.integers() | st.text(max_size=3))


def few(each: st.SearchStrategy[T]) -> st.SearchStrategy[Sequence[T]]:
    """None, one or two."""
    return st.lists(each, max_size=2).map(tuple)


waves = st.builds(
    PlanWave,
    environments=few(st.builds(PlanEnvironment)),
    checks=few(st.builds(PlanCheck, configuration=configurations)),
    windows=few(st.builds(PlanWindow)),
)
plans = st.builds(
    Plan,
    stages=few(st.builds(PlanStage, waves=few(waves))),
    required_tags=st.just(()),
    policies=few(st.builds(PlanPolicy, configuration=configurations)),
)


@given(plans)
def test_the_digest_is_that_of_the_whole_plans_json(plan: Plan) -> None:
    """Keys in order, no blanks, ASCII alone: pipelines that were built before know their plans by it."""
    canonical = json.dumps(asdict(plan), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert plan.canonical == canonical
    assert plan.digest == "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


@given(waves)
def test_a_wave_tells_the_same_when_asked_again(wave: PlanWave) -> None:
    """What it remembers is no part of it."""
    assert wave.canonical == wave.canonical
    assert "canonical" not in asdict(wave)
