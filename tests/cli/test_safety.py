"""`interlock safety` and `interlock waiver` against the real service: scores, a refusal, and what people allow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from domain.safety.score_rules import SafetyRule
from interlock_cli.commands import waiver
from tests import safe

Interlock = Callable[..., Result]
REGISTER = """mutation ($input: RegisterPipelineInput!) {
  registerPipeline(input: $input) { pipeline { name } errors { code message } }
}"""


@pytest.fixture
def interlock(service: str, run: Interlock, tmp_path: Path) -> Interlock:
    """`interlock ARGUMENTS` at a service with the safe fleet, whose pipeline has registered itself."""

    def asked(*arguments: str) -> Result:
        return run("--url", service, *arguments)

    assert apply(asked, tmp_path, safe.document()).exit_code == 0
    given = {
        "name": "payments",
        "account": safe.PIPELINES,
        "region": "eu-west-1",
        "repository": "acme/payments",
        "planDigest": "sha256:" + "0" * 64,
        "structure": safe.action_map(safe.configuration()),
    }
    said = asked("query", REGISTER, "--variables", json.dumps({"input": given}))
    assert json.loads(said.stdout)["registerPipeline"]["errors"] == [], said.output
    return asked


def apply(interlock: Interlock, folder: Path, document: dict[str, Any]) -> Result:
    """The document in a file, applied."""
    path = folder / "organisation.yaml"
    path.write_text(yaml.safe_dump(document))
    return interlock("apply", str(path), "--yes")


def test_scores_and_what_is_missing(interlock: Interlock) -> None:
    """A table of all services; of one, every rule with what is missing and what to do; JSON of both."""
    table = interlock("safety").stdout
    assert "payments" in table
    assert "DRILL, KINDS_APART" in table
    whole = interlock("safety", "payments").stdout
    assert "payments: 94 of 98 points, 0 waived" in whole
    assert "Missing: prod-1 demands no drill. Let the first wave of production" in whole
    assert "The first wave of production bakes for at least 12 hours." in whole
    [found] = json.loads(interlock("safety", "-o", "json").stdout)
    one = json.loads(interlock("safety", "payments", "-o", "json").stdout)
    assert found["safety"]["score"] == one["safety"]["score"] == 94
    assert interlock("safety", "--team", "pay", "-o", "json").stdout == interlock("safety", "-o", "json").stdout
    assert "There is no team 'other'." in interlock("safety", "--team", "other").output


def test_an_unknown_service_is_suggested(interlock: Interlock) -> None:
    """As everywhere."""
    said = interlock("safety", "paymets")
    assert said.exit_code == 1
    assert "Did you mean payments?" in said.output


def test_a_waiver_from_the_refusal_to_its_end(interlock: Interlock, tmp_path: Path) -> None:
    """A change is refused and says how to grant one; with it, it is shown, made, told; revoked, it is missing."""
    unsafe = safe.edited("stages", 2, onFailure="NONE")
    refused = apply(interlock, tmp_path, unsafe)
    assert refused.exit_code == 1
    assert "payments would no longer keep ROLLBACK: prod is left as it is." in refused.output
    assert "`interlock waiver grant ROLLBACK --service payments`" in refused.output
    granted = interlock("waiver", "grant", "rollback", "--service", "payments", "--for", "90d", "--reason", "moving")
    assert granted.exit_code == 0, granted.output
    assert "waiver-1: ROLLBACK may be missing until" in granted.output
    made = apply(interlock, tmp_path, unsafe)
    assert made.exit_code == 0, made.output
    assert "payments: ROLLBACK: prod is left as it is (by waiver-1)" in made.stdout
    assert "waived" in interlock("safety", "payments").stdout
    [listed] = json.loads(interlock("waiver", "list", "--rule", "rollback", "-o", "json").stdout)
    assert (listed["name"], listed["service"], listed["reason"]) == ("waiver-1", {"name": "payments"}, "moving")
    assert "in force" in interlock("waiver", "list", "--service", "payments").stdout
    revoked = interlock("waiver", "revoke", "waiver-1", "--reason", "moved")
    assert "waiver-1 is revoked." in revoked.output
    assert "revoked" in interlock("waiver", "list").stdout
    assert "waived" not in interlock("safety", "payments").stdout.partition("RULE")[2]


def test_every_rule_can_be_waived() -> None:
    """The command knows the words of the service."""
    assert tuple(SafetyRule) == waiver.RULES


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grant", "ROLLBACK", "--service", "paymets", "--reason", "x"), "did you mean payments"),
        (("grant", "ROLLBACK", "--reason", "x"), "one service, one stage or one wave"),
        (("grant", "LOUDNESS", "--service", "payments", "--reason", "x"), "There is no rule 'LOUDNESS'"),
        (("grant", "rolback", "--service", "payments", "--reason", "x"), "Did you mean ROLLBACK?"),
        (("grant", "ROLLBACK", "--service", "payments", "--reason", "x", "--for", "91d"), "at most 90 days"),
        (("grant", "ROLLBACK", "--service", "payments"), "--reason"),
        (("revoke", "waiver-9"), "There is no waiver"),
    ],
)
def test_what_is_no_waiver(interlock: Interlock, arguments: tuple[str, ...], words: str) -> None:
    """Each refusal says what was wrong."""
    said = interlock("waiver", *arguments)
    assert said.exit_code in (1, 2)
    assert words in said.output
