"""docs/delivery.md is true: its examples are run over a week that was made for them, and answer what it shows.

Ids of deployments begin alike and are made anew each time: the page gives their beginning, and this file the rest.
"""

from __future__ import annotations

import pytest

from domain.words import CheckRunStatus, EvidenceKind, IncidentRole, IncidentSeverity
from graph.planner.execute import global_id
from tests.deliveries import EU, US, History
from tests.graph import conftest as graphs
from tests.service import ROOT
from tests.test_docs_pages import Example, examples, run

PAGE = ROOT / "docs" / "delivery.md"
DAY = 24 * 60

graph = graphs.graph


@pytest.fixture
async def history(graph: graphs.Graph) -> History:
    """On Monday a change; on Wednesday one that is rolled back in Europe, and what mends it; on Thursday one more."""
    history = await History(graph.context.database).begin()
    await history.run("a", (EU, 60, None), (US, 90, None), revision="4f1c2aa", committed=0)
    await history.run("b", (EU, 2 * DAY, None), revision="9f2c1ab", committed=2 * DAY - 30)
    await history.check("latency", "b", EU, 2 * DAY + 10, CheckRunStatus.FAILED, cause="p99 was 3.1 s; 1 s is allowed")
    await history.run("r", (EU, 2 * DAY + 20, None), rolls_back_to="a", revision="4f1c2aa")
    await history.run("c", (EU, 2 * DAY + 65, None), revision="c07be11", committed=2 * DAY + 20)
    await history.run("d", (EU, 3 * DAY, None), revision="77aa0e2")
    return history


def _whole(example: Example, history: History) -> Example:
    """The ids whose beginning is shown, whole: that of the failed deployment as a cause, of the next one as a fix."""
    keys = {"causes": ("b", EU), "fixes": ("c", EU)}
    for name, given in (example.variables or {}).items():
        ids = [global_id("Deployment", history.deployments[keys[name]])]
        assert [each.startswith(shown[:-1]) for each, shown in zip(ids, given, strict=True)] == [True]
        example.variables = {**(example.variables or {}), name: ids}
    return example


async def test_every_example_runs_and_answers_what_is_shown(graph: graphs.Graph, history: History) -> None:
    """One after the other."""
    found = examples(PAGE)
    assert len(found) == 7
    for example in found:
        await run(graph, _whole(example, history))


def test_every_word_is_explained() -> None:
    """The kinds of evidence on the page, and the new words in the glossary."""
    page, glossary = PAGE.read_text("utf-8"), (ROOT / "docs" / "glossary.md").read_text("utf-8")
    assert all(f"| `{each}` |" in page for each in EvidenceKind)
    for name in ("Delivery", "FailureEvidence", "Incident", "IncidentLink", "IncidentSeverity"):
        assert f"**{name}" in glossary
    assert all(each in glossary for each in (*IncidentRole, *IncidentSeverity))
