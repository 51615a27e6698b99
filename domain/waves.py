"""Waves of growing size: how a stage's environments are reached, so that a bad revision meets few of them.

One environment in the Region of least traffic, then one in the Region of most traffic, then groups that grow (Amazon
Builders' Library, "Automating safe, hands-off deployments"). The environments of one Region are its cells: a wave takes
one of them, as long as that does not need more waves than a pipeline has room for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
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
    checked = _checked(targets)
    waves = _first_waves(checked, single_region_waves)
    first = {target for wave in waves for target in wave}
    waves += _grouped([target for target in checked if target not in first], largest, most_waves - len(waves))
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


class _Region:
    """A Region's cells that are in no wave yet, by account; they are given by name."""

    def __init__(self, cells: Sequence[Target]) -> None:
        self.name, self.weight, self.count = cells[0].region, cells[0].weight, len(cells)
        self._cells: dict[str, list[Target]] = {}
        for cell in reversed(cells):
            self._cells.setdefault(cell.account, []).append(cell)

    @property
    def urgency(self) -> tuple[int, int, str]:
        """Sorts the Region with the most cells left first; among equals, the one of least traffic."""
        return -self.count, self.weight, self.name

    def take(self, but: Collection[str] = ()) -> Target | None:
        """The first cell by name in the account that has the most: its others must wait for later waves.

        but: accounts to leave out. None where no cell is left in any other.
        """
        accounts = [cells for account, cells in self._cells.items() if cells and account not in but]
        if not accounts:
            return None
        self.count -= 1
        return min(accounts, key=lambda cells: (-len(cells), cells[-1].name)).pop()


def _regions(targets: Iterable[Target]) -> list[_Region]:
    cells: dict[str, list[Target]] = {}
    for target in targets:
        cells.setdefault(target.region, []).append(target)
    return [_Region(each) for each in cells.values()]


def _first_waves(targets: Sequence[Target], waves: int) -> list[list[Target]]:
    """Waves of one target: least traffic, most traffic, then least again; Regions not reached yet come first."""
    regions = _regions(targets)
    found: list[list[Target]] = []
    reached: Counter[str] = Counter()
    for position in range(min(waves, len(targets))):
        left = [(reached[each.name], each.weight, each.name, each) for each in regions if each.count]
        if position == 1:
            left = [(times, -weight, name, each) for times, weight, name, each in left]
        region = min(left)[-1]
        reached[region.name] += 1
        taken = region.take()
        found += [[taken]] if taken else []
    return found


def _grouped(targets: Sequence[Target], largest: int, room: int) -> list[list[Target]]:
    """Waves of few cells of a Region: of as few as fit into `room` waves, or else as make the fewest waves."""
    most = min(largest, _commonest(region for _, region in {(target.account, target.region) for target in targets}))
    fewest = _at_least(targets, largest, most)
    candidates: list[list[list[Target]]] = []
    for in_region in range(1, most + 1):
        candidates.append(_fewest_waves(targets, largest, in_region))
        if len(candidates[-1]) <= max(room, fewest):
            break
    return min(candidates, key=len, default=[])


def _at_least(targets: Sequence[Target], largest: int, in_region: int) -> int:
    """How many waves there must be at least, with at most `in_region` of a Region in each."""
    if not targets:
        return 0
    cells = _commonest(target.region for target in targets)
    in_one_place = _commonest((target.account, target.region) for target in targets)
    waves = max(-(-cells // in_region), in_one_place)
    return next(each for each in count(waves) if _even_sizes(len(targets), each, largest))


def _fewest_waves(targets: Sequence[Target], largest: int, in_region: int) -> list[list[Target]]:
    """The fewest waves that hold the targets, with at most `in_region` of a Region in each."""
    for waves in count(_at_least(targets, largest, in_region)):
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
    left = total
    for wave in range(waves):
        sizes.append(min(left // (waves - wave), largest, 2 ** (wave + 1)))
        left -= sizes[-1]
    return sizes if left == 0 and all(sizes) else None


def _filled(targets: Sequence[Target], sizes: Sequence[int], in_region: int) -> list[list[Target]] | None:
    """Waves of these sizes, or None where a Region has too many cells."""
    regions = _regions(targets)
    waves: list[list[Target]] = []
    for size in sizes:
        waves.append(_wave(regions, size, in_region))
        if len(waves[-1]) < size:
            return None
    return waves


def _wave(regions: Iterable[_Region], size: int, in_region: int) -> list[Target]:
    """Up to `size` targets, always of the most urgent Region that still has room in the wave."""
    wave: list[Target] = []
    accounts: dict[str, set[str]] = {}
    queue = [(region.urgency, region) for region in regions if region.count]
    heapify(queue)
    while queue and len(wave) < size:
        region = heappop(queue)[1]
        used = accounts.setdefault(region.name, set())
        cell = region.take(used)
        if cell is None:
            continue
        wave.append(cell)
        used.add(cell.account)
        if region.count and len(used) < in_region:
            heappush(queue, (region.urgency, region))
    return wave


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
