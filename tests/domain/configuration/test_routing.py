"""Which routes want an event."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Account, Environment, Freeze, NotificationRoute, Service, Stage, Team, Wave
from domain.configuration.routing import concerned, of_type, production, wanting
from domain.events import EventType
from domain.words import Channel, FreezeScope, OnFailure

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def _stage(name: str, position: int, *, serves: bool) -> Stage:
    return Stage(name=name, position=position, production=serves, on_failure=OnFailure.NONE)


def _wave(name: str, stage: str) -> Wave:
    return Wave(name=name, stage=stage, position=1, bake_minutes=0, minimum_data_points=0, one_box_percent=0,
                one_box_bake_minutes=0)  # fmt: skip


ROUTE = NotificationRoute(name="r", channel=Channel.SLACK, address="#x", events=("*",))
FLEET = Configuration(
    accounts={"1" * 12: Account(aws_id="1" * 12, name="one")},
    teams={"pay": Team(name="pay"), "web": Team(name="web")},
    stages={"beta": _stage("beta", 1, serves=False), "prod": _stage("prod", 2, serves=True)},
    waves={"beta-1": _wave("beta-1", "beta"), "prod-1": _wave("prod-1", "prod")},
    environments={"prod-eu": Environment(name="prod-eu", account="1" * 12, region="eu-west-1", wave="prod-1")},
    services={"payments": Service(name="payments", repository="acme/payments", placement=(), team="pay")},
    freezes={
        "f": Freeze(name="f", scope=FreezeScope.STAGE, target="prod", starts_at=NOW, ends_at=NOW, reason="x"),
    },
)


def told(type_: str, payload: dict[str, Any], /, **of_route: Any) -> bool:
    """Whether a route that says this is told of the event."""
    fleet = replace(FLEET, notification_routes={"r": replace(ROUTE, **of_route)})
    return bool(wanting(of_type(fleet, type_, payload), concerned(fleet, type_, payload)))


DEPLOYED = {"service": "payments", "environment": "prod-eu", "status": "SUCCEEDED"}


@pytest.mark.parametrize(
    ("of_route", "wanted"),
    [
        ({}, True),
        ({"events": ("deployment.*",)}, True),
        ({"events": ("wave.*",)}, False),
        ({"stage": "prod"}, True),
        ({"stage": "beta"}, False),
        ({"services": ("pay*",)}, True),
        ({"services": ("web*",)}, False),
        ({"team": "pay"}, True),
        ({"team": "web"}, False),
        ({"team": "pay", "stage": "beta"}, False),
        ({"team": "pay", "stage": "prod", "services": ("payments",)}, True),
    ],
)
def test_an_event_fits_all_that_a_route_says(of_route: dict[str, Any], wanted: bool) -> None:
    """Type, stage, services and team; what is not said narrows nothing."""
    assert told("deployment.changed", DEPLOYED, **of_route) is wanted


def test_a_pipelines_own_names_of_stages_are_not_ours() -> None:
    """The stage of a stage or an action is that of its row."""
    assert not told("stage.changed", {"service": "payments", "stage": "prod"}, stage="prod")
    assert concerned(FLEET, "stage.changed", {"stage": "prod"}).stages == frozenset()
    assert concerned(FLEET, "stage.changed", {"stage": "prod"}, "beta").stages == {"beta"}


def test_a_freeze_is_told_to_those_within_it() -> None:
    """One of the organisation is told to everybody; what an update leaves out is looked up."""
    assert told("freeze.updated", {"name": "f", "after": {}}, events=("freeze.*",), stage="prod")
    assert not told("freeze.updated", {"name": "f", "after": {}}, events=("freeze.*",), stage="beta")
    everything = {"name": "all", "scope": "ORGANISATION"}
    assert told("freeze.registered", everything, stage="beta", team="web", services=("x",))
    assert told("freeze.archived", {"name": "g", "scope": "SERVICE", "target": "payments"}, team="pay")


def test_the_reason_follows_the_failure() -> None:
    """Who is told that a pipeline broke is told why, when that is found; when nothing is, it was told already."""
    assert told("failure.explained", {"service": "payments"}, events=("pipeline.broken",))
    assert not told("failure.explained", {"service": "payments"}, events=("pipeline.recovered",))
    assert not told("failure.explained", {"service": "payments", "unexplained": "no role"}, events=("pipeline.broken",))


def test_a_route_is_told_of_its_own_minutes() -> None:
    """There is an event for each number of minutes that some route asks for."""
    assert told("execution.waiting", {"minutes": 90}, waiting_minutes=90)
    assert not told("execution.waiting", {"minutes": 60}, waiting_minutes=90)


def test_nothing_is_told_of_notifications() -> None:
    """A target that fails is not told of its failure; that a route was changed is."""
    for type_ in ("notification.failing", "notification.recovered", "notification.tested"):
        assert not told(type_, {})
    assert told("notification_route.updated", {"name": "r"})


_json = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) | st.just({"a": 1})


@given(
    st.sampled_from(list(EventType)),
    st.dictionaries(
        st.sampled_from(("service", "team", "stage", "wave", "environment", "account", "name", "awsId", "scope",
                         "target", "minutes", "unexplained")),
        _json,
    ),
)  # fmt: skip
def test_every_event_concerns_somebody_or_nobody(type_: EventType, payload: dict[str, Any]) -> None:
    """Whatever a payload holds: no event stops those that come behind it."""
    for of_route in ({}, {"stage": "prod"}, {"team": "pay"}, {"services": ("pay*",)}):
        told(type_, payload, **of_route)


def test_what_an_entity_is_called_is_whom_its_events_concern() -> None:
    """A service, a wave, an environment, an account: by its own name."""
    assert told("service.updated", {"name": "payments"}, team="pay")
    assert told("wave.updated", {"name": "prod-1"}, stage="prod")
    assert told("environment.archived", {"name": "prod-eu", "wave": "prod-1"}, stage="prod")
    assert told("account.updated", {"name": "one", "awsId": "1" * 12}, stage="prod")


def test_an_alarm_concerns_the_stages_of_its_account() -> None:
    """And is of production where one of them is."""
    whom = concerned(FLEET, "alarm.changed", {"account": "1" * 12, "alarm": "x"})
    assert whom.stages == {"prod"}
    assert production(FLEET, whom)
    assert concerned(FLEET, "alarm.changed", {"account": "2" * 12}).stages == frozenset()
