"""The document of a configuration: the two are each other's inverse, and what is wrong is told by its place."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.configuration.changing import DEFAULT, changed, register
from domain.configuration.configuration import Configuration
from domain.configuration.document import document
from domain.configuration.kinds import Kind
from domain.configuration.wanted import MOST_ENTITIES, operations
from domain.errors import Problem, Problems
from domain.words import EnvironmentKind
from tests.configurations import configurations
from tests.entity_fields import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def applied(configuration: Configuration, wanted: Any, *, prune: bool = False) -> Configuration:
    """The configuration after a document."""
    found, problems = operations(configuration, wanted, prune=prune)
    return changed(configuration, found, NOW, problems)


def refused(configuration: Configuration, wanted: Any, *, prune: bool = False) -> list[Problem]:
    """What is wrong with a document."""
    with pytest.raises(Problems) as raised:
        applied(configuration, wanted, prune=prune)
    return raised.value.problems


@settings(max_examples=40)
@given(configurations())
def test_a_configurations_own_document_changes_nothing(configuration: Configuration) -> None:
    """With prune and without, whatever its positions are."""
    assert applied(configuration, document(configuration), prune=True) == configuration
    assert applied(configuration, document(configuration)) == configuration


@settings(max_examples=40)
@given(configurations(dense=True))
def test_a_document_makes_the_configuration_from_nothing(configuration: Configuration) -> None:
    """What `document` leaves out are defaults."""
    assert applied(Configuration(), document(configuration)) == configuration


@settings(max_examples=25)
@given(configurations(dense=True), configurations(dense=True))
def test_a_document_decides_alone_what_its_fleet_becomes(there: Configuration, wanted: Configuration) -> None:
    """With prune, whatever was there: its document is the one that was applied; said again, nothing changes."""
    shared = {key: each for key, each in there.environments.items() if each.kind is EnvironmentKind.SHARED}
    there = replace(there, environments=shared, freezes={}, holds={})
    said = {section: [] for section in ("accounts", "regions", "teams", "calendars", "stages", "services", "checks")}
    said |= {section: [] for section in ("windows", "notificationRoutes", "policies")}
    after = applied(there, {**said, **document(wanted)}, prune=True)
    assert document(replace(after, organisations=wanted.organisations)) == document(wanted)
    assert applied(after, {**said, **document(wanted)}, prune=True) == after


def _fleet(*waves: str, **more: Any) -> dict[str, Any]:
    """A document of one production stage with an environment in each of the waves."""
    inside = [
        {"name": wave, "environments": [{"name": f"{wave}-eu", "account": "1" * 12, "region": "eu-west-1"}]}
        for wave in waves
    ]
    return {
        "accounts": [{"awsId": "1" * 12, "name": "one"}],
        "stages": [{"name": "prod", "production": True, "waves": inside}],
        **more,
    }


@pytest.mark.parametrize("after", [("two", "one"), ("new", "one", "two"), ("two",), ("one", "new", "two")])
def test_defaults_are_those_of_the_order_that_the_document_has(after: tuple[str, ...]) -> None:
    """The wave that comes to be the first bakes for twelve hours, the others for four."""
    there = applied(Configuration(), _fleet("one", "two"))
    found = applied(there, _fleet(*after), prune=True)
    assert [each.name for each in found.waves_of["prod"]] == list(after)
    assert [each.bake_minutes for each in found.waves_of["prod"]] == [720] + [240] * (len(after) - 1)


def test_a_part_of_the_waves_keeps_their_positions() -> None:
    """A document that leaves a wave out, without pruning, does not collide with it."""
    there = applied(Configuration(), _fleet("one", "two", "three"))
    assert applied(there, _fleet("one", "three")) == there


def test_what_another_default_hides_is_said() -> None:
    """A one-box of no percent that is watched all the same, and one that is not watched."""
    there = applied(Configuration(), _fleet("one"))
    for percent, minutes in ((0, 60), (5, 0), (0, 0), (10, 60)):
        given = register(Kind.WAVE, {"name": "two", "stage": "prod", "position": 2})
        said = {**given.fields, "one_box_percent": percent, "one_box_bake_minutes": minutes}
        found = changed(there, [register(Kind.WAVE, said)], NOW)
        assert applied(found, document(found)) == found


@given(JSON, st.booleans())
def test_no_document_is_too_strange_to_be_refused(wanted: Any, prune: bool) -> None:
    """Whatever JSON it is, it is applied or it is told what is wrong."""
    with suppress(Problem):
        applied(Configuration(), wanted, prune=prune)


SECTIONS = ("organisation", "accounts", "regions", "calendars", "teams", "stages", "services", "checks", "windows")
FIELDS = ("name", "awsId", "tags", "dates", "kind", "waves", "environments", "position", "placement", "startsAt")


@given(
    st.dictionaries(
        st.sampled_from((*SECTIONS, "freezes", "holds", "policies", "notificationRoutes")),
        st.lists(st.dictionaries(st.sampled_from((*FIELDS, "configuration", "services")), JSON, max_size=4), max_size=2)
        | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
        max_size=3,
    ),
    st.booleans(),
)
def test_wrong_types_are_told_by_their_place(wanted: dict[str, Any], prune: bool) -> None:
    """Each problem's path leads into the document."""
    try:
        applied(Configuration(), wanted, prune=prune)
    except Problems as several:
        for problem in several.problems:
            assert problem.path
            assert problem.path[0] in wanted


def test_more_entities_than_anybody_has_are_refused() -> None:
    """50,001 over many lists, before any of them is looked at."""
    waves = [{"name": f"w{number}", "environments": [{"name": "x"}] * 999} for number in range(51)]
    (problem,) = refused(Configuration(), {"stages": [{"name": "a", "waves": waves}]})
    assert f"{MOST_ENTITIES:,}" in problem.message


def test_a_thousand_mistakes_are_told_as_a_hundred() -> None:
    """Who has that many has one mistake many times; the answer does not wait for the nearest names of each."""
    accounts = [{"awsId": f"{number:012}", "name": f"a{number}"} for number in range(3000)]
    services = [
        {"name": f"s{number}", "repository": f"a/{number}", "placement": [], "team": "x"} for number in range(999)
    ]
    assert len(refused(Configuration(), {"accounts": accounts, "services": services})) == 100
    assert len(refused(Configuration(), {"services": [{"nam": "x"}] * 1000})) == 100


def test_a_wave_of_a_test_environment_is_not_made_shared_by_leaving_its_kind_out() -> None:
    """What is given once, at the registration, is not changed by what a document does not say."""
    there = applied(Configuration(), _fleet("one"))
    stage = register(Kind.STAGE, {"name": "alpha", "position": 2, "on_failure": DEFAULT})
    wave = register(Kind.WAVE, {"name": "alpha-1", "stage": "alpha", "position": 1})
    given = {"name": "mine", "account": "1" * 12, "region": "eu-west-1", "wave": "alpha-1"}
    mine = register(Kind.ENVIRONMENT, {**given, "kind": "TEST", "owner": "ada", "expires_at": NOW})
    there = changed(there, [stage, wave, mine], NOW)
    wanted = document(there)
    del wanted["stages"][1]["waves"][0]["environments"][0]["kind"]
    (problem,) = refused(there, wanted)
    assert problem.path == ["stages", "1", "waves", "0", "environments", "0", "kind"]
    assert "TEST, as it was registered" in problem.message


def test_pruning_leaves_what_is_operational() -> None:
    """Freezes and holds are archived by nobody's file, nor is a section that the file does not have."""
    there = applied(Configuration(), _fleet("one", teams=[{"name": "ours"}]))
    given = {"name": "stop", "kind": "HOLD", "environment": "one-eu", "reason": "Because"}
    freeze = {
        "name": "peak",
        "scope": "ORGANISATION",
        "reason": "Peak",
        "starts_at": NOW,
        "ends_at": NOW.replace(year=2027),
    }
    there = changed(there, [register(Kind.HOLD, given), register(Kind.FREEZE, freeze)], NOW)
    assert applied(there, {"holds": [], "freezes": []}, prune=True) == there
    assert applied(there, {"teams": []}, prune=True).teams == {}
    (problem, *_) = refused(there, {"stages": []}, prune=True)
    assert (problem.code, problem.path) == ("IN_USE", ["stages"])
    assert "hold stop" in problem.message
