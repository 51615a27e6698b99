"""The fold: the same set of facts gives the same execution."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action_map import action_map
from domain.envelopes import Fact, Level, State, fact, opened
from domain.executions import fold
from domain.folded import FoldedAction, FoldedDeployment, FoldedExecution
from domain.structure import NO_MAP, MappedAction, read
from domain.words import ActionKind, DeploymentStatus, ExecutionKind, ExecutionStatus
from tests import stories
from tests.stories import Story

STRUCTURE = read(action_map(stories.MAP))


def facts(envelopes: Iterable[dict[str, Any]]) -> list[Fact]:
    """The facts of envelopes, in their order."""
    return [fact(opened(envelope)) for envelope in envelopes]


def folded(story: Story, **options: Any) -> FoldedExecution:
    """What a story comes to, with the map unless it is told otherwise."""
    return fold(facts(story.envelopes), options.get("structure", STRUCTURE))


def actions(execution: FoldedExecution) -> dict[str, FoldedAction]:
    """The actions by name."""
    return {action.name: action for stage in execution.stages for action in stage.actions}


def deployments(execution: FoldedExecution) -> dict[str, FoldedDeployment]:
    """The deployments by environment."""
    return {each.environment: each for each in execution.deployments}


def statuses(execution: FoldedExecution) -> dict[str, str]:
    """The deployments' statuses by environment."""
    return {each.environment: each.status.value for each in execution.deployments}


STORIES = {
    "failed": facts(stories.failed().envelopes),
    "retried": facts(stories.retried().envelopes),
    "retried, attempts not counted": facts(stories.retried(attempt=None).envelopes),
}
RETRIED = STORIES["retried"]


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES)
@given(data=st.data())
def test_any_order_and_any_duplicates(told: list[Fact], data: st.DataObject) -> None:
    """Every order of the same facts, with any of them repeated, folds to the same execution."""
    again = data.draw(st.lists(st.sampled_from(told)))
    shuffled = data.draw(st.permutations(told + again))
    assert fold(shuffled, STRUCTURE) == fold(told, STRUCTURE)


@given(st.permutations(RETRIED), st.sampled_from([STRUCTURE, NO_MAP]))
@settings(max_examples=50)
def test_every_step_of_any_order_folds(shuffled: list[Fact], structure: Any) -> None:
    """However facts arrive, each step folds, and the last one is the end of the story."""
    for step in range(1, len(shuffled) + 1):
        assert fold(shuffled[:step], structure).execution_id == stories.EXECUTION
    assert fold(shuffled, structure).status is ExecutionStatus.SUCCEEDED


def standings(execution: FoldedExecution) -> dict[tuple[str, ...], ExecutionStatus]:
    """The status of the execution, of each stage and of each action, by its path."""
    found = {(): execution.status}
    for stage in execution.stages:
        found[(stage.name,)] = stage.status
        found |= {(stage.name, action.name): action.status for action in stage.actions}
    return found


def tells_of_a_retry(more: set[Fact]) -> bool:
    """Whether any of these facts is a retry's."""
    return any(new.state is State.RESUMED or (new.attempt or 1) > 1 for new in more)


@given(st.sets(st.sampled_from(RETRIED), min_size=1), st.sets(st.sampled_from(RETRIED)))
def test_what_has_ended_is_reopened_by_a_retry_alone(some: set[Fact], more: set[Fact]) -> None:
    """Further facts never reopen what has ended, unless they tell of a retry."""
    before, after = standings(fold(some, STRUCTURE)), standings(fold(some | more, STRUCTURE))
    if not tells_of_a_retry(more - some):
        ended = {path for path, status in before.items() if status.ended}
        assert {path for path in ended if not after[path].ended} == set()


@given(st.sets(st.sampled_from(RETRIED), min_size=1))
def test_any_subset_is_consistent(some: set[Fact]) -> None:
    """With any facts missing ends follow beginnings, and every environment of the map has its deployment."""
    execution = fold(some, STRUCTURE)
    for each in (execution, *execution.stages, *actions(execution).values()):
        assert (each.ended_at is not None) == each.status.ended
        assert each.ended_at is None or each.started_at <= each.ended_at
    positions = [stage.position for stage in execution.stages]
    assert positions == sorted(set(positions))
    assert tuple(statuses(execution)) == stories.ENVIRONMENTS
    for deployment in execution.deployments:
        running = deployment.status in (DeploymentStatus.PENDING, DeploymentStatus.IN_PROGRESS)
        assert running == (deployment.ended_at is None)
        assert (deployment.status is DeploymentStatus.FAILED) == (deployment.reason is not None)


@given(st.sets(st.sampled_from(RETRIED[:-1])))
def test_a_known_good_end_needs_little_else(some: set[Fact]) -> None:
    """Once the execution is known to have succeeded, every stage that it entered has ended."""
    execution = fold(some | {RETRIED[-1]}, STRUCTURE)
    assert execution.status is ExecutionStatus.SUCCEEDED
    open_ = [path for path, status in standings(execution).items() if not status.ended and len(path) < 2]
    assert open_ == []


def test_the_whole_story() -> None:
    """A retried execution in full: stages in the order of the map, latest runs, and every deployment good."""
    execution = folded(stories.retried())
    assert (execution.status, execution.attempt) == (ExecutionStatus.SUCCEEDED, 2)
    assert (execution.revision, execution.commit_message, execution.author) == (
        "9f2c1ab",
        "raise limit",
        "Mary",
    )
    assert [stage.name for stage in execution.stages] == [stage["name"] for stage in stories.MAP["stages"]]
    assert {stage.status for stage in execution.stages} == {ExecutionStatus.SUCCEEDED}
    assert set(statuses(execution).values()) == {"SUCCEEDED"}
    deploy = actions(execution)["prod-us-east-1.Deploy"]
    assert (deploy.kind, deploy.environment, deploy.summary) == (ActionKind.DEPLOY, "prod-us-east-1", None)
    assert execution.stages[4].wave == "prod-1"


def test_a_failure() -> None:
    """A failed deployment gives AWS's reason; what was deployed stays so; what is not reached is stopped."""
    execution = folded(stories.failed())
    assert execution.status is ExecutionStatus.FAILED
    assert statuses(execution) == {
        "alpha-eu-west-1": "SUCCEEDED",
        "prod-eu-west-1": "SUCCEEDED",
        "prod-us-east-1": "FAILED",
        "prod-ap-south-1": "STOPPED",
    }
    broken = deployments(execution)["prod-us-east-1"]
    assert (broken.reason, broken.ended_at) == (
        stories.FAILURE,
        actions(execution)["prod-us-east-1.Deploy"].ended_at,
    )


@pytest.mark.parametrize("attempt", [1.0, None])
def test_a_retry_reopens(attempt: float | None) -> None:
    """RESUMED reopens the execution, and a new run its deployment; what was stopped is pending again."""
    story = stories.failed(attempt=attempt)
    story.retry()
    assert folded(story).status is ExecutionStatus.IN_PROGRESS
    assert folded(story).ended_at is None
    assert statuses(folded(story))["prod-us-east-1"] == "FAILED"
    assert statuses(folded(story))["prod-ap-south-1"] == "PENDING"
    story.stage("prod-1", "RESUMED")
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED")
    assert folded(story).stages[-1].status is ExecutionStatus.IN_PROGRESS
    assert statuses(folded(story))["prod-us-east-1"] == "IN_PROGRESS"


def test_a_late_start_does_not_reopen() -> None:
    """STARTED that arrives after the end, even with a later time, changes nothing."""
    story = stories.failed()
    before = folded(story)
    late = [fact for fact in facts(story.envelopes) if fact.state is State.STARTED]
    moved = [replace(fact, time=fact.time + timedelta(hours=1)) for fact in late]
    again = fold([*facts(story.envelopes), *moved], STRUCTURE)
    assert standings(again) == standings(before)
    assert statuses(again) == statuses(before)


def test_evidence_of_a_retry_that_was_not_told() -> None:
    """An action of the next attempt reopens its stage and its execution, though neither RESUMED arrived."""
    story = stories.failed()
    story.attempt, story.retries = 2.0, 1
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED")
    execution = folded(story)
    assert (execution.status, execution.attempt) == (ExecutionStatus.IN_PROGRESS, 2)
    assert execution.stages[-1].status is ExecutionStatus.IN_PROGRESS


def test_no_event_of_the_pipeline_itself() -> None:
    """One action's event is enough for an execution that is in progress."""
    story = Story()
    story.action("prod-1", "prod-eu-west-1.Deploy", "SUCCEEDED")
    execution = folded(story)
    assert execution.status is ExecutionStatus.IN_PROGRESS
    assert execution.started_at == stories.BEGIN
    assert statuses(execution)["prod-eu-west-1"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("states", "start", "seconds"),
    [
        (["STARTED"], "2026-11-22T23:00:00.400Z", 0.4),
        (["STARTED"], "2026-11-22T22:00:00.400Z", 0),
        (["STARTED"], "unknown", 0),
        (["SUCCEEDED"], "2026-11-22T22:59:00.400Z", -59.6),
        (["SUCCEEDED"], None, 0),
        (["STARTED", "SUCCEEDED"], "2026-11-22T23:00:01.500Z", 1.5),
    ],
)
def test_when_a_stage_began(states: list[str], start: str | None, seconds: float) -> None:
    """STARTED says it, to the millisecond where its start time agrees; else the start time, else the first sign."""
    story = Story()
    for state in states:
        story.tell("Stage", state, stage="Build", **({"start-time": start} if start else {}))
    (stage,) = folded(story).stages
    assert stage.started_at == stories.BEGIN + timedelta(seconds=seconds)
    assert stage.ended_at is None or stage.ended_at >= stage.started_at


def test_pending_from_the_start() -> None:
    """From the first event on, every environment of the map has a pending deployment; without a map, none."""
    story = Story()
    story.run("STARTED")
    assert statuses(folded(story)) == dict.fromkeys(stories.ENVIRONMENTS, "PENDING")
    assert folded(story, structure=NO_MAP).deployments == ()


@pytest.mark.parametrize("state", ["STOPPED", "SUPERSEDED", "CANCELED", "FAILED"])
def test_ended_before_finished(state: str) -> None:
    """Whatever ends an execution stops the deployments that it had not finished, begun or not."""
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    if state == "SUPERSEDED":
        story = stories.until_prod()
    story.run(state)
    execution = folded(story)
    assert execution.status.value == state
    assert [*statuses(execution).values()] == ["SUCCEEDED", "STOPPED", "STOPPED", "STOPPED"]
    assert deployments(execution)["prod-ap-south-1"].ended_at == execution.ended_at
    assert deployments(execution)["prod-ap-south-1"].started_at is None


def test_stopping() -> None:
    """An execution is STOPPING until it is STOPPED; an abandoned action stops its deployment."""
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    story.run("STOPPING")
    assert folded(story).status is ExecutionStatus.STOPPING
    assert statuses(folded(story))["prod-eu-west-1"] == "IN_PROGRESS"
    story.action("prod-1", "prod-eu-west-1.Prepare", "ABANDONED")
    assert statuses(folded(story))["prod-eu-west-1"] == "STOPPED"
    story.run("STOPPED")
    assert folded(story).stages[-1].status is ExecutionStatus.STOPPED


def test_a_failed_check_is_no_failed_deployment() -> None:
    """A wave whose validation fails has deployed: VALIDATE and ASSETS do not count for a deployment."""
    story = stories.until_prod()
    story.stage("prod-2", "STARTED")
    for name in stories.names_of(stories.PROD_2)[:2]:
        story.action("prod-2", name, "SUCCEEDED")
    story.action("prod-2", "prod-2.Validate", "FAILED", summary="smoke: no")
    story.stage("prod-2", "FAILED")
    story.run("FAILED")
    assert statuses(folded(story))["prod-ap-south-1"] == "SUCCEEDED"


def test_reasons() -> None:
    """A failure without a summary is explained by its code, and without one by the action's name."""
    story = Story()
    story.action("prod-2", "prod-ap-south-1.Deploy", "FAILED")
    assert deployments(folded(story))["prod-ap-south-1"].reason == "prod-ap-south-1.Deploy failed"
    story.envelopes[0]["detail"]["execution-result"] = {"error-code": "JobFailed"}
    assert deployments(folded(story))["prod-ap-south-1"].reason == "JobFailed"


@pytest.mark.parametrize(
    ("summary", "message"),
    [
        ('{"ProviderType":"GitHub","CommitMessage":"raise limit"}', "raise limit"),
        ("raise limit", "raise limit"),
        ("{raise} limit", "{raise} limit"),
        ('{"CommitMessage": 5}', None),
    ],
)
def test_revision_of_the_source_action(summary: str, message: str | None) -> None:
    """Without a commit in the trigger the source action tells: its external id, and its summary."""
    story = Story()
    story.run("STARTED")
    story.action("Source", "acme.Source", "SUCCEEDED", id="4a5b6c", summary=summary)
    execution = folded(story)
    assert (execution.revision, execution.commit_message) == ("4a5b6c", message)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("2026-11-22T22:30:00Z", "2026-11-22T22:30:00+00:00"),
        ("2026-11-22T23:30:00+01:00", "2026-11-22T22:30:00+00:00"),
        ("2026-11-22", "2026-11-22T00:00:00+00:00"),
        ("yesterday", None),
        ("", None),
        (None, None),
        ([], None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_when_the_revision_was_committed(told: Any, known: str | None) -> None:
    """The author date of the trigger, in UTC, in whatever event it comes; what is no time is not known."""
    story = Story()
    story.run("STARTED", **{"commit-id": "9f2c1ab"})
    story.run("SUCCEEDED", **{"commit-id": "9f2c1ab", "author-date": told})
    committed_at = folded(story).committed_at
    assert (committed_at and committed_at.isoformat()) == known


def test_without_a_map() -> None:
    """Without a map stages come in the order of their beginning, and actions are just names."""
    execution = folded(stories.retried(), structure=NO_MAP)
    assert [stage.name for stage in execution.stages] == [stage["name"] for stage in stories.MAP["stages"]]
    assert {action.kind for action in actions(execution).values()} == {ActionKind.OTHER}
    assert execution.revision == "9f2c1ab"


def test_a_stage_that_the_map_does_not_know() -> None:
    """Stages that the map does not name come after those that it does."""
    story = Story()
    story.good_stage("Approve", "Ask")
    story.good_stage("Source", "acme.Source")
    assert [(stage.name, stage.position) for stage in folded(story).stages] == [("Source", 0), ("Approve", 6)]


def test_keeping_what_the_map_no_longer_names() -> None:
    """An action that a newer map no longer names keeps its kind and its environment."""
    shorter = read({"stages": [stage for stage in stories.MAP["stages"] if stage["name"] != "prod-2"]})
    known = {"prod-2": [MappedAction("prod-ap-south-1.Deploy", ActionKind.DEPLOY, "prod-ap-south-1")]}
    execution = folded(stories.retried(), structure=shorter.keeping(known))
    assert deployments(execution)["prod-ap-south-1"].status is DeploymentStatus.SUCCEEDED
    assert shorter.keeping({"alpha-1": [MappedAction("alpha-eu-west-1.Deploy")]}) == shorter


def test_two_runs_of_an_action() -> None:
    """Of several runs of an action the latest counts: by attempt, then by beginning."""
    story = stories.failed(attempt=None)
    story.retry()
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED")
    deploy = actions(folded(story))["prod-us-east-1.Deploy"]
    assert (deploy.status, deploy.summary) == (ExecutionStatus.IN_PROGRESS, None)


@pytest.mark.parametrize("drop", [Level.STAGE, Level.ACTION, Level.PIPELINE])
def test_a_level_that_is_never_told(drop: Level) -> None:
    """Without any event of one level the others still tell as much as they know."""
    told = [fact for fact in RETRIED if fact.level is not drop]
    expected = ExecutionStatus.IN_PROGRESS if drop is Level.PIPELINE else ExecutionStatus.SUCCEEDED
    assert fold(told, STRUCTURE).status is expected


TARGET = "7d0a4c55-3f0e-4a53-8f3f-0000000000AB"


@pytest.mark.parametrize(
    ("detail", "target"),
    [
        ({"execution-trigger": {"trigger-type": "ManualRollback", "trigger-detail": "arn:aws:sts::1:role"}}, None),
        ({"execution-trigger": {"trigger-type": "AutomatedRollback"}}, None),
        ({"execution-type": "ROLLBACK"}, None),
        ({"rollback-metadata": {"rollback-target-pipeline-execution-id": TARGET}}, TARGET.lower()),
    ],
)
def test_a_rollback(detail: dict[str, Any], target: str | None) -> None:
    """Whatever says that an execution rolls back is believed, and what it returns to is kept, if it is said."""
    story = Story()
    story.tell("Pipeline", "STARTED", **detail)
    story.run("SUCCEEDED")
    execution = folded(story)
    assert (execution.kind, execution.rollback_target) == (ExecutionKind.ROLLBACK, target)


def test_what_does_not_roll_back() -> None:
    """Everything else is a standard execution: nothing is taken for a rollback that does not say so."""
    story = Story()
    story.tell("Pipeline", "STARTED", **{"rollback-metadata": {}, "execution-type": "STANDARD"})
    execution = folded(story)
    assert (execution.kind, execution.rollback_target) == (ExecutionKind.STANDARD, None)
