"""What the tables of a plan and of environments show beside names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result

from tests.cli.conftest import Pretend, as_json

WINDOW = {"name": "office", "cron": "0 9 * * MON-THU", "timeZone": None, "minutes": 420}
POLICY = {"name": "logs", "kind": "LOG_RETENTION", "mode": "BLOCKING", "configuration": {"days": 30}}


def plan_with(windows: list[dict[str, Any]], policies: list[dict[str, Any]]) -> dict[str, Any]:
    """A plan of one wave, as the service answers it."""
    wave = {"name": "prod-1", "bakeMinutes": 0, "windows": windows, "checks": [], "environments": []}
    stage = {"name": "prod", "production": True, "onFailure": "ROLLBACK", "waves": [wave]}
    return {
        "__typename": "Plan",
        "digest": "sha256:1",
        "service": "payments",
        "repository": "acme/payments",
        "branch": "main",
        "connectionArn": "c",
        "pipeline": {"name": "payments", "account": "1", "region": "eu-west-1"},
        "hub": {"eventBusArn": "b"},
        "policies": policies,
        "stages": [stage],
    }


def test_a_plan_shows_its_windows_and_policies(ask: Callable[..., Result], pretend: Pretend) -> None:
    """When waves may start, in which time zone, and what the company asks: what there is none of has no table."""
    pretend.answer = lambda _: as_json({"data": {"plan": plan_with([WINDOW], [POLICY])}})
    shown = " ".join(ask("plan", "acme/payments").stdout.split())
    assert "prod-1 office 0 9 * * MON-THU 420 min each Region's own" in shown
    assert 'logs LOG_RETENTION BLOCKING {"days": 30}' in shown
    pretend.answer = lambda _: as_json({"data": {"plan": plan_with([], [])}})
    shown = ask("plan", "acme/payments").stdout
    assert "Windows" not in shown
    assert "Policies" not in shown


def test_a_test_environment_shows_its_end(ask: Callable[..., Result], pretend: Pretend) -> None:
    """Its owner, and when it ends, to the minute."""
    environment = {
        "name": "test-ada-1",
        "kind": "TEST",
        "owner": "ada@example.com",
        "expiresAt": "2027-01-31T12:00:30.5+00:00",
        "account": {"awsId": "111111111111", "name": "acme-beta"},
        "region": {"name": "eu-west-1"},
        "wave": {"name": "beta-1", "position": 1, "stage": {"name": "beta", "position": 1, "production": False}},
    }
    page = {"nodes": [environment], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    pretend.answer = lambda _: as_json({"data": {"environments": page}})
    assert "ada@example.com   2027-01-31" in ask("environments").stdout
