"""Waves of growing size: how a stage's environments are reached, so that a bad revision meets few of them.

One environment in the Region of least traffic, then one in the Region of most traffic, then groups that grow (Amazon
Builders' Library, "Automating safe, hands-off deployments"). The environments of one Region are its cells: a wave takes
one of them, as long as that does not need more waves than a pipeline has room for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

from domain.errors import InvalidValue
from domain.names import between
from domain.words import Word

FIRST_BAKE_MINUTES = 12 * 60
"""Bake time of a production stage's first wave: at least 12 hours, says the Builders' Library."""
LATER_BAKE_MINUTES = 4 * 60
"""Bake time of its later waves: at least two to four hours."""
MOST_WAVES = 40
"""CodePipeline takes 50 stages: this leaves four for the pipeline's own and six for the way to production."""
_WEEK_OF_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Target:
    """An environment to be put into a wave. weight: its Region's share of the traffic, relative to other Regions'."""

    name: str
    account: str
    region: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class WaveProposal:
    """A wave as it might be: its place in the stage, from 1, and its environments, least traffic first."""

    number: int
    targets: tuple[Target, ...]
    bake_minutes: int

    @property
    def regions(self) -> tuple[str, ...]:
        """The Regions that it reaches, by name."""
        return tuple(sorted({target.region for target in self.targets}))


def plan_waves(
    targets: Iterable[Target],
    *,
    single_region_waves: int = 2,
    largest: int = 12,
    most_waves: int = MOST_WAVES,
    first_bake_minutes: int = FIRST_BAKE_MINUTES,
    later_bake_minutes: int = LATER_BAKE_MINUTES,
) -> tuple[WaveProposal, ...]:
    """Waves that reach every target once; a function of the set of targets, whatever their order.

    The first `single_region_waves` have one environment each. The later ones have at most 2, 4, 8… and never more than
    `largest`; they are as few, and as even, as that allows, and none is smaller than the one before. A wave has never
    two environments of one account and Region, and two of one Region only where there would be more than `most_waves`
    otherwise. Raises InvalidValue.
    """
    _require_positive({"singleRegionWaves": single_region_waves, "largest": largest, "mostWaves": most_waves})
    between("firstBakeMinutes", first_bake_minutes, 0, _WEEK_OF_MINUTES, "minutes")
    between("laterBakeMinutes", later_bake_minutes, 0, _WEEK_OF_MINUTES, "minutes")
    fleet = _Fleet(_checked(targets))
    waves = [[fleet.take_first(position)] for position in range(min(single_region_waves, len(fleet.left)))]
    waves += fleet.grouped(largest, most_waves - len(waves))
    return tuple(
        WaveProposal(
            number,
            tuple(sorted(wave, key=lambda target: (target.weight, target.region, target.name))),
            first_bake_minutes if number == 1 else later_bake_minutes,
        )
        for number, wave in enumerate(waves, 1)
    )


def _require_positive(numbers: dict[str, int]) -> None:
    for field, value in numbers.items():
        if value < 1:
            raise InvalidValue(field, value, "a whole number from 1")


def _checked(targets: Iterable[Target]) -> list[Target]:
    """The targets in an order of their own. InvalidValue for what contradicts itself."""
    ordered = sorted(targets, key=lambda target: (target.name, target.account, target.region, target.weight))
    weights: dict[str, int] = {}
    for target in ordered:
        if target.weight < 1:
            raise InvalidValue("weight", target.weight, "a whole number from 1, its Region's traffic")
        known = weights.setdefault(target.region, target.weight)
        if known != target.weight:
            raise InvalidValue("weight", target.weight, f"one number for a Region; {target.region} has {known} already")
    for target, following in pairwise(ordered):
        if target.name == following.name:
            raise InvalidValue("targets", target.name, "environments of different names, each of them once")
    return ordered


class _Fleet:
    """The targets that are in no wave yet, and how to choose among them."""

    def __init__(self, left: Sequence[Target]) -> None:
        self.left = list(left)
        self._reached: Counter[str] = Counter()

    def take_first(self, position: int) -> Target:
        """The only target of the stage's wave at `position`: Regions not reached yet come first."""
        most_traffic = position == 1
        region = min(
            {(target.region, target.weight) for target in self.left},
            key=lambda each: (self._reached[each[0]], -each[1] if most_traffic else each[1], each[0]),
        )[0]
        taken = _next_cell([target for target in self.left if target.region == region])
        self._reached[region] += 1
        self.left.remove(taken)
        return taken

    def grouped(self, largest: int, room: int) -> list[list[Target]]:
        """All that is left, with as few of a Region in a wave as fit into `room` waves; else in the fewest waves."""
        places = {(target.account, target.region) for target in self.left}
        most = min(largest, _commonest(region for _, region in places))
        candidates: list[list[list[Target]]] = []
        for in_region in range(1, most + 1):
            candidates.append(_fewest_waves(self.left, largest, in_region))
            if len(candidates[-1]) <= room:
                break
        return min(candidates, key=lambda waves: max(len(waves), room), default=[])


def _fewest_waves(targets: Sequence[Target], largest: int, in_region: int) -> list[list[Target]]:
    """The fewest waves that hold the targets, with at most `in_region` of a Region in each."""
    cells = _commonest(target.region for target in targets)
    in_one_place = _commonest((target.account, target.region) for target in targets)
    for waves in count(max(-(-cells // in_region), in_one_place)):
        sizes = _even_sizes(len(targets), waves, largest)
        found = _filled(targets, sizes, in_region) if sizes else None
        if found is not None:
            return found
    raise AssertionError("as many waves as targets always hold them")


def _commonest(values: Iterable[object]) -> int:
    """How often the most frequent value comes; 0 of none."""
    return max(Counter(values).values(), default=0)


def _even_sizes(total: int, waves: int, largest: int) -> list[int] | None:
    """Sizes of `waves` waves that hold `total`: at most 2, 4, 8… and `largest`, and else as even as can be.

    Even sizes fit whenever any sizes do: the theorem of Gale and Ryser asks of them only not to be too uneven. None
    where the waves are too few to hold the total, or more than it.
    """
    sizes: list[int] = []
    for wave in range(waves):
        even = (total - sum(sizes)) // (waves - wave)
        sizes.append(min(even, largest, 2 ** (wave + 1)))
    return sizes if sum(sizes) == total and all(sizes) else None


def _filled(targets: Sequence[Target], sizes: Sequence[int], in_region: int) -> list[list[Target]] | None:
    """Waves of these sizes, or None where a Region has too many cells: those with the most left are taken first."""
    left: dict[str, list[Target]] = {}
    for target in targets:
        left.setdefault(target.region, []).append(target)
    waves: list[list[Target]] = []
    for size in sizes:
        waves.append(_wave(left, size, in_region))
        if len(waves[-1]) < size:
            return None
    return waves


def _wave(left: dict[str, list[Target]], size: int, in_region: int) -> list[Target]:
    """Up to `size` targets, taken out of `left`."""
    wave: list[Target] = []
    taken: Counter[str] = Counter()
    while len(wave) < size:
        accounts = {(target.account, target.region) for target in wave}
        free = {
            region: [cell for cell in cells if (cell.account, region) not in accounts]
            for region, cells in left.items()
            if taken[region] < in_region
        }
        cells = min((cells for cells in free.values() if cells), key=lambda each: _urgency(left, each[0]), default=[])
        if not cells:
            break
        cell = _next_cell(cells)
        wave.append(cell)
        taken[cell.region] += 1
        left[cell.region].remove(cell)
    return wave


def _urgency(left: dict[str, list[Target]], cell: Target) -> tuple[int, int, str]:
    """Sorts the Region with the most cells left first; among equals, the one of least traffic."""
    return -len(left[cell.region]), cell.weight, cell.region


def _next_cell(cells: Sequence[Target]) -> Target:
    """Of a Region's cells, the first by name in the account that has the most: its others must wait for later waves."""
    accounts = Counter(cell.account for cell in cells)
    return min(cells, key=lambda cell: (-accounts[cell.account], cell.name))


class Rule(Word):
    """What a stage's waves should keep to; a wave that does not is a concern."""

    EARLY_WAVES_IN_ONE_REGION = (
        "EARLY_WAVES_IN_ONE_REGION",
        "The first two waves of a production stage reach one Region each.",
    )
    ONE_IN_A_PLACE = "ONE_IN_A_PLACE", "A wave has one environment at most in an account and Region."
    GROWING_WAVES = "GROWING_WAVES", "No wave but the last is smaller than the one before."


@dataclass(frozen=True, slots=True)
class NamedWave:
    """A wave that there is, with its environments."""

    name: str
    targets: Sequence[Target]


@dataclass(frozen=True, slots=True)
class Concern:
    """A wave that breaks a rule: one sentence that says how, and one that says what to do."""

    rule: Rule
    wave: str
    message: str
    remedy: str


def early_waves_with_several_regions(waves: Iterable[NamedWave], first: int = 2) -> list[Concern]:
    """Those of a production stage's `first` waves that reach more than one Region; empty waves do not count."""
    reached = [(wave.name, sorted({target.region for target in wave.targets})) for wave in waves if wave.targets]
    return [
        Concern(
            Rule.EARLY_WAVES_IN_ONE_REGION,
            wave,
            f"Wave {wave} is number {number} of its stage and reaches {len(regions)} Regions at once: "
            f"{', '.join(regions)}.",
            "Leave one Region in it, and move the environments of the others to later waves.",
        )
        for number, (wave, regions) in enumerate(reached[:first], 1)
        if len(regions) > 1
    ]


def same_place_twice(wave: NamedWave) -> list[Concern]:
    """One concern for each account and Region of which the wave has several environments."""
    places: dict[tuple[str, str], list[str]] = {}
    for target in wave.targets:
        places.setdefault((target.account, target.region), []).append(target.name)
    return [
        Concern(
            Rule.ONE_IN_A_PLACE,
            wave.name,
            f"Wave {wave.name} has {len(names)} environments in account {account} and Region {region}: "
            f"{', '.join(sorted(names))}.",
            "Leave one of them in it, and move the others to later waves.",
        )
        for (account, region), names in sorted(places.items())
        if len(names) > 1
    ]


def waves_that_shrink(waves: Iterable[NamedWave]) -> list[Concern]:
    """Waves smaller than the one before, but for the last, which takes what is left; empty waves do not count."""
    sizes = [(wave.name, len(wave.targets)) for wave in waves if wave.targets]
    return [
        Concern(
            Rule.GROWING_WAVES,
            wave,
            f"Wave {wave} has {size} environments and the wave before it, {before}, has {more}.",
            f"Move environments from {before} to {wave}, or put {wave} before it.",
        )
        for (before, more), (wave, size) in pairwise(sizes[:-1])
        if size < more
    ]
