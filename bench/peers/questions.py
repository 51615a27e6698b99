"""The two questions, in the words of each competitor, and what they answer in one form.

SYNTH       one service with all its environments, as a pipeline's synth asks: 300 targets
DASHBOARD   500 pipelines, each with the stages of its latest execution, as a wall shows them

A document that calls things otherwise renames them by aliases, so that every answer has the same names.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson


class Question(StrEnum):
    """What is asked."""

    SYNTH = "synth"
    DASHBOARD = "dashboard"


Documents = dict[Question, str]

CONNECTED: Documents = {
    Question.SYNTH: """query Synth($name: String!) { service(name: $name) { name repository
  environments(first: 500) { nodes { name kind account { awsId } region { name timeZone }
    wave { name bakeMinutes stage { name production } } } } } }""",
    Question.DASHBOARD: """query Dashboard($after: String) { pipelines(first: 500, after: $after) { nodes {
  name service { name } latestExecution { status revision startedAt
    stages(first: 6) { nodes { name status } } } } } }""",
}
"""Of the service: pages of rows."""
LISTED: Documents = {
    Question.SYNTH: """query Synth($name: String!) { service(name: $name) { name repository
  environments { name kind account { awsId } region { name timeZone }
    wave { name bakeMinutes stage { name production } } } } }""",
    Question.DASHBOARD: """{ pipelines(first: 500) { name service { name }
  latestExecution { status revision startedAt stages { name status } } } }""",
}
"""Of a schema that is written by hand: lists."""
POSTGRAPHILE: Documents = {
    Question.SYNTH: """query Synth($name: String!) { service: serviceByName(name: $name) { name repository
  environments: placementsByServiceId { nodes { environment: environmentByEnvironmentId {
    name kind account: accountByAccountId { awsId } region: regionByRegionId { name timeZone }
    wave: waveByWaveId { name bakeMinutes stage: stageByStageId { name production } } } } } } }""",
    Question.DASHBOARD: """{ pipelines: allPipelines(first: 500) { nodes { name service: serviceByServiceId { name }
  latestExecution: pipelineExecutionByLatestExecutionId { status revision startedAt
    stages: stageExecutionsByExecutionId(first: 6, orderBy: POSITION_ASC) { nodes { name status } } } } } }""",
}


def plain(answer: bytes) -> Any:
    """An answer's data: without pages, environments and pipelines by name, times as times. ValueError for errors."""
    given = orjson.loads(answer)
    if "errors" in given:
        raise ValueError(f"The answer has errors: {orjson.dumps(given['errors'])[:500].decode()}")
    data: dict[str, Any] = _plain(given.get("data", given))
    if "service" in data:
        data["service"]["environments"].sort(key=_name)
        return data["service"]
    return sorted(data["pipelines"], key=_name)


def _name(row: dict[str, Any]) -> str:
    return str(row["name"])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"nodes"}:
        return _plain(value["nodes"])
    if value.keys() == {"environment"}:  # through the table between
        return _plain(value["environment"])
    return {name: _time(each) if name == "startedAt" else _plain(each) for name, each in value.items()}


def _time(value: str | None) -> float | None:
    return None if value is None else datetime.fromisoformat(value).timestamp()
