"""What grants make visible, as bits, is what their scopes say of each pair of a service and a place."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.kinds import Kind
from domain.permissions import Granted, Role, Scope, Target, Viewer
from domain.sight import MOST_PLACES, About, Audience, Belongings, Rule, audience, frozen, seeing, sight
from domain.words import FreezeScope

TEAMS, STAGES, ACCOUNTS = ("red", "blue", None), ("beta", "prod"), ("1" * 12, "2" * 12)
NAMES = ("shop", "pay", "mail")


def key(of: str) -> UUID:
    return uuid5(UUID(int=0), of)


SERVICES = {key(name): Target(team=team, service=name) for name, team in zip(NAMES, TEAMS, strict=True)}
PLACES = {key(stage + id_): Target(stage=stage, account=id_) for stage in STAGES for id_ in ACCOUNTS}
THERE = Belongings(
    services=SERVICES,
    environments=PLACES | {key("mine"): Target(team="red", stage="beta", account="1" * 12)},
    stages={key(stage): stage for stage in STAGES},
    accounts={key(id_): id_ for id_ in ACCOUNTS},
    teams={key("red"): "red", key("blue"): "blue"},
    rules={
        key("all"): Rule(Kind.CHECK, "all"),
        key("red-prod"): Rule(Kind.WINDOW, "red-prod", team="red", stage="prod"),
        key("globs"): Rule(Kind.POLICY, "globs", globs=("pa*",)),
        key("freeze"): frozen(FreezeScope.SERVICE, "mail", "freeze"),
    },
    names={key("mine"): "mine"} | {each: str(each) for each in PLACES},
)


def some(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), max_size=2)


SCOPES = st.builds(
    Scope, teams=some(("red", "blue")), services=some(NAMES), stages=some(STAGES), accounts=some(ACCOUNTS)
)
GRANTS = st.frozensets(st.builds(Granted, st.sampled_from(Role), SCOPES), max_size=5)


@given(GRANTS)
def test_a_pair_is_seen_where_one_scope_covers_both(grants: frozenset[Granted]) -> None:
    """A service carries a bit in common with an environment exactly where a single scope covers the two of them."""
    seen = sight(grants, THERE)
    for service, who in SERVICES.items():
        for environment, place in PLACES.items():
            target = Target(who.team, who.service, place.stage, place.account)
            covered = any(
                each.scope.covers(target) and Scope(each.scope.teams, each.scope.services).covers(who)
                for each in grants
            )
            assert bool(seen.services.get(service, 0) & seen.environments.get(environment, 0)) == covered
            about = About(Audience.PLACED, key("event"), service, environment)
            assert seen.sees(about) == covered
        whole = any(each.scope.covers(Target(who.team, who.service)) for each in grants)
        assert seen.wholly(who.service or "") == whole


@given(GRANTS)
def test_places_are_seen_as_a_viewer_sees_them(grants: frozenset[Granted]) -> None:
    """Environments, accounts and stages are those that the domain's `sees` says."""
    seen, viewer = sight(grants, THERE), Viewer("ann", frozenset(), grants)
    assert {each for each in seen.environments if each in PLACES} == {
        each for each, place in PLACES.items() if viewer.sees(place)
    }
    assert set(seen.accounts) == {each for each in ACCOUNTS if viewer.sees(Target(account=each))}
    assert set(seen.stages) == {key(each) for each in STAGES if viewer.sees(Target(stage=each))}


@given(GRANTS, SCOPES)
def test_another_grant_takes_nothing_away(grants: frozenset[Granted], more: Scope) -> None:
    """Who is granted more sees what they saw, and the rules that they saw."""
    before, after = sight(grants, THERE), sight(grants | {Granted(Role.VIEWER, more)}, THERE)
    assert set(before.services) <= set(after.services)
    assert set(before.environments) <= set(after.environments)
    assert before.listed <= after.listed


@given(GRANTS)
def test_what_is_of_no_service_is_for_who_has_all(grants: frozenset[Granted]) -> None:
    """An event of an account, and one of a service that is not known: a team's grant is not enough, or none is."""
    seen = sight(grants, THERE)
    everything = any(
        not (each.scope.teams or each.scope.services) and each.scope.touches(Target(account=ACCOUNTS[0]))
        for each in grants
    )
    assert seen.sees(About(Audience.ACCOUNT, key("alarm"), account=ACCOUNTS[0])) == everything
    assert not seen.sees(About(Audience.PLACED, key("event")))
    assert not seen.sees(About(Audience.HIDDEN, key("event")))
    assert seen.sees(About(Audience.OPEN, key("event")))


def red(**more: frozenset[str]) -> frozenset[Granted]:
    return frozenset({Granted(Role.VIEWER, Scope(teams=frozenset({"red"}), **more))})


def test_rules_are_seen_where_they_are_about_what_is_seen() -> None:
    """A team's window in a stage that is seen; a glob that matches; what is about every service."""
    assert sight(red(), THERE).rule_names == {(Kind.CHECK, "all"), (Kind.WINDOW, "red-prod")}
    assert sight(red(stages=frozenset({"beta"})), THERE).rule_names == {(Kind.CHECK, "all")}
    pay = frozenset({Granted(Role.VIEWER, Scope(services=frozenset({"pay"})))})
    assert sight(pay, THERE).rule_names == {(Kind.CHECK, "all"), (Kind.POLICY, "globs")}
    assert sight(pay, THERE).team_names == {"blue"}


def test_a_test_environment_is_its_teams() -> None:
    """One that a team owns is not seen by another team, nor by a service of another."""
    pay = frozenset({Granted(Role.VIEWER, Scope(services=frozenset({"pay"})))})
    assert "mine" in sight(red(), THERE).environment_names
    assert "mine" not in sight(pay, THERE).environment_names


def test_places_beyond_the_bits_are_not_seen() -> None:
    """The first places hold, whatever the order in which they are granted; a bit is never used for two."""
    scopes = [Scope(stages=frozenset({f"s{number:03}"})) for number in range(MOST_PLACES + 5)]
    of = Belongings(stages={key(f"s{number:03}"): f"s{number:03}" for number in range(MOST_PLACES + 5)})
    seen = sight((Granted(Role.VIEWER, each) for each in reversed(scopes)), of)
    assert set(seen.stages) == {key(f"s{number:03}") for number in range(MOST_PLACES)}
    assert max(seen.stages.values()) < 2**63
    assert len(set(seen.stages.values())) == MOST_PLACES


@pytest.mark.parametrize(("subject", "who"), [("Stage", Audience.OPEN), ("Gizmo", Audience.PLACED)])
def test_what_nobody_has_thought_of_has_to_be_of_a_service(subject: str, who: Audience) -> None:
    """The audience follows from the subject's type; of a new one, an event without a service is seen by nobody."""
    assert audience(subject) is who


def test_who_sees_the_same_is_called_the_same() -> None:
    """Roles do not matter, nor who it is; whoever has one everywhere sees all."""
    ann, bob = (Viewer(name, frozenset(), frozenset({Granted(role, Scope())})) for name, role in NAMED)
    assert seeing(ann) == seeing(bob) != seeing(Viewer("eve", frozenset()))
    assert seeing(Viewer("eve", frozenset({Role.VIEWER}), ann.granted)) == "all"


NAMED = (("ann", Role.VIEWER), ("bob", Role.ADMIN))
