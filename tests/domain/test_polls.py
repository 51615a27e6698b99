"""What AWS answers of an execution, told as the envelopes that it would have sent."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.envelopes import PipelineName, fact, opened
from domain.executions import fold
from domain.polls import Polled, PolledAction, Recorded, gone, news, next_poll
from domain.words import ExecutionKind, ExecutionStatus
from tests import stories

NOW = stories.BEGIN + timedelta(hours=2)
NAME = PipelineName("payments", stories.ACCOUNT, stories.REGION)


def answer(story: stories.Story, status: str) -> Polled:
    """What CodePipeline's API says of a story: its latest word on every run of an action."""
    runs: dict[str, PolledAction] = {}
    for envelope in story.envelopes:
        detail = envelope["detail"]
        if "action" not in detail:
            continue
        run, at = detail["action-execution-id"], fact(envelope).time
        began = runs[run].started_at if run in runs else at
        status_ = {"STARTED": "InProgress", "SUCCEEDED": "Succeeded", "FAILED": "Failed"}[detail["state"]]
        result = detail.get("execution-result", {})
        runs[run] = PolledAction(
            run=run,
            stage=detail["stage"],
            name=detail["action"],
            status=status_,
            started_at=began,
            updated_at=at,
            provider=detail["type"]["provider"],
            category=detail["type"]["category"],
            region=detail["region"],
            external_id=result.get("external-execution-id"),
            summary=result.get("external-execution-summary"),
        )
    return Polled(status=status, revision="9f2c1ab", actions=tuple(runs.values()))


def known(envelopes: list[dict[str, Any]]) -> Recorded:
    """What was recorded of these envelopes."""
    told = tuple(fact(opened(each)) for each in envelopes)
    folded = fold(told)
    return Recorded(NAME, folded.execution_id, folded.status, folded.attempt, told)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_lost_the_answer_completes_it(seed: int) -> None:
    """Any envelopes lost: after the poll all stands as if none had been, and asked again there is no news."""
    story = stories.failed()
    chance = random.Random(seed)
    heard = [each for each in story.envelopes[:-1] if chance.random() < seed / 20] or story.envelopes[:1]
    recorded = known(heard)
    if recorded.status.ended:
        return
    polled = answer(story, "Failed")
    told = news(recorded, polled, NOW)
    after = known([*heard, *told])
    whole = fold(known(story.envelopes).told)
    folded = fold(after.told)
    assert (folded.status, folded.revision) == (ExecutionStatus.FAILED, "9f2c1ab")
    assert _actions(folded) == _actions(whole)
    assert news(after, polled, NOW + timedelta(minutes=1)) == []


def _actions(folded: Any) -> list[tuple[object, ...]]:
    return sorted(
        (stage.name, action.name, action.status, action.external_id, action.summary)
        for stage in folded.stages
        for action in stage.actions
    )


def test_an_answer_without_news_is_no_envelope() -> None:
    """An approval that waits for days: CodePipeline says what was told already."""
    story = stories.until_prod()
    assert news(known(story.envelopes), answer(story, "InProgress"), NOW) == []


def test_ids_follow_from_what_is_told() -> None:
    """Two processes that ask at the same time tell the same, a moment apart."""
    story = stories.until_prod()
    recorded = known(story.envelopes[:9])
    first, second = (news(recorded, answer(story, "Succeeded"), NOW + timedelta(seconds=n)) for n in (0, 9))
    assert [each["id"] for each in first] == [each["id"] for each in second]
    assert len({each["id"] for each in first}) == len(first) > 1


def test_a_retry_is_told_under_its_attempt() -> None:
    """The API counts none: an answer is of the attempt that is recorded, or else its end would count for nothing."""
    story = stories.retried()
    at = next(n for n, each in enumerate(story.envelopes) if each["detail"]["state"] == "RESUMED")
    recorded = known(story.envelopes[: at + 1])
    assert recorded.attempt == 2
    after = known([*story.envelopes[: at + 1], *news(recorded, answer(story, "Succeeded"), NOW)])
    assert after.status is ExecutionStatus.SUCCEEDED


@pytest.mark.parametrize("counted", [1.0, None])
def test_every_status_of_an_execution_is_told(counted: float | None) -> None:
    """With what only a poll knows: a rollback and its target."""
    expected = {
        "Stopping": "STOPPING",
        "Stopped": "STOPPED",
        "Succeeded": "SUCCEEDED",
        "Superseded": "SUPERSEDED",
        "Failed": "FAILED",
        "Cancelled": "CANCELED",
    }
    story = stories.Story(attempt=counted)
    story.run("STARTED")
    target = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e99"
    for status, state in expected.items():
        polled = Polled(status, trigger="AutomatedRollback", rolls_back=True, rollback_target=target)
        folded = fold(known([*story.envelopes, *news(known(story.envelopes), polled, NOW)]).told)
        assert folded.status == state
        assert (folded.kind, folded.rollback_target) == (ExecutionKind.ROLLBACK, target)
    assert news(known(story.envelopes), Polled("SomethingNew"), NOW) == []


def test_what_aws_knows_no_more_is_canceled() -> None:
    """At the time of the asking: nothing of it can go on."""
    story = stories.until_prod()
    folded = fold(known([*story.envelopes, *gone(known(story.envelopes), "PipelineNotFoundException", NOW)]).told)
    assert (folded.status, folded.ended_at) == (ExecutionStatus.CANCELED, NOW)


TEXT = st.one_of(st.none(), st.text(max_size=9))
MOMENTS = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
ACTIONS = st.builds(
    PolledAction,
    run=st.text(min_size=1, max_size=4),
    stage=st.sampled_from(["prod-1", "a"]),
    name=st.sampled_from(["x", "prod-us-east-1.Deploy"]),
    status=st.sampled_from(["InProgress", "Succeeded", "Failed", "Abandoned", "?"]),
    started_at=MOMENTS,
    updated_at=MOMENTS,
    summary=TEXT,
    external_id=TEXT,
)


@given(st.lists(ACTIONS, max_size=5), st.sampled_from(["InProgress", "Failed", "Stopped", ""]), TEXT)
def test_any_answer_can_be_recorded(actions: list[PolledAction], status: str, text: str | None) -> None:
    """Total: what it gives is an envelope that reading understands, or the one that names no run is refused there."""
    recorded = known(stories.until_prod().envelopes)
    for envelope in news(recorded, Polled(status, message=text, actions=tuple(actions)), NOW):
        if "\x00" not in envelope["detail"].get("action-execution-id", ""):
            assert fact(opened(envelope)).execution_id == recorded.execution_id


def test_polls_come_more_and_more_rarely() -> None:
    """Doubled each time, up to six hours; never more often than the silence that is asked for."""
    half_an_hour, day = timedelta(minutes=30), timedelta(days=1)
    waits = [next_poll(half_an_hour, tries) for tries in (0, 1, 2, 5, 10_000)]
    assert waits == [half_an_hour, 2 * half_an_hour, 4 * half_an_hour, timedelta(hours=6), timedelta(hours=6)]
    assert next_poll(day, 9) == day
    assert datetime(2026, 11, 22, tzinfo=UTC) < NOW
