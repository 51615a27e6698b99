"""What a viewer whose roles hold within scopes sees: theirs whole, and no byte of anybody else's."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from graphql import GraphQLField
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.permissions import Granted, Role, Scope, Viewer
from graph.authentication.answers import guarded
from graph.authentication.bearers import Bearers
from graph.authentication.callers import Caller
from graph.planner.mapping import TABLES
from models import tables
from resolvers.unseen import nameless
from tests.companies import EXECUTIONS, Company
from tests.graph.asking import LONGEST, arguments, everything, parts
from tests.graph.conftest import SCHEMA, Doors

QUERIES: dict[str, GraphQLField] = SCHEMA._schema.query_type.fields  # type: ignore[union-attr]
RED = Viewer("red-ann", frozenset(), frozenset({Granted(Role.VIEWER, Scope(teams=frozenset({"red"})))}))
ADMIN = Viewer("admin", frozenset({Role.ADMIN}))


def granted(*scopes: Scope) -> Viewer:
    """A viewer of these scopes."""
    return Viewer("narrow", frozenset(), frozenset(Granted(Role.VIEWER, each) for each in scopes))


def known(company: Company, team: str) -> dict[str, Any]:
    """Values for arguments of root fields, of one team."""
    key = {table: company.of(team, table)[0].id for table in (tables.Deployment, tables.Fingerprint)}
    return {
        "service": f"{team}-shop",
        "environment": "prod-eu",
        "repository": f"acme/{team}-shop",
        "search": {"red": "aaaa", "blue": "bbbb"}[team],
        "stage": "prod",
        "placement": ["*"],
        "since": {"change": 1},
        "action": {"stop": {"executionId": EXECUTIONS[team]}},
        "scope": {"service": f"{team}-shop"},
        "awsId": "1" * 12,
        "arn": f"arn:aws:codepipeline:eu-west-1:999999999999:{team}-shop",
        "executionId": EXECUTIONS[team],
        "number": 14,
        "deployment": base64.b64encode(f"Deployment:{key[tables.Deployment]}".encode()).decode(),
        "digest": f"{team}-digest",
        "cursor": "",
    }


NAMED = {
    "region": "eu-west-1",
    "stage": "prod",
    "environment": "prod-eu",
    "wave": "prod-1",
    "calendar": "holidays",
    "team": "{}",
    "service": "{}-shop",
    "check": "{}-smoke",
    "window": "{}-hours",
    "freeze": "{}-freeze",
    "hold": "{}-hold",
    "notificationRoute": "{}-mail",
    "policy": "{}-tags",
    "incident": "{}-incident",
    "override": "{}-override",
    "waiver": "{}-waiver",
}
UNASKED = {
    "previewChange": "asked by a test of its own",
    "node": "asked for every type by a test of its own",
    "nodes": "the same",
    "event": "the same",
    "configurationSchema": "a constant",
    "grant": "none is seen: `viewer` tells one's own",
}


def documents(name: str, field: GraphQLField, company: Company, team: str) -> list[str]:
    """All that is below a root field and two objects deep, or in parts where that is too much for one document."""
    head = begun(name, field, company, team)
    assert head is not None, f"say which arguments {name} is to be asked with"
    whole = f"{{ {head} {everything(SCHEMA._schema, field, 2)} }}"
    if len(whole) <= LONGEST:
        return [whole]
    return [f"{{ {head} {part} }}" for part in parts(SCHEMA._schema, field)]


def document(name: str, field: GraphQLField, company: Company, team: str) -> str | None:
    """All that is one object below a root field."""
    head = begun(name, field, company, team)
    return head and f"{{ {head} {everything(SCHEMA._schema, field, 1)} }}"


def begun(name: str, field: GraphQLField, company: Company, team: str) -> str | None:
    """The field with its arguments; None where one is not known."""
    given = known(company, team) | {"id": known(company, team)["deployment"]}
    if name in NAMED:
        given["name"] = NAMED[name].format(team)
    if name == "alarm":
        given["arn"] = company.of(team, tables.Alarm)[0].arn
    if name == "work":
        given["arn"] = company.of(team, tables.Work)[0].arn
    if name == "fingerprint":
        del given["id"]
    if name == "fleet":
        given = {}
    if "first" in field.args:
        given = {key: value for key, value in given.items() if key not in ("stage", "service", "team")}
        given["first"] = 50
    told = arguments(field, given)
    return None if told is None else f"{name}{told}"


def leaks(company: Company, team: str, answer: bytes) -> list[str]:
    """What of a team's is in an answer: names, keys, global ids."""
    found = [team] if team.encode() in answer else []
    texts = [EXECUTIONS[team], *(str(key) for key in company.keys[team])]
    return found + [text for text in texts if text.encode() in answer]


def decoded(answer: bytes) -> bytes:
    """The answer, with its global ids and cursors in the clear."""

    def clear(found: re.Match[bytes]) -> bytes:
        try:
            return base64.b64decode(found[0], validate=True)
        except ValueError:
            return found[0]

    return answer + re.sub(rb"[A-Za-z0-9+/]{16,}={0,2}", clear, answer)


@pytest.mark.parametrize("name", sorted(set(QUERIES) - set(UNASKED)))
async def test_no_field_tells_of_another_team(doors: Doors, name: str) -> None:
    """Asked for everything below a root field, for names of theirs: nothing of the other team's is in the answer."""
    for asked in documents(name, QUERIES[name], doors.company, "red"):
        answer = await doors.bytes(RED, asked)
        assert leaks(doors.company, "blue", decoded(answer)) == []
        assert not re.search(rb'"code":"(INTERNAL|TOO_|UNAVAILABLE|GRAPHQL_)', answer), answer[:2000]


@pytest.mark.parametrize("name", sorted(set(QUERIES) - set(UNASKED)))
async def test_what_is_not_theirs_is_answered_as_what_does_not_exist(doors: Doors, name: str) -> None:
    """Asked for the other team's things by name or key, the answer is that for a name or key that nothing has."""
    asked = document(name, QUERIES[name], doors.company, "blue")
    assert asked is not None
    unknown, theirs = EXECUTIONS["blue"].replace("b", "c"), str(doors.company.of("blue", tables.Deployment)[0].id)
    deployment, nothing = (base64.b64encode(f"Deployment:{key}".encode()).decode() for key in (theirs, UUID(int=7)))
    made_up = asked.replace("blue", "bleu").replace(EXECUTIONS["blue"], unknown).replace(deployment, nothing)
    made_up = made_up.replace('"bbbb"', '"cccc"')
    if made_up == asked:
        return  # it is asked for nothing by name
    answer = await doors.bytes(RED, asked)
    other = await doors.bytes(RED, made_up)
    other = other.replace(b"bleu", b"blue").replace(unknown.encode(), EXECUTIONS["blue"].encode())
    other = other.replace(nothing.encode(), deployment.encode()).replace(b"cccc", b"bbbb")
    assert timeless(answer) == timeless(other)


@pytest.mark.parametrize(
    "asked",
    [
        '{ dora(filter: {services: ["blue-shop"]}) { deliveries { totalCount } } }',
        '{ dora(filter: {team: "blue"}) { deliveries { totalCount } } }',
        '{ safety(team: "blue") { service } }',
        '{ fleet(services: ["blue-shop"]) { service } }',
        '{ executions(filter: {service: "blue-shop"}) { totalCount nodes { id } } }',
        '{ deployments(filter: {service: "blue-shop"}) { totalCount nodes { id } } }',
        '{ services(filter: {team: "blue"}) { totalCount nodes { id } } }',
        '{ placement(service: "blue-shop", environment: "prod-eu") { placed } }',
        (
            '{ overrideEffect(service: "blue-shop", environment: "prod-eu", scope: {kinds: [WINDOW]}) { __typename'
            " ... on NotFound { message suggestions } } }"
        ),
    ],
)
async def test_who_asks_for_others_by_an_argument_learns_nothing(doors: Doors, asked: str) -> None:
    """Filters and arguments that name the other team's are answered as if they named nothing."""
    made_up = await doors.bytes(RED, asked.replace("blue", "bleu"))
    assert await doors.bytes(RED, asked) == made_up.replace(b"bleu", b"blue")


def timeless(answer: bytes) -> bytes:
    """The answer without the times at which it was asked."""
    return re.sub(rb"20\d\d-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|\"cursor\":\"[^\"]*\"", b"", answer)


@pytest.mark.parametrize("type_name", sorted(TABLES))
async def test_node_of_every_type(doors: Doors, type_name: str) -> None:
    """By its global id, a row of theirs is what an administrator sees of it; one of the other team's is null."""
    table = TABLES[type_name]
    field = "{ __typename id }"
    for team, there in (("red", type_name not in NEVER), ("blue", False)):
        for row in doors.company.of(team, table) if hasattr(table, "__tablename__") else []:
            id_ = base64.b64encode(f"{type_name}:{row.id}".encode()).decode()
            asked = f'{{ node(id: "{id_}") {field} nodes(ids: ["{id_}"]) {field} }}'
            found = {"__typename": type_name, "id": id_}
            answer = await doors.by(RED)(asked)
            assert answer == ({"node": found, "nodes": [found]} if there else {"node": None, "nodes": [None]}), team
            assert (await doors.by(ADMIN)(asked)) == {"node": found, "nodes": [found]}


NEVER = {"Alarm", "AlarmChange", "SetAside"}
"""Of no service that is known: who has a role for a team does not see them."""
COUNTED = "{ totalCount pageInfo { hasNextPage hasPreviousPage } nodes { id } }"


@pytest.mark.parametrize(
    "name", sorted(name for name, each in QUERIES.items() if str(each.type).endswith("Connection!"))
)
async def test_connections_count_and_page_what_is_theirs(doors: Doors, name: str) -> None:
    """A connection is the administrator's without what is the other team's: its nodes, its count, its pages."""
    node = QUERIES[name].type.of_type.name.removesuffix("Connection")  # type: ignore[union-attr]
    table = TABLES[node]
    whole = (await doors.by(ADMIN)(f"{{ found: {name}(first: 500) {COUNTED} }}"))["found"]
    answer = (await doors.by(RED)(f"{{ found: {name}(first: 500) {COUNTED} }}"))["found"]
    blue = {base64.b64encode(f"{node}:{row.id}".encode()).decode() for row in doors.company.of("blue", table)}
    red = {base64.b64encode(f"{node}:{row.id}".encode()).decode() for row in doors.company.of("red", table)}
    expected = [each for each in whole["nodes"] if each["id"] not in blue and node not in NEVER]
    if node in ("Event", "Change"):
        assert {each["id"] for each in answer["nodes"]} <= {each["id"] for each in whole["nodes"]}
        expected = answer["nodes"]
    assert answer["nodes"] == expected
    assert answer["totalCount"] == len(expected)
    assert node in NEVER or red <= {each["id"] for each in answer["nodes"]}
    first = (await doors.by(RED)(f"{{ found: {name}(first: 1) {COUNTED} }}"))["found"]
    assert first["nodes"] == expected[:1]
    assert first["pageInfo"]["hasNextPage"] == (len(expected) > 1)


async def test_theirs_is_told_in_full(doors: Doors) -> None:
    """What an administrator is told of the one team's service, its viewer is told byte for byte."""
    for each in TOLD:
        assert await doors.bytes(RED, each) == await doors.bytes(ADMIN, each)


TOLD = (
    """{ executions(filter: {service: "red-shop"}) { totalCount nodes { executionId
        stages { nodes { name actions { nodes { name summary work { arn cause } } } } }
        checkRuns { nodes { name cause } }
        failures { nodes { cause fingerprint { text seen } } }
        overrideUses { nodes { blockers { sentence } } } } } }""",
    """{ fleet(services: ["red-shop"]) { service team cells { environment status revision deployedAt } } }""",
    """{ plan(repository: "acme/red-shop") { __typename ... on Plan { digest } } }""",
    """{ why(service: "red-shop", environment: "prod-eu") { __typename ... on Why { reasons progress } } }""",
    """{ incidents(filter: {service: "red-shop"}) { nodes { name links { nodes { role deployment { id } } } } } }""",
    """{ dora(filter: {services: ["red-shop"]}, from: "2026-11-01T00:00:00Z", to: "2026-11-30T00:00:00Z") {
        deploymentFrequency { deployments } deliveries { totalCount nodes { revision failed } } } }""",
)


QUESTIONS = [
    pytest.param(path.read_text(), id=path.stem)
    for path in sorted((Path(__file__).parent.parent / "client_queries").glob("pipelinekit-*.graphql"))
    if path.read_text().lstrip().startswith("query")
]


@pytest.mark.parametrize("asked", QUESTIONS)
async def test_a_pipeline_is_answered_what_pipelinekit_asks(doors: Doors, asked: str) -> None:
    """A role for one service alone: its plan in one request, byte for byte; of another's, that there is none."""
    own = Viewer("pipeline", frozenset(), frozenset({Granted(Role.PIPELINE, Scope(services=frozenset({"red-shop"})))}))
    given = {"repository": "acme/red-shop", "contract": 1}
    given = {name: value for name, value in given.items() if f"${name}" in asked}
    answer = await doors.bytes(own, asked, **given)
    assert timeless(answer) == timeless(await doors.bytes(ADMIN, asked, **given))
    assert orjson.loads(answer)["errors"] == []
    if "repository" in given:
        other = await doors.bytes(own, asked, **{**given, "repository": "acme/blue-shop"})
        assert b"NOT_FOUND" in other
        assert b"digest" not in other


PLAN = """query ($repository: String!) { plan(repository: $repository) { __typename
  ... on Plan { digest stages { name } } ... on NotFound { message code } } }"""


async def test_part_of_a_plan_is_no_plan(doors: Doors) -> None:
    """Who has one stage of a service sees the service, and no plan of it: a pipeline would leave the rest out."""
    prod = Scope(services=frozenset({"red-shop"}), stages=frozenset({"prod"}))
    assert b'"red-shop"' in await doors.bytes(granted(prod), "{ services { nodes { name } } }")
    answer = await doors.bytes(granted(prod), PLAN, repository="acme/red-shop")
    assert orjson.loads(answer)["data"]["plan"]["__typename"] == "NotFound"
    both = granted(prod, Scope(services=frozenset({"red-shop"})))
    whole = await doors.bytes(both, PLAN, repository="acme/red-shop")
    assert whole == await doors.bytes(ADMIN, PLAN, repository="acme/red-shop")


async def test_a_preview_tells_of_nothing_else(doors: Doors) -> None:
    """A change is previewed over what is theirs: no entity, no pipeline and no suggestion of anybody else's."""
    field = SCHEMA._schema.query_type.fields["previewChange"]  # type: ignore[union-attr]
    selection = everything(SCHEMA._schema, field, 2)
    asked = f"query ($input: ChangeInput!) {{ previewChange(input: $input) {selection} }}"
    for operation in (
        {"updateService": {"name": "red-shop", "placement": ["prod-eu"]}},
        {"updateService": {"name": "blue-shop", "placement": ["prod-eu"]}},
        {"updateStage": {"name": "gamma", "onFailure": "HALT"}},
        {"archiveWave": {"name": "gamma-1"}},
    ):
        answer = await doors.bytes(RED, asked, input={"operations": [operation]})
        kept = decoded(answer.replace(b"blue-shop", b"") if "blue-shop" in str(operation) else answer)
        assert leaks(doors.company, "blue", kept) == []
        assert b"INTERNAL" not in answer


async def test_names_in_sentences_are_not_told(doors: Doors) -> None:
    """Why a revision waits is decided by all that there is; another's service has no name in it."""
    assert nameless("blue-shop 1a2b is being deployed to prod-eu", ["blue-shop", "blue"]) == (
        "another service 1a2b is being deployed to prod-eu"
    )
    assert (
        nameless("my-blue-shop-2 waits for blue", ["blue-shop", "blue"]) == "my-blue-shop-2 waits for another service"
    )
    assert nameless("nothing", []) == "nothing"


async def test_the_page_of_metrics_is_for_who_sees_everything() -> None:
    """What is counted over all pipelines is refused to a viewer of some, with the code and what to do."""

    async def page(_: Request) -> Response:
        return PlainTextResponse("all pipelines")

    class Known:
        def __init__(self, viewer: Viewer) -> None:
            self.viewer = viewer

        def cookie(self, _: Any) -> None:
            return None

        async def caller(self, _: list[str], _cookie: str | None = None) -> Caller:
            return Caller(self.viewer)

    request = Request({"type": "http", "headers": []})
    assert (await guarded(page, cast("Bearers", Known(ADMIN)))(request)).status_code == 200
    refused = await guarded(page, cast("Bearers", Known(RED)))(request)
    assert refused.status_code == 403
    assert orjson.loads(refused.body)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
