"""The clock in the graph: asked everywhere, set in a service for rehearsals alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import URL

from models.engine import Database
from subscriptions.feed import Feed
from tests.graph.conftest import Graph
from tests.service import environment, running

SET = """mutation ($input: SetClockInput!) { setClock(input: $input) {
  clock { now speed rehearsal } errors { code message path remedy } } }"""
ASK = "{ clock { now speed rehearsal } }"
LATER = datetime(2031, 3, 1, 8, tzinfo=UTC)


async def turned(graph: Graph, **given: Any) -> Any:
    """The payload."""
    return (await graph(SET, input=given))["setClock"]


async def test_a_service_tells_the_time(graph: Graph) -> None:
    """Its machine's, one second in a second."""
    clock = (await graph(ASK))["clock"]
    assert abs(datetime.fromisoformat(clock["now"]) - datetime.now(UTC)) < timedelta(seconds=30)
    assert (clock["speed"], clock["rehearsal"]) == (1.0, False)


async def test_nobody_sets_the_clock_of_a_service_that_is_not_for_rehearsals(graph: Graph) -> None:
    """Refused, with what to start."""
    refused = await turned(graph, speed=10)
    assert refused["clock"] is None
    assert refused["errors"][0]["code"] == "NOT_FOR_REHEARSALS"
    assert "INTERLOCK_REHEARSAL=1" in refused["errors"][0]["remedy"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"speed": 0.5}, ["speed"]),
        ({"speed": 1_000_001}, ["speed"]),
        ({"speed": 1, "at": "2001-01-01T00:00:00Z"}, ["at"]),
        ({"speed": 1, "at": "2031-03-01T08:00:00"}, ["at"]),
    ],
)
async def test_what_a_clock_cannot_be_set_to(database_url: URL, given: dict[str, Any], path: list[str]) -> None:
    """Slower than the world, too fast, back, or to a time without its zone."""
    async with Database(database_url, rehearsal=True) as rehearsing, Feed(rehearsing) as feed:
        refused = await turned(Graph(rehearsing, feed), **given)
    assert [(each["code"], each["path"]) for each in refused["errors"]] == [("INVALID_VALUE", path)]


async def test_decisions_are_made_on_the_rehearsals_clock(database_url: URL) -> None:
    """What was set is what the next question is answered by, and the events are of that time."""
    async with Database(database_url, rehearsal=True) as rehearsing, Feed(rehearsing) as feed:
        graph = Graph(rehearsing, feed)
        made = await turned(graph, speed=60, at=LATER.isoformat())
        assert made["errors"] == []
        assert (made["clock"]["speed"], made["clock"]["rehearsal"]) == (60, True)
        assert LATER <= graph.context.now() < LATER + timedelta(hours=1)
        await graph.change("registerAccount account", awsId="123456789012", name="pay")
        event = await graph.newest_event("time")
        health = (await graph("{ health { clock { rehearsal speed } } }"))["health"]
    assert LATER <= datetime.fromisoformat(event["time"]) < LATER + timedelta(hours=1)
    assert health["clock"] == {"rehearsal": True, "speed": 60}


def test_a_clock_that_anybody_may_set_is_not_reached_from_elsewhere(
    database_url: URL, capfd: pytest.CaptureFixture[str]
) -> None:
    """The two settings together are refused."""
    settings = environment(database_url, INTERLOCK_REHEARSAL="1", INTERLOCK_HOST="0.0.0.0")
    with running("serve", settings) as process:
        assert process.wait(60) == 1
    assert "INTERLOCK_REHEARSAL is set and INTERLOCK_HOST is '0.0.0.0'" in capfd.readouterr().err
