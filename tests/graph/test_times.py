"""Times in requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strawberry.exceptions import StrawberryInputCoercionError

from graph.types.times import DATE_TIME

BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize("value", ["tuesday", "20 Dec", "", 1, None, ["2027-01-31"], "x" * 1000])
def test_what_is_no_time_is_told_in_words(value: object) -> None:
    """The value and what is allowed: nothing of how it was parsed."""
    assert DATE_TIME.parse_value is not None
    with pytest.raises(StrawberryInputCoercionError, match=r"is no time. Give it in ISO 8601 with a zone") as caught:
        DATE_TIME.parse_value(value)
    assert len(str(caught.value)) < 250


@given(st.datetimes(timezones=st.sampled_from([UTC, BERLIN])))
def test_what_is_written_is_read_again(moment: datetime) -> None:
    """Every moment, with its zone."""
    assert DATE_TIME.parse_value is not None
    assert DATE_TIME.serialize is not None
    assert DATE_TIME.parse_value(DATE_TIME.serialize(moment)) == moment
    assert DATE_TIME.parse_value("2027-01-31T12:00:00Z") == datetime(2027, 1, 31, 12, tzinfo=UTC)
