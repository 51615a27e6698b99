"""The JSON Schema of a file: what is applied is valid by it, and mistakes that an editor can see are not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from domain.configuration.configuration import Configuration
from domain.configuration.document import document
from domain.configuration.schema import json_schema
from tests.configurations import configurations
from tests.service import ROOT

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
EXAMPLE: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "organisation.yaml").read_text())


def test_the_schema_is_a_schema() -> None:
    """Of its own dialect."""
    Draft202012Validator.check_schema(SCHEMA)


def test_the_example_is_valid() -> None:
    """As editors see it."""
    assert [error.message for error in VALIDATOR.iter_errors(EXAMPLE)] == []


@settings(max_examples=20)
@given(configurations())
def test_every_document_that_is_written_is_valid(configuration: Configuration) -> None:
    """What is exported can be edited."""
    assert [(list(error.path), error.message) for error in VALIDATOR.iter_errors(document(configuration))] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["accnts"], []),
        (["accounts"], {}),
        (["accounts", 0, "awsId"], 123456789012),
        (["accounts", 0, "awsId"], "12345"),
        (["accounts", 0, "tags"], {"a": 1}),
        (["accounts", 0, "nam"], "x"),
        (["stages", 0, "name"], "Alpha"),
        (["stages", 0, "name"], "a" * 51),
        (["stages", 0, "position"], 1),
        (["stages", 0, "production"], "yes"),
        (["stages", 0, "onFailure"], "PANIC"),
        (["stages", 0, "waves", 0, "stage"], "alpha"),
        (["stages", 0, "waves", 0, "bakeMinutes"], 10_081),
        (["stages", 0, "waves", 0, "oneBoxPercent"], 11),
        (["stages", 0, "waves", 0, "environments", 0, "account"], 1),
        (["services", 0, "placement"], "*"),
        (["services", 0, "tier"], 5),
        (["services", 0, "waveSize"], 0),
        (["checks", 0, "kind"], "MAGIC"),
        (["checks", 0, "retries"], 11),
        (["checks", 0, "configuration"], {"surprise": 1}),
        (["policies"], [{"name": "p", "kind": "REQUIRED_TAGS"}]),
        (["policies"], [{"name": "p", "kind": "LOG_RETENTION", "configuration": {"days": 31}}]),
        (["freezes"], [{"name": "f", "scope": "ORGANISATION"}]),
        (["organisation", "pipelineStartsPerHour"], 0),
    ],
)
def test_a_mistake_is_seen(path: list[str | int], value: Any) -> None:
    """Unknown names, wrong types, values out of their bounds."""
    wrong = deepcopy(EXAMPLE)
    inside: Any = wrong
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    assert not VALIDATOR.is_valid(wrong), path


@pytest.mark.parametrize(
    "path",
    [("accounts", 0, "awsId"), ("stages", 0, "name"), ("services", 0, "repository"), ("organisation", "connectionArn")],
)
def test_what_is_missing_is_seen(path: tuple[str | int, ...]) -> None:
    """A field that has no default."""
    wrong = deepcopy(EXAMPLE)
    inside: Any = wrong
    for step in path[:-1]:
        inside = inside[step]
    del inside[path[-1]]
    assert not VALIDATOR.is_valid(wrong)
