"""Roles and their permissions: who may what, and how a refusal reads."""

from __future__ import annotations

import itertools

import pytest

from domain.errors import Refused
from domain.permissions import PERMISSIONS, Permission, Role, Viewer, require, roles_with


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
