"""What CodePipeline will count: the same as pipelinekit counts at synth, and how waves fit into pipelines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import limits
from domain.errors import InvalidValue
from domain.limits import Limit, PipelineSize, WaveShape, exceeded, size, split
from pipelinekit import inspection, layout
from pipelinekit.plan import Plan
from pipelinekit.refusals import TooManyActionsError, TooManyStagesError
from tests.pipelinekit import plans


def lists_of_waves(most: int, waves: int) -> st.SearchStrategy[list[WaveShape]]:
    """Up to so many waves of up to `most` environments, each wave with a name of its own."""
    shape = st.tuples(st.integers(0, most), st.booleans())
    return st.lists(shape, max_size=waves).map(
        lambda drawn: [WaveShape(f"wave-{number}", *each) for number, each in enumerate(drawn)]
    )


def reaches_something(waves: list[WaveShape]) -> bool:
    return any(wave.environments for wave in waves)


SHAPES = st.one_of(lists_of_waves(130, 60), lists_of_waves(12, 40), lists_of_waves(1, 60))
SMALL = lists_of_waves(60, 4).filter(reaches_something)
STACKS = st.integers(1, 5)


def shapes(*environments: int) -> list[WaveShape]:
    return [WaveShape(f"wave-{number}", count) for number, count in enumerate(environments, 1)]


def plan_of(waves: list[WaveShape]) -> Plan:
    """A plan of these shapes; every other validated wave bakes, the rest have a check."""
    return Plan.from_json(plans.plan([plans.stage("prod", [_wave(wave, place) for place, wave in enumerate(waves)])]))


def _wave(shape: WaveShape, place: int) -> plans.Json:
    environments = [
        plans.environment(f"{shape.name}-{number}", "111111111111", "eu-west-1") for number in range(shape.environments)
    ]
    bakes = place % 2
    checks = [plans.check("smoke", "LAMBDA")] if shape.validated and not bakes else []
    return plans.wave(shape.name, environments, checks, bake=30 if shape.validated and bakes else 0)


@given(SHAPES.filter(reaches_something), st.booleans())
def test_it_counts_as_pipelinekit_does(waves: list[WaveShape], change_sets: bool) -> None:
    """The layout at synth refuses the same pipelines, for the same reason, by the same number."""
    limit, count = _refusal(waves, change_sets)
    found = {each.limit: each.count for each in exceeded(size(waves, change_sets=change_sets))}
    first = next((each for each in (Limit.STAGES_OF_PIPELINE, Limit.ACTIONS_OF_PIPELINE) if each in found), None)
    assert first is limit
    assert count == (found[first] if first else 0)


def _refusal(waves: list[WaveShape], change_sets: bool) -> tuple[Limit | None, int]:
    """What pipelinekit refuses first, and the number that it says."""
    try:
        layout.lay_out(plan_of(waves), use_change_sets=change_sets)
    except TooManyStagesError as error:
        return Limit.STAGES_OF_PIPELINE, int(str(error).split()[4])
    except TooManyActionsError as error:
        return Limit.ACTIONS_OF_PIPELINE, int(str(error).split()[4])
    return None, 0


@given(SMALL, st.booleans())
def test_what_it_lets_pass_has_the_size_that_it_said(waves: list[WaveShape], change_sets: bool) -> None:
    """A pipeline within the limits is laid out, with as many actions in all and in its largest wave."""
    counted = size(waves, change_sets=change_sets)
    found = layout.lay_out(plan_of(waves), use_change_sets=change_sets).waves
    assert not [each for each in exceeded(counted) if each.refused]
    assert counted.actions == len(layout.OWN_STAGES) + sum(wave.actions for wave in found)
    assert counted.largest_stage == max(wave.actions for wave in found)


def test_the_limits_are_pipelinekits() -> None:
    """The quotas are told twice, because neither may import the other, and they are equal."""
    assert limits.STAGES == layout.STAGES
    assert limits.ACTIONS_OF_STAGE == layout.ACTIONS_OF_STAGE
    assert limits.ACTIONS == layout.ACTIONS
    assert len(layout.OWN_STAGES) == limits.OWN_STAGES
    assert limits.TEMPLATE_BYTES == inspection.TEMPLATE_BYTES


@given(SHAPES, STACKS, st.booleans())
def test_the_parts_are_the_waves(waves: list[WaveShape], stacks: int, change_sets: bool) -> None:
    """Every wave that has environments is in one pipeline, and the order is kept."""
    parts = split(waves, stacks_per_environment=stacks, change_sets=change_sets)
    assert [wave for part in parts for wave in part.waves] == [wave for wave in waves if wave.environments]


@given(SHAPES, STACKS, st.booleans())
def test_each_part_fits_or_says_that_one_wave_cannot(waves: list[WaveShape], stacks: int, change_sets: bool) -> None:
    """A part is within all that refuses a pipeline; one that is not is a single wave."""
    for part in split(waves, stacks_per_environment=stacks, change_sets=change_sets):
        counted = size(part.waves, stacks_per_environment=stacks, change_sets=change_sets)
        assert part.size == counted
        assert part.exceeded == tuple(each for each in exceeded(counted) if each.refused)
        assert not part.exceeded or len(part.waves) == 1


@given(SHAPES, STACKS)
def test_no_two_parts_would_fit_into_one(waves: list[WaveShape], stacks: int) -> None:
    """Each pipeline is filled before the next begins, so there are no fewer in this order."""
    parts = split(waves, stacks_per_environment=stacks)
    for part, following in pairwise(parts):
        together = size([*part.waves, following.waves[0]], stacks_per_environment=stacks)
        assert any(each.refused for each in exceeded(together))


@given(SHAPES, st.integers(1, 100))
def test_a_wave_more_moves_no_earlier_pipeline(waves: list[WaveShape], environments: int) -> None:
    """A wave at the end joins the last pipeline or begins one: those before it keep their waves."""
    before, now = split(waves), split([*waves, WaveShape("new", environments)])
    assert now[: len(before) - 1] == before[: len(before) - 1] if before else len(now) == 1
    assert len(now) - len(before) in (0, 1)


@given(SHAPES, STACKS)
def test_without_change_sets_it_is_smaller(waves: list[WaveShape], stacks: int) -> None:
    """Nothing grows where a stack has one action."""
    with_them = size(waves, stacks_per_environment=stacks)
    without = size(waves, stacks_per_environment=stacks, change_sets=False)
    assert without.stages <= with_them.stages
    assert without.actions <= with_them.actions
    assert without.largest_stage <= with_them.largest_stage
    assert without.template_bytes_estimate <= with_them.template_bytes_estimate


def test_nothing_but_its_own_stages() -> None:
    """A pipeline without waves has four stages of an action each, and needs no pipeline."""
    counted = size([])
    assert (counted.stages, counted.actions, counted.largest_stage) == (4, 4, 1)
    assert exceeded(counted) == []
    assert split([]) == split(shapes(0, 0)) == ()


def test_a_large_wave_is_cut() -> None:
    """24 environments with entry and validation are one stage of 50 actions; 25 are 52 and two, refusing nothing."""
    assert (size(shapes(24)).stages, size(shapes(24)).largest_stage) == (5, 50)
    counted = size(shapes(25))
    assert (counted.stages, counted.largest_stage) == (6, 52)
    (found,) = exceeded(counted)
    assert (found.limit, found.count, found.most, found.refused) == (Limit.ACTIONS_OF_STAGE, 52, 50, False)
    assert split(shapes(25))[0].exceeded == ()


def test_too_many_stages() -> None:
    """46 waves fill a pipeline; the 47th needs another."""
    assert exceeded(size(shapes(*[1] * 46))) == []
    (found,) = exceeded(size(shapes(*[1] * 47)))
    assert (found.limit, found.count, found.most, found.refused) == (Limit.STAGES_OF_PIPELINE, 51, 50, True)
    assert [len(part.waves) for part in split(shapes(*[1] * 47))] == [46, 1]


def test_three_hundred_environments() -> None:
    """Waves of twelve: two pipelines with change sets, one without them."""
    waves = shapes(*[12] * 25)
    (found,) = exceeded(size(waves))
    assert (found.limit, found.count) == (Limit.ACTIONS_OF_PIPELINE, 654)
    assert [len(part.waves) for part in split(waves)] == [19, 6]
    assert [len(part.waves) for part in split(waves, change_sets=False)] == [25]


def test_a_wave_that_no_pipeline_takes() -> None:
    """300 environments at once are too many actions: the wave stands alone, and says so; others are not kept back."""
    first, huge, last = split(shapes(2, 300, 4))
    assert (first.exceeded, last.exceeded) == ((), ())
    assert [(each.limit, each.count) for each in huge.exceeded] == [(Limit.ACTIONS_OF_PIPELINE, 606)]


@pytest.mark.parametrize(
    ("environments", "in_a_wave", "change_sets", "measured"),
    [
        (30, 5, True, 106_902),
        (100, 12, True, 247_744),
        (100, 12, False, 199_177),
        (300, 12, True, 655_580),
    ],
)
def test_the_template_is_near_to_what_was_measured(
    environments: int, in_a_wave: int, change_sets: bool, measured: int
) -> None:
    """The estimate is within a twentieth of templates that were synthesized."""
    full, rest = divmod(environments, in_a_wave)
    counted = size(shapes(*[in_a_wave] * full, rest), change_sets=change_sets)
    assert counted.template_bytes_estimate == pytest.approx(measured, rel=0.05)


def test_a_template_too_large() -> None:
    """An estimate beyond what pipelinekit would deploy is told, with the number."""
    (found,) = exceeded(PipelineSize(stages=30, actions=400, largest_stage=20, template_bytes_estimate=900_001))
    assert (found.limit, found.count, found.most) == (Limit.TEMPLATE_SIZE, 900_001, 900_000)


def test_an_environment_has_a_stack() -> None:
    """No stack in an environment is refused, as pipelinekit does at synth."""
    with pytest.raises(InvalidValue, match="stacksPerEnvironment 0 is not valid"):
        size([], stacks_per_environment=0)
