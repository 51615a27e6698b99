"""The trace of an execution, derived."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import history, spans
from domain.conventions import environment_name
from domain.words import (
    ActionKind,
    CheckKind,
    CheckMode,
    CheckRunStatus,
    CheckWhen,
    DeploymentStatus,
    ExecutionStatus,
    SpanKind,
    SpanRelation,
)

EXECUTION = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"
BEGIN = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
PROD = history.Place("prod", "prod-1", production=True)
IRELAND = history.Environment("prod-eu-west-1", "111111111111", "eu-west-1", PROD)
VIRGINIA = history.Environment("prod-us-east-1", "111111111111", "us-east-1", PROD)
REASON = "Stack payments-prod is in UPDATE_ROLLBACK_COMPLETE"


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def action(stage: str, name: str, kind: ActionKind, begin: float, end: float, **more: Any) -> history.ActionExecution:
    position = more.pop("position", 0)
    status = more.pop("status", ExecutionStatus.SUCCEEDED)
    return history.ActionExecution(stage, name, position, kind, status, started_at=at(begin), ended_at=at(end), **more)


def failed() -> history.PipelineExecution:
    """An execution that reached Ireland, failed in Virginia, and ran a check of the wave."""
    stages = (
        history.StageExecution("Source", 0, ExecutionStatus.SUCCEEDED, at(0), at(1)),
        history.StageExecution("prod-1", 1, ExecutionStatus.FAILED, at(1), at(9), PROD),
    )
    actions = (
        action("Source", "acme.Source", ActionKind.SOURCE, 0, 1),
        action("prod-1", "ireland.Deploy", ActionKind.DEPLOY, 1, 4, environment=IRELAND),
        action(
            "prod-1",
            "virginia.Deploy",
            ActionKind.DEPLOY,
            2,
            5,
            environment=VIRGINIA,
            status=ExecutionStatus.FAILED,
            summary=REASON,
            error_code="JobFailed",
            external_url="https://example.com/stack",
        ),
        action(
            "prod-1", "Validate", ActionKind.VALIDATE, 5, 9, position=1, status=ExecutionStatus.FAILED, summary="smoke"
        ),
    )
    return history.PipelineExecution(
        EXECUTION,
        "payments",
        "arn:aws:codepipeline:eu-west-1:999999999999:payments",
        "eu-west-1",
        ExecutionStatus.FAILED,
        service="payments",
        repository="acme/payments",
        branch="main",
        revision="9f2c1ab",
        started_at=at(0),
        ended_at=at(10),
        stages=stages,
        actions=actions,
        deployments=(
            history.Deployment(IRELAND, DeploymentStatus.SUCCEEDED, at(1), at(4)),
            history.Deployment(VIRGINIA, DeploymentStatus.FAILED, at(2), at(5), REASON),
        ),
        check_runs=(
            history.CheckRun(
                "smoke",
                "prod-eu-west-1",
                CheckKind.LAMBDA,
                CheckWhen.AFTER,
                CheckMode.BLOCKING,
                CheckRunStatus.TIMED_OUT,
                1,
                PROD,
                at(5),
                at(9),
                "no outcome in 4 minutes",
            ),
        ),
    )


def named(found: tuple[spans.Span, ...]) -> dict[str, spans.Span]:
    return {span.name: span for span in found}


def test_ids_are_those_that_anyone_can_derive() -> None:
    """The documented text gives the id: printf | sha256sum | cut -c1-16 gave these."""
    assert spans.trace_id(EXECUTION) == "0b1f6c1e6a3e4f0e9d526f8c6c1d2e3f"
    text = f"{EXECUTION}/1/action/prod-1/virginia.Deploy"
    assert (
        spans.span_id(EXECUTION, 1, "action", "prod-1", "virginia.Deploy")
        == (hashlib.sha256(text.encode()).hexdigest()[:16])
    )
    found = named(spans.derive(failed()))
    assert found["RUN payments"].span_id == "8c883f61de7f8dc5"
    assert found["virginia.Deploy"].span_id == "4786477aba1f4dc8"


def test_an_id_that_is_no_uuid_has_no_trace() -> None:
    """CodePipeline's execution ids are UUIDs; nothing else is hashed into something that looks like one."""
    with pytest.raises(ValueError, match="hexadecimal UUID"):
        spans.trace_id("execution-7")


def test_every_part_hangs_where_it_was_done() -> None:
    """The run has stages; a stage its deployments; a deployment its actions; a validation the checks that it ran."""
    found = named(spans.derive(failed()))
    names = {span.span_id: span.name for span in found.values()}
    assert {name: names.get(span.parent_id or "") for name, span in found.items()} == {
        "RUN payments": None,
        "Source": "RUN payments",
        "acme.Source": "Source",
        "prod-1": "RUN payments",
        "prod-eu-west-1": "prod-1",
        "prod-us-east-1": "prod-1",
        "ireland.Deploy": "prod-eu-west-1",
        "virginia.Deploy": "prod-us-east-1",
        "Validate": "prod-1",
        "smoke prod-eu-west-1": "Validate",
    }
    assert {span.trace_id for span in found.values()} == {spans.trace_id(EXECUTION)}


def test_the_run_is_a_server_span_with_the_names_of_the_conventions() -> None:
    """The root is what a backend lists: kind SERVER, `RUN payments`, its result and its revision."""
    run = named(spans.derive(failed()))["RUN payments"]
    assert run.kind is SpanKind.SERVER
    found = dict(run.attributes)
    assert found["cicd.pipeline.name"] == "payments"
    assert found["cicd.pipeline.run.id"] == EXECUTION
    assert found["cicd.pipeline.result"] == "failure"
    assert found["cicd.pipeline.run.state"] == "finalizing"
    assert found["vcs.repository.url.full"] == "https://github.com/acme/payments"
    assert found["vcs.ref.head.revision"] == "9f2c1ab"
    assert found["vcs.ref.head.name"] == "main"


@pytest.mark.parametrize(
    ("arn", "provider", "site"),
    [
        ("ci:github-actions:acme/payments:deploy", "github", "https://github.com/acme/payments"),
        ("ci:gitlab:acme/payments:deploy", "gitlab", None),
        ("ci:jenkins:acme/payments:deploy", None, None),
    ],
)
def test_a_repository_is_where_its_ci_system_has_it(arn: str, provider: str | None, site: str | None) -> None:
    """A run of another CI system names no page of CodePipeline's, and no site that nobody told."""
    found = dict(spans.derive(replace(failed(), pipeline_arn=arn))[0].attributes)
    assert (found.get("vcs.provider.name"), found.get("vcs.repository.url.full")) == (provider, site)
    assert found["vcs.repository.name"] == "payments"
    assert "cicd.pipeline.run.url.full" not in found


def test_a_failure_names_its_first_cause_all_the_way_up() -> None:
    """The stack that failed first is what the run says, not the validation that failed after it."""
    found = named(spans.derive(failed()))
    for name in ("RUN payments", "prod-1", "prod-us-east-1", "virginia.Deploy"):
        assert dict(found[name].attributes)["error.type"] == "JobFailed"
    assert found["RUN payments"].failure == f"prod-1/virginia.Deploy: {REASON}"
    assert found["prod-us-east-1"].failure == REASON
    assert found["ireland.Deploy"].failure is None
    assert "error.type" not in dict(found["ireland.Deploy"].attributes)


def test_a_deployment_and_its_actions_say_where() -> None:
    """`prod` is spelt `production`, as OpenTelemetry does; the environment's own name stands beside it."""
    found = named(spans.derive(failed()))
    for name in ("prod-us-east-1", "virginia.Deploy"):
        attributes = dict(found[name].attributes)
        assert attributes["deployment.environment.name"] == "production"
        assert attributes["interlock.environment.name"] == "prod-us-east-1"
        assert attributes["interlock.wave.name"] == "prod-1"
        assert attributes["cloud.region"] == "us-east-1"
    assert dict(found["prod-us-east-1"].attributes)["deployment.status"] == "failed"
    task = dict(found["virginia.Deploy"].attributes)
    assert task["cicd.pipeline.task.type"] == "deploy"
    assert task["cicd.pipeline.task.run.url.full"] == "https://example.com/stack"


def test_a_check_run_is_a_task_that_tests() -> None:
    """A check that got no outcome in time is a timeout, which is not the failure of a check that said no."""
    check = named(spans.derive(failed()))["smoke prod-eu-west-1"]
    found = dict(check.attributes)
    assert found["cicd.pipeline.task.type"] == "test"
    assert found["cicd.pipeline.task.run.result"] == "timeout"
    assert found["error.type"] == "timeout"
    assert check.failure == "no outcome in 4 minutes"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (PROD, "production"),
        (history.Place("gamma"), "staging"),
        (history.Place("beta"), "test"),
        (history.Place("prod"), "production"),
        (history.Place("sandbox"), "sandbox"),
    ],
)
def test_environment_names_are_the_conventions(place: history.Place, expected: str) -> None:
    """Stages that OpenTelemetry has a word for use it; others keep their own."""
    assert environment_name(place) == expected


def test_what_has_not_ended_has_no_trace() -> None:
    """A span is never changed, so none is derived before the end."""
    assert spans.derive(replace(failed(), status=ExecutionStatus.IN_PROGRESS)) == ()
    assert spans.derive(replace(failed(), ended_at=None)) == ()


def test_what_never_started_has_no_span() -> None:
    """A deployment that the execution did not come to is not work done."""
    pending = history.Deployment(replace(IRELAND, name="prod-ap-south-1"), DeploymentStatus.PENDING)
    before = failed()
    assert spans.derive(replace(before, deployments=(*before.deployments, pending))) == spans.derive(before)


def test_an_untold_time_is_inferred_and_says_so() -> None:
    """A lost event leaves a span from what is known, marked, never a negative one."""
    lost = action("prod-1", "lost.Deploy", ActionKind.DEPLOY, 3, 3, status=ExecutionStatus.IN_PROGRESS)
    before = failed()
    changed = replace(before, actions=(*before.actions, replace(lost, ended_at=None)))
    span = named(spans.derive(changed))["lost.Deploy"]
    assert (span.started_at, span.ended_at) == (at(3), at(10))
    assert dict(span.attributes)["interlock.time.inferred"] == ("end",)
    assert "cicd.pipeline.task.run.result" not in dict(span.attributes)
    skewed = replace(before, actions=(replace(lost, ended_at=at(2)),))
    assert named(spans.derive(skewed))["lost.Deploy"].ended_at == at(3)


def test_a_later_attempt_adds_its_own_spans_and_repeats_none() -> None:
    """After a retry the trace has a second run, linked to the first; what was sealed is not told twice."""
    first = failed()
    again = action("prod-1", "virginia.Deploy", ActionKind.DEPLOY, 30, 35, environment=VIRGINIA)
    stage = replace(first.stages[1], status=ExecutionStatus.SUCCEEDED, ended_at=at(36))
    second = replace(
        first,
        attempt=2,
        status=ExecutionStatus.SUCCEEDED,
        ended_at=at(36),
        sealed=(history.Sealed(1, at(10)),),
        stages=(first.stages[0], stage),
        actions=(first.actions[0], first.actions[1], again),
        deployments=(
            first.deployments[0],
            replace(first.deployments[1], status=DeploymentStatus.SUCCEEDED, started_at=at(30), ended_at=at(35)),
        ),
    )
    before, after = spans.derive(first), spans.derive(second)
    assert {span.name for span in after} == {"RUN payments", "prod-1", "prod-us-east-1", "virginia.Deploy"}
    assert not {span.span_id for span in before} & {span.span_id for span in after}
    assert after[0].links == (spans.SpanLink(before[0].trace_id, before[0].span_id, SpanRelation.RETRY_OF),)
    assert after[0].trace_id == before[0].trace_id


def test_an_end_that_was_lost_is_not_the_retrys() -> None:
    """What the first attempt left open was told there, with an inferred end; the retry begins with its own work."""
    first = failed()
    lost = replace(first.actions[1], status=ExecutionStatus.IN_PROGRESS, ended_at=None)
    again = action("prod-1", "virginia.Deploy", ActionKind.DEPLOY, 30, 35, environment=VIRGINIA)
    running = replace(first.check_runs[0], status=CheckRunStatus.RUNNING, ended_at=None)
    second = replace(
        first,
        attempt=2,
        ended_at=at(36),
        sealed=(history.Sealed(1, at(10)),),
        actions=(first.actions[0], lost, again),
        check_runs=(running,),
    )
    found = named(spans.derive(second))
    assert "ireland.Deploy" not in found
    assert "smoke prod-eu-west-1" not in found
    assert found["RUN payments"].started_at == at(30)


def test_a_check_of_an_attempt_that_was_never_sealed_keeps_its_own_id() -> None:
    """A retry within the settling time leaves both attempts' runs of the check; they are two spans."""
    first = failed()
    again = replace(first.check_runs[0], attempt=2, status=CheckRunStatus.PASSED)
    found = spans.derive(replace(first, attempt=2, check_runs=(*first.check_runs, again)))
    assert len({span.span_id for span in found if span.name == "smoke prod-eu-west-1"}) == 2


@given(st.data())
def test_neither_order_nor_repetition_of_rows_matters(data: st.DataObject) -> None:
    """The spans are a function of the set of rows."""
    whole = failed()
    again: dict[str, Any] = {}
    for name in ("stages", "actions", "deployments", "check_runs"):
        rows = getattr(whole, name)
        extra = data.draw(st.lists(st.sampled_from(rows)))
        again[name] = tuple(data.draw(st.permutations([*rows, *extra])))
    assert spans.derive(replace(whole, **again)) == spans.derive(whole)


MOMENTS = st.none() | st.floats(0, 600).map(at)


@given(st.data())
def test_whatever_was_told_makes_a_tree(data: st.DataObject) -> None:
    """With any rows and times missing: one root, every parent exists, ids differ, nothing ends before it starts."""
    whole = failed()
    changed: dict[str, Any] = {}
    for name in ("stages", "actions", "deployments", "check_runs"):
        rows = data.draw(st.lists(st.sampled_from(getattr(whole, name)), unique=True))
        changed[name] = tuple(replace(row, started_at=data.draw(MOMENTS), ended_at=data.draw(MOMENTS)) for row in rows)
    found = spans.derive(replace(whole, started_at=data.draw(MOMENTS), **changed))
    ids = [span.span_id for span in found]
    assert len(set(ids)) == len(ids)
    assert [span.parent_id for span in found].count(None) == 1
    assert {span.parent_id for span in found[1:]} <= set(ids)
    assert all(span.ended_at and span.started_at <= span.ended_at for span in found)
    assert all(list(span.attributes) == sorted(span.attributes) for span in found)


def test_the_time_in_front_of_a_wave_is_a_span() -> None:
    """A window or a freeze held the wave back for hours: what waited is told, what CodePipeline itself needs is not."""
    whole = failed()
    held = replace(whole.stages[1], started_at=at(61), ended_at=at(69))
    wait = named(spans.derive(replace(whole, ended_at=at(70), stages=(whole.stages[0], held))))["wait for prod-1"]
    assert (wait.started_at, wait.ended_at) == (at(1), at(61))
    assert wait.parent_id == spans.span_id(EXECUTION, 1)
    found = dict(wait.attributes)
    assert found["interlock.wave.name"] == found["interlock.wait.stage_execution.name"] == "prod-1"
    soon = replace(held, started_at=at(1.4))
    assert "wait for prod-1" not in named(spans.derive(replace(whole, stages=(whole.stages[0], soon))))
    unplaced = replace(held, place=None)
    assert "wait for prod-1" not in named(spans.derive(replace(whole, stages=(whole.stages[0], unplaced))))


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (ExecutionStatus.SUPERSEDED, "skip"),
        (ExecutionStatus.CANCELED, "cancellation"),
        (ExecutionStatus.STOPPED, "cancellation"),
        (ExecutionStatus.SUCCEEDED, "success"),
    ],
)
def test_what_ended_without_a_failure_is_no_error(status: ExecutionStatus, result: str) -> None:
    """It was overtaken, or somebody stopped it: a result of its own, and a status that is left unset."""
    run = spans.derive(replace(failed(), status=status))[0]
    assert dict(run.attributes)["cicd.pipeline.result"] == result
    assert run.failure is None
    assert "error.type" not in dict(run.attributes)


def test_a_live_trace_is_open_where_it_goes_on() -> None:
    """While it runs, the ids are those that will be sealed; what has not ended has no end."""
    whole = failed()
    running = replace(
        whole,
        status=ExecutionStatus.IN_PROGRESS,
        ended_at=None,
        stages=(whole.stages[0], replace(whole.stages[1], status=ExecutionStatus.IN_PROGRESS, ended_at=None)),
    )
    found = named(spans.live(running))
    assert {span.name for span in found.values() if span.ended_at is None} == {"RUN payments", "prod-1"}
    assert found["RUN payments"].failure is None
    assert dict(found["RUN payments"].attributes)["cicd.pipeline.run.state"] == "executing"
    assert {span.span_id for span in found.values()} == {span.span_id for span in spans.derive(whole)}
    assert spans.live(whole) == spans.derive(whole)
    assert spans.live(replace(running, started_at=None, stages=(), actions=(), deployments=(), check_runs=())) == ()


def test_a_live_trace_keeps_the_ids_of_every_attempt_that_was_sealed() -> None:
    """After two attempts that were sealed and a third that runs, each part has the id under which it was told."""
    first = failed()
    again = action("prod-1", "virginia.Deploy", ActionKind.DEPLOY, 40, 45, environment=VIRGINIA)
    third = replace(
        first,
        attempt=3,
        status=ExecutionStatus.IN_PROGRESS,
        ended_at=None,
        sealed=(history.Sealed(2, at(20)), history.Sealed(1, at(10))),
        actions=(
            first.actions[0],
            replace(first.actions[1], started_at=at(15), ended_at=at(18)),
            replace(again, status=ExecutionStatus.IN_PROGRESS, ended_at=None),
        ),
    )
    found = named(spans.live(third))
    ids = {span.span_id for span in found.values()}
    assert found["acme.Source"].span_id == spans.span_id(EXECUTION, 1, "action", "Source", "acme.Source")
    assert found["ireland.Deploy"].span_id == spans.span_id(EXECUTION, 2, "action", "prod-1", "ireland.Deploy")
    assert found["virginia.Deploy"].span_id == spans.span_id(EXECUTION, 3, "action", "prod-1", "virginia.Deploy")
    assert found["RUN payments"].span_id == spans.span_id(EXECUTION, 3)
    assert [link.span_id for link in found["RUN payments"].links] == [spans.span_id(EXECUTION, 2)]
    assert {span.parent_id for span in found.values()} - ids == {None}


def test_the_way_to_an_environment_leaves_the_others_out() -> None:
    """Its own deployment, checks of it and of its wave; nothing of the environment beside it."""
    whole = failed()
    beside = replace(whole.check_runs[0], subject="prod-us-east-1")
    of_the_wave = replace(whole.check_runs[0], name="alarms", subject="prod-1")
    whole = replace(whole, check_runs=(*whole.check_runs, beside, of_the_wave))
    found = {span.name for span in spans.live(whole, towards="prod-eu-west-1")}
    assert found == {
        *("RUN payments", "Source", "acme.Source", "prod-1", "prod-eu-west-1", "ireland.Deploy", "Validate"),
        *("smoke prod-eu-west-1", "alarms prod-1"),
    }
    everywhere = {span.name for span in spans.live(whole, towards="nowhere")}
    assert everywhere == {"RUN payments", "Source", "acme.Source", "prod-1", "Validate", "alarms prod-1"}


def test_checks_of_a_waves_parts_are_told_apart() -> None:
    """Two parts of one wave run the same check of the same name: each under its own part's validation."""
    whole = failed()
    parts = [replace(whole.check_runs[0], part=part, subject="prod-1") for part in ("prod-1-part-1", "prod-1-part-2")]
    stages = [
        history.StageExecution(part, 1 + place, ExecutionStatus.SUCCEEDED, at(1), at(9), PROD)
        for place, part in enumerate(("prod-1-part-1", "prod-1-part-2"))
    ]
    validations = [action(stage.name, "Validate", ActionKind.VALIDATE, 5, 9) for stage in stages]
    split = replace(whole, stages=tuple(stages), actions=tuple(validations), deployments=(), check_runs=tuple(parts))
    found = spans.derive(split)
    checks = [span for span in found if span.name == "smoke prod-1"]
    assert len({span.span_id for span in checks}) == 2
    assert {span.parent_id for span in checks} == {
        spans.span_id(EXECUTION, 1, "action", stage.name, "Validate") for stage in stages
    }


@given(st.data())
def test_whatever_was_told_makes_a_live_tree(data: st.DataObject) -> None:
    """Ended or not, sealed or not, whole or towards an environment: one root, every parent there, no id twice."""
    whole = failed()
    changed: dict[str, Any] = {}
    for name in ("stages", "actions", "deployments", "check_runs"):
        rows = data.draw(st.lists(st.sampled_from(getattr(whole, name)), unique=True))
        changed[name] = tuple(replace(row, started_at=data.draw(MOMENTS), ended_at=data.draw(MOMENTS)) for row in rows)
    sealed = data.draw(st.lists(st.integers(1, 3), unique=True))
    changed["sealed"] = tuple(history.Sealed(attempt, at(attempt * 100)) for attempt in sealed)
    changed["status"] = data.draw(st.sampled_from([ExecutionStatus.IN_PROGRESS, ExecutionStatus.FAILED]))
    changed["attempt"] = data.draw(st.integers(1, 4))
    told = replace(whole, started_at=data.draw(MOMENTS), **changed)
    for towards in (None, "prod-eu-west-1"):
        found = spans.live(told, towards)
        ids = [span.span_id for span in found]
        assert len(set(ids)) == len(ids)
        assert {span.parent_id for span in found[1:]} <= set(ids)
        assert all(span.ended_at is None or span.started_at <= span.ended_at for span in found)
        assert found[:1] == tuple(span for span in found if span.parent_id is None)


@given(st.data())
def test_what_was_sealed_is_never_told_again(data: st.DataObject) -> None:
    """Attempt after attempt, whatever ended when: no span's id is sealed twice."""
    whole = failed()
    told: set[str] = set()
    sealed: list[history.Sealed] = []
    for attempt, end in ((1, 10), (2, 100), (3, 300)):
        actions = tuple(
            replace(row, started_at=at(data.draw(st.integers(0, end))), ended_at=at(data.draw(st.integers(0, end))))
            for row in whole.actions
        )
        now = replace(whole, attempt=attempt, ended_at=at(end), actions=actions, sealed=tuple(sealed), check_runs=())
        ids = [span.span_id for span in spans.derive(now)]
        assert not told & set(ids)
        told |= set(ids)
        sealed.append(history.Sealed(attempt, at(end)))
        assert spans.derive(replace(now, sealed=tuple(sealed))) == ()
