"""All environments at once: which of them a selector reaches, as masks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from domain.errors import NotFound
from domain.selectors import Criterion, Place, Selector, Term, matcher


class _Index:
    """The values that one field has over all shared places, each with the mask of those."""

    def __init__(self, of: str, places: Sequence[Place]) -> None:
        self._masks: dict[str, int] = {}
        for position, place in enumerate(places):
            for value in place.values(of) if place.shared else ():
                self._masks[value] = self._masks.get(value, 0) | 1 << position
        self._sorted = sorted(self._masks)

    def mask(self, glob: str) -> int:
        """The places with a value that the glob matches. Only values with its literal beginning are looked at."""
        if "*" not in glob and "?" not in glob:
            return self._masks.get(glob, 0)
        head = re.split(r"[*?]", glob, maxsplit=1)[0]
        low = bisect_left(self._sorted, head)
        high = bisect_right(self._sorted, head, lo=low, key=lambda value: value[: len(head)])
        mask = 0
        found = self._sorted[low:high]
        for value in found if glob == f"{head}*" else filter(matcher(glob), found):
            mask |= self._masks[value]
        return mask


class Places:
    """All environments, as bits of a mask in the order of their names, which are unique.

    Each distinct criterion is evaluated once over all of them; a selector is then a few ANDs and ORs.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = sorted(places, key=lambda place: place.environment)
        self._names = [place.environment for place in self._places]
        self._bits = {name: 1 << position for position, name in enumerate(self._names)}
        self._indexes: dict[str, _Index] = {}
        self._criterion = lru_cache(maxsize=16384)(self._evaluated)

    def mask(self, selector: Selector) -> int:
        """The shared environments that some term includes and no term excludes."""
        included = excluded = 0
        for term in selector.terms:
            if term.excludes:
                excluded |= self.term_mask(term)
            else:
                included |= self.term_mask(term)
        return included & ~excluded

    def term_mask(self, term: Term) -> int:
        """The shared environments that a term matches, be it to include or to exclude them."""
        mask = -1
        for criterion in term.criteria:
            mask &= self._criterion(criterion)
        return mask

    def names(self, mask: int) -> list[str]:
        """The names of a mask's environments, sorted."""
        mask &= (1 << len(self._names)) - 1
        if mask.bit_count() * 8 < len(self._names):
            return [self._names[position] for position in _positions(mask)]
        return [name for name, bit in zip(self._names, reversed(f"{mask:b}"), strict=False) if bit == "1"]

    def mask_of(self, names: Iterable[str]) -> int:
        """The mask of environments by name, test environments too. Raises NotFound for a name that none has."""
        mask = 0
        for name in names:
            if name not in self._bits:
                raise NotFound("environment", name, self._names)
            mask |= self._bits[name]
        return mask

    def _evaluated(self, criterion: Criterion) -> int:
        if criterion.field not in self._indexes:
            self._indexes[criterion.field] = _Index(criterion.field, self._places)
        index, mask = self._indexes[criterion.field], 0
        for glob in criterion.globs:
            mask |= index.mask(glob)
        return mask


def _positions(mask: int) -> Iterator[int]:
    """The positions of a mask's bits, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def unmatched(selector: Selector, places: Places) -> tuple[str, ...]:
    """The terms, including or excluding, that match no shared environment: written in vain, or ahead of time."""
    return tuple(term.canonical for term in selector.terms if not places.term_mask(term))
