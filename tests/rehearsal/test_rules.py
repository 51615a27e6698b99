"""What EventBridge makes of a rule's input, and which names a deployment gives."""

import json
from typing import Any

import pytest

from interlock_cli.rehearsal.rules import Started, Target, at_path, transformed

ENVELOPE: dict[str, Any] = {
    "source": "aws.codepipeline",
    "detail": {"execution-id": "e-1", "stage": 'pro"d', "version": 3.0, "nested": {"a": [1]}},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.detail.execution-id", "e-1"),
        ("$.detail.nested", {"a": [1]}),
        ("$.source", "aws.codepipeline"),
        ("$.detail.ghost.x", None),
        ("$", ENVELOPE),
    ],
)
def test_a_path_leads_to_a_value(path: str, expected: object) -> None:
    """Or to nothing."""
    assert at_path(ENVELOPE, path) == expected


def test_a_template_is_filled_in_as_eventbridge_does() -> None:
    """A value stands for itself; within a text it has no quotes of its own."""
    transformer = {
        "InputPathsMap": {"id": "$.detail.execution-id", "version": "$.detail.version", "whole": "$.detail.nested"},
        "InputTemplate": '{"executionId":<id>,"phase":"ROLL_BACK","text":"of <id>","version":<version>,"n":<whole>}',
    }
    assert json.loads(transformed(transformer, ENVELOPE)) == {
        "executionId": "e-1",
        "phase": "ROLL_BACK",
        "text": "of e-1",
        "version": 3.0,
        "n": {"a": [1]},
    }


def test_an_input_is_the_constant_the_part_or_the_whole() -> None:
    """In this order, as a target declares it."""
    assert Target("arn", {"Input": '{"a": 1}'}).input(ENVELOPE) == '{"a": 1}'
    assert json.loads(Target("arn", {"InputPath": "$.detail.nested"}).input(ENVELOPE)) == {"a": [1]}
    assert json.loads(Target("arn", {}).input(ENVELOPE)) == ENVELOPE


def test_what_a_machine_brought_back_is_in_its_output() -> None:
    """The environments that were restored, and the execution to which."""
    works = [{"environment": "a", "state": "SUCCEEDED"}, {"environment": "b", "state": "FAILED"}]
    ended = Started("arn", "prod-1", "e-1", output={"rollback": {"target": "e-0"}, "works": works})
    assert (ended.restored, ended.target) == (["a"], "e-0")
    assert ended.sentence == "prod-1 could not be brought back: RUNNING"
    plan = {"means": "NONE", "reason": "there is nothing to return to", "target": None}
    none = Started("arn", "prod-1", "e-1", status="SUCCEEDED", output={"Payload": {"rollback": plan}})
    assert none.sentence == "prod-1 was not brought back: there is nothing to return to"
    native = {"means": "NATIVE", "reason": "CodePipeline rolls back", "target": "e-0"}
    assert Started("arn", "prod-1", "e-1", status="SUCCEEDED", output=native).sentence.startswith(
        "prod-1: NATIVE, Code"
    )
    assert (Started("arn", "prod-1", "e-1").restored, Started("arn", "prod-1", "e-1").target) == ([], "")
