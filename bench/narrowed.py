"""Reads of a viewer who sees some services, beside the same reads of one who sees everything.

The fleet is that of `overview`, with ten executions behind each of 500 services, of fifty teams. Each viewer asks the
same questions, through the schema, one after the other. own: of the one service, or the ten, that are theirs.

everything  has a role everywhere
narrowed    has a role for a team: 10 services of 500, in all environments
places      has two roles, each for a team in one stage: 20 services, pairs of service and environment
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from bench import overview, server
from domain.permissions import Granted, Role, Scope, Viewer
from graph.context import Context
from graph.schema import build
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings
from subscriptions.feed import Feed

EXECUTIONS = 10
SECONDS = 2.0
_TEAMS = """
insert into team (id, name) select gen_random_uuid(), 'team-' || n from generate_series(0, 49) n;
update service set team_id = team.id from team
  where team.name = 'team-' || (substring(service.name from 9)::integer % 50);
insert into organisation (id, singleton, name, pipeline_account, pipeline_region, connection_arn, event_bus_arn)
  values (gen_random_uuid(), true, 'acme', '999999999999', 'eu-west-1', 'arn:connection', 'arn:bus');
insert into change (id, number, time, epoch, actor) values (gen_random_uuid(), 1, now(), 1, 'bench');
analyze
"""
_DEPLOYMENT = "select d.id from deployment d join service s on s.id = service_id where s.name = 'service-51' limit 1"
_ROW = "service team cells { environment status revision changedAt deployedRevision deployedAt commitsBehind }"
_OWN = ", ".join(f'"service-{50 * n + 1}"' for n in range(10))
QUESTIONS: Mapping[str, str] = {
    "service": """{ service(name: "service-51") { name pipelines { nodes { name latestExecution { status } } }
      environments(first: 16) { nodes { name account { awsId } region { name } wave { name stage { name } } } } } }""",
    "plan": """{ plan(repository: "acme/service-51") { __typename ... on Plan { digest stages { name
      waves { name environments { name account region } } } } } }""",
    "dashboard": """{ pipelines(first: 500) { nodes { name service { name team { name } }
      latestExecution { status revision startedAt deployments { totalCount } } } } }""",
    "own ten": f"{{ fleet(services: [{_OWN}]) {{ {_ROW} }} }}",
    "whole fleet": f"{{ fleet {{ {_ROW} }} }}",
    "page": "{ deployments(first: 50) { nodes { revision status service { name } environment { name } } } }",
    "count": "{ deployments(first: 1) { totalCount } }",
    "node": '{ node(id: "%s") { ... on Deployment { revision status execution { status } } } }',
}


def main() -> None:
    """Prints the table."""
    with server.running() as url:
        asyncio.run(_measure(url))


async def _measure(url: str) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)
        await overview.fill(database, EXECUTIONS)
        async with database.transaction() as session:
            for statement in _TEAMS.split(";"):
                await session.execute(text(statement))
            key = await session.scalar(text(_DEPLOYMENT))
        node = base64.b64encode(f"Deployment:{key}".encode()).decode()
        context = Context(database=database, feed=Feed(database), settings=Settings(), viewer=_viewers()["everything"])
        contexts = {name: replace(context, viewer=viewer) for name, viewer in _viewers().items()}
        for question, document in QUESTIONS.items():
            asked = document % node if question == "node" else document
            _print(question, {name: await _seconds(each, asked) for name, each in contexts.items()})


def _viewers() -> dict[str, Viewer]:
    team, other = frozenset({"team-1"}), frozenset({"team-2"})
    places = (Scope(teams=team, stages=frozenset({"prod"})), Scope(teams=other, stages=frozenset({"alpha"})))
    return {
        "everything": Viewer("everything", frozenset({Role.VIEWER})),
        "narrowed": Viewer("narrowed", frozenset(), frozenset({Granted(Role.VIEWER, Scope(teams=team))})),
        "places": Viewer("places", frozenset(), frozenset(Granted(Role.VIEWER, each) for each in places)),
    }


async def _seconds(context: Context, document: str) -> float:
    """Of one answer, when the connection and what is remembered are warm."""
    schema = SCHEMA
    began, done = 0.0, -3
    while done < 1 or time.perf_counter() - began < SECONDS:
        if done == 0:
            began = time.perf_counter()
        result: Any = await schema.execute(document, context_value=context)
        assert not result.errors, result.errors
        done += 1
    return (time.perf_counter() - began) / done


SCHEMA = build()


def _print(question: str, seconds: dict[str, float]) -> None:
    whole = seconds["everything"]
    told = "".join(f"  {name} {each * 1000:8.2f} ms {each / whole:5.2f}" for name, each in seconds.items())
    print(f"  {question:12}{told}", flush=True)
