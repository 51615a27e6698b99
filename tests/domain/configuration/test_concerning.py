"""Whom checks, windows and policies are about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.concerning import Concerning
from domain.configuration.configuration import concerns
from domain.configuration.entities import Check, Service
from domain.words import CheckKind

NAMES = ("a", "a-b", "a-c", "ab", "b", "b-a")
names, teams = st.sampled_from(NAMES), st.none() | st.sampled_from(("red", "blue"))
globs = st.sampled_from(("*", "a*", "a-?", "?", "b", "a-b", "*b", "c*", "a-*"))
services = st.builds(Service, name=names, repository=st.just("acme/x"), placement=st.just(()), team=teams)
checks = st.builds(
    Check,
    name=st.uuids().map(str),
    kind=st.just(CheckKind.BAKE),
    service=st.none() | names,
    services=st.lists(globs, max_size=3, unique=True).map(tuple),
    team=teams,
)


@given(st.lists(services, unique_by=lambda each: each.name), st.lists(checks, max_size=12))
def test_it_finds_what_concerns_each_service_by_name(there: list[Service], given_: list[Check]) -> None:
    """The same, in the order of names, as looking at each for each service."""
    scoped = {each.name: each for each in given_}
    concerning = Concerning(scoped, [each.name for each in there])
    for service in there:
        assert concerning.of(service) == [each for _, each in sorted(scoped.items()) if concerns(each, service)]
