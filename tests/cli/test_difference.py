"""What a preview looks like to a person, and what of it touches production."""

from __future__ import annotations

from typing import Any

import pytest

from interlock_cli.organisation.difference import DONE, counts, lines, touched_production

QUIET: dict[str, Any] = {
    "service": "payments",
    "beforeDigest": "sha256:1",
    "afterDigest": "sha256:2",
    "added": [],
    "removed": [],
    "moved": [],
    "settings": [],
    "exceeds": [],
    "pipelines": 1,
    "losesNativeRollback": False,
    "minutesBefore": 60,
    "minutesAfter": 60,
}
DOCUMENT: dict[str, Any] = {
    "stages": [
        {"name": "beta", "waves": [{"name": "beta-1", "environments": [{"name": "beta-eu"}]}]},
        {"name": "prod", "production": True, "waves": [{"name": "prod-1", "environments": [{"name": "prod-eu"}]}]},
        {"name": "late", "production": True, "waves": []},
        {"name": "bare", "production": True},
    ]
}


def entry(operation: str, kind: str, name: str, **fields: tuple[Any, Any]) -> dict[str, Any]:
    """An entry of a preview; each field is its value before and after."""
    before = {"name": name, **{field: values[0] for field, values in fields.items()}}
    after = {"name": name, **{field: values[1] for field, values in fields.items()}}
    return {
        "operation": operation,
        "kind": kind,
        "name": name,
        "before": None if operation == "REGISTER" else before,
        "after": None if operation == "ARCHIVE" else after,
        "fields": [{"field": field, "before": b, "after": a} for field, (b, a) in fields.items()],
    }


def preview(*entries: dict[str, Any], **impact: Any) -> dict[str, Any]:
    """A preview of these entries, and of one pipeline if something is said of it."""
    pipelines = [QUIET | impact] if impact else []
    return {
        "baseChange": 1,
        "entries": list(entries),
        "pipelines": pipelines,
        "warnings": [],
        "lowered": [],
        "errors": [],
    }


def shown(given: dict[str, Any]) -> list[str]:
    """The lines as plain text."""
    return [line.plain for line in lines(given, lambda warning: str(warning["message"]))]


def test_entries_stand_under_their_kind_with_what_differs() -> None:
    """+ registered, ~ updated with each field before and after, - archived; and how many of each."""
    given = preview(
        entry("REGISTER", "team", "new"),
        entry("ARCHIVE", "team", "old"),
        entry("UPDATE", "service", "pay", tier=(2, 1), team=(None, "new")),
    )
    assert shown(given) == [
        "team",
        "  + new",
        "  - old",
        "service",
        "  ~ pay",
        "      tier: 2 → 1",
        '      team: none → "new"',
        "1 to register, 1 to update, 1 to archive.",
    ]
    assert counts(given["entries"], DONE) == "1 registered, 1 updated, 1 archived"


def test_an_account_is_shown_with_its_name() -> None:
    """Nobody knows accounts by their ids."""
    account = entry("ARCHIVE", "account", "111111111111") | {"before": {"name": "acme-alpha"}}
    assert shown(preview(account))[1] == "  - 111111111111 (acme-alpha)"


def test_a_long_list_shows_what_comes_and_goes() -> None:
    """Forty globs before and after would hide the one that differs."""
    many = [f"environment-{number}-*" for number in range(12)]
    [line] = shown(preview(entry("UPDATE", "service", "s", placement=(many, [*many[1:], "new-*"]))))[2:-1]
    assert line == '      placement: - "environment-0-*", + "new-*"'
    [line] = shown(preview(entry("UPDATE", "service", "s", placement=(many, many[::-1]))))[2:-1]
    assert line == "      placement: in another order"
    tags = dict.fromkeys("abcd", "x" * 30)
    [line] = shown(preview(entry("UPDATE", "account", "1", tags=(tags, tags | {"a": "y"}))))[2:-1]
    assert line == f'      tags: - a: "{"x" * 30}", + a: "y"'


def test_a_first_load_is_not_listed_to_its_end() -> None:
    """The first twenty of a kind that are registered; what is archived, to the last."""
    given = preview(*(entry("REGISTER", "team", f"t{number}") for number in range(50)))
    assert shown(given)[-2:] == ["  + and 30 more; -o json has all", "50 to register."]
    given = preview(*(entry("ARCHIVE", "team", f"t{number}") for number in range(50)))
    assert len(shown(given)) == 52


def test_pipelines_are_shown_with_what_becomes_of_them() -> None:
    """What a pipeline gains, loses and moves, how long it takes, its limits, and a rollback that is lost."""
    moved = [{"environment": "e", "before": "w1", "after": "w2"}]
    limit = {"limit": "ACTIONS_OF_PIPELINE", "count": 501, "most": 500, "remedy": "Split it."}
    given = preview(
        added=["a"], removed=["r"], moved=moved, settings=["branch"], exceeds=[limit],
        losesNativeRollback=True, minutesAfter=None,
    )  # fmt: skip
    given["warnings"] = [{"message": "Careful\x1b[31m."}]
    assert shown(given)[1:] == [
        "",
        "Pipelines whose plan changes",
        "  ~ payments: gains a; loses r; moves e (w1 → w2); differs in branch; 60 min → never to the last wave",
        "  !     ACTIONS_OF_PIPELINE: 501 of 500. Split it.",
        "  !     its stages change: until a revision has passed them, there is none to roll back to",
        "",
        "Warnings",
        "  ! Careful [31m.",
    ]
    lower = {"service": "payments", "rule": "ROLLBACK", "missing": "prod is left", "remedy": "Give it.", "waiver": None}
    given["lowered"] = [lower, *[lower | {"waiver": "waiver-1"}] * 30]
    told = shown(given)[-23:]
    assert told[1:4] == [
        "Safety scores that get lower",
        "  ! payments: ROLLBACK: prod is left",
        "  ! payments: ROLLBACK: prod is left (by waiver-1)",
    ]
    assert told[-1] == "  ! and 11 more; -o json has all"
    many = preview() | {"pipelines": [QUIET | {"added": ["e"]} for _ in range(30)] + [QUIET | {"exceeds": [limit]}]}
    assert "ACTIONS_OF_PIPELINE" in shown(many)[4]
    assert shown(many)[-1] == "  ~ and 10 more; -o json has all"
    names = [f"e{number}" for number in range(10)]
    assert "gains e0, e1, e2, e3, e4, e5, e6, e7 and 2 more" in shown(preview(added=names))[3]


@pytest.mark.parametrize(
    ("given", "stages"),
    [
        (preview(entry("UPDATE", "stage", "prod", onFailure=("NONE", "ROLLBACK"))), ["prod"]),
        (preview(entry("UPDATE", "wave", "prod-1", bakeMinutes=(1, 2))), ["prod"]),
        (preview(entry("REGISTER", "wave", "new", stage=(None, "prod"))), ["prod"]),
        (preview(entry("UPDATE", "environment", "prod-eu", wave=("prod-1", "beta-1"))), ["prod"]),
        (preview(entry("UPDATE", "environment", "beta-eu", wave=("beta-1", "prod-1"))), ["prod"]),
        (preview(entry("REGISTER", "wave", "new", stage=(None, "late"))), ["late"]),
        (preview(entry("REGISTER", "stage", "next", production=(None, True))), []),
        (preview(entry("UPDATE", "stage", "beta", onFailure=("NONE", "ROLLBACK"))), []),
        (preview(entry("UPDATE", "team", "prod", email=("a", "b"))), []),
        (preview(added=["prod-eu"]), ["prod"]),
        (preview(removed=["prod-eu"]), ["prod"]),
        (preview(moved=[{"environment": "prod-eu", "before": "a", "after": "b"}]), ["prod"]),
        (preview(settings=["waves.prod-1-part-2.checks"]), ["prod"]),
        (preview(settings=["stages.late.onFailure"]), ["late"]),
        (preview(settings=["policies"]), ["prod", "late", "bare"]),
        (preview(settings=["waves.order"]), ["prod", "late", "bare"]),
        (preview(settings=["waves.beta-1.checks"], added=["beta-eu"]), []),
        (preview(added=["prod-eu"], beforeDigest=None), []),
        (preview(), []),
    ],
)
def test_what_touches_production(given: dict[str, Any], stages: list[str]) -> None:
    """What runs in a stage of production that is there, and no first plan of a new service."""
    assert touched_production(given, DOCUMENT) == stages
    assert touched_production(given, {}) == []
