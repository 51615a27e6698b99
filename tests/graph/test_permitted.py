"""One policy, asked by every use-case: a role holds where it was given, and nothing is done to anybody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from domain.permissions import Role, Scope, Viewer
from graph.permitting import OF_MUTATION, REPORTED
from models.tables import Event
from tests.graph import permitted
from tests.graph.conftest import Graph
from tests.graph.permitted import ACTED, OTHERS, OWN, everything, fill, input_of, mutations, narrowed, sent

pytestmark = pytest.mark.database

ASKED_ELSEWHERE = REPORTED
"""What pipelines say and ask: of which pipeline is found by their own use-cases."""
OF_ALL = {"testNotificationRoute", "replaySetAside", "dismissSetAside", "setClock", "revokeSessions", "revertChange"}
"""What is of no part of the fleet: nobody may who is narrowed."""


@pytest.fixture
async def filled(graph: Graph) -> Graph:
    """Payments of the team money, and parcels of the team ship."""
    await fill(graph)
    return graph


def test_every_mutation_is_asked_about() -> None:
    """A new one is among those below, by its input or by its kind; or a pipeline's."""
    assert set(mutations()) == set(OF_MUTATION)
    for name in set(mutations()) - ASKED_ELSEWHERE:
        assert input_of(name), name


@pytest.mark.parametrize("other", list(OTHERS))
async def test_who_has_the_role_elsewhere_may_nothing_and_nothing_is_written(filled: Graph, other: str) -> None:
    """Every mutation, sent by an operator of another team, service, stage or account: refused, and all rows stay."""
    before = await everything(filled.context.database)
    eve = narrowed(Role.OPERATOR, OTHERS[other])
    for name in sorted(set(mutations()) - ASKED_ELSEWHERE):
        given = input_of(name)
        if name == "createTestEnvironment" and other == "stage":
            given = {**given, "team": None}
        [error] = await sent(filled, name, given, eve)
        assert error["code"] in ("FORBIDDEN", "NOT_FOUND"), (name, error)
        for theirs in ("prod-eu-west-1", "prod-ap-south-1", "prod-2", "gamma-eu-west-1"):
            assert theirs not in str(error), (name, error)
    assert await everything(filled.context.database) == before


async def test_who_has_the_role_there_is_let_to_the_rules(filled: Graph) -> None:
    """An operator of the team: what is answered is done, or refused for another reason than who asks."""
    ann = narrowed(Role.OPERATOR, OWN)
    for name in ACTED:
        errors = await sent(filled, name, input_of(name), ann)
        codes = {error["code"] for error in errors}
        if name in OF_ALL:
            assert codes == {"FORBIDDEN"}, (name, errors)
        elif name == "createTestEnvironment":
            assert codes == set(), (name, errors)
        elif name not in ("updateHold", "updateFreeze", "applyChange"):
            assert not codes & {"FORBIDDEN"}, (name, errors)


async def test_what_somebody_does_not_see_is_as_if_it_were_not_there(filled: Graph) -> None:
    """The same words, but for the name that was given: nobody finds out what others have."""
    eve = narrowed(Role.OPERATOR, OTHERS["service"])
    for name, field, made_up in (
        ("revokeOverride", "name", "nothing"),
        ("resolveIncident", "name", "nothing"),
        ("archiveHold", "name", "nothing"),
        ("archiveFreeze", "name", "nothing"),
        ("revokeApiToken", "name", "nothing"),
        ("revokeWaiver", "name", "nothing"),
        ("stopExecution", "executionId", "0b1f6c1e-0000-0000-0000-000000000000"),
        ("startPipeline", "arn", "arn:aws:codepipeline:eu-west-1:999999999999:nothing"),
        ("declareIncident", "service", "nothing"),
        ("grantOverride", "service", "nothing"),
        ("registerHold", "service", "nothing"),
    ):
        given = input_of(name)
        theirs = await sent(filled, name, given, eve)
        none = await sent(filled, name, {**given, field: made_up}, eve)
        assert str(theirs).replace(given[field], "…") == str(none).replace(made_up, "…"), name
        assert theirs[0]["code"] == "NOT_FOUND"


async def test_a_hold_without_a_service_concerns_all(filled: Graph) -> None:
    """A team may hold its own service, and not everybody's; nor move a hold to another's."""
    ann = narrowed(Role.DEVELOPER, OWN)
    hold = {"name": "own", "kind": "HOLD", "environment": permitted.IN_PROD, "service": "payments", "reason": "x"}
    assert await sent(filled, "registerHold", hold, ann) == []
    [error] = await sent(filled, "registerHold", {**hold, "name": "all", "service": None}, ann)
    assert error["code"] == "FORBIDDEN"
    [error] = await sent(filled, "updateHold", {"name": "own", "service": "parcels"}, ann)
    assert error["code"] == "NOT_FOUND"
    [error] = await sent(filled, "updateHold", {"name": "own", "service": None}, ann)
    assert error["code"] == "FORBIDDEN"


async def test_a_change_of_many_is_asked_about_one_by_one(filled: Graph) -> None:
    """All or nothing: one operation of another's takes the others with it."""
    ann = narrowed(Role.DEVELOPER, OWN)
    hold = {"kind": "HOLD", "environment": permitted.IN_PROD, "reason": "x"}
    own = {"registerHold": {**hold, "name": "own", "service": "payments"}}
    others = {"registerHold": {**hold, "name": "others", "service": "parcels"}}
    before = await everything(filled.context.database)
    assert (await sent(filled, "applyChange", {"operations": [own, others]}, ann))[0]["code"] == "NOT_FOUND"
    assert await everything(filled.context.database) == before
    assert await sent(filled, "applyChange", {"operations": [own]}, ann) == []


async def test_a_part_of_the_stages_is_no_right_to_all_of_a_service(filled: Graph) -> None:
    """Who has alpha may retry alpha, and neither prod nor stop what goes through both: they see it, and are told."""
    ann = narrowed(Role.DEVELOPER, Scope(services=frozenset({"payments"}), stages=frozenset({"alpha"})))
    [error] = await sent(filled, "stopExecution", input_of("stopExecution"), ann)
    assert (error["code"], "for payments" in error["message"]) == ("FORBIDDEN", True)
    [error] = await sent(filled, "retryStage", {**input_of("retryStage"), "stage": "alpha-1"}, ann)
    assert error["code"] not in ("FORBIDDEN", "NOT_FOUND")
    [error] = await sent(filled, "retryStage", input_of("retryStage"), ann)
    assert error["code"] == "NOT_FOUND", error


async def test_a_denial_is_in_the_log_once_a_minute(filled: Graph) -> None:
    """With who, what, where and how often; not what else was given."""
    eve = narrowed(Role.OPERATOR, OTHERS["team"])
    for _ in range(3):
        await sent(filled, "archiveHold", input_of("archiveHold"), eve)
    async with filled.context.database.reading() as connection:
        found = await connection.execute(select(Event.actor, Event.payload).where(Event.type == "access.denied"))
        [(actor, payload)] = found
    assert actor == "eve"
    [shown] = (await filled('{ events(filter: {types: ["access.denied"]}) { nodes { actor subject { id } } } }'))[
        "events"
    ]["nodes"]
    assert shown == {"actor": "eve", "subject": None}
    assert payload == {
        "what": "archiveHold",
        "permissions": ["HOLD"],
        "team": "money",
        "service": "payments",
        "stage": "prod",
        "account": "111111111111",
        "source": "unknown",
        "count": 1,
    }


async def test_a_use_case_that_asks_for_nothing_changes_nothing(filled: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is never asked is rolled back, and answered as an error of the service's own."""

    async def careless(session: Any, by: Any, _name: str) -> Any:
        found = await session.scalar(select(Event).limit(1))
        found.actor = "nobody asked"
        return found

    monkeypatch.setattr("resolvers.incidents.reopen", careless)
    before = await everything(filled.context.database)
    document = 'mutation { reopenIncident(input: {name: "outage"}) { errors { code } } }'
    result = await filled.result(document)
    assert "NeverAskedError" in repr(result.errors[0].original_error)
    assert await everything(filled.context.database) == before


async def test_a_token_is_no_wider_than_its_maker(filled: Graph) -> None:
    """In each part of the scope; nor an administrator's of a part."""
    ann = narrowed(Role.OPERATOR, OWN)
    good = {"name": "ci", "roles": ["DEVELOPER"], "expiresAt": permitted.SOON, "teams": ["money"]}
    assert await sent(filled, "createApiToken", {**good, "services": ["payments"], "stages": ["alpha"]}, ann) == []
    for wide in ({"teams": []}, {"teams": ["money", "ship"]}, {"teams": [], "services": ["payments"]}):
        [error] = await sent(filled, "createApiToken", {**good, "name": "wide", **wide}, ann)
        assert error["code"] in ("FORBIDDEN", "NOT_FOUND"), wide
    admin = Viewer("tester", frozenset({Role.ADMIN}))
    [error] = await sent(filled, "createApiToken", {**good, "name": "root", "roles": ["ADMIN"]}, admin)
    assert (error["code"], error["path"]) == ("INVALID_VALUE", ["roles"])
    [error] = await sent(filled, "createApiToken", {**good, "name": "lost", "stages": ["nowhere"]}, admin)
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["stages"])
