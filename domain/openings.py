"""When the windows of several time zones are open at once, worked out once for however many who ask.

Time is cut into pieces of equal length. What is open in a piece is a list of spells, half-open and ascending, which
neither touch nor overlap; that several zones share is their intersection, piece by piece.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import merge
from operator import itemgetter
from typing import TypeAlias

from domain.windows import HORIZON, OpenTimes, spells

Spells: TypeAlias = tuple[tuple[datetime, datetime], ...]

PIECE = timedelta(days=28)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Openings:
    """When something may start. of_piece: what is open in a piece, by its number. known: asked for before."""

    of_piece: Callable[[int], Spells]
    known: dict[int, Spells] = field(default_factory=dict)

    def piece(self, number: int) -> Spells:
        """What is open in a piece of time."""
        if number not in self.known:
            self.known[number] = self.of_piece(number)
        return self.known[number]

    def opening(self, at: datetime) -> datetime | None:
        """`at` itself when it is open then, else when it opens next; None when it does not within two years."""
        for number in range((at - _BEGIN) // PIECE, (at + HORIZON - _BEGIN) // PIECE + 1):
            found = self.piece(number)
            place = bisect_right(found, at, key=itemgetter(1))
            if place < len(found):
                opens = max(found[place][0], at)
                return opens if opens <= at + HORIZON else None
        return None


@lru_cache(maxsize=1024)
def any_of(windows: tuple[OpenTimes, ...]) -> Openings:
    """When any of the windows is open; always where there is none. The same one for the same windows."""
    if not windows:
        return Openings(lambda number: (_bounds(number),))
    return Openings(lambda number: _united(_of_window(each, number) for each in windows))


@lru_cache(maxsize=2048)
def both(one: Openings, other: Openings) -> Openings:
    """When both are open. The same one for the same two."""
    return Openings(lambda number: _shared(one.piece(number), other, number))


def _shared(one: Spells, other: Openings, number: int) -> Spells:
    """The intersection; what is never open is not compared with anything."""
    return _intersection(one, other.piece(number)) if one else ()


def _bounds(number: int) -> tuple[datetime, datetime]:
    return _BEGIN + number * PIECE, _BEGIN + (number + 1) * PIECE


@lru_cache(maxsize=8192)
def _of_window(window: OpenTimes, number: int) -> Spells:
    """When one window is open within a piece: the same for every configuration that has it."""
    begin, end = _bounds(number)
    return tuple((max(opens, begin), min(closes, end)) for opens, closes in spells(window, begin, end) if opens < end)


def _united(several: Iterable[Spells]) -> Spells:
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in merge(*several):
        if found and opens <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], closes)
        else:
            found.append((opens, closes))
    return tuple(found)


def _intersection(one: Spells, other: Spells) -> Spells:
    found, mine, theirs = [], 0, 0
    while mine < len(one) and theirs < len(other):
        (opens, closes), (begins, ends) = one[mine], other[theirs]
        if opens < ends and begins < closes:
            found.append((max(opens, begins), min(closes, ends)))
        if closes < ends:
            mine += 1
        else:
            theirs += 1
    return tuple(found)
