"""Schemathesis against the running service: operations that somebody else makes from the schema."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.graph.conftest import SCHEMA, Door
from tests.graph.fuzzing import EXAMPLES, INSIDE

STATUSES = {200, 413}
JSON = {"content-type": "application/json"}
schemathesis.graphql.scalar(
    "JSON", st.sampled_from(["", "{}", "\x00", "x" * 100]).map(schemathesis.graphql.nodes.String)
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_operations_that_schemathesis_makes(door: Door, root: str) -> None:
    """Of every field of the root: answered by data or in words, by no 5xx, with nothing of the inside."""
    made = schemathesis.graphql.from_file(SCHEMA.as_str())
    found = [each.ok() for each in made.get_all_operations()]
    strategies = [each.as_strategy() for each in found if each.label.startswith(f"{root}.")]
    assert len(strategies) > 30

    with httpx.Client(base_url=door.url, timeout=60) as client:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.one_of(strategies))
        def run(case: Any) -> None:
            answer = client.post("/graphql", content=orjson.dumps({"query": case.body}), headers=JSON)
            assert answer.status_code in STATUSES, (answer.status_code, case.body)
            assert INSIDE.search(answer.text) is None, (case.body, answer.text[:1000])

        run()
