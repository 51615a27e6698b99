"""Until when what a person grants holds, as an option says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from interlock_cli.errors import InputError
from interlock_cli.until import end

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", NOW + timedelta(minutes=90)),
        ("4h", NOW + timedelta(hours=4)),
        ("2D", NOW + timedelta(days=2)),
        ("2026-11-30T12:00:00+02:00", NOW + timedelta(hours=2)),
    ],
)
def test_an_end_is_said_as_people_say_it(text: str, moment: datetime) -> None:
    """A length, or a time."""
    assert end(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "h", "-4h", "1.5h", "9999999999999d"])
def test_what_is_no_end_is_said(text: str) -> None:
    """With what is one."""
    with pytest.raises(InputError, match="90m, 4h or 2d"):
        end(text, NOW)
