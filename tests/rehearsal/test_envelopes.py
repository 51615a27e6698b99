"""Envelopes have the shape of what AWS sends: every field of the samples, and no field that AWS does not have."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from interlock_cli.rehearsal.assembly import Action
from interlock_cli.rehearsal.envelopes import Subject, Trigger
from interlock_cli.rehearsal.places import Place

SAMPLES = Path(__file__).parents[1] / "data" / "aws-events"
TRIGGER = Trigger("acme/payments", "main", "9f2c1ab", "raise limit", "mary", "mary@example.com", "2026-11-22", "arn:c")
BEGAN = datetime(2026, 11, 22, 23, 31, 2, 118000, UTC)
NOW = datetime(2026, 11, 22, 23, 40, tzinfo=UTC)
SUBJECT = Subject(
    "payments", Place("999999999999", "us-east-1"), "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f", BEGAN, TRIGGER
)
DEPLOY = Action("prod.Deploy", 2, "AWS", "Deploy", "CloudFormation", "1", "eu-west-1", None, {}, None)
RESULT = {
    "external-execution-id": "arn:stack",
    "external-execution-url": "https://console.aws.amazon.com",
    "external-execution-summary": "Stack s is in ROLLBACK_COMPLETE",
    "error-code": "JobFailed",
}
ENVELOPES = {
    "pipeline": SUBJECT.pipeline_event("FAILED", NOW),
    "stage": SUBJECT.stage_event("prod-1", "FAILED", BEGAN, NOW),
    "action": SUBJECT.action_event("prod-1", DEPLOY, "47f821c5", "FAILED", BEGAN, NOW, RESULT),
}


def shape(value: Any) -> Any:
    """The names of fields, and the types of values."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("kind", sorted(ENVELOPES))
def test_an_envelope_has_the_shape_of_the_sample(kind: str) -> None:
    """Field for field, type for type."""
    sample = json.loads((SAMPLES / f"codepipeline-{kind}.json").read_text())
    assert shape(ENVELOPES[kind]) == shape(sample)


@pytest.mark.parametrize("kind", sorted(ENVELOPES))
def test_constant_fields_are_the_samples(kind: str) -> None:
    """Source, detail type, account, Region, resource, and the times' spelling."""
    sample = json.loads((SAMPLES / f"codepipeline-{kind}.json").read_text())
    for name in ("version", "source", "detail-type", "account", "region", "resources", "time"):
        assert ENVELOPES[kind][name] == sample[name]
    assert ENVELOPES[kind]["detail"]["start-time"] == sample["detail"]["start-time"]


def test_a_started_action_has_no_result() -> None:
    """AWS sends a result with the end of an action only."""
    assert "execution-result" not in SUBJECT.action_event("s", DEPLOY, "id", "STARTED", BEGAN, BEGAN)["detail"]


def test_times_are_utc_whatever_they_were() -> None:
    """A time of another zone is the same moment in UTC."""
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))
    assert SUBJECT.pipeline_event("STARTED", berlin)["time"] == "2026-11-22T23:40:00Z"


def test_every_envelope_has_an_id_of_its_own() -> None:
    """Intake deduplicates on it."""
    assert SUBJECT.pipeline_event("STARTED", NOW)["id"] != SUBJECT.pipeline_event("STARTED", NOW)["id"]
