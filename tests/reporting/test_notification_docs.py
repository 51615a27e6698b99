"""docs/notifications.md is true: its examples are what is sent, and what the graph takes."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import parse, validate

from graph.schema import build
from reporting.channels import webhook
from tests.reporting.test_channels import document

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```(\w+) ?(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def example(kind: str) -> str:
    (found,) = (text for _, named, text in EXAMPLES if named == kind)
    return found


def test_the_cloud_event_is_what_is_sent() -> None:
    """The page's example is the envelope of the notice that it tells."""
    shown = orjson.loads(example("cloudevent"))
    data = shown["data"]
    told = document(
        title=data["title"],
        text=data["text"],
        about=shown["subject"],
        thread=data["thread"],
        attributes={name: data[name] for name in ("service", "stage", "environment", "executionId", "team")},
        facts=(("Committer", "Mary"),),
        links=(("Interlock", shown["source"]),),
    )
    assert webhook.cloud_event(shown["id"], told, shown["source"]) == shown


def test_the_snippet_verifies_what_is_signed() -> None:
    """And nothing else: another body, another secret, or an old request."""
    names: dict[str, Any] = {}
    exec(example("verify"), names)
    verified, now = names["verified"], datetime.now(UTC)
    headers = webhook.signed("id", now, b"{}", SECRET)
    assert verified(headers, b"{}", SECRET)
    assert not verified(headers, b"{ }", SECRET)
    assert not verified(headers, b"{}", SECRET.replace("M", "N"))
    old = webhook.signed("id", datetime.fromtimestamp(time.time() - 301, UTC), b"{}", SECRET)
    assert not verified(old, b"{}", SECRET)


@pytest.mark.parametrize("text", [text for language, _, text in EXAMPLES if language == "graphql"])
def test_the_documents_are_valid(text: str) -> None:
    """Against today's schema."""
    assert validate(build()._schema, parse(text)) == []
