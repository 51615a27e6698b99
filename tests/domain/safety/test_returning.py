"""How a stage is returned to its last good revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.safety.returning import KEPT, Failing, Good, means
from domain.words import ExecutionKind, OnFailure, RollbackMeans

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
GOOD = Good("0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f", "5ca1ab1e" * 5, 12, NOW - timedelta(days=3))
FAILING = Failing("prod-1", OnFailure.ROLLBACK, version=12)
NATIVE, REDEPLOY, NONE = RollbackMeans.NATIVE, RollbackMeans.REDEPLOY, RollbackMeans.NONE


def test_codepipeline_does_it_where_it_can() -> None:
    """The same structure, and a success of this stage."""
    way = means(FAILING, GOOD, NOW)
    assert (way.means, way.target, way.revision) == (NATIVE, GOOD.execution, GOOD.revision)
    assert "CodePipeline returns prod-1 to 5ca1ab1e" in way.reason


@pytest.mark.parametrize(
    ("failing", "good", "reason"),
    [
        ({"version": 13}, {}, "structure has changed since 5ca1ab1e"),
        ({"version": None}, {}, "is not known"),
        ({}, {"version": None}, "is not known"),
        ({"v2": False}, {}, "type V2"),
        ({"parallel": True}, {}, "PARALLEL"),
        ({}, {"rolled_back_to": True}, "came back by a rollback"),
    ],
)
def test_elsewhere_the_assembly_is_deployed_again(failing: dict[str, Any], good: dict[str, Any], reason: str) -> None:
    """With the reason why CodePipeline cannot."""
    way = means(replace(FAILING, **failing), replace(GOOD, **good), NOW)
    assert (way.means, way.target) == (REDEPLOY, GOOD.execution)
    assert reason in way.reason
    assert "is deployed again" in way.reason


@pytest.mark.parametrize(
    ("failing", "good", "reason"),
    [
        ({}, None, "no revision has passed prod-1 yet"),
        ({"on_failure": OnFailure.NONE}, {}, "set to NONE on failure: leaves the stage"),
        ({"on_failure": OnFailure.RETRY}, {}, "set to RETRY on failure: tries"),
        ({"kind": ExecutionKind.ROLLBACK}, {}, "a rollback is never rolled back"),
        ({"touched": False}, {}, "nothing of prod-1 was touched"),
        ({"passed": True}, {}, "prod-1 has succeeded since"),
        ({"newer": "f00dfeed" * 5}, {}, "the newer revision f00dfeed has entered prod-1 since"),
        ({"mapped": False}, {}, "prod-1 deploys to no environment"),
        ({}, {"built_at": NOW - KEPT}, "expire after 180 days"),
        ({}, {"built_at": None}, "of unknown age"),
    ],
)
def test_nothing_is_done_without_need_or_without_a_target(
    failing: dict[str, Any], good: dict[str, Any] | None, reason: str
) -> None:
    """With the reason, which is told."""
    way = means(replace(FAILING, **failing), None if good is None else replace(GOOD, **good), NOW)
    assert (way.means, way.target, way.revision) == (NONE, None, None)
    assert reason in way.reason


_failing = st.builds(
    Failing,
    stage=st.just("prod-1"),
    on_failure=st.sampled_from(OnFailure),
    kind=st.sampled_from(ExecutionKind),
    version=st.none() | st.integers(1, 3),
    touched=st.booleans(),
    newer=st.none() | st.just("f00d"),
    mapped=st.booleans(),
    v2=st.booleans(),
    parallel=st.booleans(),
)
_good = st.none() | st.builds(
    Good,
    execution=st.just("x"),
    revision=st.none() | st.just("5ca1ab1e"),
    version=st.none() | st.integers(1, 3),
    built_at=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1), timezones=st.just(UTC)),
    rolled_back_to=st.booleans(),
)


@given(_failing, _good)
def test_there_is_a_reason_always_and_a_target_where_something_is_done(failing: Failing, good: Good | None) -> None:
    """And CodePipeline is relied on only where both structures are known, and the same."""
    way = means(failing, good, NOW)
    assert way.reason
    assert (way.target is not None) == (way.means is not NONE)
    if way.means is not NONE:
        assert good is not None
        assert failing.kind is ExecutionKind.STANDARD
        assert failing.on_failure is OnFailure.ROLLBACK
        assert failing.touched
        assert good.built_at is not None
    if way.means is NATIVE:
        assert good is not None
        assert failing.version == good.version is not None
