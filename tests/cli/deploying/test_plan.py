"""`interlock plan`: shown, kept and compared, by a service's name or its repository."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interlock_cli.as_of import as_of
from interlock_cli.errors import InputError
from tests.cli.deploying.conftest import Fleet, Interlock

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize("arguments", [("acme/small",), ("show", "acme/small"), ("show", "small")])
def test_a_plan_is_shown_by_service_or_repository(fleet: Fleet, ask: Interlock, arguments: tuple[str, ...]) -> None:
    """`interlock plan acme/small` means the same as it did before there was more than showing."""
    result = ask("plan", *arguments, "-o", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["digest"] == "sha256:1"


def test_a_plan_is_kept_for_a_synth_without_the_service(fleet: Fleet, ask: Interlock, tmp_path: Path) -> None:
    """`pull`, and `--pull` as before, write the same bytes."""
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    assert ask("plan", "pull", str(one), "small").exit_code == 0
    assert ask("plan", "acme/small", "--pull", str(other)).exit_code == 0
    assert one.read_bytes() == other.read_bytes()
    assert json.loads(one.read_text())["service"] == "small"


IMPACT: dict[str, Any] = {
    "beforeDigest": "a",
    "afterDigest": "b",
    "added": ["gamma-1"],
    "removed": ["alpha-1"],
    "moved": [{"environment": "beta-1", "before": "beta-1", "after": "beta-2"}],
    "settings": ["waves.prod-1.bakeMinutes"],
    "exceeds": [{"limit": "stages", "count": 51, "most": 50, "remedy": "Use fewer waves."}],
    "losesNativeRollback": True,
    "minutesBefore": 60,
    "minutesAfter": None,
}


def test_what_has_changed_in_a_plan_is_a_line_each(fleet: Fleet, ask: Interlock) -> None:
    """With what it costs: rollbacks that are no longer possible, and time."""
    fleet.said["PlanDiff"] = {"planDiff": {"service": "small", "fromChange": 3, "toChange": 5, "impact": IMPACT}}
    result = ask("plan", "diff", "small", "--since", "3", "--exit-code", "-o", "markdown")
    assert result.exit_code == 1
    assert [line.split(" | ")[0].removeprefix("| ") for line in result.stdout.splitlines()[4:]] == [
        "gains", "loses", "moves", "changes", "exceeds", "rollback", "duration",
    ]  # fmt: skip
    assert "60 min to never" in result.stdout


def test_a_plan_that_has_not_changed_says_so(fleet: Fleet, ask: Interlock) -> None:
    """And --exit-code is 0."""
    fleet.said["PlanDiff"] = {"planDiff": {"service": "small", "fromChange": 3, "toChange": 5, "impact": None}}
    result = ask("plan", "diff", "small", "--since", "2d", "--exit-code")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "from change 3 to 5: no difference" in result.stderr


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("41", {"change": 41}),
        ("90m", {"time": "2026-11-30T10:30:00+00:00"}),
        ("2d", {"time": "2026-11-28T12:00:00+00:00"}),
        ("2026-11-01", {"time": "2026-11-01T00:00:00+00:00"}),
    ],
)
def test_a_time_of_the_configuration_is_said_in_three_ways(given: str, wanted: dict[str, Any]) -> None:
    """A change's number, how long ago, or a time."""
    assert as_of(given, NOW) == wanted


@pytest.mark.parametrize("given", ["yesterday", "", "2y"])
def test_what_is_no_time_is_refused(given: str) -> None:
    """With what is one."""
    with pytest.raises(InputError, match="says no time"):
        as_of(given, NOW)
