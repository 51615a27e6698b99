"""The tree with bars, and times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.errors import InputError
from interlock_cli.moments import ahead, lasted
from interlock_cli.until import begin, end, later
from interlock_cli.waterfall import lines, rows, status_of

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def span(name: str, parent: str | None, start: int, end: int | None, **attributes: str) -> dict[str, Any]:
    """A span of some seconds after the hour."""
    at = [(NOW + timedelta(seconds=each)).isoformat() if each is not None else None for each in (start, end)]
    told = {"spanId": name, "parentId": parent, "name": name, "startedAt": at[0], "endedAt": at[1]}
    return {**told, "status": "UNSET", "statusMessage": None, "attributes": attributes}


def test_parents_stand_before_their_children() -> None:
    """Which are in the order in which they began; one whose parent is not there stands by itself."""
    spans = [span("c", "a", 5, 6), span("b", "a", 1, 2), span("a", None, 0, 9), span("alone", "elsewhere", 3, 4)]
    assert [(row.span["name"], row.depth) for row in rows(spans, 9)] == [("a", 0), ("b", 1), ("c", 1), ("alone", 0)]
    assert [(row.span["name"], row.hidden) for row in rows(spans, 1)] == [("a", 2), ("alone", 0)]


@given(
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), min_size=1, max_size=20), st.integers(1, 300)
)
def test_a_bar_is_within_its_width(times: list[tuple[int, int]], width: int) -> None:
    """Every line is as long as the others, and every bar has one character at least."""
    spans = [span(str(number), None, start, start + took) for number, (start, took) in enumerate(times)]
    drawn = [line.plain for line in lines(rows(spans, 9), NOW, width)]
    assert len(drawn) == len(times)
    assert len({line.rindex("SUCCEEDED") for line in drawn}) == 1
    assert all("█" in line for line in drawn)


def test_what_has_not_ended_is_drawn_until_now() -> None:
    """In another pattern; nothing at all is drawn of nothing."""
    open_ = span("a", None, -10, None, **{"interlock.execution.status": "IN_PROGRESS"})
    (line,) = lines(rows([open_], 9), NOW, 80)
    assert "10s  ▒▒▒" in line.plain
    assert list(lines([], NOW, 80)) == []


def test_a_span_has_the_status_of_what_it_shows() -> None:
    """Else whether it failed, has ended or goes on."""
    assert status_of(span("a", None, 0, 1, **{"interlock.action.status": "ABANDONED"})) == "ABANDONED"
    assert status_of({**span("a", None, 0, 1), "status": "ERROR"}) == "FAILED"
    assert status_of(span("a", None, 0, None)) == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0.0s"),
        (0.44, "0.4s"),
        (59.6, "1m 00s"),
        (64, "1m 04s"),
        (7_500, "2h 05m"),
        (270_000, "3d 03h"),
        (-1, "0.0s"),
    ],
)
def test_how_long_something_took(seconds: float, said: str) -> None:
    """In its two largest units."""
    assert lasted(seconds) == said


def test_times_are_told_from_now() -> None:
    """`4h` is ahead for an end, and behind for a beginning; a time with a zone is that time."""
    assert end("4h", NOW) - NOW == NOW - begin("4h", NOW) == timedelta(hours=4)
    assert begin("2026-11-30T13:00:00+02:00", NOW) == NOW - timedelta(hours=1)
    assert ahead((NOW + timedelta(minutes=90)).isoformat(), NOW) == "in 1h"
    assert ahead(None, NOW) is None
    assert later("1h", NOW, "--until") > NOW
    with pytest.raises(InputError, match="--until '0m' has passed"):
        later("0m", NOW, "--until")
