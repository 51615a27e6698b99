"""What is printed, and where."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from domain.events import EventType
from interlock_cli import output
from interlock_cli.moments import age
from interlock_cli.output import plain
from interlock_cli.sentences import sentence
from tests.cli.conftest import Pretend, as_json

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICE = {
    "name": "payments",
    "repository": "acme/[red]payments",
    "branch": "main\x1b[2J",
    "placement": ["prod-*", "alpha-*"],
    "createdAt": "2026-03-01T12:00:00+00:00",
}


@pytest.fixture
def listed(ask: Callable[..., Result], pretend: Pretend) -> Callable[..., Result]:
    """`interlock services …` over one service whose fields would steer a careless terminal."""
    page = {"nodes": [SERVICE], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    pretend.answer = lambda _: as_json({"data": {"services": page}})
    return lambda *arguments, **options: ask("services", *arguments, **options)


def test_json_is_all_that_stdout_holds(listed: Callable[..., Result]) -> None:
    """`-o json` prints the answer as JSON, unchanged, and nothing else."""
    assert json.loads(listed("-o", "json").stdout) == [SERVICE]


def test_yaml_is_the_same_answer(listed: Callable[..., Result]) -> None:
    """`-o yaml` prints the same."""
    assert yaml.safe_load(listed("--output", "yaml").stdout) == [SERVICE]


def test_a_table_shows_values_as_they_are(listed: Callable[..., Result]) -> None:
    """Brackets are text and not markup; control characters are blanked; nothing is cut in a pipe."""
    printed = listed().stdout
    assert "acme/[red]payments" in printed
    assert "\x1b" not in printed
    assert "prod-*, alpha-*" in printed


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
def test_no_terminal_is_too_narrow_for_a_name(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names are whole at every width; only the last column is folded, and none of its words is lost."""
    monkeypatch.setattr(output, "console", lambda: Console(file=sys.stdout, width=columns, highlight=False))
    prose = "Stack is in ROLLBACK_COMPLETE: the name of a queue can only include letters and digits"
    row = ("gamma-ap-southeast-2", "never deployed", prose)
    output.show(output.Grid(("ENVIRONMENT", "STATUS", "NOTE"), [row], "payments: environments"))
    printed = capsys.readouterr().out
    assert "gamma-ap-southeast-2   never deployed" in printed
    assert "…" not in printed
    assert [word for word in prose.split() if word not in printed] == []
    widest = max(len(line.rstrip()) for line in printed.splitlines())
    assert widest <= max(columns, 2 + 20 + 3 + 14 + 3 + 20 + 2)


def test_a_narrow_table_folds_every_column_at_blanks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the last column is not enough; a title is as wide as the terminal, and what is left out is marked."""
    monkeypatch.setattr(output, "console", lambda: Console(file=sys.stdout, width=60, highlight=False))
    title = "payments " * 6
    output.show(
        output.Grid(("WHERE", "ACCOUNT", "WHY"), [("beta", "222222222222 (acme-beta) " * 2, "it waits")], title)
    )
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].rstrip() == title.rstrip()
    assert max(map(len, shown)) <= 60
    assert "222222222222" in shown[4]
    assert output.clipped("abc def", 5) == "abc…"
    assert output.clipped("abc", 3) == "abc"


def test_no_rows_are_a_notice(ask: Callable[..., Result], pretend: Pretend) -> None:
    """An empty list leaves stdout empty as a table, and is [] as JSON."""
    page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    pretend.answer = lambda _: as_json({"data": {"services": page}})
    assert (ask("services").stdout, ask("services", "-o", "json").stdout) == ("", "[]\n")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (7199, "1h"), (172_800, "2d")]
)
def test_ages_are_in_their_largest_unit(seconds: int, shown: str) -> None:
    """An age is a whole number of its largest unit; a clock that is ahead shows no negative age."""
    assert age((NOW - timedelta(seconds=seconds)).isoformat(), NOW) == shown


def test_a_time_without_offset_is_utc() -> None:
    """The service's times are UTC with or without saying so; no time has no age."""
    assert age("2026-03-01T11:59:00", NOW) == age("2026-03-01T11:59:00Z", NOW) == "1m"
    assert age(None, NOW) is None


@given(st.text())
def test_plain_text_has_the_same_length_and_no_control_characters(text: str) -> None:
    """No character that a terminal obeys survives, and columns stay aligned."""
    assert len(plain(text)) == len(text)
    assert plain(text).isprintable()


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        (
            "execution.changed",
            {
                "pipeline": "arn:aws:codepipeline:eu-west-1:999999999999:payments",
                "revision": None,
                "status": "IN_PROGRESS",
                "executionId": "e-1",
            },
            "payments: unknown revision is IN_PROGRESS (e-1)",
        ),
        (
            "stage.changed",
            {
                "pipeline": "arn:aws:codepipeline:eu-west-1:999999999999:payments",
                "stage": "Source",
                "status": "SUCCEEDED",
            },
            "payments: stage Source is SUCCEEDED",
        ),
        (
            "action.changed",
            {
                "pipeline": "arn:aws:codepipeline:eu-west-1:999999999999:payments",
                "stage": "prod-1",
                "action": "q",
                "status": "FAILED",
                "summary": "No queue.",
            },
            "payments: action prod-1/q is FAILED: No queue.",
        ),
        (
            "check_run.changed",
            {
                "pipeline": "arn:aws:codepipeline:eu-west-1:999999999999:payments",
                "check": "smoke",
                "subject": "alpha",
                "status": "FAILED",
                "cause": "500",
            },
            "payments: check smoke on alpha is FAILED: 500",
        ),
        (
            "wave.concluded",
            {
                "pipeline": "arn:aws:codepipeline:eu-west-1:999999999999:payments",
                "wave": "prod-1",
                "passed": False,
                "reasons": ["a", "b"],
            },
            "payments: wave prod-1 did not pass: a; b",
        ),
        (
            "decision.made",
            {
                "service": "payments",
                "revision": "9f2c1ab4aa",
                "part": "prod-1",
                "decision": "WAIT",
                "blockers": [{"sentence": "it is frozen"}, {"sentence": "closed", "override": "override-1"}],
            },
            "payments: 9f2c1ab4 waits for prod-1: it is frozen; override-1 passes: closed",
        ),
        (
            "service.placed",
            {"service": "payments", "added": ["a", "b"], "removed": ["c"]},
            "payments is placed: +a +b -c",
        ),
        (
            "configuration.changed",
            {
                "change": 8,
                "reason": "tidying up",
                "registered": {"team": ["a", "b"]},
                "updated": {},
                "archived": {"check": ["c"]},
            },
            "change 8: +2 teams, -1 check: tidying up",
        ),
        (
            "configuration.changed",
            {"change": 9, "reverts": 8, "registered": {"policy": ["a", "b"], "team": ["c"]}},
            "change 9 takes back change 8: +1 team, +2 policies",
        ),
        (
            "notification_route.archived",
            {"change": 8, "name": "all", "version": 2},
            "notification route all is archived (change 8)",
        ),
        (
            "environment.updated",
            {
                "change": 3,
                "name": "prod-a",
                "before": {"wave": "prod-1", "owner": None},
                "after": {"wave": "prod-2", "owner": "ada"},
            },
            "environment prod-a: wave prod-1 → prod-2, owner none → ada (change 3)",
        ),
        (
            "organisation.configured",
            {"change": 1, "name": "acme", "before": {}, "after": {"name": "acme", "startPipelines": False}},
            "organisation acme is configured (change 1)",
        ),
        (
            "organisation.configured",
            {"change": 2, "name": "acme", "before": {"startPipelines": False}, "after": {"startPipelines": True}},
            "organisation acme: startPipelines false → true (change 2)",
        ),
        (
            "pipeline.stale",
            {"pipeline": "payments", "change": 7, "wantedDigest": "sha256:1"},
            "payments is stale: change 7 made its plan another one",
        ),
        (
            "pipeline.stale",
            {"pipeline": "payments", "change": 7, "wantedDigest": None},
            "payments is stale: change 7 left it without a plan",
        ),
        (
            "pipeline.current",
            {"pipeline": "payments", "change": 8},
            "payments is current: change 8 brought its plan back",
        ),
        (
            "pipeline.started",
            {"pipeline": "payments", "executionId": "e-1"},
            "payments is started, to build itself anew (e-1)",
        ),
        (
            "pipeline.start_failed",
            {"pipeline": "payments", "cause": "denied"},
            "payments is stale, and could not be started: denied",
        ),
        (
            "pipeline.registered",
            {"pipeline": "payments", "planDigest": "sha256:0123456789abcdef"},
            "payments is registered, built from sha256:0123456789ab",
        ),
        (
            "pipeline.exceptions_changed",
            {
                "pipeline": "payments",
                "added": [{"policy": "no-public", "path": "a/Site", "reason": "the website"}],
                "removed": [
                    {"policy": "no-public", "path": "a/Site", "reason": "a website"},
                    {"policy": "logs", "path": "a/Fn", "reason": "none"},
                ],
            },
            "payments excepts a/Site from no-public: the website; no longer excepts a/Fn from logs",
        ),
        (
            "pipeline.discovered",
            {"arn": "arn:aws:codepipeline:eu-west-1:999999999999:x"},
            "events of a pipeline that nobody registered: arn:aws:codepipeline:eu-west-1:999999999999:x",
        ),
        (
            "environment.ending",
            {"environment": "test-ada-1", "owner": "ada", "expiresAt": "2027-01-31T12:00:00Z"},
            "test environment test-ada-1 of ada ends at 2027-01-31T12:00:00Z",
        ),
        (
            "environment.cleaning",
            {"environment": "test-ada-1", "owner": "ada", "stacks": ["a", "b"]},
            "test environment test-ada-1 of ada has ended: deleting a, b",
        ),
        (
            "environment.cleaned",
            {"environment": "test-ada-1", "owner": "ada", "stacks": []},
            "test environment test-ada-1 of ada is gone: no stacks deleted",
        ),
        (
            "environment.cleaning_failed",
            {"environment": "test-ada-1", "owner": "ada", "cause": "AccessDenied"},
            "test environment test-ada-1 of ada has ended, and cannot be cleaned: AccessDenied",
        ),
        ("envelope.set_aside", {"id": "1", "reason": "r"}, "message 1 was not understood: r"),
        ("envelope.replayed", {"id": "1", "outcome": "RECORDED", "reason": None}, "message 1 was replayed"),
        (
            "envelope.replayed",
            {"id": "1", "outcome": "SET_ASIDE", "reason": "r"},
            "message 1 was replayed in vain: r",
        ),
        ("envelope.dismissed", {"id": "1", "because": "a test"}, "message 1 was dismissed: a test"),
        (
            "alarm.changed",
            {"alarm": "5xx", "account": "111111111111", "region": "eu-west-1", "state": "ALARM", "reason": "12 > 1"},
            "alarm 5xx in 111111111111 eu-west-1 is ALARM: 12 > 1",
        ),
        (
            "work.changed",
            {"work": "arn:aws:codebuild:x", "status": "FAILED", "cause": "exit status 1"},
            "arn:aws:codebuild:x is FAILED: exit status 1",
        ),
        (
            "pipeline.broken",
            {"service": "payments", "wave": "prod-1", "again": True, "cause": "no answer"},
            "payments is still broken in prod-1: no answer",
        ),
        (
            "pipeline.recovered",
            {"service": "payments", "since": "noon"},
            "payments has recovered: it was broken since noon",
        ),
        (
            "execution.waiting",
            {"pipeline": "payments", "stage": "prod", "minutes": 60},
            "payments has been waiting in prod for more than 60 minutes",
        ),
        (
            "rollback.planned",
            {
                "service": "payments",
                "pipelineStage": "prod-1",
                "means": "NONE",
                "reason": "a rollback is never rolled back",
            },
            "payments is not rolled back in prod-1: a rollback is never rolled back",
        ),
        (
            "execution.stop_asked",
            {"service": "payments", "revision": "9f2c1ab4d5", "abandon": True, "reason": "enough"},
            "payments 9f2c1ab4 is stopped, and what is in progress left: enough",
        ),
        (
            "stage.retry_asked",
            {"pipeline": "payments", "pipelineStage": "prod-1", "mode": "FAILED_ACTIONS"},
            "payments: what failed is tried again in prod-1",
        ),
        (
            "stage.rollback_asked",
            {"service": "payments", "pipelineStage": "prod-1", "targetRevision": "1ab9f2c4d5", "reason": "slow"},
            "payments is rolled back to 1ab9f2c4 in prod-1: slow",
        ),
        (
            "approval.answered",
            {"service": "payments", "pipelineStage": "prod-1", "action": "Look", "decision": "REJECTED"},
            "payments: Look is REJECTED in prod-1",
        ),
        (
            "access.denied",
            {"what": "registerHold", "team": "money", "service": "payments", "stage": "prod", "count": 3},
            "registerHold was denied for payments prod, 3 times",
        ),
        (
            "access.denied",
            {"what": "registerFreeze", "team": "money", "count": 1},
            "registerFreeze was denied for the team money",
        ),
        ("rollback.started", {"service": "payments"}, "payments is being rolled back"),
        ("rollback.ended", {"service": "payments", "status": "FAILED"}, "the rollback of payments is FAILED"),
        (
            "notification.failing",
            {"route": "all", "cause": "HTTP 500"},
            "notification route all does not take what is sent: HTTP 500",
        ),
        ("notification.recovered", {"route": "all"}, "notification route all takes what is sent again"),
        ("of.tomorrow", {"id": "1"}, '{"id": "1"}'),
    ],
)
def test_events_are_sentences(kind: str, payload: dict[str, object], said: str) -> None:
    """Every type of the vocabulary has its sentence; one of tomorrow shows its payload."""
    assert sentence(kind, payload) == said


def test_no_event_is_without_a_sentence() -> None:
    """Whatever the service may append, `interlock watch` says it in words."""
    payload = {"change": 1, "name": "x"}
    assert [kind.value for kind in EventType if sentence(kind.value, payload).startswith("{")] == []
