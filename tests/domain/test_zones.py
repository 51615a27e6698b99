"""Time zones: their names, and the instants that local times are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotFound
from domain.zones import instant, local, time_zone

ZONES = (
    "Africa/Casablanca",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
)


@given(st.sampled_from(ZONES), st.lists(st.datetimes(datetime(2009, 1, 1), datetime(2028, 1, 1)), min_size=2))
def test_later_on_the_clock_is_never_earlier(zone: str, times: list[datetime]) -> None:
    """Local times in their order are instants in their order; one that exists is what the clock then shows."""
    place = ZoneInfo(zone)
    instants = [instant(each, place) for each in sorted(times)]
    assert instants == sorted(instants)
    for at, found in zip(sorted(times), instants, strict=True):
        exists = at.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None) == at
        assert local(found, place) == at if exists else local(found, place) > at


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "localtime", "posix/UTC", "right/UTC", "../UTC", "/etc/localtime", "UTC\0", "A" * 9000, "CE ST"],
)
def test_names_that_are_no_time_zones(name: str) -> None:
    """Folders, files of some machines only, and paths out of the database are no zones."""
    with pytest.raises(NotFound):
        time_zone("timeZone", name)


def test_names_of_time_zones() -> None:
    """Every zone of the database can be named, but for `localtime`."""
    for name in available_timezones() - {"localtime"}:
        assert time_zone("timeZone", name) == name
