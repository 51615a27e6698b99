"""Every mutation that people send, each about something of payments in prod, or of what the test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType
from sqlalchemy import text

from domain.configuration.kinds import Kind
from domain.permissions import Granted, Role, Scope, Viewer
from models.base import Base
from models.engine import Database
from models.tables import Deployment, SetAside
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import author, register, update
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import SCHEMA, Graph

EXECUTION = stories.EXECUTION
PIPELINE = f"arn:aws:codepipeline:{stories.REGION}:{stories.ACCOUNT}:payments"
IN_PROD = "prod-us-east-1"
SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()
OTHERS = {
    "team": Scope(teams=frozenset({"ship"})),
    "service": Scope(services=frozenset({"parcels"})),
    "stage": Scope(stages=frozenset({"alpha"})),
    "account": Scope(accounts=frozenset({"222222222222"})),
}
"""What is somebody's, and has nothing of payments in prod."""
OWN = Scope(teams=frozenset({"money"}))
ACTED = {
    "startPipeline": {"arn": PIPELINE},
    "stopExecution": {"executionId": EXECUTION, "reason": "x"},
    "retryStage": {"executionId": EXECUTION, "stage": "prod-1", "reason": "x"},
    "rollBackStage": {"executionId": EXECUTION, "stage": "prod-1", "targetExecutionId": EXECUTION, "reason": "x"},
    "approveAction": {
        "executionId": EXECUTION,
        "stage": "prod-1",
        "action": "prod-us-east-1.Deploy",
        "decision": "APPROVED",
        "reason": "x",
    },
    "recordManualChange": {"environment": IN_PROD, "service": "payments", "command": "ls", "reason": "x"},
    "declareIncident": {"service": "payments", "title": "x", "severity": "MAJOR"},
    "linkIncident": {"name": "outage", "causes": []},
    "resolveIncident": {"name": "outage"},
    "reopenIncident": {"name": "outage"},
    "grantOverride": {"service": "payments", "environment": IN_PROD, "reason": "x", "expiresAt": SOON},
    "revokeOverride": {"name": "given"},
    "grantWaiver": {"service": "payments", "rule": "NO_EXCEPTIONS", "expiresAt": SOON, "reason": "x"},
    "revokeWaiver": {"name": "waiver-1"},
    "createTestEnvironment": {"stage": "gamma", "team": "money", "owner": "ada"},
    "extendTestEnvironment": {"name": "test-money"},
    "deleteTestEnvironment": {"name": "test-money"},
    "createApiToken": {"name": "new", "roles": ["VIEWER"], "expiresAt": SOON, "teams": ["money"]},
    "revokeApiToken": {"name": "theirs"},
    "revokeSessions": {"actor": "ada@example.com", "reason": "x"},
    "registerHold": {"name": "h", "kind": "HOLD", "environment": IN_PROD, "service": "payments", "reason": "x"},
    "updateHold": {"name": "held", "reason": "y"},
    "archiveHold": {"name": "held"},
    "registerFreeze": {
        "name": "f", "scope": "SERVICE", "target": "payments", "startsAt": SOON, "endsAt": "2099-01-01T00:00:00Z",
        "reason": "x",
    },
    "updateFreeze": {"name": "frozen", "reason": "y"},
    "archiveFreeze": {"name": "frozen"},
    "testNotificationRoute": {"name": "news"},
    "replaySetAside": {"matching": "*"},
    "dismissSetAside": {"matching": "*", "reason": "x"},
    "setClock": {"speed": 2},
    "applyChange": {"operations": [{"archiveHold": {"name": "held"}}]},
    "revertChange": {"change": 1},
}  # fmt: skip
"""The input of each mutation that no kind of the configuration has by derivation."""
WHOLE = {
    "organisation": {"name": "acme"},
    "account": {"awsId": "333333333333", "name": "third"},
    "region": {"name": "eu-west-1", "trafficWeight": 2},
    "calendar": {"name": "days"},
    "team": {"name": "money"},
    "stage": {"name": "prod", "position": 2},
    "wave": {"name": "prod-1", "stage": "prod", "position": 1},
    "environment": {"name": IN_PROD, "account": "111111111111", "region": "us-east-1", "wave": "prod-1"},
    "service": {"name": "payments", "repository": "acme/payments", "placement": ["*"]},
    "check": {"name": "smoke", "kind": "EXTERNAL", "stage": "prod"},
    "window": {"name": "office", "cron": "0 9 * * 1-5", "minutes": 60, "stage": "prod"},
    "notificationRoute": {"name": "news", "channel": "SLACK", "address": "#x", "events": ["*"]},
    "policy": {"name": "tagged", "kind": "ENCRYPTION"},
    "grant": {"name": "all", "group": "*", "role": "VIEWER"},
}
"""What of the configuration is of no part of the fleet, and changed by administrators alone."""


def mutations() -> dict[str, Any]:
    """The fields of Mutation, by name."""
    found = SCHEMA._schema.mutation_type
    assert isinstance(found, GraphQLObjectType)
    return dict(found.fields)


def input_of(name: str) -> dict[str, Any]:
    """A mutation's input, about payments in prod."""
    if name in ACTED:
        return ACTED[name]
    if name == "configureOrganisation":
        given: dict[str, Any] = {
            "name": "acme",
            "pipelineAccount": "999999999999",
            "pipelineRegion": "eu-west-1",
            "connectionArn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/x",
            "eventBusArn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
        }
        return given
    kind = next(each for each in Kind if name.endswith(each.type_name))
    type_ = mutations()[name].args["input"].type
    fields = (type_.of_type if isinstance(type_, GraphQLNonNull) else type_).fields
    return {field: value for field, value in WHOLE[kind.value].items() if field in fields}


async def sent(graph: Graph, name: str, given: dict[str, Any], viewer: Viewer) -> list[dict[str, Any]]:
    """The errors that a mutation answers."""
    type_ = mutations()[name].args["input"].type
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    assert isinstance(inner, GraphQLInputObjectType)
    document = f"mutation ($i: {inner.name}!) {{ {name}(input: $i) {{ errors {{ code message path remedy }} }} }}"
    before, graph.context = graph.context, replace(graph.context, viewer=viewer)
    try:
        errors: list[dict[str, Any]] = (await graph(document, i=given))[name]["errors"]
    finally:
        graph.context = before
    return errors


def narrowed(role: Role, scope: Scope) -> Viewer:
    """Whoever has the role in a scope, and no other."""
    return Viewer("eve", frozenset(), frozenset({Granted(role, scope)}))


async def everything(database: Database) -> dict[str, str]:
    """A digest of the rows of each table; of the log, of all that is no denial."""
    union = " union all ".join(
        f"select '{name}', md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from \"{name}\" as t"
        + (" where t.type <> 'access.denied'" if name == "event" else "")
        for name in Base.metadata.tables
    )
    async with database.reading() as connection:
        return {name: digest for name, digest in await connection.execute(text(union))}  # noqa: C416 - of rows


async def fill(graph: Graph) -> None:
    """Payments of the team money, in prod, with what can be done to it; and parcels of the team ship, in alpha."""
    admin = Viewer("tester", frozenset({Role.ADMIN}))
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        for name in ("money", "ship"):
            await register(session, Kind.TEAM, name=name)
        await register(session, Kind.ACCOUNT, aws_id="222222222222", name="other")
        await register(session, Kind.STAGE, name="gamma", position=3)
        await register(session, Kind.WAVE, stage="gamma", name="gamma-1", position=1)
        place = {"account": "111111111111", "region": "eu-west-1", "wave": "gamma-1"}
        await register(session, Kind.ENVIRONMENT, name="gamma-eu-west-1", **place)
        until = datetime.now(UTC) + timedelta(days=1)
        own = {"kind": "TEST", "owner": "ada", "team": "money", "expires_at": until}
        await register(session, Kind.ENVIRONMENT, name="test-money", **place, **own)
        await update(session, Kind.SERVICE, "payments", team="money")
        await register(
            session, Kind.SERVICE, name="parcels", repository="acme/parcels", placement=["alpha-*"], team="ship"
        )
        route = {"channel": "SLACK", "address": "#x", "events": ["*"]}
        await register(session, Kind.NOTIFICATION_ROUTE, name="news", **route)
        await register_payments(session, stories.MAP)
        await record_envelopes(session, stories.failed().envelopes)
        session.add(SetAside(message_id="m", body="{}", reason="odd", received_at=author().now))
    for name, given in (
        ("registerHold", {**ACTED["registerHold"], "name": "held"}),
        ("registerFreeze", {**ACTED["registerFreeze"], "name": "frozen"}),
        ("declareIncident", {**ACTED["declareIncident"], "name": "outage"}),
        ("grantOverride", {**ACTED["grantOverride"], "name": "given"}),
        ("grantWaiver", ACTED["grantWaiver"]),
        ("createApiToken", {**ACTED["createApiToken"], "name": "theirs"}),
    ):
        assert await sent(graph, name, given, admin) == [], name


__all__ = ["Deployment"]
