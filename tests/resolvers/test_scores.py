"""The ratchet in a real database: what was met is kept, but for a waiver; and what is told of scores."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from domain.configuration.changing import Operation
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Refused
from domain.safety.score import SafetyLowered
from domain.safety.score_rules import SafetyRule
from domain.words import OperationKind
from models.engine import Database
from models.tables import Event, Pipeline
from resolvers import scores, waivers
from resolvers.configuring import Asked, Done, change
from resolvers.previewing import Preview, preview
from resolvers.waivers import Granting
from tests import safe
from tests.configuring import URL, author
from tests.safe import NOW

pytestmark = pytest.mark.database
DAY = timedelta(days=1)
LEFT = Operation(OperationKind.UPDATE, Kind.STAGE, "prod", {"on_failure": "NONE"})
MANY = 400


async def does(database: Database, use_case: Callable[..., Awaitable[Any]], *what: Any, **given: Any) -> Any:
    """A use-case in a transaction of its own."""
    async with database.transaction() as session:
        return await use_case(session, *what, **given)


async def changes(database: Database, *operations: Operation, now: datetime = NOW) -> Done:
    """The operations as one change."""
    return await does(database, change, author(now=now), Asked(operations=operations))


async def previews(database: Database, *operations: Operation) -> Preview:
    """What the operations would do."""
    async with database.snapshot() as session:
        return await preview(session, Asked(operations=operations), url=URL, now=NOW)


async def grants(database: Database, rule: SafetyRule = SafetyRule.ROLLBACK, **given: Any) -> Any:
    """A waiver for a week; of payments when nothing is said."""
    scope = {each: given.pop(each) for each in ("service", "stage", "wave") if each in given} or {"service": "payments"}
    granting = Granting(rule, given.pop("expires_at", NOW + 7 * DAY), **scope)
    return await does(database, waivers.grant, author(**{"now": NOW, "reason": "a migration", **given}), granting)


async def events(database: Database, *types: str) -> list[dict[str, Any]]:
    """What the log has of these types, in order."""
    async with database.reading() as connection:
        statement = select(Event.payload).where(Event.type.in_(types)).order_by(Event.id)
        return list((await connection.execute(statement)).scalars())


async def score(database: Database, at: datetime = NOW, service: str = "payments") -> Any:
    """The score of one service."""
    async with database.snapshot() as session:
        return (await scores.by_service(session, at, [service]))[service]


@pytest.fixture
async def fleet(database: Database) -> Database:
    """The safe fleet, whose pipeline has registered itself."""
    await does(database, safe.load)
    await does(database, safe.registers)
    return database


async def test_what_was_met_is_kept(fleet: Database) -> None:
    """The change is refused, says what and whose, and nothing has changed."""
    with pytest.raises(SafetyLowered) as refused:
        await changes(fleet, LEFT)
    problem = refused.value
    assert (problem.services, problem.rules) == (["payments"], ["ROLLBACK"])
    assert "payments would no longer keep ROLLBACK: prod is left as it is." in problem.message
    assert "Give the stage onFailure ROLLBACK" in problem.remedy
    assert (await score(fleet)).missing[0].rule.rule is not SafetyRule.ROLLBACK


async def test_a_preview_shows_what_would_be_lowered(fleet: Database) -> None:
    """And why the change would be refused; with a waiver, that it is allowed."""
    found = await previews(fleet, LEFT)
    assert [(each.service, each.rule, each.waiver) for each in found.lowered] == [("payments", "ROLLBACK", None)]
    assert [type(each) for each in found.problems] == [SafetyLowered]
    assert [entry.key for entry in found.entries] == ["prod"]
    granted = await grants(fleet)
    found = await previews(fleet, LEFT)
    assert [each.waiver and each.waiver.name for each in found.lowered] == [granted.name]
    assert found.problems == ()


@pytest.mark.parametrize("scope", [{"service": "payments"}, {"stage": "prod"}, {"wave": "prod-2"}])
async def test_a_waiver_in_force_allows_it(fleet: Database, scope: dict[str, str]) -> None:
    """Of the service, or of a stage or a wave that it passes; the score is lower, and is told to be."""
    before = await score(fleet)
    await grants(fleet, **scope)
    done = await changes(fleet, LEFT)
    after = await score(fleet)
    assert (before.score - after.score, after.of, after.waived) == (7, before.of, 7)
    [first, told] = await events(fleet, "safety.changed")
    assert first["pipeline"] == "payments"
    assert told == {
        "service": "payments",
        "score": after.score,
        "of": after.of,
        "waived": 7,
        "previous": before.score,
        "previousOf": before.of,
        "lowered": ["ROLLBACK"],
        "raised": [],
        "change": done.number,
        "pipeline": None,
    }


async def test_other_waivers_allow_nothing(fleet: Database) -> None:
    """Of another rule; one that was revoked; one that has expired."""
    await grants(fleet, SafetyRule.WINDOWS)
    revoked = await grants(fleet)
    await does(fleet, waivers.revoke, author(now=NOW), revoked.name)
    await grants(fleet, expires_at=NOW + DAY)
    with pytest.raises(SafetyLowered):
        await changes(fleet, LEFT, now=NOW + DAY)


async def test_a_program_grants_no_waiver(fleet: Database) -> None:
    """It is a person's permission, to give and to take."""
    with pytest.raises(Refused, match=r"aws\.codepipeline is a program: a waiver"):
        await grants(fleet, actor="aws.codepipeline")


async def test_an_expired_waiver_is_shown_and_told_once(fleet: Database) -> None:
    """The rule is missing like any other."""
    granted = await grants(fleet, expires_at=NOW + DAY)
    await changes(fleet, LEFT)
    found = await score(fleet, NOW + DAY)
    [point] = [each for each in found.missing if each.rule.rule is SafetyRule.ROLLBACK]
    assert (found.waived, point.waiver.name, point.waived(NOW + DAY)) == (0, granted.name, False)
    assert await does(fleet, waivers.tell_expired, NOW) == 0
    assert await does(fleet, waivers.tell_expired, NOW + DAY) == 1
    assert await does(fleet, waivers.tell_expired, NOW + 2 * DAY) == 0
    [told] = await events(fleet, "waiver.expired")
    assert (told["waiver"], told["rule"], told["service"], told["reason"]) == (
        granted.name, "ROLLBACK", "payments", "a migration",
    )  # fmt: skip


async def test_the_ratchet_may_be_switched_off_before(fleet: Database) -> None:
    """Not in the same change: what it allows is done by a later one. What is lowered is told all the same."""
    off = Operation(OperationKind.UPDATE, Kind.ORGANISATION, "organisation", {"safety_ratchet": False})
    with pytest.raises(SafetyLowered):
        await changes(fleet, off, LEFT)
    await changes(fleet, off)
    found = await previews(fleet, LEFT)
    assert (len(found.lowered), found.problems) == (1, ())
    await changes(fleet, LEFT)
    assert [each["lowered"] for each in await events(fleet, "safety.changed")][-1] == ["ROLLBACK"]


async def test_before_a_pipeline_is_registered_everything_may_be_edited(database: Database) -> None:
    """A service that nothing deploys loses nothing, and nothing is told of it."""
    await does(database, safe.load)
    await changes(database, LEFT)
    assert await events(database, "safety.changed") == []
    assert (await score(database)).missing[0].rule.rule is SafetyRule.ROLLBACK


async def test_services_and_environments_come_and_go(fleet: Database) -> None:
    """No rule of another service stands in their way."""
    orders = {"name": "orders", "repository": "acme/orders", "placement": ["prod-*"]}
    place = {"name": "prod-us-west-2", "account": "1" * 12, "region": "us-west-2", "wave": "prod-3"}
    await changes(fleet, Operation(OperationKind.REGISTER, Kind.SERVICE, "orders", orders))
    await changes(fleet, Operation(OperationKind.REGISTER, Kind.ENVIRONMENT, "prod-us-west-2", place))
    await changes(fleet, Operation(OperationKind.ARCHIVE, Kind.ENVIRONMENT, "prod-us-west-2"))
    await changes(fleet, Operation(OperationKind.ARCHIVE, Kind.SERVICE, "payments"))
    assert [each["service"] for each in await events(fleet, "safety.changed")] == ["payments"]
    async with fleet.snapshot() as session:
        assert await scores.by_service(session, NOW, ["payments"]) == {}


async def test_a_map_without_signals_is_refused(fleet: Database) -> None:
    """What the stacks of production declared is kept; a map that lacks one environment's says which."""
    structure = safe.action_map(safe.configuration())
    structure["signals"]["prod-us-east-1"]["alarms"] = []
    with pytest.raises(SafetyLowered) as refused:
        await does(fleet, safe.registers, structure)
    assert refused.value.path == ["structure"]
    assert refused.value.rules == ["AGGREGATE_ALARM", "HIGH_SEVERITY_ALARM", "ONE_BOX_ALARM"]
    for rule in map(SafetyRule, refused.value.rules):
        await grants(fleet, rule)
    await does(fleet, safe.registers, structure)
    [_, told] = await events(fleet, "safety.changed")
    assert (told["pipeline"], told["change"], told["lowered"]) == ("payments", None, [
        "HIGH_SEVERITY_ALARM", "AGGREGATE_ALARM", "ONE_BOX_ALARM",
    ])  # fmt: skip


async def test_a_stack_that_is_rolled_back_says_again_what_it_said(database: Database) -> None:
    """The map from before is taken within a day, and told as lower; later it is one like any other."""
    await does(database, safe.load)
    plain = safe.action_map(safe.configuration())
    plain.pop("signals")
    for at, refused in ((NOW, False), (NOW + 3 * DAY, True)):
        await does(database, safe.registers, plain if at == NOW else None, now=at)
        await does(database, safe.registers, now=at)
        assert "HIGH_SEVERITY_ALARM" not in [each.rule.rule for each in (await score(database)).missing]
        again = copy.deepcopy(plain)
        if refused:
            with pytest.raises(SafetyLowered):
                await does(database, safe.registers, again, now=at + 2 * DAY)
        else:
            await does(database, safe.registers, again, now=at)


async def test_a_pipeline_that_is_built_anew_is_current_again(fleet: Database) -> None:
    """Said again, the same map changes nothing; built from the plan as it is, it has the points of that too."""
    later = NOW + 3 * DAY
    assert "CURRENT" in [each.rule.rule for each in (await score(fleet, later)).missing]
    await does(fleet, safe.registers, now=later)
    assert len(await events(fleet, "safety.changed")) == 1
    async with fleet.transaction() as session:
        digest = await session.scalar(select(Pipeline.wanted_digest))
        await safe.registers(session, now=later, plan_digest=digest)
    assert [each["raised"] for each in await events(fleet, "safety.changed")][-1] == ["CURRENT"]
    assert "CURRENT" not in [each.rule.rule for each in (await score(fleet, later)).missing]


async def test_a_pipeline_may_always_go(fleet: Database) -> None:
    """A map without stages, and a first one with little."""
    await does(fleet, safe.registers, {"stages": []})
    async with fleet.snapshot() as session:
        kept = await session.scalar(select(Pipeline.audited))
    assert kept == {"environments": [], "signals": None, "exceptions": None}
    assert "REGISTERED" in [each.rule.rule for each in (await score(fleet)).missing]
    await changes(fleet, LEFT)


@pytest.mark.parametrize(
    ("given", "problem", "said"),
    [
        ({"expires_at": NOW + 91 * DAY}, InvalidValue, "at most 90 days from now"),
        ({"expires_at": NOW}, InvalidValue, "a time in the future"),
        ({"reason": " "}, InvalidValue, "reason"),
        ({"service": "paymets"}, NotFound, "did you mean payments"),
        ({"stage": "production"}, NotFound, "There is no stage"),
        ({"service": "payments", "wave": "prod-1"}, InvalidValue, "given alone"),
    ],
)
async def test_what_is_no_waiver(fleet: Database, given: dict[str, Any], problem: type[Exception], said: str) -> None:
    """Too long, without a reason, of nothing, of two things."""
    with pytest.raises(problem, match=said):
        await grants(fleet, **given)


async def test_a_waiver_is_granted_once_under_its_key_and_revoked_once(fleet: Database) -> None:
    """Each with its event; what is over is not revoked."""
    first = await grants(fleet, idempotency_key="k")
    assert (await grants(fleet, idempotency_key="k")).name == first.name == "waiver-1"
    with pytest.raises(Refused, match="was used to grant the waiver 'waiver-1'"):
        await grants(fleet, SafetyRule.WINDOWS, idempotency_key="k")
    for _ in range(2):
        revoked = await does(fleet, waivers.revoke, author(now=NOW, reason="mended"), "waiver-1")
    assert (revoked.revoked_by, revoked.revocation) == ("tester", "mended")
    assert await events(fleet, "waiver.granted", "waiver.revoked") == [
        {"waiver": "waiver-1", "rule": "ROLLBACK", "expiresAt": (NOW + 7 * DAY).isoformat(), "service": "payments",
         "stage": None, "wave": None, "reason": reason, "waitsForSecondPerson": False}
        for reason in ("a migration", "mended")
    ]  # fmt: skip
    over = await grants(fleet)
    with pytest.raises(Refused, match="has expired"):
        await does(fleet, waivers.revoke, author(now=NOW + 8 * DAY), over.name)
    with pytest.raises(NotFound, match="did you mean waiver-2"):
        await does(fleet, waivers.revoke, author(now=NOW), "waver-2")


async def test_a_change_that_concerns_every_service_takes_few_statements(database: Database) -> None:
    """The same for hundreds of services as for one, refused or allowed; and its events are one statement."""
    names = [f"service-{number:03}" for number in range(MANY)]
    await does(database, safe.load, safe.document(*names))
    async with database.transaction() as session:
        for name in names[:2]:
            await safe.registers(session, service=name)
        row = (await session.scalars(select(Pipeline).limit(1))).one()
        kept = {column: getattr(row, column) for column in ("account_id", "region_name", "audited", "registered_at")}
        ids = await scores.scores.service_ids(session, names[2:])
        for name, id_ in ids.items():
            session.add(Pipeline(name=name, arn=f"arn:{name}", service_id=id_, **kept))
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with pytest.raises(SafetyLowered) as refused:
        await changes(database, LEFT)
    assert len(refused.value.services) == MANY
    assert len(statements) < 20
    await grants(database, stage="prod")
    statements.clear()
    await changes(database, LEFT)
    assert len(statements) < 60
    assert len([each for each in await events(database, "safety.changed") if each["change"]]) == MANY


async def test_scores_are_told_the_worst_first(fleet: Database) -> None:
    """By the share of what could be had; of a team's alone."""
    orders = {"name": "orders", "repository": "acme/orders", "placement": ["prod-*"]}
    await changes(fleet, Operation(OperationKind.REGISTER, Kind.SERVICE, "orders", orders))
    async with fleet.snapshot() as session:
        assert [each.service for each in await scores.worst_first(session, NOW)] == ["orders", "payments"]
        assert [each.service for each in await scores.worst_first(session, NOW, "pay")] == ["payments"]
