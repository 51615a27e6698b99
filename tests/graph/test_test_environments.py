"""Test environments, and pipelines started by hand, as the graph has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fleet import register_payments
from tests.graph.conftest import Graph

CREATE = """mutation ($input: CreateTestEnvironmentInput!) { createTestEnvironment(input: $input) {
  environment { name kind owner purpose expiresAt account { awsId } region { name } wave { name } team { name } }
  change { reason actor entries { nodes { operation kind name } } }
  errors { __typename code message path remedy } } }"""
EXTEND = """mutation ($input: ExtendTestEnvironmentInput!) { extendTestEnvironment(input: $input) {
  environment { name extensions expiresAt } change { reason } errors { code path } } }"""
DELETE = """mutation ($input: DeleteTestEnvironmentInput!) { deleteTestEnvironment(input: $input) {
  environment { name cleaningAt archivedAt } change { reason } errors { code path } } }"""
START = """mutation ($input: StartPipelineInput!) { startPipeline(input: $input) {
  pipeline { name startedAt } errors { __typename code path ... on NotFound { suggestions } } } }"""


async def _create(graph: Graph, **given: Any) -> Any:
    data = await graph(CREATE, input={"stage": "beta", "owner": "ada@example.com", **given})
    return data["createTestEnvironment"]


async def test_made_put_off_and_ended(fleet: Graph) -> None:
    """Three changes, each with its reason; the environment shows what became of it."""
    await fleet.change("registerTeam team", name="payments")
    made = await _create(fleet, team="payments", purpose="the ledger", days=2, reason="a ledger")
    assert made["errors"] == []
    there = made["environment"]
    assert {name: value for name, value in there.items() if name != "expiresAt"} == {
        "name": "test-ada-1",
        "kind": "TEST",
        "owner": "ada@example.com",
        "purpose": "the ledger",
        "account": {"awsId": "1" * 12},
        "region": {"name": "eu-west-1"},
        "wave": {"name": "beta-1"},
        "team": {"name": "payments"},
    }
    ends = datetime.fromisoformat(there["expiresAt"])
    assert abs(ends - datetime.now(UTC) - timedelta(days=2)) < timedelta(hours=1)
    entries = {"nodes": [{"operation": "REGISTER", "kind": "environment", "name": "test-ada-1"}]}
    assert made["change"] == {"reason": "a ledger", "actor": "tester", "entries": entries}
    given = {"name": "test-ada-1", "reason": "not done"}
    extended = (await fleet(EXTEND, input=given))["extendTestEnvironment"]
    assert extended["environment"]["extensions"] == 1
    assert datetime.fromisoformat(extended["environment"]["expiresAt"]) > ends
    deleted = (await fleet(DELETE, input={"name": "test-ada-1", "reason": "done"}))["deleteTestEnvironment"]
    assert deleted["change"] == {"reason": "done"}
    assert deleted["environment"]["cleaningAt"]
    assert deleted["environment"]["archivedAt"] is None
    extended = (await fleet(EXTEND, input=given))["extendTestEnvironment"]
    assert extended["errors"] == [{"code": "CLEANING", "path": ["name"]}]


async def test_the_quota_is_an_expected_failure(fleet: Graph) -> None:
    """Typed, with its place and what to do."""
    for _ in range(3):
        assert (await _create(fleet))["errors"] == []
    refused = await _create(fleet)
    assert refused["environment"] is None
    assert refused["change"] is None
    (error,) = refused["errors"]
    assert (error["__typename"], error["code"], error["path"]) == ("Refused", "QUOTA", ["owner"])
    assert "test-ada-1" in error["message"]
    assert "test-ada-1" in error["remedy"]


@pytest.mark.parametrize(
    ("given", "kind", "path"),
    [
        ({"stage": "prod"}, "InvalidValue", ["stage"]),
        ({"stage": "bata"}, "NotFound", ["stage"]),
        ({"region": "ap-northeast-1"}, "InvalidValue", ["region"]),
        ({"days": 100}, "InvalidValue", ["days"]),
    ],
)
async def test_what_is_wrong_is_typed(fleet: Graph, given: dict[str, Any], kind: str, path: list[str]) -> None:
    """As everywhere."""
    (error,) = (await _create(fleet, **given))["errors"]
    assert (error["__typename"], error["path"]) == (kind, path)


async def test_a_pipeline_is_asked_for(fleet: Graph) -> None:
    """It answers the pipeline, which is not started yet; of an unknown one the nearest ARNs."""
    async with fleet.context.database.transaction() as session:
        pipeline = await register_payments(session, {"stages": []})
    asked = (await fleet(START, input={"arn": pipeline.arn, "reason": "a retry"}))["startPipeline"]
    assert asked == {"pipeline": {"name": "payments", "startedAt": None}, "errors": []}
    unknown = (await fleet(START, input={"arn": pipeline.arn + "s"}))["startPipeline"]
    said = {"__typename": "NotFound", "code": "NOT_FOUND", "path": ["arn"], "suggestions": [pipeline.arn]}
    assert unknown == {"pipeline": None, "errors": [said]}
