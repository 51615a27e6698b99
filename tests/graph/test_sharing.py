"""Equal subscriptions are one execution: who shares, who does not, who is let go, and that nothing stays behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from domain.events import EventType
from graph import sharing
from models import event_log
from tests.graph.conftest import Graph
from tests.graph.sockets import EVENTS, Service, tasks


@pytest.fixture
async def service(graph: Graph) -> AsyncIterator[Service]:
    """A service that, when its sockets have left, holds nothing: no group, no follower, no task."""
    made = Service(graph)
    yield made
    for socket in made.sockets:
        await socket.close()
    assert not made.view.groups
    assert not made.feed.followers
    assert not [each for each in tasks() if each.startswith(("Group.", "SharingHandler.", "BaseGraphQL"))]


async def test_who_asks_the_same_shares_one_execution(service: Service) -> None:
    """Two sockets, one follower of the log; both get the same bytes but for their operation's id."""
    one, two = service.socket(), service.socket()
    one.subscribe(named="a")
    two.subscribe(named="b")
    await service.follow(1, members=2)
    assert "Group._execute" in tasks()
    await service.happen(1, 2)
    assert await one.numbers(2) == await two.numbers(2) == [1, 2]
    assert [text.replace('"id":"a"', '"id":"b"', 1) for text in one.sent[1:]] == two.sent[1:]


async def test_one_socket_may_ask_the_same_twice(service: Service) -> None:
    """Two operations of one socket are two members."""
    socket = service.socket()
    socket.subscribe(named="a")
    socket.subscribe(named="b")
    await service.follow(1, members=2)
    await service.happen(1)
    assert sorted(each["id"] for each in await socket.answers(2)) == ["a", "b"]


async def test_who_joins_gets_what_is_published_from_then_on(service: Service) -> None:
    """Nothing from before, and nothing is asked of the log again."""
    one, two = service.socket(), service.socket()
    one.subscribe()
    await service.follow(1)
    await service.happen(1)
    await one.numbers(1)
    two.subscribe()
    await service.follow(1, members=2)
    await service.happen(2)
    assert await one.numbers(2) == [1, 2]
    assert await two.numbers(1) == [2]


async def test_different_questions_are_executed_apart(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other variables, another document, another scope of what the viewer may see."""
    for variables in ({}, {"f": {"types": ["service.registered"]}}, {"f": {"types": ["account.registered"]}}):
        service.socket().subscribe(**variables)
    service.socket().subscribe("subscription { events { cursor } }")
    await service.follow(4, members=4)
    monkeypatch.setattr(type(service.graph.context), "scope", "payments")
    service.socket().subscribe()
    await service.follow(5, members=5)
    assert len(service.view.groups) == 5


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (EVENTS, {"after": "CURSOR"}),
        ('subscription { events(after: "CURSOR") { cursor payload } }', {}),
        ('subscription ($c: String = "CURSOR") { events(after: $c) { cursor payload } }', {}),
        (
            "subscription ($c: String) { ...F } fragment F on Subscription { events(after: $c) { payload } }",
            {"c": "CURSOR"},
        ),
        ("subscription ($c: String) { ... { events(after: $c) { payload } } }", {"c": "CURSOR"}),
    ],
)
async def test_a_cursor_is_not_shared(service: Service, document: str, variables: dict[str, str]) -> None:
    """However the cursor is given, each replays on its own what it missed, and then goes on live."""
    async with service.graph.context.database.reading() as connection:
        cursor = str(await event_log.head(connection))
    await service.happen(1)
    document = document.replace("CURSOR", cursor)
    variables = {name: value.replace("CURSOR", cursor) for name, value in variables.items()}
    one, two = service.socket(), service.socket()
    for socket in (one, two):
        socket.subscribe(document, **variables)
    await service.follow(2, members=0)
    await service.happen(2)
    assert await one.numbers(2) == await two.numbers(2) == [1, 2]


async def test_the_word_after_alone_is_no_cursor(service: Service) -> None:
    """Null, absent, an alias or a comment: it begins from now on, and is shared."""
    document = "subscription ($after: String) { after: events(after: $after) { cursor } } # after: 7"
    for variables in ({}, {"after": None}):
        service.socket().subscribe(document, **variables)
        service.socket().subscribe(document, **variables)
    await service.follow(2, members=4)


async def test_the_last_to_leave_stops_the_execution(service: Service) -> None:
    """Who unsubscribes or closes leaves the others as they are; without anybody, nothing follows the log."""
    one, two = await service.pair()
    one.tell("complete", id="1")
    await service.follow(1, members=1)
    await service.happen(1)
    assert await two.numbers(1) == [1]
    await two.close()
    assert not service.feed.followers
    assert len(one.sent) == 1
    one.subscribe()  # the id is free again, and so is the question
    await service.follow(1, members=1)
    await service.happen(2)
    assert await one.numbers(1) == [2]
    service.sockets.remove(two)


async def test_a_slow_reader_is_told_to_resume(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with TOO_SLOW behind what it was given; the others get all; resumed, it misses nothing."""
    monkeypatch.setattr(sharing, "MOST_WAITING", 3)
    slow, quick = await service.pair()
    slow.free.clear()
    await service.happen(*range(20))
    assert await quick.numbers(20) == list(range(20))
    assert service.members() == 1
    slow.free.set()
    *given, last = await slow.answers(5)
    assert last["type"] == "error"
    assert last["payload"][0]["extensions"]["code"] == "TOO_SLOW"
    assert "`after`" in last["payload"][0]["extensions"]["remedy"]
    slow.sent[1:] = []
    slow.subscribe(after=given[-1]["payload"]["data"]["events"]["cursor"])
    assert await slow.numbers(16) == list(range(4, 20))


async def test_a_burst_is_not_slowness(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """More results at once than may wait: a reader that takes them at once gets all, whatever they are made of."""
    monkeypatch.setattr(sharing, "MOST_WAITING", 3)
    one, two = service.socket(), service.socket()
    for socket in (one, two):
        socket.subscribe("subscription { pipelineChanged { cursor } }")  # asks nothing of the database
    await service.follow(1, members=2)
    await service.happen(*range(50), kind=EventType.PIPELINE_REGISTERED)
    answers = await one.answers(50)
    assert {each["type"] for each in answers} == {"next"}
    assert await two.answers(50) == answers


async def test_nothing_runs_for_slow_readers_alone(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the only member is let go, the execution ends though its socket still hangs; the next begins anew."""
    monkeypatch.setattr(sharing, "MOST_WAITING", 1)
    slow, next_one = service.socket(), service.socket()
    slow.subscribe()
    await service.follow(1)
    slow.free.clear()
    await service.happen(1, 2, 3)
    await service.follow(0, members=0)
    next_one.subscribe()
    await service.follow(1, members=1)
    slow.free.set()
    await slow.answers(3)
    await service.happen(4)
    assert await next_one.numbers(1) == [4]


async def test_a_client_that_vanishes_harms_nobody(service: Service) -> None:
    """A send that fails ends that member alone."""
    gone, other = await service.pair()
    gone.lost = True
    await service.happen(1)
    await service.follow(1, members=1)
    await service.happen(2)
    assert await other.numbers(2) == [1, 2]


@pytest.mark.parametrize(
    ("document", "variables", "says"),
    [
        ("subscription { events { nothing } }", {}, "Cannot query field 'nothing'"),
        (EVENTS, {"f": 7}, "EventFilter"),
        (EVENTS, {"f": {"subjectId": "x"}}, "subjectId 'x' is not valid"),
        ("query { __typename } subscription S { events { cursor } }", {}, ""),
    ],
)
async def test_what_is_wrong_is_told_to_who_asked(
    service: Service, document: str, variables: dict[str, Any], says: str
) -> None:
    """Each that asked gets the error; others go on."""
    well, *wrong = (service.socket() for _ in range(3))
    well.subscribe()
    await service.follow(1)
    for socket in wrong:
        socket.subscribe(document, **variables)
    for socket in wrong:
        (answer,) = await socket.answers(1)
        assert says in orjson.dumps(answer).decode()
    await service.follow(1, members=1)
    await service.happen(1)
    assert await well.numbers(1) == [1]


async def test_the_end_of_the_feed_completes_everybody(service: Service) -> None:
    """Each member gets what was published, then `complete`."""
    one, two = await service.pair()
    await service.happen(1)
    await one.numbers(1)
    await service.feed.close()
    for socket in (one, two):
        assert [each["type"] for each in await socket.answers(2)] == ["next", "complete"]


async def test_an_unexpected_failure_is_masked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be published ends the group with INTERNAL; its words go to the log alone."""

    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    one, two = await service.pair()
    monkeypatch.setattr(sharing.Group, "_publish", fail)
    await service.happen(1)
    for socket in (one, two):
        (answer,) = await socket.answers(1)
        assert answer["payload"][0]["extensions"] == {"code": "INTERNAL"}
        assert "secret" not in orjson.dumps(answer).decode()
