"""What must hold between entities: each rule by example, with what it says and where."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.configuration.changing import Operation, changed, register
from domain.configuration.configuration import Configuration, references
from domain.configuration.kinds import Kind
from domain.errors import InUse, Problem, Problems
from domain.words import OperationKind
from tests.configurations import configurations, operations
from tests.entity_fields import NOW

ONE, TWO = "1" * 12, "2" * 12
LATER = NOW.replace(year=2027)


def made(*given: tuple[Kind, dict[str, Any]], there: Configuration | None = None) -> Configuration:
    """The configuration with these registered."""
    return changed(there or Configuration(), [register(kind, fields) for kind, fields in given], NOW)


def _environment(name: str, wave: str, **more: Any) -> tuple[Kind, dict[str, Any]]:
    return Kind.ENVIRONMENT, {"name": name, "account": ONE, "region": "eu-west-1", "wave": wave, **more}


@pytest.fixture(scope="module")
def fleet() -> Configuration:
    """Two stages, three waves, a shared environment in each, a test environment, two services, a team, a calendar."""
    return made(
        (Kind.ACCOUNT, {"aws_id": ONE, "name": "one"}),
        (Kind.TEAM, {"name": "ours"}),
        (Kind.CALENDAR, {"name": "days", "dates": {"2026-12-24": "Christmas Eve"}}),
        (Kind.STAGE, {"name": "alpha", "position": 1}),
        (Kind.STAGE, {"name": "prod", "position": 2, "production": True}),
        (Kind.WAVE, {"name": "alpha-1", "stage": "alpha", "position": 1}),
        (Kind.WAVE, {"name": "prod-1", "stage": "prod", "position": 1}),
        (Kind.WAVE, {"name": "prod-2", "stage": "prod", "position": 2}),
        *(_environment(f"{wave}-eu", wave) for wave in ("alpha-1", "prod-1", "prod-2")),
        _environment("mine", "alpha-1", kind="TEST", owner="ada", expires_at=LATER),
        (Kind.SERVICE, {"name": "orders", "repository": "acme/orders", "placement": ["*"], "team": "ours"}),
        (Kind.SERVICE, {"name": "pay", "repository": "acme/pay", "placement": ["*"], "depends_on": ["orders"]}),
        (Kind.WINDOW, {"name": "office", "cron": "0 9 * * *", "minutes": 60, "stage": "prod", "calendars": ["days"]}),
    )


def problem_of(configuration: Configuration, *operations: Operation) -> Problem:
    """The one thing that is wrong with the operations."""
    with pytest.raises(Problems) as raised:
        changed(configuration, operations, NOW)
    (problem,) = raised.value.problems
    assert problem.remedy
    return problem


def update(kind: Kind, key: str, /, **fields: Any) -> Operation:
    """An update."""
    return Operation(OperationKind.UPDATE, kind, key, fields, path=("here",))


def archive(kind: Kind, key: str) -> Operation:
    """An archiving."""
    return Operation(OperationKind.ARCHIVE, kind, key, path=("here",))


_CHECK = {"name": "c", "kind": "BAKE", "configuration": {"minutes": 5}}
_DRILL = {"name": "d", "kind": "DRILL", "configuration": {}}
_WINDOW = {"name": "w", "cron": "0 9 * * *", "minutes": 60}
_FREEZE = {"name": "f", "starts_at": NOW, "ends_at": LATER, "reason": "Peak"}
_HOLD = {"name": "h", "environment": "prod-1-eu", "reason": "Because"}
_ROUTE = {"name": "r", "events": ["*"]}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (register(Kind.STAGE, {"name": "beta", "position": 1}), ("ALREADY_EXISTS", "position", "'alpha'")),
        (register(Kind.STAGE, {"name": "prod", "position": 9}), ("ALREADY_EXISTS", "name", "stage 'prod'")),
        (update(Kind.WAVE, "prod-2", position=1), ("ALREADY_EXISTS", "position", "position 1 of stage prod")),
        (register(Kind.ACCOUNT, {"aws_id": TWO, "name": "one"}), ("ALREADY_EXISTS", "name", ONE)),
        (update(Kind.SERVICE, "pay", repository="acme/orders"), ("ALREADY_EXISTS", "repository", "'orders'")),
        (register(*_environment("x", "prod-1")), ("ALREADY_EXISTS", "region", "taken by the environment 'prod-1-eu'")),
        (update(Kind.ENVIRONMENT, "prod-2-eu", wave="prod-1"), ("ALREADY_EXISTS", "region", "in wave prod-1")),
        (
            register(Kind.WAVE, {"name": "prod-1-part-2", "stage": "prod", "position": 9}),
            ("INVALID_VALUE", "name", "-part-1"),
        ),
        (update(Kind.WAVE, "prod-1", stage="prd"), ("NOT_FOUND", "stage", "did you mean prod?")),
        (update(Kind.SERVICE, "pay", team="our"), ("NOT_FOUND", "team", "did you mean ours?")),
        (update(Kind.SERVICE, "pay", depends_on=["order"]), ("NOT_FOUND", "dependsOn", "did you mean orders?")),
        (update(Kind.SERVICE, "orders", depends_on=["pay"]), ("DEPENDENCY_CYCLE", "dependsOn", "orders -> pay -> ord")),
        (update(Kind.SERVICE, "pay", depends_on=["pay"]), ("DEPENDENCY_CYCLE", "dependsOn", "pay -> pay")),
        (register(Kind.CHECK, _CHECK), ("INVALID_VALUE", "stage", "one of them")),
        (register(Kind.CHECK, {**_CHECK, "stage": "prod", "wave": "prod-1"}), ("INVALID_VALUE", "stage", "`wave`")),
        (
            register(Kind.CHECK, {**_CHECK, "stage": "prod", "service": "pay", "team": "ours"}),
            ("INVALID_VALUE", "service", "`services` or `team`"),
        ),
        (register(Kind.CHECK, {**_DRILL, "stage": "prod"}), ("INVALID_VALUE", "stage", "outside production")),
        (register(Kind.CHECK, {**_DRILL, "wave": "prod-1"}), ("INVALID_VALUE", "wave", "outside production")),
        (register(Kind.CHECK, {**_DRILL, "stage": "alpha", "when": "BEFORE"}), ("INVALID_VALUE", "when", "AFTER")),
        (register(Kind.WINDOW, _WINDOW), ("INVALID_VALUE", "stage", "a window has one of them")),
        (register(Kind.WINDOW, {**_WINDOW, "stage": "prod", "cron": "0 0 30 2 *"}), ("NEVER_OPENS", "cron", "30 2")),
        (
            register(Kind.WINDOW, {**_WINDOW, "stage": "prod", "cron": "0 0 24 12 *", "calendars": ["no"]}),
            ("NOT_FOUND", "calendars", "no"),
        ),
        (update(Kind.ENVIRONMENT, "mine", owner=None), ("INVALID_VALUE", "owner", "the person")),
        (update(Kind.ENVIRONMENT, "mine", expires_at=None), ("INVALID_VALUE", "expiresAt", "the time when")),
        (update(Kind.ENVIRONMENT, "mine", wave="prod-1"), ("INVALID_VALUE", "wave", "outside production")),
        (update(Kind.WAVE, "alpha-1", stage="prod", position=3), ("INVALID_VALUE", "stage", "environment mine")),
        (update(Kind.STAGE, "alpha", production=True), ("INVALID_VALUE", "production", "environment mine")),
        (update(Kind.ENVIRONMENT, "mine", kind="SHARED"), ("INVALID_VALUE", "kind", "TEST, as it was registered")),
        (update(Kind.ENVIRONMENT, "mine", name="other"), ("INVALID_VALUE", "name", "never changed")),
        (register(Kind.HOLD, {**_HOLD, "kind": "PIN"}), ("INVALID_VALUE", "revision", "PIN")),
        (
            register(Kind.HOLD, {**_HOLD, "kind": "HOLD", "revision": "0123abc"}),
            ("INVALID_VALUE", "revision", "left out"),
        ),
        (register(Kind.FREEZE, {**_FREEZE, "scope": "STAGE", "target": "prd"}), ("NOT_FOUND", "target", "prod?")),
        (register(Kind.FREEZE, {**_FREEZE, "scope": "STAGE"}), ("INVALID_VALUE", "target", "name of the stage")),
        (
            register(Kind.FREEZE, {**_FREEZE, "scope": "ORGANISATION", "ends_at": NOW}),
            ("INVALID_VALUE", "endsAt", "after startsAt"),
        ),
        (
            register(Kind.NOTIFICATION_ROUTE, {**_ROUTE, "channel": "SLACK", "address": "https://x"}),
            ("INVALID_VALUE", "address", "#deployments"),
        ),
        (archive(Kind.STAGE, "prd"), ("NOT_FOUND", "name", "did you mean prod?")),
        (archive(Kind.REGION, "eu-west-1"), ("ALWAYS_THERE", "here", "always there")),
        (register(Kind.REGION, {"name": "eu-west-1"}), ("ALREADY_EXISTS", "name", "region 'eu-west-1'")),
        (register(Kind.REGION, {"name": "moon-1"}), ("NOT_FOUND", "name", "region 'moon-1'")),
    ],
)
def test_a_rule_says_what_is_wrong_and_where(
    fleet: Configuration, operation: Operation, expected: tuple[str, str, str]
) -> None:
    """The code, the field at the end of the path, and words of the message."""
    problem = problem_of(fleet, operation)
    code, field, says = expected
    assert (problem.code, problem.path[-1]) == (code, field)
    assert says in problem.message


def test_the_organisation_is_never_archived(fleet: Configuration) -> None:
    """It is there for good, once it is; not before."""
    assert problem_of(fleet, archive(Kind.ORGANISATION, "organisation")).code == "NOT_FOUND"
    given = {
        "name": "acme",
        "pipeline_account": ONE,
        "pipeline_region": "eu-west-1",
        "connection_arn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/x",
        "event_bus_arn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
    }
    configured = made((Kind.ORGANISATION, given), there=fleet)
    assert problem_of(configured, archive(Kind.ORGANISATION, "organisation")).code == "ALWAYS_THERE"


@pytest.mark.parametrize(
    ("kind", "key", "users"),
    [
        (Kind.ACCOUNT, ONE, ["environment alpha-1-eu", "environment mine", "environment prod-1-eu"]),
        (Kind.WAVE, "prod-1", ["environment prod-1-eu"]),
        (Kind.STAGE, "prod", ["wave prod-1", "wave prod-2", "window office"]),
        (Kind.SERVICE, "orders", ["service pay"]),
        (Kind.TEAM, "ours", ["service orders"]),
        (Kind.CALENDAR, "days", ["window office"]),
    ],
)
def test_what_is_in_use_is_not_archived(fleet: Configuration, kind: Kind, key: str, users: list[str]) -> None:
    """The list of who uses it; together with them in one change, in any order, it may go."""
    problem = problem_of(fleet, archive(kind, key))
    assert isinstance(problem, InUse)
    assert problem.used_by[: len(users)] == users
    assert problem.path == ["here"]
    assert users[0] in problem.message


def test_what_is_in_use_goes_with_its_users(fleet: Configuration) -> None:
    """The users come last, and all is looked at when everything is done."""
    gone = [archive(Kind.CALENDAR, "days"), archive(Kind.SERVICE, "orders"), archive(Kind.SERVICE, "pay")]
    after = changed(fleet, [*gone, archive(Kind.WINDOW, "office")], NOW)
    assert (after.calendars, after.services, after.windows) == ({}, {}, {})


def test_a_freeze_uses_its_target(fleet: Configuration) -> None:
    """By name, as it is not a reference."""
    frozen = made((Kind.FREEZE, {**_FREEZE, "scope": "TEAM", "target": "ours"}), there=fleet)
    spare = changed(frozen, [update(Kind.SERVICE, "orders", team=None)], NOW)
    assert "freeze f" in problem_of(spare, archive(Kind.TEAM, "ours")).message


def test_waves_change_places_in_one_change(fleet: Configuration) -> None:
    """Neither is refused for the place that the other is about to leave."""
    after = changed(fleet, [update(Kind.WAVE, "prod-1", position=2), update(Kind.WAVE, "prod-2", position=1)], NOW)
    assert [each.name for each in after.waves_of["prod"]] == ["prod-2", "prod-1"]


def test_a_calendar_that_closes_the_last_day_of_a_window_is_refused(fleet: Configuration) -> None:
    """Its windows are looked at again; it is the window that never opens."""
    window = {**_WINDOW, "cron": "0 9 24 12 *", "stage": "prod", "calendars": ["days"]}
    there = made((Kind.WINDOW, window), there=fleet)
    both = {"2026-12-24": "a", "2027-12-24": "b"}
    assert problem_of(there, update(Kind.CALENDAR, "days", dates=both)).code == "NEVER_OPENS"


def test_everything_that_is_wrong_is_told_at_once(fleet: Configuration) -> None:
    """Each with the place of its own operation; nothing is there of what would have been."""
    wrong = [
        Operation(
            OperationKind.REGISTER, Kind.STAGE, "Beta", {"name": "Beta", "position": 0}, path=("operations", "0")
        ),
        Operation(OperationKind.REGISTER, Kind.WAVE, "w", {"name": "w", "stage": "Beta", "position": 1}, path=("1",)),
        Operation(OperationKind.UPDATE, Kind.WAVE, "prod-1", {"stage": "nowhere"}, path=("operations", "2")),
    ]
    with pytest.raises(Problems) as raised:
        changed(fleet, wrong, NOW)
    told = [tuple(each.path) for each in raised.value.problems]
    assert told == [("operations", "0", "name"), ("operations", "0", "position"), ("operations", "2", "stage")]


@settings(max_examples=40)
@given(st.data())
def test_a_change_leaves_every_reference_whole(data: st.DataObject) -> None:
    """Whatever is allowed: nothing refers to what is not there, and what was is as it was."""
    before = data.draw(configurations())
    told = {kind: dict(before.of(kind)) for kind in Kind}
    wanted = [data.draw(operations(before)) for _ in range(data.draw(st.integers(1, 3)))]
    try:
        after = changed(before, wanted, NOW)
    except Problems:
        pass
    else:
        for kind in Kind:
            for entity in after.of(kind).values():
                assert all(after.get(other, key) is not None for _, other, key in references(entity))
    assert told == {kind: before.of(kind) for kind in Kind}


def test_a_backslash_is_not_the_character_nul(fleet: Configuration) -> None:
    """A payload may say `\\u0000` in so many letters; the character itself no database keeps."""
    given = {"name": "c", "kind": "LAMBDA", "stage": "prod"}
    letters = {"functionName": "x", "payload": {"\\u0000": "a\\u0000"}}
    found = made((Kind.CHECK, {**given, "configuration": letters}), there=fleet)
    assert found.checks["c"].configuration == letters
    problem = problem_of(fleet, register(Kind.CHECK, {**given, "configuration": {**letters, "payload": {"a": "\0"}}}))
    assert "NUL" in problem.message
