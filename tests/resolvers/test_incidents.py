"""Incidents in a real database: declared, linked to deployments, resolved, opened again; each with its event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.errors import AlreadyExists, InvalidValue, NotFound, Refused
from domain.words import DeploymentStatus, IncidentRole, IncidentSeverity
from models.engine import Database
from models.tables import Event, Incident, IncidentLink
from resolvers import incidents
from resolvers.incidents import Declared, Linking
from tests.configuring import author
from tests.deliveries import EU, US, History, at

pytestmark = pytest.mark.database

WHAT = {"service": "payments", "title": "cards are refused", "severity": IncidentSeverity.CRITICAL}
NOW = at(1000)


@pytest.fixture
async def history(database: Database) -> History:
    """Two deployments of payments to production, of one revision, and one that has not begun."""
    history = await History(database).begin()
    await history.run("a", (EU, 100, None), (US, 200, None), ("prod-ap-south-1", 300, DeploymentStatus.PENDING))
    return history


async def does(history: History, use_case: Callable[..., Awaitable[Incident]], *what: Any, **given: Any) -> Incident:
    """A use-case in a transaction of its own, at minute 1000 where nothing else is said."""
    by = author(**{"now": NOW, **given})
    async with history.database.transaction() as session:
        return await use_case(session, by, *what)


async def declare(history: History, by: dict[str, Any] | None = None, **given: Any) -> Incident:
    """An incident of payments."""
    return await does(history, incidents.declare, Declared(**{**WHAT, **given}), **(by or {}))


async def events(history: History) -> list[tuple[str, dict[str, Any]]]:
    """What the log has of incidents, in order."""
    async with history.database.reading() as connection:
        statement = select(Event.type, Event.payload).where(Event.type.startswith("incident.")).order_by(Event.id)
        return [(type_, payload) for type_, payload in await connection.execute(statement)]


async def links(history: History) -> dict[UUID, IncidentRole]:
    """Every link there is: the deployment, and what it is to its incident."""
    async with history.database.reading() as connection:
        found = await connection.execute(select(IncidentLink.deployment_id, IncidentLink.role))
        return {row.deployment_id: row.role for row in found}


async def test_an_incident_is_a_row_and_an_event(history: History) -> None:
    """With who declared it, when, why, and the deployments that caused it."""
    cause = history.deployments["a", EU]
    made = await declare(history, {"reason": "paged"}, causes=(cause,), started_at=at(110), note="all of Europe")
    assert (made.name, made.declared_by, made.declared_at, made.started_at) == ("incident-1", "tester", NOW, at(110))
    assert await links(history) == {cause: IncidentRole.CAUSE}
    assert await events(history) == [
        (
            "incident.declared",
            {
                "incident": "incident-1",
                "service": "payments",
                "severity": "CRITICAL",
                "title": "cards are refused",
                "startedAt": at(110).isoformat(),
                "deployments": [str(cause)],
                "fixes": [],
                "note": "all of Europe",
                "reason": "paged",
            },
        )
    ]


async def test_numbers_are_given_once(history: History) -> None:
    """Each new incident has the next number, of two at once too; a name of one's own takes none."""
    await declare(history, name="the-black-friday")
    made = await asyncio.gather(*(declare(history) for _ in range(4)))
    assert sorted(each.name for each in made) == [f"incident-{number}" for number in (1, 2, 3, 4)]
    await declare(history, name="incident-40")
    assert (await declare(history)).name == "incident-41"


async def test_declared_again_under_its_key_it_is_the_same(history: History) -> None:
    """Of two at once too; a key that stands for something else is refused, and another actor has keys of their own."""
    by = {"idempotency_key": "page-77"}
    made = await asyncio.gather(declare(history, by), declare(history, by))
    assert {each.name for each in made} == {"incident-1"}
    assert len(await events(history)) == 1
    with pytest.raises(Refused, match=r"page-77.*incident-1"):
        await declare(history, by, title="something else")
    assert (await declare(history, {**by, "actor": "another"})).name == "incident-2"


@pytest.mark.parametrize(
    ("given", "problem", "says"),
    [
        ({"service": "payment"}, NotFound, "did you mean payments"),
        ({"title": "  "}, InvalidValue, "1 to 200 characters"),
        ({"title": "x" * 201}, InvalidValue, "1 to 200 characters"),
        ({"title": "two\nlines"}, InvalidValue, "one line"),
        ({"title": "nul\0"}, InvalidValue, "none of them NUL"),
        ({"note": "x" * 10_001}, InvalidValue, "10,000"),
        ({"name": "Black Friday"}, InvalidValue, "lower-case"),
        ({"started_at": NOW + timedelta(minutes=2)}, InvalidValue, "a time that has been"),
        ({"started_at": datetime(2026, 11, 2)}, InvalidValue, "with its zone"),
        ({"causes": (uuid4(),)}, NotFound, "no deployment"),
        ({"causes": tuple(uuid4() for _ in range(501))}, InvalidValue, "at most 500"),
    ],
)
async def test_what_cannot_be_is_refused(
    history: History, given: dict[str, Any], problem: type[Exception], says: str
) -> None:
    """And nothing is written."""
    with pytest.raises(problem, match=says):
        await declare(history, **given)
    assert await events(history) == []


async def test_a_name_is_given_once(history: History) -> None:
    """Names are keys."""
    await declare(history, name="outage")
    with pytest.raises(AlreadyExists, match="outage"):
        await declare(history, name="outage")


async def test_a_clock_that_is_a_little_ahead_is_now(history: History) -> None:
    """What a client's clock calls now may be seconds away for us: no incident starts in the future for that."""
    assert (await declare(history, started_at=NOW + timedelta(seconds=30))).started_at == NOW


async def test_links_are_said_again_changed_and_taken_off(history: History) -> None:
    """Each that changes something has its event; a deployment is a cause or a fix, and never both."""
    eu, us = history.deployments["a", EU], history.deployments["a", US]
    await declare(history, started_at=at(150))
    await does(history, incidents.link, "incident-1", Linking(causes=(eu,), fixes=(us,)), reason="found out")
    await does(history, incidents.link, "incident-1", Linking(causes=(eu,)))
    assert await links(history) == {eu: IncidentRole.CAUSE, us: IncidentRole.FIX}
    await does(history, incidents.link, "incident-1", Linking(causes=(us,), unlink=(eu,)))
    await does(history, incidents.link, "incident-1", Linking(unlink=(eu,)))
    assert await links(history) == {us: IncidentRole.CAUSE}
    told = [payload for type_, payload in await events(history) if type_ == "incident.linked"]
    assert [(each["causes"], each["fixes"], each["unlinked"]) for each in told] == [
        ([str(eu)], [str(us)], []),
        ([str(us)], [], [str(eu)]),
    ]
    assert told[0]["linked"] == [str(eu), str(us)]
    assert told[0]["reason"] == "found out"


@pytest.mark.parametrize(
    ("what", "problem", "says"),
    [
        ({"causes": "one", "fixes": "one"}, InvalidValue, "named once"),
        ({"causes": "one", "unlink": "one"}, InvalidValue, "named once"),
        ({"causes": "pending"}, Refused, "has not begun"),
        ({"causes": "late"}, Refused, "began when the incident was over"),
        ({"fixes": "one"}, Refused, "was over before the incident began"),
        ({"unlink": "nobody"}, NotFound, "no deployment"),
        ({"fixes": "nobody"}, NotFound, "no deployment"),
    ],
    ids=str,
)
async def test_a_link_that_cannot_be_is_refused(
    history: History, what: dict[str, str], problem: type[Exception], says: str
) -> None:
    """A deployment that had not begun caused nothing, and one that was over before ended nothing."""
    keys = {
        "one": history.deployments["a", EU],
        "late": history.deployments["a", US],
        "pending": history.deployments["a", "prod-ap-south-1"],
        "nobody": uuid4(),
    }
    await declare(history, started_at=at(120))
    await does(history, incidents.resolve, "incident-1", at(150))
    linking = Linking(**{field: (keys[name],) for field, name in what.items()})
    with pytest.raises(problem, match=says):
        await does(history, incidents.link, "incident-1", linking)
    assert await links(history) == {}


async def test_an_incident_is_resolved_once_and_can_be_opened_again(history: History) -> None:
    """Said again with the same time nothing changes; another time is refused, until it is opened again."""
    await declare(history, started_at=at(110))
    first = await does(history, incidents.resolve, "incident-1", at(150), "rolled back")
    assert (first.resolved_at, first.resolved_by, first.resolution) == (at(150), "tester", "rolled back")
    await does(history, incidents.resolve, "incident-1", at(150))
    for moment in (at(160), None):
        with pytest.raises(Refused, match=r"was resolved at .* by tester"):
            await does(history, incidents.resolve, "incident-1", moment)
    opened = await does(history, incidents.reopen, "incident-1", reason="it came back")
    assert (opened.resolved_at, opened.resolution) == (None, None)
    await does(history, incidents.reopen, "incident-1")
    assert (await does(history, incidents.resolve, "incident-1")).resolved_at == NOW
    told = await events(history)
    assert [type_ for type_, _ in told] == [
        "incident.declared",
        "incident.resolved",
        "incident.reopened",
        "incident.resolved",
    ]
    assert told[1][1]["resolvedAt"] == at(150).isoformat()
    assert told[2][1] == {
        "incident": "incident-1",
        "service": "payments",
        "resolvedAt": at(150).isoformat(),
        "reason": "it came back",
    }


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (at(109), "when the incident began"),
        (NOW + timedelta(days=1), "a time that has been"),
        (datetime(2026, 11, 2), "with its zone"),
        (datetime(1, 1, 1, tzinfo=UTC), "when the incident began"),
    ],
)
async def test_an_end_that_cannot_be_is_refused(history: History, moment: datetime, says: str) -> None:
    """Before it began, or yet to come."""
    await declare(history, started_at=at(110))
    with pytest.raises(InvalidValue, match=says):
        await does(history, incidents.resolve, "incident-1", moment)


async def test_an_end_before_a_cause_is_refused(history: History) -> None:
    """What may not be linked as a cause afterwards is not made so by an end: it would have recovered in no time."""
    late = history.deployments["a", US]
    await declare(history, causes=(late,), started_at=at(110))
    with pytest.raises(Refused, match="began when the incident was over"):
        await does(history, incidents.resolve, "incident-1", at(150))
    await does(history, incidents.link, "incident-1", Linking(unlink=(late,)))
    assert (await does(history, incidents.resolve, "incident-1", at(150))).resolved_at == at(150)


@pytest.mark.parametrize("use_case", [incidents.resolve, incidents.reopen, incidents.link])
async def test_an_incident_that_is_not_there_is_named(history: History, use_case: Any) -> None:
    """With the nearest that is."""
    await declare(history)
    what = (Linking(),) if use_case is incidents.link else ()
    with pytest.raises(NotFound, match="did you mean incident-1"):
        await does(history, use_case, "incident-2", *what)


async def test_two_that_resolve_at_once_take_turns(history: History) -> None:
    """One of them resolves it, the other is told so."""
    await declare(history, started_at=at(110))
    ends = [does(history, incidents.resolve, "incident-1", at(moment)) for moment in (150, 160)]
    done = await asyncio.gather(*ends, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Incident", "Refused"]
    assert len(await events(history)) == 2
