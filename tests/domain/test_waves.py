"""Waves of growing size: every environment once, few at first, and never one place twice at a time."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.waves import (
    MOST_WAVES,
    NamedWave,
    Rule,
    Target,
    WaveProposal,
    early_waves_with_several_regions,
    plan_waves,
    same_place_twice,
    waves_that_shrink,
)

REGIONS = [f"region-{number:02}" for number in range(25)]


def cells(region: str, count: int, weight: int = 10, *, accounts: int = 1000) -> list[Target]:
    """`count` environments of a Region, over so many accounts."""
    return [Target(f"prod-{region}-{number:03}", f"{number % accounts:012}", region, weight) for number in range(count)]


def fleet(regions: int, in_each: int) -> list[Target]:
    """The first Region has the least traffic, the last the most."""
    return [target for place, region in enumerate(REGIONS[:regions], 1) for target in cells(region, in_each, place)]


@st.composite
def fleets(draw: st.DrawFn) -> list[Target]:
    """Any fleet: Regions of any traffic, each with any number of cells over a few accounts."""
    targets: list[Target] = []
    for region in draw(st.lists(st.sampled_from(REGIONS), unique=True, max_size=12)):
        count, accounts = draw(st.integers(1, 12)), draw(st.integers(1, 12))
        targets += cells(region, count, draw(st.integers(1, 5)), accounts=accounts)
    return targets


def sizes(waves: tuple[WaveProposal, ...]) -> list[int]:
    return [len(wave.targets) for wave in waves]


def named(*waves: WaveProposal) -> list[NamedWave]:
    return [NamedWave(f"prod-{wave.number}", wave.targets) for wave in waves]


def most_of(values: list[object]) -> int:
    return max(Counter(values).values())


@given(fleets(), st.integers(1, 4), st.integers(1, 20), st.integers(1, 50))
def test_each_target_is_in_one_wave(targets: list[Target], single: int, largest: int, most: int) -> None:
    """No environment is forgotten and none is reached twice; waves are numbered from 1 and never empty."""
    waves = plan_waves(targets, single_region_waves=single, largest=largest, most_waves=most)
    assert sorted(target.name for wave in waves for target in wave.targets) == sorted(each.name for each in targets)
    assert [wave.number for wave in waves] == list(range(1, len(waves) + 1))
    assert all(wave.targets for wave in waves)


@given(fleets(), st.integers(1, 4), st.integers(1, 20), st.integers(1, 50))
def test_waves_grow(targets: list[Target], single: int, largest: int, most: int) -> None:
    """No wave is smaller than the one before; groups begin with 2, at most double, and keep to the largest size."""
    found = sizes(plan_waves(targets, single_region_waves=single, largest=largest, most_waves=most))
    assert all(before <= after for before, after in pairwise(found))
    assert all(size == 1 for size in found[:single])
    assert all(size <= min(largest, 2**place) for place, size in enumerate(found[single:], 1))


@given(fleets(), st.integers(1, 20), st.integers(1, 50))
def test_no_rule_is_broken(targets: list[Target], largest: int, most: int) -> None:
    """What is proposed raises no concern: one Region in the first waves, one environment in an account and Region."""
    waves = named(*plan_waves(targets, largest=largest, most_waves=most))
    assert not early_waves_with_several_regions(waves)
    assert not waves_that_shrink(waves)
    assert not [concern for wave in waves for concern in same_place_twice(wave)]


@given(st.data())
def test_the_order_of_the_input_does_not_matter(data: st.DataObject) -> None:
    """The waves are a function of the set of environments."""
    targets = data.draw(fleets())
    assert plan_waves(data.draw(st.permutations(targets))) == plan_waves(targets)


@given(fleets())
def test_least_traffic_first_and_most_traffic_second(targets: list[Target]) -> None:
    """The first wave is in a Region of least traffic, the second in a Region of most traffic of the others."""
    waves = plan_waves(targets)
    for wave in waves[:1]:
        assert wave.targets[0].weight == min(target.weight for target in targets)
    others = [target.weight for target in targets if target.region not in waves[0].regions]
    if others:
        assert waves[1].targets[0].weight == max(others)


@given(fleets(), st.integers(1, 20))
def test_two_cells_of_a_region_only_where_waves_are_short(targets: list[Target], largest: int) -> None:
    """With room for any number of waves, no wave has two environments of one Region."""
    waves = plan_waves(targets, largest=largest, most_waves=1000)
    assert all(len(wave.regions) == len(wave.targets) for wave in waves)


@given(fleets())
def test_as_few_waves_as_one_cell_of_a_region_at_a_time_allows(targets: list[Target]) -> None:
    """With no largest size and all the room, the Region with the most cells decides, or the doubling."""
    waves = plan_waves(targets, largest=1000, most_waves=1000)
    left = [target for wave in waves[2:] for target in wave.targets]
    cells_left = max(Counter(target.region for target in left).values(), default=0)
    doublings = next(number for number in range(20) if 2 ** (number + 1) - 2 >= len(left))
    assert len(waves[2:]) >= max(cells_left, doublings)
    if cells_left <= 1:
        assert len(waves[2:]) == doublings


def test_few_environments() -> None:
    """None, one and two environments make as many waves."""
    assert plan_waves([]) == ()
    (only,) = plan_waves(cells("eu-west-1", 1))
    assert (only.number, only.bake_minutes, only.regions) == (1, 720, ("eu-west-1",))
    quiet, busy = cells("me-south-1", 1, 2), cells("us-east-1", 1, 90)
    assert plan_waves(busy + quiet) == (WaveProposal(1, tuple(quiet), 720), WaveProposal(2, tuple(busy), 240))


def test_a_region_each() -> None:
    """Twenty-five Regions: the quietest, the busiest, and then groups that grow."""
    waves = plan_waves(fleet(25, 1))
    assert sizes(waves) == [1, 1, 2, 4, 8, 9]
    assert (waves[0].regions, waves[1].regions) == ((REGIONS[0],), (REGIONS[24],))
    assert waves[2].regions == (REGIONS[1], REGIONS[2])
    assert [wave.bake_minutes for wave in waves] == [720, 240, 240, 240, 240, 240]


def test_cells_of_one_region_come_one_after_another() -> None:
    """Thirty cells of one Region are thirty waves; three hundred share waves, as far as there is room."""
    assert sizes(plan_waves(cells("eu-west-1", 30))) == [1] * 30
    found = sizes(plan_waves(cells("eu-west-1", 300)))
    assert found[:5] == [1, 1, 2, 4, 8]
    assert max(found) == 9
    assert len(found) <= MOST_WAVES


def test_one_account_and_region_is_never_shared() -> None:
    """Environments of one account and Region cannot be in one wave, however many waves that makes."""
    assert sizes(plan_waves(cells("eu-west-1", 60, accounts=1))) == [1] * 60


def test_three_hundred_environments() -> None:
    """300 environments over 25 Regions: one of a Region in a wave, twelve at most, and a pipeline has room for it."""
    waves = plan_waves(fleet(25, 12))
    assert sizes(waves) == [1, 1, 2, 4, 8, *[11] * 4, *[12] * 20]
    assert all(len(wave.regions) == len(wave.targets) for wave in waves)
    assert sizes(plan_waves(fleet(25, 12), largest=25))[-1] == 25


def test_a_region_of_many_cells_among_small_ones() -> None:
    """The large Region takes its place in every wave, and the others are spread over them."""
    waves = plan_waves([*cells("us-east-1", 10, 90), *fleet(9, 1)])
    assert sizes(waves) == [1, 1, 1, *[2] * 8]
    assert all("us-east-1" in wave.regions for wave in waves[1:])


def test_more_waves_of_one_environment() -> None:
    """Further single waves go to Regions that were not reached yet, by traffic; with one, it is the quietest alone."""
    waves = plan_waves(fleet(6, 1), single_region_waves=4)
    assert [wave.regions for wave in waves[:4]] == [(REGIONS[place],) for place in (0, 5, 1, 2)]
    assert sizes(plan_waves(fleet(6, 1), single_region_waves=1)) == [1, 2, 3]


def test_bake_times_can_be_given() -> None:
    """Defaults are those of production; a stage may have others, or none."""
    waves = plan_waves(fleet(3, 1), first_bake_minutes=60, later_bake_minutes=0)
    assert [wave.bake_minutes for wave in waves] == [60, 0, 0]


@pytest.mark.parametrize(
    ("targets", "field", "value"),
    [
        ([*cells("eu-west-1", 1), *cells("eu-west-1", 1)], "targets", "prod-eu-west-1-000"),
        (cells("eu-west-1", 1, 0), "weight", "0"),
        (cells("eu-west-1", 1, -5), "weight", "-5"),
        ([Target("a", "1" * 12, "eu-west-1", 3), Target("b", "1" * 12, "eu-west-1", 4)], "weight", "4"),
    ],
)
def test_targets_that_contradict_themselves(targets: list[Target], field: str, value: str) -> None:
    """A name twice, a weight below 1, and two weights of one Region are refused with the value."""
    with pytest.raises(InvalidValue) as refused:
        plan_waves(targets)
    assert (refused.value.path, refused.value.value) == ([field], value)


@pytest.mark.parametrize(
    ("given_option", "field"),
    [
        ({"largest": 0}, "largest"),
        ({"single_region_waves": 0}, "singleRegionWaves"),
        ({"most_waves": 0}, "mostWaves"),
        ({"first_bake_minutes": -1}, "firstBakeMinutes"),
        ({"later_bake_minutes": 10081}, "laterBakeMinutes"),
    ],
)
def test_numbers_out_of_bounds(given_option: dict[str, int], field: str) -> None:
    """A refusal names the argument as the graph does."""
    with pytest.raises(InvalidValue) as refused:
        plan_waves([], **given_option)
    assert refused.value.path == [field]


def test_an_early_wave_with_several_regions() -> None:
    """The first two waves that have environments are looked at; a later one may reach any number of Regions."""
    both = [*cells("eu-west-1", 1), *cells("us-east-1", 1)]
    waves = [
        NamedWave("w0", []),
        NamedWave("w1", both),
        NamedWave("w2", cells("eu-west-2", 3)),
        NamedWave("w3", both),
    ]
    (concern,) = early_waves_with_several_regions(waves)
    assert (concern.rule, concern.wave) == (Rule.EARLY_WAVES_IN_ONE_REGION, "w1")
    assert concern.message == "Wave w1 is number 1 of its stage and reaches 2 Regions at once: eu-west-1, us-east-1."
    assert [each.wave for each in early_waves_with_several_regions(waves, first=3)] == ["w1", "w3"]


def test_one_place_twice_in_a_wave() -> None:
    """Every account and Region with several environments is named, with all of them."""
    twice = NamedWave("w", [*cells("eu-west-1", 3, accounts=2), *cells("us-east-1", 2, accounts=2)])
    (concern,) = same_place_twice(twice)
    assert concern.rule is Rule.ONE_IN_A_PLACE
    assert concern.message == (
        "Wave w has 2 environments in account 000000000000 and Region eu-west-1: "
        "prod-eu-west-1-000, prod-eu-west-1-002."
    )


def test_a_wave_that_shrinks() -> None:
    """A smaller wave between others is told; the last one takes what is left."""
    waves = [NamedWave(name, cells("eu-west-1", count)) for name, count in (("a", 3), ("b", 2), ("c", 5), ("d", 1))]
    (concern,) = waves_that_shrink(waves)
    assert (concern.rule, concern.wave) == (Rule.GROWING_WAVES, "b")
    assert "has 2 environments and the wave before it, a, has 3" in concern.message
