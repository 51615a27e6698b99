"""What AWS told, in the graph: works, alarms, envelopes, messages set aside, and reports of CI systems."""

from __future__ import annotations

from typing import Any

import pytest

from models.settings import Settings
from resolvers.messages import Message
from resolvers.recording import record_envelopes
from tests import mixed, stories
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import Graph

pytestmark = pytest.mark.database


@pytest.fixture
async def told(graph: Graph) -> Graph:
    """The graph over a mixed execution, and a message that was set aside."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, [*mixed.envelopes(), Message("m-1", "not JSON"), Message("m-2", "neither")])
    return graph


WORKS = """query ($id: String!) { execution(executionId: $id) {
  envelopes(first: 2) { totalCount nodes { detailType time receivedAt body } }
  stages(last: 1) { nodes { actions { nodes { name externalId work {
    arn kind accountId regionName name status state startedAt endedAt cause failures logUrl
    envelopes { totalCount } actions { nodes { name } } } } } } } } }"""


async def test_the_work_behind_actions(told: Graph) -> None:
    """From an execution to the work behind its actions, and to the raw envelopes of both, in one statement."""
    found = (await told(WORKS, id=stories.EXECUTION))["execution"]
    assert len(told.statements) == 1
    assert found["envelopes"]["totalCount"] == len(mixed.pipeline().envelopes)
    assert found["envelopes"]["nodes"][0]["body"]["detail"]["state"] == "FAILED"
    actions = {each["name"]: each["work"] for each in found["stages"]["nodes"][0]["actions"]["nodes"]}
    deploy = actions["prod-us-east-1.Deploy"]
    assert (deploy["kind"], deploy["status"], deploy["state"]) == ("STACK", "SUCCEEDED", "UPDATE_COMPLETE")
    assert (deploy["accountId"], deploy["failures"]) == (mixed.WORKLOADS, [])
    assert deploy["actions"]["nodes"] == [{"name": "prod-us-east-1.Deploy"}]
    assert deploy["envelopes"]["totalCount"] == 9
    assert actions["prod-1.Validate"]["cause"].startswith("alarm-3")
    assert actions["prod-eu-west-1.Prepare"] is None


ALARMS = """query ($f: AlarmFilter, $arn: String!, $after: String) {
  alarms(filter: $f) { totalCount nodes { name state accountId regionName } }
  alarm(arn: $arn) { state reason changedAt changes(first: 1, after: $after) {
    totalCount nodes { state previous reason changedAt } pageInfo { hasNextPage endCursor } }
    envelopes { totalCount } } }"""


async def test_alarms(told: Graph) -> None:
    """Alarms by name, state and place; their history page by page, the newest first; their envelopes."""
    narrowed = {"name": "payments-*", "state": ["OK"], "accountId": mixed.WORKLOADS, "region": "us-east-1"}
    found = await told(ALARMS, arn=mixed.ALARM, f=narrowed)
    assert [each["name"] for each in found["alarms"]["nodes"]] == ["payments-5xx"]
    assert (await told(ALARMS, arn=mixed.ALARM, f={"state": ["ALARM"]}))["alarms"]["totalCount"] == 0
    alarm, changes = found["alarm"], found["alarm"]["changes"]
    assert (alarm["state"], alarm["envelopes"]["totalCount"], changes["totalCount"]) == ("OK", 2, 2)
    assert changes["nodes"][0]["state"] == "OK"
    after = changes["pageInfo"]["endCursor"]
    older = (await told(ALARMS, arn=mixed.ALARM, after=after))["alarm"]["changes"]
    assert [(each["state"], each["previous"]) for each in older["nodes"]] == [("ALARM", "OK")]
    assert older["pageInfo"]["hasNextPage"] is False
    result = await told.result(ALARMS, arn=mixed.ALARM, after="W10=")
    assert [error.extensions["code"] for error in result.errors] == ["INVALID_VALUE"]


async def test_the_work_by_its_arn(told: Graph) -> None:
    """A build has its failed phase and its log."""
    document = "query ($arn: String!) { work(arn: $arn) { status failures logUrl } }"
    found = (await told(document, arn=mixed.BUILD_ARN))["work"]
    assert found["logUrl"] == "https://console.aws.amazon.com/logs"
    assert [(each["name"], each["reason"]) for each in found["failures"]] == [
        ("BUILD", "COMMAND_EXECUTION_ERROR: exit status 1")
    ]


ASIDE = """query ($f: SetAsideFilter) { setAside(filter: $f) {
  totalCount nodes { id messageId reason body tries resolution resolvedBy resolutionReason } } }"""
REPLAY = """mutation ($input: ReplaySetAsideInput!) { replaySetAside(input: $input) {
  recorded remaining messages { messageId tries } errors { code path } } }"""
DISMISS = """mutation ($input: DismissSetAsideInput!) { dismissSetAside(input: $input) {
  messages { messageId resolution } errors { code path } } }"""


async def test_messages_that_were_set_aside(told: Graph) -> None:
    """They are counted, shown, narrowed, replayed and dismissed; what is resolved is shown only when asked for."""
    waiting = (await told(ASIDE))["setAside"]
    assert (waiting["totalCount"], [each["messageId"] for each in waiting["nodes"]]) == (2, ["m-2", "m-1"])
    ids = [each["id"] for each in waiting["nodes"]]
    again = (await told(REPLAY, input={"ids": ids[:1], "reason": "try"}))["replaySetAside"]
    assert again == {"recorded": 0, "remaining": 1, "messages": [{"messageId": "m-2", "tries": 2}], "errors": []}
    gone = (await told(DISMISS, input={"matching": "*JSON*", "reason": "a test"}))["dismissSetAside"]
    assert {each["resolution"] for each in gone["messages"]} == {"DISMISSED"}
    assert (await told(ASIDE))["setAside"]["totalCount"] == 0
    resolved = (await told(ASIDE, f={"resolved": True, "messageId": "m-1"}))["setAside"]["nodes"]
    assert [(each["resolvedBy"], each["resolutionReason"]) for each in resolved] == [("tester", "a test")]
    refused = (await told(REPLAY, input={"ids": ids}))["replaySetAside"]
    assert refused["errors"] == [{"code": "ALREADY_RESOLVED", "path": ["ids"]}]
    wrong = (await told(DISMISS, input={"ids": ["nonsense"], "reason": "x"}))["dismissSetAside"]
    assert wrong["errors"] == [{"code": "INVALID_VALUE", "path": ["ids"]}]


async def test_the_event_of_a_message(told: Graph) -> None:
    """The event that a message was set aside leads to it."""
    found = await told.newest_event("type subject { ... on SetAside { messageId } }")
    assert found["type"] == "envelope.set_aside"
    assert found["subject"]["messageId"] in ("m-1", "m-2")


REPORT = """mutation ($input: ReportExecutionInput!) { reportExecution(input: $input) {
  executionId known execution { executionId status pipeline { arn name accountId consoleUrl service { name } }
    deployments { nodes { environment { name } status revision } } } errors { code message path } } }"""
RUN = {
    "provider": "github-actions", "pipeline": "deploy", "repository": "acme/payments", "runId": "812",
    "revision": "9f2c1ab", "state": "SUCCEEDED", "stage": "prod", "action": "eu", "environment": "prod-eu-west-1",
}  # fmt: skip


async def test_a_report(told: Graph) -> None:
    """One call of another CI system: its execution, its pipeline under a key of its own, and the deployment."""
    found = (await told(REPORT, input=RUN))["reportExecution"]
    assert (found["errors"], found["known"]) == ([], False)
    execution = found["execution"]
    assert execution["executionId"] == found["executionId"]
    assert execution["pipeline"] == {
        "arn": "ci:github-actions:acme/payments:deploy",
        "name": "deploy",
        "accountId": "",
        "consoleUrl": None,
        "service": {"name": "payments"},
    }
    assert execution["deployments"]["nodes"] == [
        {"environment": {"name": "prod-eu-west-1"}, "status": "SUCCEEDED", "revision": "9f2c1ab"}
    ]
    assert (await told(REPORT, input=RUN))["reportExecution"]["known"] is True


async def test_when_it_was_committed(told: Graph) -> None:
    """Known of another CI system's revision as well: its lead time is measured."""
    await told(REPORT, input={**RUN, "committedAt": "2026-11-22T22:00:00+01:00"})
    found = await told("{ executions(first: 1) { nodes { committedAt } } }")
    assert found["executions"]["nodes"] == [{"committedAt": "2026-11-22T21:00:00+00:00"}]


async def test_what_the_commit_is_called(told: Graph) -> None:
    """Its tag, as it was told with any part of the run; CodePipeline tells none. And its pull request is found."""
    await told(REPORT, input={**RUN, "tag": "v1.4.2", "commitMessage": "Pay faster (#123)\n\nMuch."})
    found = await told("{ executions(first: 2) { nodes { tag } } }")
    assert found["executions"]["nodes"] == [{"tag": "v1.4.2"}, {"tag": None}]
    for search in ("v1.4.2", "#123", "9f2c1"):
        document = (
            f'{{ whereabouts(search: "{search}") {{ ... on WhereaboutsFound {{ whereabouts {{ service }} }} }} }}'
        )
        assert (await told(document))["whereabouts"]["whereabouts"] == [{"service": "payments"}]


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"provider": "Git Hub"}, "INVALID_VALUE", ["provider"]),
        ({"time": "2026-11-22T23:00:00"}, "INVALID_VALUE", ["time"]),
        ({"time": "2999-01-01T00:00:00Z"}, "NOT_RECORDED", []),
        ({"stage": None}, "INVALID_VALUE", ["stage"]),
        ({"revision": "a\x00"}, "NOT_RECORDED", []),
        ({"attempt": 2**31 - 1}, "INVALID_VALUE", ["attempt"]),
        ({"environment": "prod-eu-west"}, "NOT_FOUND", ["environment"]),
        ({"url": "javascript:alert(1)"}, "INVALID_VALUE", ["url"]),
        ({"tag": "v 1"}, "INVALID_VALUE", ["tag"]),
        ({"committedAt": "2026-11-22T22:00:00"}, "INVALID_VALUE", ["committedAt"]),
    ],
)
async def test_reports_that_are_refused(graph: Graph, wrong: dict[str, Any], code: str, path: list[str]) -> None:
    """Each with its code and place; nothing is kept of it."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
    found = (await graph(REPORT, input=RUN | wrong))["reportExecution"]
    assert [(each["code"], each["path"]) for each in found["errors"]] == [(code, path)]
    assert found["execution"] is None
    assert (await graph(ASIDE))["setAside"]["totalCount"] == 0


def test_nobody_is_unknown_unless_it_is_said() -> None:
    """Pipelines that nobody registered are discovered: to hear known accounts alone is a decision."""
    assert Settings().intake_accounts == "any"
