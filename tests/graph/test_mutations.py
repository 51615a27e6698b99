"""What may be changed: one transaction with its events, and failures that say what to do."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_named_type
from sqlalchemy import func, select

from models.engine import Database
from models.tables import Account, Event
from tests.graph.conftest import SCHEMA, Graph

ACCOUNT = {"awsId": "123456789012", "name": "payments-prod"}


def _mutation(name: str, entity: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {entity} errors {{
      __typename code message path remedy ... on InvalidValue {{ value allowed }}
      ... on NotFound {{ kind value suggestions }} ... on AlreadyExists {{ kind value }} }} }} }}"""


async def _error(graph: Graph, name: str, entity: str, given: dict[str, Any]) -> dict[str, Any]:
    payload = (await graph(_mutation(name, f"{entity} {{ id }}"), input=given))[name]
    assert payload[entity] is None
    error: dict[str, Any] = payload["errors"][0]
    return error


async def _count(database: Database, table: Any) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)))


async def test_a_row_and_its_event_are_written_together(graph: Graph) -> None:
    """The account is there, and the log says who registered it, with its values."""
    made = await graph(_mutation("registerAccount", "account { id name awsId }"), input=ACCOUNT)
    assert made["registerAccount"]["account"]["awsId"] == ACCOUNT["awsId"]
    event = await graph.newest_event("type actor subjectType payload subject { id }")
    assert event["type"] == "account.registered"
    assert event["actor"] == "tester"
    assert event["payload"]["awsId"] == ACCOUNT["awsId"]
    assert event["subject"]["id"] == made["registerAccount"]["account"]["id"]


async def test_what_fails_writes_nothing(graph: Graph, database: Database) -> None:
    """A refused mutation leaves neither row nor event."""
    await _error(graph, "registerAccount", "account", {**ACCOUNT, "awsId": "12345"})
    assert await _count(database, Account) == 0
    assert await _count(database, Event) == 0


@pytest.mark.parametrize(
    ("name", "entity", "given", "expected"),
    [
        ("registerAccount", "account", {**ACCOUNT, "awsId": "12345678901x"}, ("INVALID_VALUE", ["awsId"], "twelve")),
        ("registerAccount", "account", {**ACCOUNT, "name": "Payments Prod"}, ("INVALID_VALUE", ["name"], "lower-case")),
        ("registerAccount", "account", {"awsId": "1" * 12, "name": "new"}, ("ALREADY_EXISTS", ["awsId"], "1" * 12)),
        ("registerStage", "stage", {"name": "gamma", "position": 2}, ("ALREADY_EXISTS", ["position"], "2")),
        ("registerStage", "stage", {"name": "gamma", "position": 0}, ("INVALID_VALUE", ["position"], "1 to 1000")),
        ("registerWave", "wave", {"stage": "prd", "name": "w", "position": 9}, ("NOT_FOUND", ["stage"], "prod")),
        (
            "registerWave",
            "wave",
            {"stage": "prod", "name": "prod-3", "position": 2},
            ("ALREADY_EXISTS", ["position"], "stage prod"),
        ),
        (
            "registerEnvironment",
            "environment",
            {"name": "x", "account": "1" * 12, "region": "eu-wst-1", "wave": "prod-1"},
            ("NOT_FOUND", ["region"], "did you mean eu-west-1"),
        ),
        (
            "registerEnvironment",
            "environment",
            {"name": "x", "account": "2" * 12, "region": "eu-west-1", "wave": "prod-1"},
            ("ALREADY_EXISTS", ["region"], "taken by the environment 'prod-eu'"),
        ),
        (
            "registerEnvironment",
            "environment",
            {"name": "x", "account": "2" * 12, "region": "eu-west-2", "wave": "prod-1", "kind": "TEST"},
            ("INVALID_VALUE", ["owner"], "the person"),
        ),
        (
            "registerService",
            "service",
            {"name": "ledger", "repository": "payments", "placement": []},
            ("INVALID_VALUE", ["repository"], "owner/name"),
        ),
        (
            "registerService",
            "service",
            {"name": "ledger", "repository": "acme/payments", "placement": []},
            ("ALREADY_EXISTS", ["repository"], "acme/payments"),
        ),
        (
            "registerCheck",
            "check",
            {"name": "c", "kind": "ALARM", "stage": "prod", "configuration": {"alarm": "x"}},
            ("INVALID_VALUE", ["configuration.alarm"], "alarmName"),
        ),
        (
            "registerCheck",
            "check",
            {"name": "c", "kind": "HTTP", "stage": "prod", "configuration": {"url": "https://{host}/"}},
            ("INVALID_VALUE", ["configuration.url"], "{environment}"),
        ),
        *(
            (
                "registerCheck",
                "check",
                {"name": "c", "kind": "BAKE", "stage": "prod", "configuration": {"minutes": minutes}},
                ("INVALID_VALUE", ["configuration.minutes"], "from 1 to 10080"),
            )
            for minutes in (-5, 0, 10081, 2**40)
        ),
        (
            "registerService",
            "service",
            {"name": "ledger", "repository": "acme/ledger", "placement": [], "connectionArn": "mine"},
            ("INVALID_VALUE", ["connectionArn"], "arn:aws:"),
        ),
        (
            "registerCheck",
            "check",
            {"name": "c", "kind": "EXTERNAL", "stage": "prod", "wave": "prod-1"},
            ("INVALID_VALUE", ["stage"], "one of them"),
        ),
    ],
)
async def test_bad_input_says_what_was_wrong_and_what_to_do(
    fleet: Graph, name: str, entity: str, given: dict[str, Any], expected: tuple[str, list[str], str]
) -> None:
    """Each failure has a code, the place, the value given, what is allowed and a remedy."""
    error = await _error(fleet, name, entity, given)
    code, path, says = expected
    assert (error["code"], error["path"]) == (code, path)
    assert says in error["message"]
    assert error["remedy"]


async def test_a_pipeline_s_name_is_what_codepipeline_allows(fleet: Graph) -> None:
    """It becomes part of an ARN."""
    given = {"name": "pay:ments", "account": "9" * 12, "region": "eu-west-1", "repository": "acme/payments"}
    error = await _error(
        fleet, "registerPipeline", "pipeline", {**given, "planDigest": "", "structure": {"stages": []}}
    )
    assert (error["code"], error["path"]) == ("INVALID_VALUE", ["name"])


async def test_a_new_environment_is_reached_by_every_service_that_matches(fleet: Graph) -> None:
    """Nobody touches a repository: placement is evaluated when an environment comes."""
    await fleet.change(
        "registerEnvironment environment", name="prod-ca", account="3" * 12, region="ca-central-1", wave="prod-2"
    )
    document = '{ services { nodes { name environments(filter: {name: "prod-ca"}) { totalCount } } } }'
    found = (await fleet(document))["services"]["nodes"]
    assert {each["name"]: each["environments"]["totalCount"] for each in found} == {"orders": 1, "payments": 1}


async def test_configuring_again_replaces(fleet: Graph) -> None:
    """The organisation is one row."""
    given = {
        "name": "acme",
        "pipelineAccount": "777777777777",
        "pipelineRegion": "eu-west-2",
        "connectionArn": "arn:aws:codeconnections:eu-west-2:777777777777:connection/x",
        "eventBusArn": "arn:aws:events:eu-west-2:888888888888:event-bus/interlock",
    }
    await fleet.change("configureOrganisation organisation", **given)
    found = await fleet("{ organisation { pipelineAccount pipelineRegion } }")
    assert found["organisation"] == {"pipelineAccount": "777777777777", "pipelineRegion": "eu-west-2"}


def test_every_mutation_answers_with_its_errors() -> None:
    """`verbNoun(input:)` returns `VerbNounPayload` with `errors`: no mutation fails by exception alone."""
    mutation = SCHEMA._schema.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        payload: Any = get_named_type(field.type)
        assert payload.name == f"{name[0].upper()}{name[1:]}Payload"
        assert list(field.args) == ["input"]
        assert "errors" in payload.fields
        assert field.description
