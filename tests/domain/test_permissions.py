"""Roles and their permissions: who may what, and how a refusal reads."""

from __future__ import annotations

import itertools

import pytest

from domain.errors import Refused
from domain.permissions import (
    EVERYTHING,
    PERMISSIONS,
    Granted,
    Permission,
    Role,
    Scope,
    Target,
    Viewer,
    require,
    roles_with,
)


def test_every_word_has_its_sentence() -> None:
    """Roles and permissions are published with what they mean."""
    for word in (*Role, *Permission):
        assert word.sentence.endswith(".")


def test_every_role_is_in_the_table() -> None:
    """A new role says what it may."""
    assert set(PERMISSIONS) == set(Role)


def test_roles_widen() -> None:
    """Whoever is more may all that whoever is less may."""
    ladder = [Role.VIEWER, Role.DEVELOPER, Role.OPERATOR, Role.ADMIN]
    for less, more in itertools.pairwise(ladder):
        assert PERMISSIONS[less] < PERMISSIONS[more]


def test_every_permission_is_somebody_s() -> None:
    """An administrator has all; and only they change the configuration."""
    assert PERMISSIONS[Role.ADMIN] == set(Permission)
    assert roles_with(Permission.CONFIGURE) == [Role.ADMIN]


def test_a_pipeline_reports_and_nothing_else() -> None:
    """What gets hold of a pipeline's key lets nothing pass, and stops nothing."""
    assert PERMISSIONS[Role.PIPELINE] == {Permission.REPORT}


def test_several_roles_add_up() -> None:
    """A developer who is a pipeline too may what either may."""
    both = Viewer("ann", frozenset({Role.DEVELOPER, Role.PIPELINE}))
    assert both.permissions == PERMISSIONS[Role.DEVELOPER] | {Permission.REPORT}


def test_a_refusal_says_what_is_needed_and_whom_to_ask() -> None:
    """The permission, who lacks it, and the roles that have it; of several needed, those that are missing."""
    ann = Viewer("ann", frozenset({Role.DEVELOPER}))
    require(ann, {Permission.HOLD}, "registerHold")
    with pytest.raises(Refused) as refused:
        require(ann, {Permission.HOLD, Permission.FREEZE}, "applyChange")
    assert refused.value.code == "FORBIDDEN"
    assert refused.value.message == "applyChange needs the permission FREEZE: ann is DEVELOPER, and may not."
    assert refused.value.remedy.startswith("Ask somebody who is OPERATOR or ADMIN to do it")


def test_nobody_is_refused_as_well() -> None:
    """Whoever has no role at all may nothing."""
    with pytest.raises(Refused, match="ann is nobody"):
        require(Viewer("ann", frozenset()), {Permission.HOLD}, "registerHold")


PAYMENTS = Target(team="money", service="payments", stage="prod", account="111111111111")


@pytest.mark.parametrize(
    ("scope", "covers", "touches"),
    [
        (Scope(), True, True),
        (Scope(teams=frozenset({"money"})), True, True),
        (Scope(services=frozenset({"payments", "orders"}), stages=frozenset({"prod"})), True, True),
        (Scope(services=frozenset({"payments"}), stages=frozenset({"beta"})), False, False),
        (Scope(accounts=frozenset({"222222222222"})), False, False),
    ],
)
def test_a_scope_is_narrowed_by_each_part_that_names_something(scope: Scope, covers: bool, touches: bool) -> None:
    """All parts must hold at once; one that names nothing holds everywhere."""
    assert (scope.covers(PAYMENTS), scope.touches(PAYMENTS)) == (covers, touches)


def test_a_part_is_seen_from_the_whole_and_the_whole_not_acted_on_from_a_part() -> None:
    """Who has one stage sees the service, and may not stop it everywhere."""
    scope = Scope(stages=frozenset({"beta"}))
    service = Target(team="money", service="payments")
    assert scope.touches(service)
    assert not scope.covers(service)


def test_a_granted_role_holds_in_its_scope_alone() -> None:
    """What it allows there, and that it is seen there; a role that holds everywhere sees everything."""
    ann = Viewer("ann", frozenset(), frozenset({Granted(Role.DEVELOPER, Scope(teams=frozenset({"money"})))}))
    require(ann, {Permission.HOLD}, "registerHold")
    require(ann, {Permission.HOLD}, "registerHold", PAYMENTS)
    other = Target(team="ship", service="parcels", stage="prod")
    with pytest.raises(Refused) as refused:
        require(ann, {Permission.HOLD}, "registerHold", other)
    assert refused.value.message == (
        "registerHold needs the permission HOLD for parcels in prod: ann is nobody, and may not."
    )
    assert (ann.sees(PAYMENTS), ann.sees(other), ann.narrowed) == (True, False, True)
    everywhere = Viewer("ann", frozenset({Role.VIEWER}), ann.granted)
    assert everywhere.sees(other)
    assert everywhere.permissions_at(other) == frozenset()
    assert everywhere.permissions_at(PAYMENTS) == PERMISSIONS[Role.DEVELOPER]
    assert everywhere.permissions_at(EVERYTHING) == frozenset()
