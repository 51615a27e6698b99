"""How long is waited after failures in a row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.backing_off import back_off

MOST = timedelta(minutes=5)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 2), (1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (10**9, 300)])
def test_it_doubles_up_to_a_bound(failures: int, seconds: float) -> None:
    """2, 4, 8… seconds."""
    assert back_off(failures, MOST) == timedelta(seconds=seconds)


@given(st.integers(0, 10**12))
def test_it_never_gets_shorter(failures: int) -> None:
    """One failure more never makes it shorter, and it stays within its bound."""
    assert back_off(failures, MOST) <= back_off(failures + 1, MOST) <= MOST
