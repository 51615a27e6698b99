"""Reading CodePipeline's envelopes."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.envelopes import ActionPart, Fact, Level, PipelineName, State, Trigger, fact, opened
from domain.errors import InvalidValue

SAMPLES = Path(__file__).parents[1] / "data" / "aws-events"


def sample(name: str) -> dict[str, Any]:
    """One of AWS's envelopes, as it came."""
    loaded: dict[str, Any] = json.loads((SAMPLES / f"codepipeline-{name}.json").read_text())
    return loaded


def read(body: object) -> Fact:
    """The fact of a message's body."""
    return fact(opened(body))


def changed(name: str, **detail: Any) -> dict[str, Any]:
    """A sample with other fields in its detail; None takes one out."""
    envelope = deepcopy(sample(name))
    envelope["detail"] |= {key.replace("_", "-"): value for key, value in detail.items()}
    envelope["detail"] = {key: value for key, value in envelope["detail"].items() if value is not None}
    return envelope


def test_pipeline_envelope() -> None:
    """A pipeline's envelope gives its state and what triggered it."""
    assert read(sample("pipeline")) == Fact(
        event_id="6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        level=Level.PIPELINE,
        pipeline=PipelineName("payments", "999999999999", "us-east-1"),
        execution_id="0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f",
        state=State.FAILED,
        time=datetime(2026, 11, 22, 23, 40, tzinfo=UTC),
        attempt=1,
        start_time=datetime(2026, 11, 22, 23, 31, 2, 118000, tzinfo=UTC),
        version=12,
        trigger=Trigger(
            "GitHub", "9f2c1ab", "raise limit", "Mary", committed_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
        ),
    )


def test_stage_envelope() -> None:
    """A stage's envelope adds the stage's name."""
    told = read(sample("stage"))
    assert (told.level, told.stage, told.state, told.action) == (Level.STAGE, "prod-1", State.FAILED, None)


def test_action_envelope() -> None:
    """An action's envelope adds its run, its type and its result, in AWS's words."""
    told = read(sample("action")).action
    assert told is not None
    assert (told.name, told.region) == ("prod-env014.payments-prod-env014.Deploy", "eu-west-1")
    assert (told.execution_id, told.provider, told.category) == (
        "47f821c5-a902-44b2-ae61-b878d31ecd21",
        "CloudFormation",
        "Deploy",
    )
    assert (told.summary, told.error_code) == (
        "Stack payments-prod-env014 is in UPDATE_ROLLBACK_COMPLETE",
        "JobFailed",
    )


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("eu-west-1", "arn:aws:codepipeline:eu-west-1:999999999999:payments"),
        ("cn-north-1", "arn:aws-cn:codepipeline:cn-north-1:999999999999:payments"),
        ("us-gov-west-1", "arn:aws-us-gov:codepipeline:us-gov-west-1:999999999999:payments"),
    ],
)
def test_pipeline_arn(region: str, arn: str) -> None:
    """A pipeline's ARN is in the partition of its Region."""
    assert PipelineName("payments", "999999999999", region).arn == arn


@pytest.mark.parametrize(
    "wrap",
    [
        lambda envelope: envelope,
        json.dumps,
        lambda envelope: json.dumps(envelope).encode(),
        lambda envelope: json.dumps({"Type": "Notification", "Message": json.dumps(envelope)}),
    ],
)
def test_wrappings(wrap: Any) -> None:
    """An envelope is the same as JSON, as text, as bytes, and wrapped by SNS."""
    assert read(wrap(sample("action"))) == read(sample("action"))


@pytest.mark.parametrize(("given", "version"), [(12, 12), (12.0, 12), ("12", 12), ("12.0", 12), ("x", None)])
def test_version(given: object, version: int | None) -> None:
    """The pipeline's version comes as a number or as text; one that is neither is nobody's problem."""
    assert read(changed("pipeline", version=given)).version == version


@pytest.mark.parametrize(("given", "attempt"), [(1.0, 1), (2, 2), ("3", 3), (None, None)])
def test_attempt(given: object, attempt: int | None) -> None:
    """The attempt comes as a float, a whole number or text, or not at all."""
    assert read(changed("stage", pipeline_execution_attempt=given)).attempt == attempt


@pytest.mark.parametrize(
    "given",
    ["2026-11-22T23:40:00Z", "2026-11-23T00:40:00+01:00", "2026-11-22T23:40:00", "Nov 22, 2026 11:40:00 PM",
     1795390800, 1795390800000],
)  # fmt: skip
def test_times(given: object) -> None:
    """Times are read in every spelling that AWS's services use, into UTC."""
    assert read(sample("stage") | {"time": given}).time == datetime(2026, 11, 22, 23, 40, tzinfo=UTC)


def test_odd_start_time() -> None:
    """A start time that cannot be read is left out: the rest of the fact still holds."""
    assert read(changed("stage", start_time="soon")).start_time is None


@pytest.mark.parametrize(
    ("envelope", "field"),
    [
        ({}, "detail"),
        (sample("stage") | {"detail-type": "CodeBuild Build State Change"}, "detail-type"),
        (sample("stage") | {"id": ""}, "id"),
        (sample("stage") | {"id": "x" * 513}, "id"),
        (sample("stage") | {"account": "12"}, "account"),
        (sample("stage") | {"region": None}, "region"),
        (sample("stage") | {"time": "yesterday"}, "time"),
        (changed("stage", execution_id="1"), "execution-id"),
        (changed("stage", stage=None), "stage"),
        (changed("stage", state="SUPERSEDED"), "state"),
        (changed("pipeline", state="ABANDONED"), "state"),
        (changed("pipeline", state="DONE"), "state"),
        (changed("pipeline", pipeline=7), "pipeline"),
        (changed("pipeline", pipeline_execution_attempt=1.5), "pipeline-execution-attempt"),
        (changed("pipeline", pipeline_execution_attempt=True), "pipeline-execution-attempt"),
        (changed("action", action=None), "action"),
        (changed("action", action_execution_id=5), "action-execution-id"),
        ('{"detail": {"state": "STARTED\\u0000"}}', "body"),
        ('{"detail": {"state": "\\ud800"}}', "body"),
        ('{"detail": 1e999}', "body"),
        ('{"detail": NaN}', "body"),
        ("[" * 100_000, "body"),
        ("not JSON", "body"),
        ("null", "body"),
        (b"\xff\xfe{", "body"),
    ],
)
def test_refusals(envelope: object, field: str) -> None:
    """What is no CodePipeline envelope is refused: the field, the value in short, and what is allowed."""
    with pytest.raises(InvalidValue) as refused:
        read(envelope)
    assert refused.value.path == [field]
    assert len(refused.value.message) < 600
    assert refused.value.allowed


def test_escaped_backslash_is_no_nul() -> None:
    """A backslash followed by u0000 in the text of a message is ordinary text."""
    envelope = changed("action", execution_result={"external-execution-summary": r"C:\u0000"})
    told = read(json.dumps(envelope)).action
    assert told is not None
    assert told.summary == r"C:\u0000"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_any_json_gives_a_fact_or_a_reason(body: object) -> None:
    """Reading is total over JSON."""
    with pytest.raises(InvalidValue):
        read(body)


@given(st.text() | st.binary())
def test_any_text_gives_a_reason(body: object) -> None:
    """Reading is total over text and bytes."""
    with pytest.raises(InvalidValue):
        read(body)


@given(
    st.sampled_from(["pipeline", "stage", "action"]),
    st.sampled_from([None, "detail"]),
    st.data(),
)
def test_any_field_may_be_anything(name: str, inside: str | None, data: st.DataObject) -> None:
    """Whatever one field of a good envelope is replaced by, there is a fact or a reason."""
    envelope = sample(name)
    owner = envelope[inside] if inside else envelope
    owner[data.draw(st.sampled_from(sorted(owner)))] = data.draw(JSON)
    with suppress(InvalidValue):
        assert isinstance(read(envelope), Fact)


def test_natural_key() -> None:
    """The same news under another event id has the same natural key; of another attempt, another."""
    first = read(sample("action"))
    assert read(sample("action") | {"id": "other"}).natural_key == first.natural_key
    assert read(changed("action", pipeline_execution_attempt=2)).natural_key != first.natural_key
    assert read(changed("action", state="STARTED")).natural_key != first.natural_key


def test_natural_key_without_attempts() -> None:
    """Where attempts are not counted, a second failure at another time is not the first one again."""
    first = changed("stage", pipeline_execution_attempt=None)
    second = first | {"time": "2026-11-22T23:50:00Z"}
    assert read(first).natural_key != read(second).natural_key


def test_action_part_without_details() -> None:
    """An action's envelope may lack its type and its result."""
    told = read(changed("action", type=None, execution_result=None, region=None, action_execution_id=None))
    assert told.action == ActionPart("prod-env014.payments-prod-env014.Deploy")
