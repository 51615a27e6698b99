"""Forecasts through the graph: what is expected now, all that was said, and how it compared."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from domain.configuration.kinds import Kind
from models import tables
from resolvers import forecasts
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import update
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import Graph
from tests.stories import PROD_1, names_of

NOW = stories.BEGIN + timedelta(minutes=1)
ASKED = """{ executions { nodes {
  forecast { madeAt lastRegionAt unknown waves { wave part entersAt reachedAt doneAt unknown } }
  forecasts { totalCount nodes { milestone part expectedAt reachedAt error reason wave { name } } } } }
  services { nodes { forecastAccuracy { forecasts medianError withinTenth withinHour } } } }"""


async def _record(graph: Graph, story: stories.Story, minutes: int) -> None:
    async with graph.context.database.transaction() as session:
        await record_envelopes(session, story.envelopes)
        key = (await session.scalars(select(tables.PipelineExecution.id))).one()
        await forecasts.record(session, key, stories.BEGIN + timedelta(minutes=minutes))


async def test_a_forecast_is_seen_with_what_came_of_it(graph: Graph) -> None:
    """One statement for the rows, and one for each kind of field of code, however many executions."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.WAVE, "prod-1", bake_minutes=60)
        await register_payments(session)
    story = stories.until_prod()
    await _record(graph, story, 1)
    story.begin = stories.BEGIN + timedelta(minutes=10)
    story.stage("prod-1", "STARTED")
    for name in names_of(PROD_1)[:-1]:
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED", id=name)
    await _record(graph, story, 15)
    found = await graph(ASKED)
    (execution,) = found["executions"]["nodes"]
    first, second = execution["forecast"]["waves"]
    assert (first["wave"], first["part"], first["unknown"]) == ("prod-1", "prod-1", None)
    assert first["entersAt"] < first["reachedAt"] < first["doneAt"] < second["reachedAt"]
    assert execution["forecast"]["lastRegionAt"] == second["reachedAt"]
    entered = next(each for each in execution["forecasts"]["nodes"] if each["milestone"] == "ENTERED")
    assert entered["wave"]["name"] in ("prod-1", "prod-2")
    compared = [each for each in execution["forecasts"]["nodes"] if each["reachedAt"] is not None]
    assert {each["part"] for each in compared} == {"prod-1"}
    assert all(isinstance(each["error"], float) for each in compared)
    (accuracy,) = [each["forecastAccuracy"] for each in found["services"]["nodes"]]
    assert (accuracy["forecasts"], accuracy["withinHour"]) == (2, 1.0)


async def test_what_was_never_said_is_null(graph: Graph) -> None:
    """An execution without a forecast, and a service without anything to compare."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, stories.until_prod().envelopes)
    found = await graph(ASKED)
    assert found["executions"]["nodes"][0]["forecast"] is None
    assert found["services"]["nodes"][0]["forecastAccuracy"] is None
