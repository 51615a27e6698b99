"""Overrides in a real database: granted, in force, used, linked to an incident, revoked; each with its event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.errors import AlreadyExists, InvalidValue, NotFound, Refused
from domain.periods import Window
from domain.safety.blockers import Blocker, Entry
from domain.words import BlockerKind, DeploymentStatus, IncidentRole, IncidentSeverity
from models import dora, overrides
from models.engine import Database
from models.tables import Event, IncidentLink, Override, OverrideUse, PipelineExecution, Wave
from resolvers import incidents
from resolvers import overrides as use_cases
from resolvers.incidents import Declared, Linking
from resolvers.overrides import Granted
from tests.configuring import archive, author
from tests.deliveries import EU, US, History, at

pytestmark = pytest.mark.database

NOW = at(1000)
END = NOW + timedelta(hours=4)
WHAT: dict[str, Any] = {"reason": "the fix of the outage", "expires_at": END, "service": "payments"}


@pytest.fixture
async def history(database: Database) -> History:
    """A revision of payments that has not begun in two environments of production."""
    history = await History(database).begin()
    pending = DeploymentStatus.PENDING
    await history.run("a", (EU, 1100, pending), (US, 1100, pending), revision="f" * 40)
    return history


async def does(history: History, use_case: Callable[..., Awaitable[Any]], *what: Any, **given: Any) -> Any:
    """A use-case in a transaction of its own, at minute 1000 where nothing else is said."""
    by = author(**{"now": NOW, **given})
    async with history.database.transaction() as session:
        return await use_case(session, by, *what)


async def grant(history: History, by: dict[str, Any] | None = None, **given: Any) -> Override:
    made: Override = await does(history, use_cases.grant, Granted(**{**WHAT, **given}), **(by or {}))
    return made


async def enter(history: History, *blockers: Blocker, execution: str = "a", when: datetime = NOW) -> list[str]:
    """The overrides that an entry into prod-1 newly used, with these blockers."""
    async with history.database.transaction() as session:
        row = (await session.scalars(select(PipelineExecution).filter_by(execution_id=execution))).one()
        wave = (await session.scalars(select(Wave).filter_by(name="prod-1"))).one()
        by = author(now=when, actor="pipeline")
        return list(await use_cases.used(session, by, row, wave, [EU, US], Entry(blockers)))


async def events(history: History, starting: str = "override.") -> list[tuple[str, dict[str, Any]]]:
    async with history.database.reading() as connection:
        statement = select(Event.type, Event.payload).where(Event.type.startswith(starting)).order_by(Event.id)
        return [(type_, payload) for type_, payload in await connection.execute(statement)]


async def in_force(history: History, when: datetime) -> list[str]:
    async with history.database.transaction() as session:
        return [each.name for each in await overrides.in_force(session, when)]


ALARM = Blocker(BlockerKind.ALARM, "the alarm high is in ALARM", "high", override="override-1")
WINDOW = Blocker(BlockerKind.WINDOW, "no window is open", EU, override="override-1")


async def test_it_is_a_row_and_an_event(history: History) -> None:
    """With who granted it, when, until when, for what, and why."""
    made = await grant(history, kinds=(BlockerKind.WINDOW, BlockerKind.ALARM), environment=EU, wave="prod-1")
    assert (made.name, made.granted_by, made.granted_at, made.expires_at) == ("override-1", "tester", NOW, END)
    assert await events(history) == [
        (
            "override.granted",
            {
                "override": "override-1",
                "kinds": ["ALARM", "WINDOW"],
                "service": "payments",
                "environment": EU,
                "wave": "prod-1",
                "incident": None,
                "expiresAt": END.isoformat(),
                "waitsForSecondPerson": False,
                "reason": "the fix of the outage",
            },
        )
    ]


async def test_the_rules_are_given_what_is_in_force(history: History) -> None:
    """From when it was granted, up to and without its end; until it is revoked."""
    await grant(history)
    await grant(history, name="short", expires_at=NOW + timedelta(minutes=5))
    await does(history, use_cases.revoke, "override-1", now=NOW + timedelta(minutes=10), reason="it is repaired")
    assert await in_force(history, NOW - timedelta(seconds=1)) == []
    assert await in_force(history, NOW) == ["override-1", "short"]
    assert await in_force(history, NOW + timedelta(minutes=5)) == ["override-1"]
    assert await in_force(history, NOW + timedelta(minutes=10)) == []
    async with history.database.transaction() as session:
        found = (await overrides.in_force(session, NOW))[0]
    assert (found.by, found.reason, found.service, found.environment) == ("tester", WHAT["reason"], "payments", None)


async def test_granted_again_under_its_key_it_is_the_same(history: History) -> None:
    """Of two at once too; a key that stands for something else is refused, and another actor has keys of their own."""
    by = {"idempotency_key": "page-77"}
    made = await asyncio.gather(grant(history, by), grant(history, by))
    assert {each.name for each in made} == {"override-1"}
    assert len(await events(history)) == 1
    assert (await grant(history, {**by, "now": END + timedelta(days=9)})).name == "override-1"
    with pytest.raises(Refused, match=r"page-77.*override-1"):
        await grant(history, by, wave="prod-1")
    assert (await grant(history, {**by, "actor": "another"})).name == "override-2"


@pytest.mark.parametrize(
    ("given", "problem", "says"),
    [
        ({"service": "payment"}, NotFound, "did you mean payments"),
        ({"environment": "prod"}, NotFound, "no environment 'prod'"),
        ({"wave": "prod-9"}, NotFound, "did you mean prod-2 or prod-1"),
        ({"incident": "incident-9"}, NotFound, "no incident"),
        ({"service": "nul\0"}, InvalidValue, "none of them NUL"),
        ({"reason": " "}, InvalidValue, "a sentence"),
        ({"expires_at": NOW + timedelta(days=8)}, InvalidValue, "7 days"),
        ({"kinds": (BlockerKind.IN_FLIGHT,)}, InvalidValue, "nobody may override IN_FLIGHT and SUPERSEDED"),
        ({"service": None}, InvalidValue, "everything everywhere"),
        ({"name": "Black Friday"}, InvalidValue, "lower-case"),
        ({"environment": "alpha-eu-west-1", "wave": "prod-1"}, InvalidValue, "alpha-eu-west-1 is in"),
    ],
)
async def test_what_cannot_be_is_refused(
    history: History, given: dict[str, Any], problem: type[Exception], says: str
) -> None:
    """And nothing is written."""
    with pytest.raises(problem, match=says):
        await grant(history, **given)
    assert await events(history) == []


async def test_what_was_archived_is_not_passed_for(history: History) -> None:
    """It is no longer in the fleet."""
    async with history.database.transaction() as session:
        await archive(session, Kind.SERVICE, "orders")
    with pytest.raises(InvalidValue, match="archived"):
        await grant(history, service="orders")


async def test_a_name_is_given_once(history: History) -> None:
    """Names are keys; numbers go on behind the largest."""
    await grant(history, name="override-40")
    with pytest.raises(AlreadyExists, match="override-40"):
        await grant(history, name="override-40")
    assert (await grant(history)).name == "override-41"


async def test_a_program_grants_nothing(history: History) -> None:
    """It is a person's permission, to give and to take."""
    with pytest.raises(Refused, match=r"aws\.codepipeline is a program"):
        await grant(history, {"actor": "aws.codepipeline"})


async def test_revoked_it_has_no_force(history: History) -> None:
    """Said again, it changes nothing; of what has expired nothing is left, and what never was is not there."""
    await grant(history)
    made = await does(history, use_cases.revoke, "override-1", reason="not needed", actor="ann")
    assert (made.revoked_by, made.revoked_at, made.revoked_because) == ("ann", NOW, "not needed")
    await does(history, use_cases.revoke, "override-1", reason="again")
    told = (await events(history))[1:]
    assert [(type_, payload["reason"], payload["grantedBy"]) for type_, payload in told] == [
        ("override.revoked", "not needed", "tester")
    ]
    await grant(history)
    with pytest.raises(Refused, match="expired at"):
        await does(history, use_cases.revoke, "override-2", now=END)
    with pytest.raises(NotFound, match="did you mean"):
        await does(history, use_cases.revoke, "overide-2")


async def test_a_use_is_noted_once_for_each_execution_and_wave(history: History) -> None:
    """With everything that it passed: asked again, the entry uses nothing new; what was not overridden is not told."""
    await grant(history)
    assert await enter(history, ALARM, WINDOW) == ["override-1"]
    assert await enter(history, ALARM, when=NOW + timedelta(minutes=1)) == []
    (told,) = [payload for type_, payload in await events(history) if type_ == "override.used"]
    assert told["environments"] == [EU, US]
    assert [each["kind"] for each in told["blockers"]] == ["ALARM", "WINDOW"]
    named = ("override", "grantedBy", "reason", "service", "executionId", "wave", "incident")
    assert [told[name] for name in named] == [
        "override-1",
        "tester",
        WHAT["reason"],
        "payments",
        "a",
        "prod-1",
        None,
    ]
    async with history.database.reading() as connection:
        assert len((await connection.execute(select(OverrideUse.id))).all()) == 2


async def test_what_waits_uses_nothing(history: History) -> None:
    """One blocker that holds is enough."""
    await grant(history)
    assert await enter(history, ALARM, Blocker(BlockerKind.FREEZE, "frozen", EU)) == []
    assert await enter(history) == []
    assert len(await events(history)) == 1


async def test_what_passed_for_an_incident_is_its_fix_and_counts_as_rework(history: History) -> None:
    """Before it has even begun; a deployment that is its cause stays that."""
    declared = Declared("payments", "cards are refused", IncidentSeverity.CRITICAL)
    await does(history, incidents.declare, declared, now=at(900))
    await history.run("b", (EU, 1050, None))
    await does(history, incidents.link, "incident-1", Linking(causes=(history.deployments["b", EU],)), now=at(1060))
    await grant(history, incident="incident-1")
    assert await enter(history, ALARM) == ["override-1"]
    assert await enter(history, ALARM, execution="b") == ["override-1"]
    async with history.database.reading() as connection:
        rows = await connection.execute(select(IncidentLink.deployment_id, IncidentLink.role, IncidentLink.reason))
        found = {row.deployment_id: (row.role, row.reason) for row in rows}
    why = "It passed because of override-1: the fix of the outage"
    assert found == {
        history.deployments["a", EU]: (IncidentRole.FIX, why),
        history.deployments["a", US]: (IncidentRole.FIX, why),
        history.deployments["b", EU]: (IncidentRole.CAUSE, None),
    }
    linked = [payload for _, payload in await events(history, "incident.linked")]
    assert linked[-1]["fixes"] == sorted(str(history.deployments["a", each]) for each in (EU, US))
    await history.run("c", (EU, 1100, None))
    assert await _reworked(history) == {"b": False, "c": False}
    await enter(history, ALARM, execution="c")
    assert await _reworked(history) == {"b": False, "c": True}


async def _reworked(history: History) -> dict[str, bool]:
    """Whether each execution that reached production is rework, by its name."""
    async with history.database.transaction() as session:
        scope = dora.Scope(production=True)
        found = await dora.deliveries(session, Window(at(0), at(2000)), scope, by_stage=False)
    names = {key: name for name, key in history.executions.items()}
    return {names[each.id]: each.fixes for each in found}
