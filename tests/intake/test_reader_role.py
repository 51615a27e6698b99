"""The policy of docs/failures.md allows what the code calls, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.intake.conftest import client
from tests.service import ROOT

SERVICES = {
    "cloudformation": "cloudformation",
    "codebuild": "codebuild",
    "logs": "logs",
    "states": "stepfunctions",
    "codepipeline": "codepipeline",
}


def _called() -> set[str]:
    """IAM's names of the operations that intake's own sources name as methods, but for the queue's."""
    sources = [path.read_text() for path in sorted((ROOT / "intake").glob("*.py")) if path.name != "queue.py"]
    named = set(re.findall(r"\.([a-z]+(?:_[a-z]+)+)\b", "\n".join(sources)))
    return {
        f"{prefix}:{operation}"
        for prefix, service in SERVICES.items()
        for method, operation in client(service).meta.method_to_api_mapping.items()
        if method in named
    }


def test_the_policy_is_what_is_called() -> None:
    """Least rights: each action is used, and each call is allowed."""
    page = Path(ROOT / "docs" / "failures.md").read_text()
    (shown,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (statement,) = json.loads(shown)["Statement"]
    assert set(statement["Action"]) == _called()
    assert len(statement["Action"]) == len(set(statement["Action"]))
