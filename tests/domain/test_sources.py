"""Reading the envelopes of every source: builds, stacks, state machines, alarms, and our own."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.envelopes import IGNORED, AlarmFact, AnyFact, Fact, Failure, Level, State, WorkFact, kept, opened, read
from domain.envelopes.reading import LARGEST_BODY, LONGEST_REASON
from domain.envelopes.reported import Report, envelope_of
from domain.errors import InvalidValue
from domain.words import ActionKind, AlarmState, WorkKind, WorkStatus
from tests.domain.test_envelopes import JSON

SAMPLES = Path(__file__).parents[1] / "data" / "aws-events"
AT = datetime(2026, 11, 22, 23, 40, tzinfo=UTC)
REPORT = Report("github-actions", "deploy", "acme/payments", "812", State.FAILED, AT, stage="prod", action="deploy")


def sample(name: str) -> dict[str, Any]:
    """One of AWS's envelopes, as it came."""
    loaded: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return loaded


def changed(name: str, *path: str, to: object) -> dict[str, Any]:
    """A sample with another value at a path of its detail."""
    envelope = deepcopy(sample(name))
    owner = envelope["detail"]
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = to
    return envelope


def work(envelope: object) -> WorkFact:
    """What an envelope says of some work."""
    found = read(opened(envelope))
    assert isinstance(found, WorkFact)
    return found


NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))
ENVELOPES = [*map(sample, NAMES), envelope_of(REPORT)]


def test_a_build() -> None:
    """A build has its phases that failed, their reason, where its log is, and times of an odd spelling."""
    told = work(sample("codebuild-state"))
    assert (told.kind, told.status, told.name) == (WorkKind.BUILD, WorkStatus.FAILED, "integ")
    assert told.arn == "arn:aws:codebuild:us-east-1:999999999999:build/integ:8745a7a9"
    assert told.started_at == datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert told.ended_at == datetime(2026, 11, 22, 23, 33, tzinfo=UTC)
    assert told.failures == (
        Failure("BUILD", "FAILED", told.ended_at, reason="COMMAND_EXECUTION_ERROR: exit status 1"),
    )
    assert (told.cause, told.log_url) == ("COMMAND_EXECUTION_ERROR: exit status 1", "https://console...")


def test_a_phase_of_a_build() -> None:
    """The end of a phase is told by itself, in words of its own, and says that the build goes on."""
    envelope = sample("codebuild-state") | {"detail-type": "CodeBuild Build Phase Change"}
    envelope["detail"] |= {
        "completed-phase": "INSTALL",
        "completed-phase-status": "FAILED",
        "completed-phase-context": "[COMMAND_EXECUTION_ERROR: npm ci]",
        "completed-phase-end": "Nov 22, 2026 11:31:00 PM",
    }
    told = work(envelope)
    assert (told.status, told.ended_at) == (WorkStatus.IN_PROGRESS, None)
    assert [(each.name, each.reason) for each in told.failures] == [("INSTALL", "COMMAND_EXECUTION_ERROR: npm ci")]


def test_the_values_of_a_builds_variables_are_not_kept() -> None:
    """What somebody wrote into a plain variable may be a secret; all else of the envelope stays as it came."""
    envelope = sample("codebuild-state")
    before = deepcopy(envelope)
    written = json.dumps(kept(envelope))
    assert "00f067aa0ba902b7" not in written
    assert json.loads(written.replace("***", before["detail"]["additional-information"]["environment"]
        ["environment-variables"][0]["value"])) == before  # fmt: skip
    assert envelope == before
    assert kept(sample("cfn-stack")) == sample("cfn-stack")


def test_a_state_machines_execution() -> None:
    """Its times are milliseconds since 1970; its cause is Step Functions'."""
    told = work(sample("states-execution"))
    assert (told.kind, told.status, told.name) == (WorkKind.STATE_MACHINE, WorkStatus.FAILED, "payments-validation")
    assert told.cause == "alarm-3: AlarmFired"
    assert told.started_at is not None
    assert told.ended_at is not None
    assert (told.ended_at - told.started_at).total_seconds() == 53


@pytest.mark.parametrize(
    ("state", "status", "begins"),
    [
        ("UPDATE_IN_PROGRESS", WorkStatus.IN_PROGRESS, True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", WorkStatus.IN_PROGRESS, False),
        ("UPDATE_ROLLBACK_IN_PROGRESS", WorkStatus.IN_PROGRESS, False),
        ("UPDATE_ROLLBACK_COMPLETE", WorkStatus.FAILED, False),
        ("ROLLBACK_COMPLETE", WorkStatus.FAILED, False),
        ("CREATE_COMPLETE", WorkStatus.SUCCEEDED, False),
        ("DELETE_FAILED", WorkStatus.FAILED, False),
    ],
)
def test_a_stack(state: str, status: WorkStatus, begins: bool) -> None:
    """A rollback that is complete is a failure; a clean-up is still in progress."""
    told = work(changed("cfn-stack", "status-details", "status", to=state))
    assert (told.kind, told.name, told.status, told.begins) == (WorkKind.STACK, "payments-prod-env014", status, begins)


def test_a_resource_that_failed() -> None:
    """It says nothing of the stack's own status, and which resource failed, and why."""
    told = work(sample("cfn-resource"))
    assert told.status is None
    (failure,) = told.failures
    assert (failure.name, failure.type, failure.state) == ("Bad", "AWS::SQS::Queue", "CREATE_FAILED")
    assert failure.reason == "The name of a FIFO queue can only include ..."
    assert not work(changed("cfn-resource", "status-details", "status", to="CREATE_COMPLETE")).failures


def test_an_alarm() -> None:
    """CloudWatch's own time of the change has milliseconds and an offset without a colon."""
    told = read(sample("cloudwatch-alarm"))
    assert isinstance(told, AlarmFact)
    assert (told.name, told.state, told.previous) == ("payments-5xx", AlarmState.ALARM, AlarmState.OK)
    assert told.changed_at == datetime(2026, 11, 22, 23, 39, 58, tzinfo=UTC)


def test_reasons_are_bounded() -> None:
    """A reason of any length is cut where it is kept apart from its envelope."""
    long = "x" * 100_000
    assert len(work(changed("cfn-resource", "status-details", "status-reason", to=long)).failures[0].reason or "") == (
        LONGEST_REASON
    )
    told = read(changed("cloudwatch-alarm", "state", "reason", to=long))
    assert isinstance(told, AlarmFact)
    assert len(told.reason or "") == LONGEST_REASON


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "forged",
    [
        {"account": "123123123123"},
        {"region": "ap-south-1"},
        {"source": "aws.s3"},
        {"resources": ["arn:aws:codepipeline:us-east-1:123123123123:payments"]},
    ],
)
def test_an_envelope_that_contradicts_itself(name: str, forged: dict[str, Any]) -> None:
    """One that says another account, Region or source than its resources' is forged, and refused."""
    with pytest.raises(InvalidValue) as refused:
        read(sample(name) | forged)
    assert refused.value.path[0] in ("resources", "source")


def test_a_pipeline_that_is_not_the_one_of_the_envelope() -> None:
    """The detail names the pipeline that the envelope is about."""
    with pytest.raises(InvalidValue, match="payments"):
        read(changed("codepipeline-stage", "pipeline", to="orders"))


@pytest.mark.parametrize(
    ("envelope", "field"),
    [
        (changed("codebuild-state", "build-status", to="DONE"), "build-status"),
        (changed("codebuild-state", "build-id", to="integ:1"), "build-id"),
        (changed("states-execution", "status", to=7), "status"),
        (changed("states-execution", "executionArn", to=None), "executionArn"),
        (changed("cfn-stack", "status-details", to=[]), "status"),
        (changed("cfn-stack", "stack-id", to="arn:aws:s3:::bucket"), "stack-id"),
        (changed("cfn-resource", "stack-id", to=sample("cfn-resource")["detail"]["stack-id"].replace("5555", "6666")),
         "stack-id"),
        (changed("cloudwatch-alarm", "state", "value", to="FINE"), "state"),
        (sample("cloudwatch-alarm") | {"resources": []}, "resources"),
        (envelope_of(REPORT) | {"source": "aws.codepipeline"}, "source"),
        (sample("cfn-stack") | {"detail-type": "EC2 Instance State-change Notification"}, "detail-type"),
    ],
)  # fmt: skip
def test_refusals(envelope: dict[str, Any], field: str) -> None:
    """What cannot be is refused: the field, and what is allowed."""
    with pytest.raises(InvalidValue) as refused:
        read(opened(envelope))
    assert refused.value.path == [field]
    assert refused.value.allowed


@pytest.mark.parametrize(
    "wrap", [json.dumps, lambda envelope: json.dumps(envelope).encode(), lambda envelope: envelope]
)
def test_a_message_that_is_too_large(wrap: Any) -> None:
    """More than SQS takes is not even parsed."""
    envelope = changed("codepipeline-pipeline", "execution-trigger", to={"commit-message": "x" * LARGEST_BODY})
    with pytest.raises(InvalidValue, match="at most 1,048,576 characters"):
        opened(wrap(envelope))


def test_what_is_for_others_is_no_fact() -> None:
    """A pipeline's call for an EXTERNAL check comes by the same bus, and is neither a fact nor a mistake."""
    assert [read({"detail-type": kind, "detail": {}}) for kind in IGNORED] == [None]


def test_a_report() -> None:
    """A report becomes an envelope that is read as an execution's: its action says itself what it does."""
    report = Report(
        "gitlab", "deploy", "acme/group/payments", "77", State.STARTED, AT, attempt=2, stage="prod", action="eu",
        environment="prod-eu-west-1", url="https://gitlab.example/77",
    )  # fmt: skip
    told = read(opened(json.dumps(envelope_of(report))))
    assert isinstance(told, Fact)
    assert (told.level, told.stage, told.attempt) == (Level.ACTION, "prod", 2)
    assert told.pipeline.arn == "ci:gitlab:acme/group/payments:deploy"
    assert told.action is not None
    assert (told.action.kind, told.action.environment) == (ActionKind.DEPLOY, "prod-eu-west-1")


def test_a_runs_id() -> None:
    """A UUID is the execution's id itself; of any other the id is derived, the same each time, another of each run."""
    own = Report("jenkins", "p", "acme/x", "0B1F6C1E-6a3e-4f0e-9d52-6f8c6c1d2e3f", State.STARTED, AT)
    assert own.execution_id == "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"
    ids = {
        Report(provider, pipeline, repository, run, State.STARTED, AT).execution_id
        for provider in ("jenkins", "gitlab")
        for pipeline in ("a", "b")
        for repository in ("acme/x", "acme/y")
        for run in ("1", "2")
    }
    assert len(ids) == 16
    assert (
        Report("gitlab", "a", "acme/x", "1", State.STARTED, AT).execution_id == "bcffee71-9b84-592a-baff-ebf421b15275"
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"provider": "GitHub Actions"}, "provider"),
        ({"repository": "payments"}, "repository"),
        ({"pipeline": ""}, "pipeline"),
        ({"run": "x" * 101}, "runId"),
        ({"stage": None}, "stage"),
        ({"action": None, "environment": "prod"}, "action"),
        ({"environment": "a\x00b"}, "environment"),
        ({"attempt": 0}, "attempt"),
        ({"url": "javascript:alert(1)"}, "url"),
    ],
)
def test_reports_that_cannot_be(wrong: dict[str, Any], field: str) -> None:
    """A report is refused with the field of the input that is wrong."""
    from dataclasses import replace

    with pytest.raises(InvalidValue) as refused:
        envelope_of(replace(REPORT, **wrong))
    assert refused.value.path == [field]


@given(JSON)
def test_any_json_gives_a_fact_or_a_reason(body: object) -> None:
    """Reading is total over JSON."""
    with suppress(InvalidValue):
        assert read(opened(body)) is None


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A real envelope of which one value, however deep, is another one, or is not there."""
    envelope = deepcopy(draw(st.sampled_from(ENVELOPES)))
    owner: Any = envelope
    while True:
        key = draw(st.sampled_from(sorted(owner) if isinstance(owner, dict) else list(range(len(owner)))))
        deeper = owner[key]
        if not isinstance(deeper, dict | list) or not deeper or draw(st.booleans()):
            break
        owner = deeper
    if isinstance(owner, dict) and draw(st.booleans()):
        del owner[key]
    else:
        owner[key] = draw(JSON | ODD)
    return envelope


ODD = st.sampled_from(
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e308, -1e15, "arn:aws:states:::", "x" * 600, "\ud800"]
)


@given(mutated())
def test_any_part_of_a_real_envelope_may_be_anything(envelope: dict[str, Any]) -> None:
    """However deep a value of a real envelope is replaced, or taken out, there is a fact or a reason."""
    with suppress(InvalidValue):
        found = read(opened(envelope))
        assert found is None or isinstance(found, AnyFact)
        json.dumps(kept(envelope))
