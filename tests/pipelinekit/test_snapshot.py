"""The snapshot: where a plan comes from, and how one is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelinekit import snapshot
from pipelinekit.plan import Plan
from pipelinekit.refusals import (
    LibraryTooOldError,
    PlanUnusableError,
    SnapshotError,
    SnapshotOfAnotherRepositoryError,
)
from tests.pipelinekit import plans
from tests.pipelinekit.doubles import FakeService, plan_answer


def test_a_kept_plan_is_read_again(tmp_path: Path) -> None:
    """What `write` keeps, INTERLOCK_PLAN brings back, without a request."""
    plan = Plan.from_json(plans.small())
    path = snapshot.write(plan, tmp_path)
    environment = {"INTERLOCK_PLAN": str(path), "INTERLOCK_URL": "http://127.0.0.1:9"}
    assert snapshot.obtain("acme/payments", environment) == plan


def test_without_a_snapshot_the_service_is_asked() -> None:
    """No INTERLOCK_PLAN: one request to INTERLOCK_URL."""
    with FakeService(plan_answer(plans.small())).running() as service:
        plan = snapshot.obtain("acme/payments", {"INTERLOCK_URL": service.url})
    assert plan == Plan.from_json(plans.small())
    assert len(service.requests) == 1


def test_a_plan_of_another_repository_is_never_used() -> None:
    """A service that answers for something else than was asked is refused."""
    with (
        FakeService(plan_answer(plans.small("orders"))).running() as service,
        pytest.raises(PlanUnusableError, match="gave the plan of acme/orders for acme/payments"),
    ):
        snapshot.obtain("acme/payments", {"INTERLOCK_URL": service.url})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("", "is no plan"),
        ("{", "is no plan"),
        ("[]", "plan must be an object"),
        ("{}", "plan.contract must be a whole number"),
        ("\udcff", "is no plan"),
    ],
)
def test_a_file_that_is_no_plan(tmp_path: Path, content: str | None, sentence: str) -> None:
    """A missing, empty, truncated or foreign file is refused with its name and what to do."""
    path = tmp_path / "plan.json"
    if content is not None:
        path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(
        SnapshotError, match=f"INTERLOCK_PLAN names {path}, which .*{sentence}.*unset it to ask the service"
    ):
        snapshot.obtain("acme/payments", {"INTERLOCK_PLAN": str(path)})


def test_a_snapshot_of_another_repository(tmp_path: Path) -> None:
    """The plan of another repository is refused, with both names."""
    path = snapshot.write(Plan.from_json(plans.small("orders")), tmp_path)
    with pytest.raises(SnapshotOfAnotherRepositoryError, match="the plan of acme/orders and not of acme/payments"):
        snapshot.read(path, "acme/payments")


def test_a_snapshot_of_a_newer_contract(tmp_path: Path) -> None:
    """A newer contract is the library's age, not the file's fault."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"contract": 9}))
    with pytest.raises(LibraryTooOldError):
        snapshot.read(path, "acme/payments")
