"""Plans of then and of now, and the pipelines that were built from a plan that is no longer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound
from domain.plans import Plan
from models.engine import Database
from models.event_log import head
from models.tables import Event, Pipeline
from resolvers.differences import plan_difference
from resolvers.pipelines import register_pipeline
from resolvers.plans import AsOf, configuration_as_of, plan
from tests import stories
from tests.configuring import URL, UseCase, archive, meanwhile, register, update
from tests.fleet import register_fleet
from tests.resolvers.test_previewing import ORGANISATION
from tests.service import ROOT

REPOSITORY = "acme/payments"


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A small fleet, configured."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.ORGANISATION, **ORGANISATION)
    return database


async def _plan(database: Database, **as_of: Any) -> Plan:
    async with database.snapshot() as session:
        return await plan(session, REPOSITORY, 1, URL, AsOf(**as_of) if as_of else None)


async def _made(database: Database, kind: Kind, key: str, /, **fields: Any) -> int:
    async with database.transaction() as session:
        return (await update(session, kind, key, **fields)).number


async def test_the_plan_of_then(fleet: Database) -> None:
    """By the change, the time or the event; the archived service still has its plan of before."""
    numbers, plans, cursors = [], [], []
    for minutes in (1, 2, 3):
        numbers.append(await _made(fleet, Kind.WAVE, "prod-1", bake_minutes=minutes))
        plans.append(await _plan(fleet))
        async with fleet.reading() as connection:
            cursors.append(str(await head(connection)))
    async with fleet.transaction() as session:
        await archive(session, Kind.SERVICE, "payments")
    assert len({each.digest for each in plans}) == 3
    for number, then, cursor in zip(numbers, plans, cursors, strict=True):
        assert await _plan(fleet, change=number) == then
        assert await _plan(fleet, event=cursor) == then
    with pytest.raises(NotFound, match="no repository 'acme/payments'"):
        await _plan(fleet)


@pytest.mark.parametrize(
    "as_of",
    [{"change": -1}, {"change": 10_000}, {"event": "x"}, {"time": stories.BEGIN.replace(tzinfo=None)}, {"event": ""}],
)
async def test_a_time_that_there_was_not(fleet: Database, as_of: dict[str, Any]) -> None:
    """The value, and what is allowed."""
    with pytest.raises(InvalidValue) as raised:
        await _plan(fleet, **as_of)
    assert raised.value.path == ["asOf"]


async def test_before_the_first_change_there_was_nothing(fleet: Database) -> None:
    """At change 0, and at any time before: Regions alone."""
    async with fleet.snapshot() as session:
        for as_of in (AsOf(change=0), AsOf(time=stories.BEGIN - timedelta(days=10_000))):
            dated = await configuration_as_of(session, as_of)
            assert dated.number == 0
            assert not dated.configuration.accounts
            assert dated.configuration.regions


async def test_the_difference_of_two_plans(fleet: Database) -> None:
    """What was added, moved and set between two changes; nothing between equal ones."""
    since = await _made(fleet, Kind.WAVE, "prod-1", bake_minutes=1)
    until = await _made(fleet, Kind.SERVICE, "payments", wave_size=1)
    async with fleet.snapshot() as session:
        given: Any = {"url": URL, "now": stories.BEGIN}
        found = await plan_difference(session, REPOSITORY, AsOf(change=since), AsOf(change=until), **given)
        same = await plan_difference(session, REPOSITORY, AsOf(change=until), None, **given)
    assert found.impact is not None
    assert {each.after.rpartition("-part-")[0] for each in found.impact.moved} <= {"alpha-1", "prod-1", "prod-2"}
    assert found.impact.moved
    assert same.impact is None


async def _registered(session: AsyncSession, digest: str) -> None:
    """The pipeline of payments, built from the plan of this digest."""
    pipeline: Any = {"name": "payments", "account": stories.ACCOUNT, "region": stories.REGION, "structure": stories.MAP}
    given: Any = {"now": stories.BEGIN, "url": URL, "repository": REPOSITORY, "plan_digest": digest}
    await register_pipeline(session, "tester", **pipeline, **given)


async def _pipeline(database: Database, digest: str) -> None:
    async with database.transaction() as session:
        await _registered(session, digest)


async def _states(database: Database) -> list[tuple[bool, str | None]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(Pipeline.stale_at, Pipeline.wanted_digest))
        return [(row[0] is not None, row[1]) for row in rows]


async def _told(database: Database) -> list[tuple[str, Any]]:
    """The events about what pipelines were built from, with the number of their change."""
    of_pipelines = Event.type.in_(("pipeline.stale", "pipeline.current"))
    async with database.reading() as connection:
        rows = await connection.execute(select(Event.type, Event.payload).where(of_pipelines).order_by(Event.id))
        return [(row[0], row[1]) for row in rows]


async def test_a_pipeline_is_stale_until_its_plan_is_back(fleet: Database) -> None:
    """Since when is the first time; what does not touch its plan says nothing."""
    first = await _plan(fleet)
    await _pipeline(fleet, first.digest)
    assert await _states(fleet) == [(False, first.digest)]
    await _made(fleet, Kind.SERVICE, "payments", tier=1)
    assert await _told(fleet) == []
    changed = await _made(fleet, Kind.WAVE, "prod-1", bake_minutes=9)
    second = await _plan(fleet)
    assert await _states(fleet) == [(True, second.digest)]
    back = await _made(fleet, Kind.WAVE, "prod-1", bake_minutes=0)
    assert await _states(fleet) == [(False, first.digest)]
    (stale, stale_payload), (current, current_payload) = await _told(fleet)
    assert (stale, stale_payload["change"], current, current_payload["change"]) == (
        "pipeline.stale",
        changed,
        "pipeline.current",
        back,
    )
    assert stale_payload.keys() == {"pipeline", "pipelineArn", "service", "change", "planDigest", "wantedDigest"}
    assert (stale_payload["planDigest"], stale_payload["wantedDigest"]) == (first.digest, second.digest)


async def test_a_pipeline_of_an_archived_service_is_stale(fleet: Database) -> None:
    """It has no plan any more."""
    await _pipeline(fleet, (await _plan(fleet)).digest)
    async with fleet.transaction() as session:
        await archive(session, Kind.SERVICE, "payments")
    assert await _states(fleet) == [(True, None)]


_DIGEST = """
import json, sys
from domain.configuration.changing import changed
from domain.configuration.configuration import Configuration
from domain.configuration.planning import Planner
from domain.configuration.wanted import operations
from datetime import datetime, UTC
wanted = json.load(sys.stdin)
found, problems = operations(Configuration(), wanted)
after = changed(Configuration(), found, datetime(2027, 1, 1, tzinfo=UTC), problems)
print({name: Planner(after, "https://x").plan_of(name).digest for name in sorted(after.services)})
"""


def test_a_digest_is_the_same_in_every_process() -> None:
    """Whatever the hashing of its process, and the order in which a file names things that have no order."""
    account = {"awsId": "1" * 12, "name": "one", "tags": {"a": "b", "c": "d"}}
    inside = [{"name": f"e-{region}", "account": "1" * 12, "region": region} for region in ("eu-west-1", "us-east-1")]
    check = {"name": "c", "kind": "HTTP", "stage": "prod", "configuration": {"url": "https://x/", "method": "GET"}}
    wanted: dict[str, Any] = {
        "organisation": {
            "name": "acme",
            "pipelineAccount": "9" * 12,
            "pipelineRegion": "eu-west-1",
            "connectionArn": ORGANISATION["connection_arn"],
            "eventBusArn": ORGANISATION["event_bus_arn"],
        },
        "accounts": [account],
        "stages": [{"name": "prod", "production": True, "waves": [{"name": "prod-1", "environments": inside}]}],
        "services": [
            {"name": name, "repository": f"acme/{name}", "placement": ["e-*", "prod-*"]} for name in ("a", "b")
        ],
        "checks": [check, {**check, "name": "b", "services": ["a", "b"]}],
        "policies": [{"name": name, "kind": "ENCRYPTION"} for name in ("p", "q")],
    }
    turned = {section: list(reversed(said)) if section != "organisation" else said for section, said in wanted.items()}
    turned["stages"] = [{**wanted["stages"][0], "waves": [{"name": "prod-1", "environments": list(reversed(inside))}]}]
    turned["checks"][0]["configuration"] = dict(reversed(check["configuration"].items()))  # type: ignore[attr-defined]
    found = set()
    for seed, said in (("0", wanted), ("1", wanted), ("2", dict(reversed(turned.items())))):
        run = subprocess.run(
            [sys.executable, "-c", _DIGEST],
            input=json.dumps(said),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(run.stdout)
    assert len(found) == 1


async def test_a_pipeline_is_registered_while_the_configuration_changes(fleet: Database) -> None:
    """Whoever is first: afterwards it is known that the pipeline's plan is no longer."""
    digest = (await _plan(fleet)).digest
    change: UseCase = lambda session: update(session, Kind.WAVE, "prod-1", bake_minutes=9)  # noqa: E731
    await meanwhile(fleet, lambda session: _registered(session, digest), change)
    assert await _states(fleet) == [(True, (await _plan(fleet)).digest)]
