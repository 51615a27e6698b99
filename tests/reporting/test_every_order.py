"""Whatever way an execution's envelopes come, they are the same state and the same spans, byte for byte."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from domain import spans
from domain.envelopes import fact
from domain.executions import fold
from domain.history import Sealed
from domain.words import SpanRelation
from models.engine import Database
from models.outbox import SealedSpan
from models.settings import Settings
from reporting import telemetry
from reporting.traces import Traces
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.histories import STRUCTURE, earlier, history_of

RESOURCE = telemetry.resource(Settings())
ROLLBACK = "7d0a4c55-3f0e-4a53-8f3f-000000000009"
CHANGING = "7d0a4c55-3f0e-4a53-8f3f-000000000001"
TOLD: dict[str, list[dict[str, Any]]] = {
    "failed": stories.failed().envelopes,
    "retried": stories.retried().envelopes,
    "retried, attempts not counted": stories.retried(attempt=None).envelopes,
    "rolled back": stories.rolled_back(ROLLBACK).envelopes,
    "canceled": stories.changed_itself().envelopes,
    "superseded": stories.cut_short("SUPERSEDED").envelopes,
    "stopped, an action abandoned": stories.cut_short("STOPPED").envelopes,
}


def sealed(envelopes: list[dict[str, Any]], *before: Sealed) -> list[SealedSpan]:
    """The bytes that are sealed of what these envelopes tell."""
    return telemetry.encode(spans.derive(history_of(envelopes, sealed=before)), RESOURCE)


def in_any_way(data: st.DataObject, envelopes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All envelopes, in any order, some of them more than once, some again under another event's id."""
    again = data.draw(st.lists(st.sampled_from(envelopes), max_size=20))
    renamed = [{**each, "id": f"again-{number}"} for number, each in enumerate(data.draw(_some(envelopes)))]
    return data.draw(st.permutations([*envelopes, *again, *renamed]))


def _some(envelopes: list[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.sampled_from(envelopes), max_size=3)


@pytest.mark.parametrize("story", sorted(TOLD))
@given(data=st.data())
def test_any_order_and_any_repetition_is_the_same_trace(story: str, data: st.DataObject) -> None:
    """All permutations, with duplicates: the fold is equal, and so is every byte that would be sealed."""
    envelopes = TOLD[story]
    told = in_any_way(data, envelopes)
    assert fold(map(fact, told), STRUCTURE) == fold(map(fact, envelopes), STRUCTURE)
    expected = sealed(envelopes)
    assert sealed(told) == expected
    assert len({span.span_id for span in expected}) == len(expected) > 5


@given(data=st.data())
def test_any_order_of_a_retry_after_its_first_attempt_was_sealed(data: st.DataObject) -> None:
    """Days between them or not: the second attempt's bytes are those of what it did, and no id is told twice."""
    counted = data.draw(st.booleans())
    attempt = 1.0 if counted else None
    first = stories.failed(attempt=attempt).envelopes
    until = history_of(first).ended_at
    assert until is not None
    envelopes = stories.retried(attempt=attempt).envelopes
    again = sealed(in_any_way(data, envelopes), Sealed(1, until))
    assert again == sealed(envelopes, Sealed(1, until))
    assert again
    assert not {span.span_id for span in again} & {span.span_id for span in sealed(first)}


def test_what_is_told_over_days_is_two_runs_of_one_trace() -> None:
    """Failed on Sunday, retried on Monday: the second run begins on Monday, and so does what it did."""
    story = stories.failed()
    until = history_of(story.envelopes).ended_at
    assert until is not None
    story.begin += timedelta(days=1)
    story.retry()
    story.stage("prod-1", "RESUMED")
    for name in ("prod-us-east-1.Deploy", "prod-1.Validate"):
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED")
    story.stage("prod-1", "SUCCEEDED")
    story.good_stage("prod-2", *stories.names_of(stories.PROD_2))
    story.run("SUCCEEDED")
    found = spans.derive(history_of(story.envelopes, sealed=(Sealed(1, until),)))
    assert {span.trace_id for span in found} == {spans.trace_id(stories.EXECUTION)}
    assert found[0].started_at - until > timedelta(hours=23)
    assert all(span.started_at >= found[0].started_at for span in found)
    assert {"prod-1", "prod-us-east-1", "prod-ap-south-1", "prod-2"} <= {span.name for span in found}
    assert {"Source", "prod-eu-west-1", "alpha-1"}.isdisjoint(span.name for span in found)
    whole = spans.live(history_of(story.envelopes, sealed=(Sealed(1, until),)))
    first = {span.span_id for span in spans.derive(history_of(stories.failed().envelopes))}
    assert {span.span_id for span in found} < {span.span_id for span in whole} < first | {s.span_id for s in found}


async def in_the_outbox(database: Database, envelopes: list[dict[str, Any]], chance: random.Random) -> list[SealedSpan]:
    """What is sealed after these envelopes came in one order, some twice, in batches of any size, as text or JSON."""
    told = envelopes + chance.sample(envelopes, k=len(envelopes) // 3)
    chance.shuffle(told)
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    while told:
        size = chance.randint(1, 25)
        batch, told = told[:size], told[size:]
        async with database.transaction() as session:
            await record_envelopes(session, [json.dumps(each) if chance.random() < 0.5 else each for each in batch])
    reporter = Traces(database, RESOURCE, timedelta(seconds=60))
    while await reporter.seal_due(datetime.now(UTC) + timedelta(seconds=61)):
        pass
    async with database.reading() as connection:
        rows = await connection.execute(text("select trace_id, span_id, body from span_outbox"))
        return [SealedSpan(trace, span, bytes(body)) for trace, span, body in rows]


@pytest.mark.database
@pytest.mark.parametrize("seed", range(4))
async def test_any_order_into_any_database_is_the_same_bytes(database: Database, seed: int) -> None:
    """Recorded at random in a database of its own, sealed once: the bytes that the envelopes alone give.

    Four executions: the pipeline changes itself, begins again, fails and is retried, and is rolled back. Nothing that
    only one database knows, no key and no clock, is in the spans.
    """
    changing = stories.changed_itself(execution=CHANGING, begin=stories.BEGIN - timedelta(hours=1))
    retried = stories.retried()
    rollback = stories.rolled_back(ROLLBACK, target=CHANGING, begin=stories.BEGIN + timedelta(hours=1))
    told = [changing.envelopes, retried.envelopes, rollback.envelopes]
    first, second, third = (history_of(each) for each in told)
    expected = [
        *spans.derive(first),
        *spans.derive(replace(second, earlier=(earlier(first),))),
        *spans.derive(replace(third, earlier=(earlier(first), earlier(second)))),
    ]
    relations = [link.relation for span in expected for link in span.links]
    assert relations == [SpanRelation.RESTART_OF, SpanRelation.ROLLBACK_TARGET, SpanRelation.ROLLS_BACK]
    found = await in_the_outbox(database, [each for story in told for each in story], random.Random(seed))
    assert _by_id(found) == _by_id(telemetry.encode(expected, RESOURCE))


def _by_id(of: list[SealedSpan]) -> list[SealedSpan]:
    return sorted(of, key=lambda span: (span.trace_id, span.span_id))
