"""A document as a file: the same when it is read again, the same text each time, and readable."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given

from interlock_cli.organisation.typed import read_organisation
from interlock_cli.organisation.writing import WIDEST, header, written
from tests.cli.documents import documents

EXAMPLE = Path(__file__).parents[2] / "examples" / "organisation.yaml"


def read_back(text: str) -> dict[str, Any]:
    """The document of a file with this text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "organisation.yaml"
        path.write_bytes(text.encode())
        return read_organisation(path).document


@given(documents)
def test_what_is_written_is_read_as_it_was(document: dict[str, Any]) -> None:
    """Any document that the schema allows comes back exactly, whatever its texts look like to YAML."""
    assert json.dumps(read_back(written(document, header(1, "now"))), sort_keys=True) == json.dumps(
        document, sort_keys=True
    )


@given(documents)
def test_other_readers_of_yaml_take_texts_for_texts(document: dict[str, Any]) -> None:
    """A reader that knows no schema reads the same: whatever YAML would guess at is in quotes."""
    assert yaml.safe_load(written(document, header(1, "now"))) == document


@given(documents)
def test_the_order_of_keys_makes_no_difference(document: dict[str, Any]) -> None:
    """Sections and fields are written in the schema's order: the same configuration is the same text."""
    other = {section: document[section] for section in reversed(document)}
    assert written(other, "") == written(document, "")


def test_the_example_is_written_as_people_would() -> None:
    """Small entities in a line, each section with its comment, account ids and globs in quotes; no line too wide."""
    text = written(read_organisation(EXAMPLE).document, header(7, "2026-11-23T03:30:20Z"))
    lines = text.splitlines()
    assert lines[0] == "# yaml-language-server: $schema=organisation.schema.json"
    assert "as of change 7 (2026-11-23T03:30:20Z)" in text
    assert '  - {awsId: "999999999999", name: acme-pipelines, organizationalUnit: Deployments}' in lines
    assert '          - {name: alpha-eu-west-1, account: "111111111111", region: eu-west-1}' in lines
    assert '    placement: ["alpha-*", "beta-*", "gamma-*", "prod-eu-*", "prod-us-*"]' in lines
    assert '    configuration: {functionName: "{service}-{environment}-handler"}' in lines
    assert max(map(len, lines)) <= WIDEST + 6
    for section in ("accounts:", "stages:", "services:", "checks:"):
        before = lines[lines.index(section) - 1]
        assert before.startswith("# ")


def test_what_is_long_is_written_in_lines() -> None:
    """A mapping too wide for a line, and a text of several, stand in lines of their own."""
    document = {
        "accounts": [{"awsId": "1" * 12, "name": "a", "tags": {f"key-{n}": "value" * 3 for n in range(8)}}],
        "freezes": [{"name": "f", "reason": "First: this.\n\nThen that.\n"}],
    }
    text = written(document, "")
    assert '  - awsId: "111111111111"\n    name: a\n    tags:\n      key-0: valuevaluevalue\n' in text
    assert "    reason: |\n      First: this.\n\n      Then that.\n" in text


def test_a_section_of_a_newer_service_is_kept() -> None:
    """What this version of the command does not know is written after what it knows."""
    text = written({"novelties": [{"name": "new", "at": "12:30"}], "teams": [{"name": "t"}]}, "")
    assert text.endswith('\nnovelties:\n  - {name: new, at: "12:30"}\n')


def test_nothing_is_a_document_too() -> None:
    """The configuration of a service that holds nothing is a file that can be read."""
    assert read_back(written({}, header(None, None))) == {}
