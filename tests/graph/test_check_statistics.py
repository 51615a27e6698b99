"""What checks came to: counted over the last days, ranked, and told day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.words import CheckRunStatus
from models.tables import Check
from tests.configuring import register
from tests.deliveries import BEGIN, EU, US, History
from tests.graph.conftest import Graph

PASSED, FAILED, ERRORED, TIMED_OUT, RUNNING, CANCELLED = (
    CheckRunStatus.PASSED,
    CheckRunStatus.FAILED,
    CheckRunStatus.ERRORED,
    CheckRunStatus.TIMED_OUT,
    CheckRunStatus.RUNNING,
    CheckRunStatus.CANCELLED,
)
STATISTICS = "runs passed failed errored flakeRate medianSeconds p95Seconds series { day runs failed medianSeconds }"
TODAY = (datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - BEGIN) / timedelta(minutes=1)
"""Minutes from the history's beginning to this day's."""
DAY = 24 * 60


@pytest.fixture
async def history(graph: Graph) -> History:
    """Three checks: one that contradicts itself, one that is slow, one that never ran; and their runs."""
    history = await History(graph.context.database).begin()
    async with history.database.transaction() as session:
        for name in ("flaky", "idle", "slow"):
            function = {"functionName": "{service}"}
            await register(session, Kind.CHECK, name=name, kind="LAMBDA", stage="prod", configuration=function)
        keys = {each.name: each.id for each in await session.scalars(select(Check))}
    await history.run("one", began=1)
    await history.run("two", began=2)

    async def ran(name: str, execution: str, subject: str, ended: float, status: CheckRunStatus, **more: Any) -> None:
        await history.check(name, execution, subject, ended, status, check_id=keys[name], **more)

    await ran("flaky", "one", EU, TODAY + 2, FAILED)
    await ran("flaky", "one", EU, TODAY + 4, PASSED, try_number=2)
    await ran("flaky", "one", US, TODAY - DAY + 2, PASSED)
    await ran("flaky", "one", US, TODAY - DAY + 4, PASSED, attempt=2)
    await ran("flaky", "two", EU, TODAY + 6, TIMED_OUT)
    await ran("flaky", "two", US, TODAY + 6, CANCELLED)
    await ran("flaky", "two", EU, TODAY - 40 * DAY, FAILED, attempt=2)
    await ran("slow", "two", EU, TODAY + 5, FAILED, started_at=BEGIN + timedelta(minutes=TODAY))
    await ran("slow", "one", EU, TODAY + 20, RUNNING, ended_at=None)
    return history


async def test_a_check_is_counted_over_the_last_days(graph: Graph, history: History) -> None:
    """Each try with an outcome; differing outcomes of one revision on one subject are what makes it flaky."""
    document = f'{{ check(name: "flaky") {{ statistics(days: 3) {{ {STATISTICS} }} }} }}'
    found = (await graph(document))["check"]["statistics"]
    series = found.pop("series")
    assert found == {
        "runs": 5,
        "passed": 3,
        "failed": 1,
        "errored": 1,
        "flakeRate": 0.5,
        "medianSeconds": 60,
        "p95Seconds": 60,
    }
    assert [(each["runs"], each["failed"], each["medianSeconds"]) for each in series] == [
        (0, 0, None),
        (2, 0, 60),
        (3, 1, 60),
    ]
    assert series[-1]["day"] == (BEGIN + timedelta(minutes=TODAY)).date().isoformat()


async def test_windows_of_several_lengths_are_counted_apart(graph: Graph, history: History) -> None:
    """In one answer, with two statements for each and none more for more checks."""
    document = "{ checks { nodes { name day: statistics(days: 1) { runs } all: statistics(days: 366) { runs } } } }"
    found = {each["name"]: each for each in (await graph(document))["checks"]["nodes"]}
    assert (found["flaky"]["day"]["runs"], found["flaky"]["all"]["runs"]) == (3, 6)
    assert (found["idle"]["day"]["runs"], found["idle"]["all"]["runs"]) == (0, 0)
    assert len([each for each in graph.statements if "check_run" in each]) == 2


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("FLAKIEST", ["flaky", "slow", "idle"]),
        ("SLOWEST", ["slow", "flaky", "idle"]),
        ("FAILING", ["slow", "flaky", "idle"]),
    ],
)
async def test_checks_are_ranked(graph: Graph, history: History, order: str, names: list[str]) -> None:
    """The worst first; what never ran is last, and says so."""
    document = """query ($order: CheckOrder!) { checkStatistics(order: $order, first: 3) {
      check { __typename name stage { name } } statistics { runs flakeRate series { runs } } } }"""
    found = (await graph(document, order=order))["checkStatistics"]
    assert [each["check"]["name"] for each in found] == names
    assert found[0]["check"]["stage"] == {"name": "prod"}
    assert found[-1]["statistics"] == {"runs": 0, "flakeRate": None, "series": [{"runs": 0}] * 30}
    assert [
        each["check"]["name"]
        for each in (await graph("{ checkStatistics(first: 1) { check { name } } }"))["checkStatistics"]
    ] == ["flaky"]


@pytest.mark.parametrize("asked", ["days: 0", "days: 367", "first: 0", "first: 101"])
async def test_what_cannot_be_counted_is_refused(graph: Graph, asked: str) -> None:
    result = await graph.result(f"{{ checkStatistics({asked}) {{ statistics {{ runs }} }} }}")
    assert result.errors[0].extensions["code"] == "INVALID_VALUE"
