"""Failures in the graph: which is why, which is no longer, what they share, and what passed afterwards."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.causes import Cause
from domain.configuration.kinds import Kind
from domain.words import CheckMode, CheckRunStatus, CheckWhen, FailureKind
from models.engine import Database
from resolvers import checking, failures
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import Graph
from tests.service import ROOT

pytestmark = pytest.mark.database

DOCUMENTS = re.findall(
    r"^```graphql\n(.*?)^```$", (ROOT / "docs" / "failures.md").read_text(), re.MULTILINE | re.DOTALL
)
WHY = """query ($e: String!) { deployments(filter: {environment: $e}) {
  nodes { revision status failure { cause attempt checkRun { name } action { name failure { cause } } } } } }"""
OTHER = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e4"


@pytest.fixture
async def payments(graph: Graph) -> Graph:
    """The fleet of the stories, with payments' pipeline."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    return graph


def _database(graph: Graph) -> Database:
    return graph.context.database


async def tell(graph: Graph, story: stories.Story) -> None:
    """All of a story, and every failure explained in the same words."""
    async with _database(graph).transaction() as session:
        await record_envelopes(session, story.envelopes)
    while True:
        async with _database(graph).transaction() as session:
            failure = await failures.claim(session, datetime.max.replace(tzinfo=stories.BEGIN.tzinfo, year=9000))
            if failure is None:
                return
            cause = Cause(FailureKind.RESOURCE, f"{failure.environment} is full", "Queue", "AWS::SQS::Queue")
            await failures.explain(session, failure, cause, stories.BEGIN)


async def why(graph: Graph, environment: str = "prod-us-east-1") -> list[Any]:
    """The deployments to an environment, the newest first, with why each failed."""
    found: list[Any] = (await graph(WHY, e=environment))["deployments"]["nodes"]
    assert len(graph.statements) == 1
    return found


async def test_a_deployment_has_the_first_cause_of_its_latest_attempt(payments: Graph) -> None:
    """An action's own, too; what a retry has passed is no longer why, and is still among the execution's failures."""
    await tell(payments, stories.failed())
    (deployment,) = await why(payments)
    assert deployment["failure"]["cause"] == "prod-us-east-1 is full"
    assert deployment["failure"]["action"]["failure"] == {"cause": "prod-us-east-1 is full"}
    await tell(payments, stories.retried())
    (deployment,) = await why(payments)
    assert (deployment["status"], deployment["failure"]) == ("SUCCEEDED", None)
    nodes = "nodes { attempt action { failure { id } } }"
    document = f"query ($e: String!) {{ execution(executionId: $e) {{ failures {{ {nodes} }} }} }}"
    found = (await payments(document, e=stories.EXECUTION))["execution"]["failures"]["nodes"]
    assert found == [{"attempt": 1, "action": {"failure": None}}]


async def test_what_passed_afterwards_is_no_rollback(payments: Graph) -> None:
    """A rollback succeeds with an earlier revision; the first later one that is none has passed."""
    story = stories.failed()
    await tell(payments, story)
    for number, (kind, commit) in enumerate([("ManualRollback", "old"), ("Webhook", "new"), ("Webhook", "newer")]):
        later = stories.retried(execution=f"{OTHER}{number}", begin=stories.BEGIN + timedelta(days=1 + number))
        later.envelopes = [each for each in later.envelopes if each["detail"]["state"] not in ("FAILED", "RESUMED")]
        later.envelopes[0]["detail"]["execution-trigger"] = {"commit-id": commit, "trigger-type": kind}
        await tell(payments, later)
    document = "{ fingerprints { nodes { seen text lastFailure { resolvedBy { revision } } } } }"
    (common,) = (await payments(document))["fingerprints"]["nodes"]
    assert common == {"seen": 1, "text": "<name> is full", "lastFailure": {"resolvedBy": {"revision": "new"}}}
    assert len(payments.statements) == 1


async def check(graph: Graph, name: str, **given: Any) -> None:
    """A check of prod's environments."""
    async with _database(graph).transaction() as session:
        await register(
            session,
            Kind.CHECK,
            name=name,
            kind="ALARM",
            when="AFTER",
            wave="prod-1",
            timeout_minutes=60,
            configuration={"alarmName": "5xx-{environment}"},
            **given,
        )


async def test_a_blocking_check_is_why_and_a_shadow_is_not(payments: Graph) -> None:
    """Each has its failure; only what holds the revision up, and is not tried again, is the deployment's."""
    await check(payments, "errors", mode=CheckMode.BLOCKING)
    await check(payments, "latency", mode=CheckMode.SHADOW)
    await check(payments, "flaky", mode=CheckMode.BLOCKING, retries=1)
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    for action in stories.names_of(stories.PROD_1)[:-1]:
        story.action("prod-1", action, "SUCCEEDED")
    await tell(payments, story)
    outcomes = {
        "latency": CheckRunStatus.FAILED,
        "flaky": CheckRunStatus.ERRORED,
        "errors": CheckRunStatus.TIMED_OUT,
    }
    given: dict[str, Any] = {"now": stories.BEGIN, "execution_id": story.execution}
    async with _database(payments).transaction() as session:
        runs = await checking.start_check_runs(session, "t", stage="prod-1", when=CheckWhen.AFTER, **given)
        for name, status in outcomes.items():
            run = next(each for each in runs if (each.name, each.subject) == (name, "prod-us-east-1"))
            await checking.finish_check_run(session, "t", now=stories.BEGIN, check_run=run.id, status=status)
    (deployment,) = await why(payments)
    expected = {"cause": "it gave no outcome in its time", "checkRun": {"name": "errors"}}
    assert expected.items() <= deployment["failure"].items()
    assert (await why(payments, "prod-eu-west-1"))[0]["failure"] is None
    document = (
        "{ failures(filter: {kind: [CHECK], explained: true}) { nodes { checkRun { name failure { cause } } } } }"
    )
    found = [each["checkRun"] for each in (await payments(document))["failures"]["nodes"]]
    assert {each["name"] for each in found} == set(outcomes)
    assert all(each["failure"]["cause"] for each in found)


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({"service": "payments", "environment": "prod-us-east-1"}, 1),
        ({"accountId": "1" * 12, "region": "us-east-1", "kind": ["RESOURCE", "HOOK"]}, 1),
        ({"service": "orders"}, 0),
        ({"kind": ["BUILD"]}, 0),
        ({"explained": False}, 0),
        ({"fingerprint": "0" * 32}, 0),
        ({}, 1),
    ],
)
async def test_filters_narrow(payments: Graph, narrowed: dict[str, Any], count: int) -> None:
    """All that are given hold."""
    await tell(payments, stories.failed())
    document = "query ($f: FailureFilter) { failures(filter: $f) { totalCount nodes { id } } }"
    found = (await payments(document, f=narrowed))["failures"]
    assert (found["totalCount"], len(found["nodes"])) == (count, count)


async def test_a_fingerprint_is_found_by_its_id_and_its_digest(payments: Graph) -> None:
    """And by where it was seen."""
    await tell(payments, stories.failed())
    document = "query ($f: FingerprintFilter) { fingerprints(filter: $f) { nodes { id digest seen } } }"
    narrowed = {"service": "payments", "environment": "prod-us-east-1", "kind": ["RESOURCE"]}
    (common,) = (await payments(document, f=narrowed))["fingerprints"]["nodes"]
    assert (await payments(document, f={"environment": "alpha-eu-west-1"}))["fingerprints"]["nodes"] == []
    for name in ("id", "digest"):
        kind = "ID!" if name == "id" else "String!"
        found = await payments(f"query ($v: {kind}) {{ fingerprint({name}: $v) {{ id digest seen }} }}", v=common[name])
        assert found["fingerprint"] == common
    assert (await payments("{ fingerprint { id } }"))["fingerprint"] is None


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_examples_of_the_page_are_answered(payments: Graph, document: str) -> None:
    """Each in one statement, with what failed."""
    await tell(payments, stories.failed())
    (found,) = (await payments(document)).values()
    assert len(payments.statements) == 1
    assert len(found["nodes"]) == 1
