"""Alerts and the dashboard ask for metrics that the service has, and every alert has its runbook."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
import yaml

from tests.helm.tools import CHART, ROOT, one, rendered

RULES = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text("utf-8"))["rules"]
DASHBOARD = json.loads((CHART / "files" / "dashboard.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "metrics.md").read_text("utf-8")
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(interlock_\w+)` \| (\w+)[^|]*\| ([^|]*)\|", PAGE, re.MULTILINE)
LABELS = {name: set(re.findall(r"`(\w+)`", labels)) for name, _, labels in ROWS}
"""What tests/graph/test_metrics.py holds against the page that the service answers."""
OF_TARGETS = {"job", "namespace", "instance", "pod", "service", "__name__", "le"}


def _known(name: str) -> str:
    return name.removesuffix("_bucket") if name not in LABELS and name != "up" else name


def _selectors(found: Any) -> Iterator[Any]:
    """Every selector of an expression, however deep."""
    if isinstance(found, promql_parser.VectorSelector):
        yield found
    for part in ("expr", "lhs", "rhs", "vector_selector", "args"):
        inner = getattr(found, part, None)
        for each in inner if isinstance(inner, list) else [inner]:
            if each is not None and not isinstance(each, str):
                yield from _selectors(each)


def _expressions() -> Iterator[tuple[str, str]]:
    yield from ((each["alert"], each["expr"]) for each in RULES)
    for panel in DASHBOARD["panels"]:
        for each in panel.get("targets", []):
            expression = each["expr"].replace("$__rate_interval", "5m").replace("$job", "interlock")
            yield f"{panel['title']} {each['refId']}", expression


@pytest.mark.parametrize(("name", "expression"), list(_expressions()), ids=lambda each: each if len(each) < 40 else "")
def test_it_asks_for_what_there_is(name: str, expression: str) -> None:
    """Prometheus' own grammar reads it; every metric is one of the service's, and every label one of the metric's."""
    selectors = list(_selectors(promql_parser.parse(expression)))
    assert selectors, name
    metrics = {_known(each.name) for each in selectors}
    assert metrics <= {*LABELS, "up"}
    labels = set().union(*(LABELS.get(each, set()) for each in metrics)) | OF_TARGETS
    asked = {each.name for selector in selectors for each in selector.matchers.matchers}
    grouped = re.findall(r"by \(([^)]*)\)", expression)
    assert asked | {each.strip() for group in grouped for each in group.split(",")} <= labels


def test_what_pods_tell_alike_is_never_summed_over_them() -> None:
    """Every pod answers with the counts of the one database: a sum of two pods would be twice what happened."""
    for name, expression in _expressions():
        for summed in re.findall(r"(?<!\w)sum(?: by \([^)]*\))? ?\((\w+)", expression):
            own = re.search(r"interlock_(refusals_total|open_sockets)|up\{", expression)
            assert summed == "max" or own, name


def test_every_metric_is_looked_at() -> None:
    """On the dashboard, so that none is there for nobody."""
    shown = {_known(each.name) for _, text in _expressions() for each in _selectors(promql_parser.parse(text))}
    assert set(LABELS) <= shown


def test_every_alert_has_a_runbook() -> None:
    """A section of docs/runbooks.md with its name, and no section without an alert; each says what to do."""
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOKS, re.MULTILINE | re.DOTALL))
    assert list(sections) == [each["alert"] for each in RULES]
    for name, text in sections.items():
        assert {"**What it means.**", "**What to do.**"} <= set(re.findall(r"\*\*[A-Z][^*]*\*\*", text)), name


def test_every_alert_says_what_happened() -> None:
    """A severity, a summary and a description; what is told late everywhere is critical."""
    for each in RULES:
        assert each["labels"]["severity"] in ("critical", "warning"), each["alert"]
        assert set(each["annotations"]) == {"summary", "description"}, each["alert"]
    critical = {each["alert"] for each in RULES if each["labels"]["severity"] == "critical"}
    wanted = {"InterlockDown", "InterlockReaderBehind", "InterlockLogHeld", "InterlockMessagesSetAside"}
    assert critical == wanted  # docs/operations.md: the first four deserve a page at night


def test_the_rule_of_the_chart_is_of_this_release() -> None:
    """Its job and namespace, the runbook's address, the user's labels; what is disabled is left out."""
    group = one(rendered("eks"), "PrometheusRule")["spec"]["groups"][0]
    assert "PipelineFailing" not in {each["alert"] for each in group["rules"]}
    down = group["rules"][0]
    assert down["expr"] == 'absent(up{job="interlock", namespace="hub"} == 1)'
    assert down["annotations"]["runbook_url"] == "https://docs.example.com/interlock/runbooks#interlockdown"
    assert down["labels"] == {"severity": "critical", "team": "platform"}
    other = one(rendered("everything"), "PrometheusRule")["spec"]["groups"]
    assert [each["name"] for each in other] == ["interlock", "own"]
    assert 'job="hub-interlock", namespace="hub"' in str(other[0])
    assert 'job="interlock"' not in str(other[0])


def test_the_dashboard_is_what_grafana_loads() -> None:
    """JSON with an id of its own for each panel, none over another, and a choice of data source."""
    config = one(rendered("eks"), "ConfigMap", "-dashboard")
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    found = json.loads(config["data"]["interlock.json"])
    assert found == DASHBOARD
    assert len({each["id"] for each in found["panels"]}) == len(found["panels"])
    cells = [
        (x, y)
        for each in found["panels"]
        for x in range(each["gridPos"]["x"], each["gridPos"]["x"] + each["gridPos"]["w"])
        for y in range(each["gridPos"]["y"], each["gridPos"]["y"] + each["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert all(each["description"] for each in found["panels"] if each["type"] != "row")
