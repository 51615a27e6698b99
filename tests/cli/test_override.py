"""`interlock override`: the effect is shown first, then it is granted; listed while it is in force; and revoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from interlock_cli import overriding
from interlock_cli.sentences import passing, sentence
from tests.cli.conftest import Pretend, as_json

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
FIX = ("override", "grant", "--reason", "the fix", "--for", "4h")
ALARM = {"kind": "ALARM", "sentence": "the alarm high is in ALARM", "subject": "high", "since": None, "clearsAt": None}
WINDOW = {**ALARM, "kind": "WINDOW", "sentence": "the window office opens Tue 09:00"}
MADE = {
    "name": "override-1",
    "kinds": ["ALARM"],
    "service": {"name": "payments"},
    "environment": {"name": "prod-eu-west-1"},
    "wave": None,
}

Run = Callable[..., Result]


def test_every_kind_can_be_named() -> None:
    """The command knows the words of the schema."""
    schema = (ROOT / "graph" / "schema.graphql").read_text("utf-8")
    body = schema.partition("enum BlockerKind {")[2].partition("}")[0]
    words = {line.strip() for line in body.splitlines() if line.strip().isupper() and '"' not in line}
    assert set(overriding.KINDS) == words


def answering(service: Pretend, *effects: dict[str, Any]) -> None:
    """A service that answers each question of an effect with these, and grants what is asked for."""
    left = list(effects)

    def answer(payload: dict[str, Any]) -> Any:
        query = payload["query"]
        if "query Clock" in query:
            return as_json({"data": {"clock": {"now": NOW.isoformat(), "speed": 1.0, "rehearsal": True}}})
        if "overrideEffect" in query:
            return as_json({"data": {"overrideEffect": left.pop(0)}})
        if "environments(" in query:
            wave = {"stage": {"name": "prod"}}
            nodes = [{"name": name, "wave": wave} for name in ("prod-eu-west-1", "prod-us-east-1")]
            return as_json({"data": {"environments": {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}})
        return as_json({"data": {"grantOverride": {"override": MADE, "errors": []}}})

    service.answer = answer


def effect(taken: list[Any], left: list[Any]) -> dict[str, Any]:
    return {"__typename": "OverrideEffect", "decision": "WAIT", "taken": taken, "left": left}


def test_the_effect_is_shown_first(pretend: Pretend, ask: Run) -> None:
    """What it takes, what it leaves, and that nothing else is in the way; then what was granted."""
    answering(pretend, effect([ALARM], []))
    on = ("--service", "payments", "--environment", "prod-eu-west-1", "--kind", "alarm", "--yes")
    done = ask(*FIX, *on)
    assert done.exit_code == 0, done.output
    first, *rest = done.stdout.splitlines()
    assert first.startswith("Lets ALARM for payments in prod-eu-west-1 pass until ")
    assert rest == [
        "It takes ALARM: the alarm high is in ALARM.",
        "Nothing else holds the revision back: it enters as soon as its pipeline asks again.",
    ]
    assert "Granted override-1." in done.stderr
    given = pretend.payloads[-1]["variables"]["input"]
    assert (given["kinds"], given["service"], given["reason"]) == (["ALARM"], "payments", "the fix")
    assert given["idempotencyKey"]
    assert given["expiresAt"] == "2026-11-30T12:00:00+00:00", "by the service's clock, which may be a rehearsal's"


def test_the_effect_on_a_wave_is_that_on_its_environments(pretend: Pretend, ask: Run) -> None:
    """What is left of several is said once; where the service does not go, nothing is."""
    elsewhere = {"__typename": "Refused", "code": "NOT_PLACED", "message": "payments does not go there", "remedy": ""}
    answering(pretend, effect([ALARM], [WINDOW]), elsewhere)
    done = ask(*FIX, "--service", "payments", "--wave", "prod-1", "--dry-run")
    assert done.stdout.splitlines()[1:] == [
        "It takes ALARM: the alarm high is in ALARM.",
        "It leaves WINDOW: the window office opens Tue 09:00.",
    ]
    assert "Nothing was granted" in done.stderr


def test_where_nobody_can_be_asked_it_refuses(pretend: Pretend, ask: Run) -> None:
    """And nothing was sent but questions."""
    answering(pretend, effect([], []))
    done = ask(*FIX, "--service", "payments", "--environment", "prod-eu-west-1")
    assert done.exit_code == 2
    assert "This lets every blocker that may be for payments in prod-eu-west-1 pass in stage prod, and" in done.stderr
    assert "give --yes" in done.stderr
    assert "It takes nothing now" in done.stdout
    assert not any("grantOverride" in each["query"] for each in pretend.payloads)


def test_a_scope_that_cannot_be_is_refused(pretend: Pretend, ask: Run) -> None:
    """By the service, in its words, before anything is granted."""
    wrong = {
        "__typename": "InvalidValue",
        "code": "INVALID_VALUE",
        "message": "kinds 'IN_FLIGHT' is not valid",
        "remedy": "",
    }
    answering(pretend, wrong)
    on = ("--service", "payments", "--environment", "prod-eu-west-1", "--kind", "IN_FLIGHT", "--yes")
    done = ask(*FIX, *on)
    assert (done.exit_code, "Nothing was granted: kinds 'IN_FLIGHT' is not valid" in done.stderr) == (1, True)


def test_it_is_granted_listed_and_revoked(service: str, run: Run) -> None:
    """Against the real service: with JSON alone on stdout, and sentences for what is not there."""

    def interlock(*arguments: str) -> Result:
        return run("--url", service, *arguments)

    assert interlock("apply", str(ROOT / "examples" / "organisation.yaml")).exit_code == 0
    on = ("--environment", "prod-eu-west-1", "--service", "payments", "--kind", "WINDOW")
    made = interlock(*FIX, *on, "--yes", "-o", "json")
    assert made.exit_code == 0, made.output
    answer = json.loads(made.stdout)
    assert answer["override"]["name"] == "override-1"
    assert [each["taken"] for each in answer["effects"]] == [[]]
    listed = interlock("override", "list", "--service", "payments")
    assert "WINDOW for payments in prod-eu-west-1" in listed.stdout
    assert "in 3h" in listed.stdout
    refused = interlock("override", "revoke", "override-2")
    assert (refused.exit_code, "override-1" in refused.stderr) == (1, True)
    done = interlock("override", "revoke", "override-1", "--reason", "not needed")
    assert "override-1 lets WINDOW for payments in prod-eu-west-1 pass no more." in done.stderr
    assert json.loads(interlock("override", "list", "-o", "json").stdout) == []
    assert "revoked" in interlock("override", "list", "--all").stdout
    never = interlock(*FIX, "--wave", "nowhere", "--yes")
    assert "no wave 'nowhere'" in never.stderr
    assert "did you mean payments" in interlock("override", "list", "--service", "paymets").stderr.lower()


def test_it_waits_for_a_second_person(service: str, run: Run) -> None:
    """Where production needs two: said when it is granted, and in the list; whoever granted it is refused."""

    def interlock(*arguments: str) -> Result:
        return run("--url", service, *arguments)

    assert interlock("apply", str(ROOT / "examples" / "organisation.yaml")).exit_code == 0
    two = 'mutation { updateStage(input: {name: "prod", twoPersons: true}) { errors { message } } }'
    assert json.loads(interlock("query", two).stdout)["updateStage"]["errors"] == []
    made = interlock(*FIX, "--service", "payments", "--wave", "prod-1", "--yes")
    assert (
        "It has no effect yet: a second person confirms it with `interlock override confirm override-1`" in made.stderr
    )
    assert ", unconfirmed" in interlock("override", "list").stdout
    refused = interlock("override", "confirm", "override-1")
    assert (refused.exit_code, "local may not confirm the override 'override-1'" in refused.stderr) == (1, True)
    assert "Ask another person" in refused.stderr
    there_is_none = interlock("override", "confirm", "override-2")
    assert (there_is_none.exit_code, "override-1" in there_is_none.stderr) == (1, True)
    waived = interlock("waiver", "grant", "ROLLBACK", "--stage", "prod", "--reason", "migration")
    assert "`interlock waiver confirm waiver-1`" in waived.output
    assert "unconfirmed" in interlock("waiver", "list").stdout
    assert "local may not confirm the waiver 'waiver-1'" in interlock("waiver", "confirm", "waiver-1").output


def test_a_second_person_confirms_it(pretend: Pretend, ask: Run) -> None:
    """And is told what passes, and until when."""
    said = {
        **MADE,
        "grantedBy": "ann",
        "confirmedBy": "bob",
        "confirmedAt": NOW.isoformat(),
        "expiresAt": NOW.isoformat(),
    }
    pretend.answer = lambda _: as_json({"data": {"confirmOverride": {"override": said, "errors": []}}})
    done = ask("override", "confirm", "override-1", "--reason", "seen", "-o", "json")
    assert (done.exit_code, json.loads(done.stdout)["confirmedBy"]) == (0, "bob")
    assert "override-1 lets ALARM for payments in prod-eu-west-1 pass until" in done.stderr
    assert pretend.payloads[-1]["variables"]["input"] == {"name": "override-1", "reason": "seen"}
    waiver = {
        "name": "waiver-1",
        "rule": "ROLLBACK",
        "grantedBy": "ann",
        "confirmedBy": "bob",
        "expiresAt": NOW.isoformat(),
    }
    pretend.answer = lambda _: as_json({"data": {"confirmWaiver": {"waiver": waiver, "errors": []}}})
    assert "waiver-1: ROLLBACK may be missing until" in ask("waiver", "confirm", "waiver-1").output


@pytest.mark.parametrize(
    ("kind", "payload", "says"),
    [
        (
            "override.granted",
            {
                "override": "override-1",
                "kinds": ["HOLD"],
                "expiresAt": "12:00",
                "reason": "x",
                "waitsForSecondPerson": True,
            },
            "override override-1 lets HOLD anywhere pass, once a second person has confirmed it, until 12:00: x",
        ),
        (
            "override.confirmed",
            {"override": "override-1", "kinds": ["HOLD"], "service": "payments", "grantedBy": "ann"},
            "override override-1 of ann for HOLD for payments is confirmed",
        ),
        (
            "override.granted",
            {"override": "override-1", "kinds": [], "wave": "prod-1", "expiresAt": "12:00", "reason": "the fix"},
            "override override-1 lets every blocker that may be in wave prod-1 pass until 12:00: the fix",
        ),
        (
            "override.revoked",
            {"override": "override-1", "kinds": ["ALARM", "WINDOW"], "reason": "not needed"},
            "override override-1 of ALARM and WINDOW anywhere is revoked: not needed",
        ),
        (
            "override.used",
            {
                "override": "override-1",
                "grantedBy": "ann",
                "service": "payments",
                "revision": "f" * 40,
                "wave": "prod-1",
                "blockers": [{"sentence": "the alarm high is in ALARM"}, {"sentence": "no window is open"}],
            },
            (
                "payments ffffffff enters prod-1 because of override-1 of ann, past: the alarm high is in ALARM; "
                "no window is open"
            ),
        ),
    ],
)
def test_an_event_is_a_sentence(kind: str, payload: dict[str, Any], says: str) -> None:
    """Who let what pass, and what passed."""
    assert sentence(kind, payload) == says


def test_a_scope_is_said() -> None:
    """All that it is for, in a few words."""
    assert passing.scope(["HOLD"], {"service": "payments", "environment": None, "wave": None}) == "HOLD for payments"
