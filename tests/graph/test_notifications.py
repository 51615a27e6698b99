"""Notifications in the graph: how they went, and the test button."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest

from aws.secrets import Secrets
from domain.configuration.kinds import Kind
from domain.events import EventType, Happening
from graph.mutations import notifications
from models.event_log import append
from reporting.channels.addresses import Web
from reporting.notifications import Channels, Dispatcher, Notices
from tests.configuring import register
from tests.graph.conftest import Graph

URL = "http://127.0.0.1:8400"
TEST = """
mutation ($name: String!) {
  testNotificationRoute(input: {name: $name}) {
    delivered message notification { type title status attempts route { name } } errors { code path message }
  }
}
"""
SHOWN = """
query ($filter: NotificationFilter) {
  notificationRoutes { nodes { name target { failures error disabledAt failingSince }
    notifications(filter: $filter) { totalCount nodes { deliveryId type status urgent thread repeats error } } } }
  notifications(filter: $filter) { nodes { title } }
}
"""


async def route(graph: Graph, **given: object) -> None:
    fields = {"name": "all", "channel": "WEBHOOK", "address": "http://127.0.0.1:1/", "events": ["alarm.*"], **given}
    async with graph.context.database.transaction() as session:
        await register(session, Kind.NOTIFICATION_ROUTE, **fields)


async def test_a_route_that_is_not_there_is_not_tested(fleet: Graph) -> None:
    """The nearest names are told."""
    await route(fleet)
    answer = (await fleet(TEST, name="al"))["testNotificationRoute"]
    assert answer["notification"] is None
    assert not answer["delivered"]
    assert answer["message"] is None
    assert [(each["code"], each["path"]) for each in answer["errors"]] == [("NOT_FOUND", ["name"])]


async def test_without_a_reporter_a_test_is_queued(fleet: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says so, and comes nevertheless; asked again, it is the same test."""
    monkeypatch.setattr(notifications, "WAIT_SECONDS", 0.0)
    await route(fleet)
    for _ in range(2):
        answer = (await fleet(TEST, name="all"))["testNotificationRoute"]
        assert "is `python -m graph report` running?" in answer["message"]
        assert answer["notification"]["status"] == "PENDING"
        assert answer["notification"]["route"]["name"] == "all"
    shown = await fleet(SHOWN, filter={"status": ["PENDING"]})
    assert shown["notificationRoutes"]["nodes"][0]["notifications"]["totalCount"] == 1


async def test_a_test_says_what_the_target_said(fleet: Graph) -> None:
    """The mutation waits for the reporter that sends it."""
    await route(fleet)
    with ThreadPoolExecutor(1) as threads:
        channels = Channels(Web(loopback=True), Secrets(lambda _: ""), threads, URL, None, URL)
        dispatcher = Dispatcher(fleet.context.database, channels, lambda: datetime.now(UTC))
        asked = asyncio.create_task(fleet(TEST, name="all"))
        while not asked.done():
            await dispatcher.turn()
            await asyncio.sleep(0.01)
        await dispatcher.finish()
        answer = (await asked)["testNotificationRoute"]
        await channels.web.close()
    assert answer["message"] == "The target has not taken it: ConnectError: All connection attempts failed"
    assert not answer["delivered"]
    assert answer["notification"]["status"] == "EXPIRED"


async def test_how_it_goes_is_in_the_graph(fleet: Graph) -> None:
    """Each notification with its status and id, narrowed by status, route, type and execution; one statement."""
    await route(fleet)
    notices = Notices(fleet.context.database, URL, lambda: datetime.now(UTC))
    await notices.enqueue()
    alarm = Happening(EventType.ALARM_CHANGED, "Alarm", UUID(int=0), {"alarm": "errors", "state": "ALARM"})
    async with fleet.context.database.transaction() as session:
        await append(session, [alarm, alarm], "tester")
    await notices.enqueue()
    shown = await fleet(SHOWN, filter={"type": "alarm.*", "route": "all", "executionId": "errors None None"})
    assert len(fleet.statements) == 2
    (found,) = shown["notificationRoutes"]["nodes"]
    assert found["target"] == {"failures": 0, "error": None, "disabledAt": None, "failingSince": None}
    (sent,) = found["notifications"]["nodes"]
    assert UUID(sent["deliveryId"]).version == 5
    assert (sent["status"], sent["repeats"], sent["urgent"]) == ("PENDING", 1, False)
    assert shown["notifications"]["nodes"] == [{"title": "Alarm errors: ALARM"}]
    assert (await fleet(SHOWN, filter={"status": ["SENT"]}))["notifications"]["nodes"] == []
