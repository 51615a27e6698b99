"""What holds of every scope, grant and target, whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.entities import Grant
from domain.grants import granted_to
from domain.permissions import OF_PEOPLE, SCOPE_FIELDS, Granted, Permission, Role, Scope, Target, Viewer

NAMES = ("a", "b", "c")
parts = st.frozensets(st.sampled_from(NAMES), max_size=2)
scopes = st.builds(Scope, parts, parts, parts, parts)
some = st.none() | st.sampled_from(NAMES)
targets = st.builds(Target, some, some, some, some)
roles = st.sampled_from(list(Role))
granted = st.frozensets(st.builds(Granted, roles, scopes), max_size=4)
viewers = st.builds(Viewer, st.just("ann"), st.frozensets(roles, max_size=1), granted)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@given(scopes, targets)
def test_what_is_covered_is_touched(scope: Scope, target: Target) -> None:
    """Whoever may act on something sees it."""
    assert not scope.covers(target) or scope.touches(target)


@given(scopes, scopes, targets)
def test_a_scope_within_another_covers_no_more(inner: Scope, outer: Scope, target: Target) -> None:
    """Nor touches more: a token is no wider than its maker."""
    if inner.within(outer):
        assert not inner.covers(target) or outer.covers(target)
        assert not inner.touches(target) or outer.touches(target)
    assert inner.within(inner)
    assert inner.within(Scope())


@given(scopes, st.sampled_from(SCOPE_FIELDS), st.sampled_from(NAMES), targets)
def test_narrowing_a_part_only_narrows(scope: Scope, part: str, name: str, target: Target) -> None:
    """A part that is given one name where it had none, or has one fewer, covers no more than before."""
    had = getattr(scope, part)
    fewer = frozenset({name}) if not had else had - {name} or had
    narrower = Scope(**{**{each: getattr(scope, each) for each in SCOPE_FIELDS}, part: fewer})
    assert narrower.within(scope)
    assert not narrower.covers(target) or scope.covers(target)


@given(viewers, st.builds(Granted, roles, scopes), targets)
def test_one_more_grant_only_widens(viewer: Viewer, more: Granted, target: Target) -> None:
    """Roles add up: none takes from another."""
    wider = Viewer(viewer.actor, viewer.roles, viewer.granted | {more})
    assert viewer.permissions_at(target) <= wider.permissions_at(target) <= wider.permissions
    assert not viewer.sees(target) or wider.sees(target)


@given(viewers, targets)
def test_a_target_of_less_is_permitted_where_one_of_more_is(viewer: Viewer, target: Target) -> None:
    """Who may stop a service everywhere may in one of its stages."""
    fields = {part: getattr(target, part) or "a" for part in ("team", "service", "stage", "account")}
    assert viewer.permissions_at(target) <= viewer.permissions_at(Target(**fields))


@given(viewers, scopes, targets)
def test_what_is_permitted_within_a_scope_is_permitted_at_all_it_covers(
    viewer: Viewer, scope: Scope, target: Target
) -> None:
    """So a token with that scope may nothing that its maker may not."""
    if scope.covers(target):
        assert viewer.permissions_within(scope) <= viewer.permissions_at(target)


who = st.sampled_from(({"group": "sre"}, {"group": "*"}, {"person": "Ann"}, {"person": "bob"}))
untils = st.none() | st.timedeltas(timedelta(days=-2), timedelta(days=2)).map(lambda since: NOW + since)


@st.composite
def grants(draw: Any) -> Grant:
    """Any that the configuration could have."""
    return Grant(
        name="g",
        **draw(who),
        role=draw(st.sampled_from(OF_PEOPLE)),
        teams=tuple(draw(parts)),
        stages=tuple(draw(parts)),
        until=draw(untils),
    )


@given(st.lists(grants(), max_size=4), st.frozensets(st.sampled_from(("sre", "*", "staff"))))
def test_a_grant_is_of_whom_it_names_until_it_ends(given_: list[Grant], groups: frozenset[str]) -> None:
    """By group, by name, or of everybody; and of nobody from its end on."""
    found = granted_to("ann", groups, given_, NOW)
    for each in given_:
        theirs = each.group == "*" or each.person == "Ann" or (each.group == "sre" and "sre" in groups)
        holds = theirs and (each.until is None or each.until > NOW)
        mine = Granted(each.role, Scope(frozenset(each.teams), stages=frozenset(each.stages)))
        others = [other for other in given_ if other is not each]
        assert (mine in found) is holds or mine in granted_to("ann", groups, others, NOW)
    assert granted_to("ann", groups, given_, NOW + timedelta(days=3)) <= found


def test_every_permission_can_be_granted_within_a_scope_but_those_of_administrators() -> None:
    """What operators may can be narrowed; the configuration, and grants, cannot."""
    scoped = Viewer("ann", frozenset(), frozenset({Granted(Role.OPERATOR, Scope(teams=frozenset({"a"})))}))
    assert {Permission.CONFIGURE, Permission.MANAGE_GRANTS} & scoped.permissions == set()
