"""`/metrics` as real parsers read it, and the graph's `health`."""

from __future__ import annotations

import asyncio
import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client import parser
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics_parser
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route

from domain import notices
from domain.configuration.kinds import Kind
from domain.version import VERSION
from graph.metrics import KEPT_SECONDS, MetricsPage
from models import event_log, measures, notifications
from models.engine import Database
from models.health import MOST_COUNTED
from models.measures import Addition
from reporting.counting import Counting
from resolvers import notifying
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import Graph

NOW = datetime.now(UTC)
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
async def told(database: Database) -> Database:
    """A failed execution of payments, counted; a message that was set aside."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, [*stories.failed().envelopes, "nonsense"])
    counter = Counting(database, lambda: NOW, points=True)
    while await counter.turn():
        pass
    return database


class Clock:
    """Seconds that go forward when the test says so."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def get(page: MetricsPage, accept: str = "") -> httpx.Response:
    """One scrape."""

    async def answer(request: Any) -> Any:
        return await page(request)

    transport = httpx.ASGITransport(Starlette(routes=[Route("/metrics", answer)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get("/metrics", headers={"accept": accept} if accept else {})


def samples(families: list[Metric]) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The values by name and labels; none is there twice."""
    found = {}
    for family in families:
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def read(answer: httpx.Response) -> list[Metric]:
    """The page as its own format's parser reads it."""
    assert answer.status_code == 200, answer.text
    if "openmetrics" in answer.headers["content-type"]:
        return list(openmetrics_parser.text_string_to_metric_families(answer.text))
    return list(parser.text_string_to_metric_families(answer.text))


@pytest.mark.database
@pytest.mark.parametrize(
    "accept", ["", "text/plain", OPEN_METRICS, f"{OPEN_METRICS}; q=0.5, text/plain; q=0.1", "\x7f;;"]
)
async def test_the_page_is_what_prometheus_reads(told: Database, accept: str) -> None:
    """Both formats, each with its type; every family has HELP and TYPE, and both say the same."""
    answer = await get(MetricsPage(told, sockets=lambda: 7), accept)
    families = read(answer)
    wanted = "application/openmetrics-text; version=1.0.0" if "openmetrics" in accept else "text/plain; version=0.0.4"
    assert answer.headers["content-type"].startswith(wanted)
    assert all(family.documentation and family.type != "unknown" for family in families)
    assert all(family.name.startswith("interlock_") for family in families)
    found = samples(families)
    whose = (("pipeline", "payments"), ("service", "payments"))
    assert found["interlock_pipeline_runs_total", (whose[0], ("result", "failure"), whose[1])] == 1
    assert found["interlock_pipeline_run_duration_seconds_count", whose] == 1
    assert found["interlock_pipeline_run_duration_seconds_bucket", (("le", "+Inf"), *whose)] == 1
    assert found["interlock_deployments_total", (("stage", "prod"), ("status", "FAILED"))] == 1
    assert found["interlock_set_aside_messages", ()] == 1
    assert found["interlock_log_reader_lag_events", (("reader", "metrics"),)] == 0
    assert found["interlock_database_up", ()] == 1
    assert found["interlock_open_sockets", ()] == 7
    assert ("interlock_log_held_seconds", ()) in found  # whoever writes: no label has a value that others choose
    assert any(name == "interlock_build_info" and ("version", VERSION) in labels for name, labels in found)
    assert found["interlock_cloudwatch_points_waiting", ()] > 0


@pytest.mark.database
async def test_labels_are_escaped(database: Database) -> None:
    """Whatever a pipeline is called, quotes and line breaks included, a parser reads that name."""
    name = 'a"b\\c\nd{}'
    async with database.transaction() as session:
        addition = Addition("run", (name, "", "success", ""), NOW, 1, 1.0, (1, *[0] * 15))
        await measures.add(session, [addition])
    for accept in ("", OPEN_METRICS):
        found = samples(read(await get(MetricsPage(database), accept)))
        labels = (("pipeline", name), ("result", "success"), ("service", ""))
        assert found["interlock_pipeline_runs_total", labels] == 1


@pytest.mark.database
async def test_many_scrapers_cost_what_one_does(graph: Graph) -> None:
    """Twenty at once are one look at the database, of three statements; after a few seconds there is another."""
    clock = Clock()
    page = MetricsPage(graph.context.database, clock)
    graph.statements.clear()
    answers = await asyncio.gather(*(get(page) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(graph.statements) == 3
    clock.seconds += KEPT_SECONDS
    await get(page)
    assert len(graph.statements) == 6


async def test_without_a_database_it_says_so() -> None:
    """503 with a line, no stack trace and no address; the next scrape tries again."""
    async with Database("postgresql://someone:secret@127.0.0.1:1/interlock") as database:
        page = MetricsPage(database)
        for _ in range(2):
            answer = await get(page)
            assert (answer.status_code, answer.text) == (503, "The database cannot be read: OperationalError.\n")


@pytest.mark.database
def test_the_service_serves_it(service: str) -> None:
    """GET and HEAD at /metrics of the real program; nothing else."""
    assert read(httpx.get(f"{service}/metrics"))
    assert httpx.head(f"{service}/metrics").status_code == 200
    assert httpx.post(f"{service}/metrics").status_code == 404


HEALTH = """{ health {
  version databaseTime databaseVersion setAside
  readers { name cursor eventsBehind secondsBehind }
  hold { events seconds pid application } spans { count seconds tried } metricPoints { count seconds tried }
  notifications { count seconds tried } failingTargets { route seconds error }
} }"""


async def test_health_tells_how_far_readers_are(graph: Graph) -> None:
    """Events behind, since when, for each named reader; one whose cursor is none is behind everything."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await session.execute(text("update event set time = now() - interval '1 hour'"))
        head = await session.scalar(text("select count(*) from event"))
        cursor = str(event_log.Cursor(1, 0, 0))
        for name, at in (("behind", cursor), ("broken", "x")):
            await session.execute(text("insert into reader values (:name, :at)"), {"name": name, "at": at})
    async with graph.context.database.reading() as connection:
        latest = await connection.scalar(text("select max(xid::text::bigint) from event"))
        last = await connection.scalar(text("select max(id) from event"))
    async with graph.context.database.transaction() as session:
        values = {"at": str(event_log.Cursor(1, latest, last))}
        await session.execute(text("insert into reader values ('up to date', :at)"), values)
    found = (await graph(HEALTH))["health"]
    lags = {reader["name"]: (reader["eventsBehind"], reader["secondsBehind"]) for reader in found["readers"]}
    assert set(lags) == {
        "behind",
        "broken",
        "up to date",
        "forecasts",
        "metrics",
        "notifications",
        "outcomes",
        "traces",
    }
    assert lags["up to date"] == (0, 0)
    assert lags["behind"][0] == lags["broken"][0] == head <= MOST_COUNTED
    assert lags["behind"][0] == lags["traces"][0]  # nobody has started it
    assert lags["behind"][1] >= 3600
    assert (found["version"], found["setAside"], found["spans"]) == (
        VERSION,
        0,
        {"count": 0, "seconds": 0, "tried": False},
    )
    assert abs(datetime.fromisoformat(found["databaseTime"]) - datetime.now(UTC)) < timedelta(minutes=10)


async def test_health_tells_what_holds_the_log(graph: Graph) -> None:
    """A writing transaction that is open: for how long, and whose."""
    async with Database(graph.context.database.url) as other, other.transaction() as session:
        await session.execute(text("select pg_current_xact_id()"))
        hold = (await graph(HEALTH))["health"]["hold"]
    assert hold["seconds"] >= 0
    assert (hold["application"], isinstance(hold["pid"], int)) == ("interlock", True)


async def test_health_tells_what_spans_wait(graph: Graph) -> None:
    """How many are not sent, and since when the oldest is sealed."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, stories.failed().envelopes)
        await session.execute(text("update pipeline_execution set sealed_at = now() - interval '2 hours'"))
        for span in ("a", "b"):
            row = {"trace": stories.EXECUTION.replace("-", ""), "span": span}
            insert = "insert into span_outbox (trace_id, span_id, body, attempts) values (:trace, :span, '', 0)"
            await session.execute(text(insert), row)
    spans = (await graph(HEALTH))["health"]["spans"]
    assert (spans["count"], spans["tried"]) == (2, False)
    assert spans["seconds"] >= 7200


async def test_a_target_that_fails_is_told(graph: Graph) -> None:
    """In the graph and on the page: which route's, for how long, why; what waits, but for quiet hours."""
    database, hour = graph.context.database, timedelta(hours=1)
    now = datetime.now(UTC)
    async with database.transaction() as session:
        for name, address in (("dead", "#a"), ("alive", "#b")):
            given = {"name": name, "channel": "SLACK", "address": address, "events": ["alarm.*"]}
            await register(session, Kind.NOTIFICATION_ROUTE, **given)
        routes = (await session.execute(text("select id from notification_route order by name desc"))).scalars().all()
        await notifications.ensure_targets(session, routes, now)
        for number, not_before in enumerate((now - hour, now + hour)):
            made = notices.trial("dead", now, "tester", None)
            row = notifying._values(routes[0], made, UUID(int=number), now, not_before)
            await notifications.add(session, {**row, "event_id": number})
        claimed = await notifications.claim(session, now, now + notifying.LEASE)
        assert claimed is not None
        await notifying.record_failed(session, claimed, now - hour, "HTTP 503")
    found = (await graph(HEALTH))["health"]
    assert [(each["route"], each["error"]) for each in found["failingTargets"]] == [("dead", "HTTP 503")]
    assert found["failingTargets"][0]["seconds"] >= 3600
    assert (found["notifications"]["count"], found["notifications"]["tried"]) == (1, True)
    assert found["notifications"]["seconds"] >= 3600
    page = (await get(MetricsPage(database))).text
    assert 'interlock_notification_target_failing_seconds{route="dead"}' in page
    assert "interlock_notifications_waiting 1.0" in page


@pytest.mark.database
async def test_the_page_of_the_documentation_has_every_metric(told: Database) -> None:
    """docs/metrics.md: every family of Prometheus, and no other; every name of CloudWatch."""
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
    rows = set(re.findall(r"^\| `(interlock_\w+)`", page, re.MULTILINE))
    found = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in read(await get(MetricsPage(told)))
    }
    assert rows == found
    async with told.reading() as connection:
        names = (await connection.execute(text("select distinct body->>'name' from metric_point"))).scalars()
        assert all(f"`{name}`" in page for name in names)


def test_the_version_is_that_of_the_project() -> None:
    """pyproject.toml has the same."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
