"""The alarms of a team: which of them speak against a bake, and which knowledge of them counts."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.safety.team_alarms import Concerned, Declared, Known, Where, against, declared
from domain.words import AlarmRole, AlarmState

AT = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
EU = Where("111111111111", "eu-west-1", "orders-aggregate")
ORDERS = Declared(EU, AlarmRole.AGGREGATE, "orders", "prod-eu-west-1")
PAYMENTS = Concerned("payments", "money", ["prod-eu-west-1"], ["eu-west-1"])
ALARM = Known(EU, AlarmState.ALARM, AT, "5xx")


def test_a_teams_alarm_concerns_every_service_in_the_region():
    assert against([ORDERS], PAYMENTS, [ALARM]) == [
        "the aggregate alarm orders-aggregate of team money is in ALARM in eu-west-1: 5xx"
    ]


def test_another_region_is_untouched():
    elsewhere = Concerned("payments", "money", ["prod-us-east-1"], ["us-east-1"])
    assert against([ORDERS], elsewhere, [ALARM]) == []


def test_a_services_own_alarm_concerns_itself_alone():
    own = Declared(EU, AlarmRole.HIGH_SEVERITY, "payments", "prod-eu-west-1")
    others = Declared(EU, AlarmRole.HIGH_SEVERITY, "orders", "prod-eu-west-1")
    assert against([own], PAYMENTS, [ALARM]) == ["orders-aggregate of payments is in ALARM in eu-west-1: 5xx"]
    assert against([others], PAYMENTS, [ALARM]) == []


def test_an_alarm_that_several_declare_is_one_reason():
    shared = Declared(EU, AlarmRole.AGGREGATE, "payments", "prod-eu-west-1")
    assert len(against([ORDERS, shared], PAYMENTS, [ALARM])) == 1


def test_the_same_name_in_another_account_is_another_alarm():
    assert against([ORDERS], PAYMENTS, [Known(EU._replace(account="222222222222"), AlarmState.ALARM, AT)]) == []


@given(st.lists(st.tuples(st.sampled_from([*AlarmState, None]), st.integers(0, 5)), min_size=1))
def test_the_newest_knowledge_counts_in_whatever_order(known: list[tuple[AlarmState | None, int]]):
    """Of one moment, ALARM counts."""
    facts = [Known(EU, state, AT + timedelta(minutes=minutes)) for state, minutes in known]
    newest = max(minutes for _, minutes in known)
    expected = any(state is AlarmState.ALARM for state, minutes in known if minutes == newest)
    assert bool(against([ORDERS], PAYMENTS, facts)) is expected
    assert against([ORDERS], PAYMENTS, facts) == against([ORDERS], PAYMENTS, reversed(facts))


def test_a_map_declares_alarms_where_its_environments_are():
    alarms = [{"name": "orders-aggregate", "role": "AGGREGATE"}]
    structure = {"signals": {"prod-eu-west-1": {"alarms": alarms}, "gone": {"alarms": alarms}}}
    places = {"prod-eu-west-1": ("111111111111", "eu-west-1")}
    assert declared(structure, "orders", places) == [ORDERS]
    assert declared({}, "orders", places) == declared(None, "orders", places) == []
