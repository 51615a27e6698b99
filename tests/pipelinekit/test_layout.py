"""What goes where, without CloudFormation: names, order, validation, and what CodePipeline would not take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelinekit.layout import Layout, lay_out
from pipelinekit.plan import Plan
from pipelinekit.refusals import (
    NoEnvironmentsError,
    PipelineRegionUnsetError,
    PlanUnusableError,
    TooManyActionsError,
    TooManyStagesError,
)
from tests.pipelinekit import plans
from tests.pipelinekit.plans import environment, stage, wave


def laid_out(*waves: plans.Json) -> Layout:
    return lay_out(Plan.from_json(plans.plan([stage("prod", list(waves))])))


def test_waves_keep_the_order_of_the_plan() -> None:
    """Waves come in the plan's order, named after themselves, with their environments in theirs."""
    layout = lay_out(Plan.from_json(plans.small()))
    assert [(found.name, [each.name for each in found.environments]) for found in layout.waves] == [
        ("alpha-1", ["alpha-eu-west-1"]),
        ("gamma-1", ["gamma-eu-west-1", "gamma-us-east-1"]),
        ("prod-1", ["prod-sa-east-1"]),
        ("prod-2", ["prod-eu-west-1", "prod-eu-central-1"]),
    ]
    assert [found.validated for found in layout.waves] == [True, True, True, False]


def test_a_rendered_stage_is_recognized() -> None:
    """CDK calls a wave of one environment by the environment, and splits a large one: each is found."""
    layout = lay_out(Plan.from_json(plans.small()))
    for rendered, name in (("alpha-eu-west-1", "alpha-1"), ("gamma-1", "gamma-1"), ("prod-2.2", "prod-2.2")):
        found = layout.find(rendered)
        assert found
        assert found[1] == name
    assert [layout.find(name) for name in ("Source", "Assets", "alpha-1", "prod-2.x", "prod-22")] == [None] * 5


def test_each_part_of_a_wave_is_a_stage() -> None:
    """A wave that the service's wave size cuts is as many stages, each with its environments and its own validation."""
    layout = lay_out(Plan.from_json(plans.in_parts()))
    assert [(found.name, found.wave.wave, len(found.environments), found.validated) for found in layout.waves] == [
        ("prod-1-part-1", "prod-1", 3, True),
        ("prod-1-part-2", "prod-1", 2, True),
        ("prod-2", "prod-2", 1, True),
    ]
    found = layout.find("prod-1-part-2.2")  # CDK's own split, of more than 50 actions
    assert found
    assert (found[0].name, found[1]) == ("prod-1-part-2", "prod-1-part-2.2")
    assert layout.find("prod-1") is None


def test_a_wave_without_environments_is_no_stage() -> None:
    """A wave that this service does not reach is left out."""
    layout = laid_out(wave("empty", []), wave("w", [environment("e", "1" * 12, "eu-west-1")]))
    assert [found.name for found in layout.waves] == ["w"]


@given(count=st.integers(1, 60))
def test_actions_are_counted_as_they_will_be(count: int) -> None:
    """Two actions for each environment's smallest app with change sets, one without, an entry and a validation."""
    plan = Plan.from_json(plans.of_size(count, in_a_wave=count))
    assert lay_out(plan).waves[0].actions == 2 * count + 2
    assert lay_out(plan, use_change_sets=False).waves[0].actions == count + 2


def test_a_plan_without_environments() -> None:
    """Nothing to deploy to is refused with what to do."""
    with pytest.raises(NoEnvironmentsError, match="acme/payments is placed in no environment: give it a placement"):
        laid_out(wave("w", []))


@pytest.mark.parametrize("home", [{"region": ""}, {"region": None}, {"account": ""}])
def test_a_pipeline_without_a_place(home: dict[str, object]) -> None:
    """The pipeline's own account and Region must be known."""
    value = plans.small()
    value["pipeline"] |= home
    with pytest.raises(PipelineRegionUnsetError, match="set pipelineAccount and pipelineRegion of the organisation"):
        lay_out(Plan.from_json(value))


def test_too_many_stages() -> None:
    """47 waves and the pipeline's own four stages are one too many, and the number is said."""
    with pytest.raises(TooManyStagesError, match="would have 51 stages and CodePipeline takes 50"):
        lay_out(Plan.from_json(plans.of_size(47, in_a_wave=1)))
    assert len(lay_out(Plan.from_json(plans.of_size(46, in_a_wave=1))).waves) == 46


def test_too_many_actions() -> None:
    """More than 500 actions are refused, and half as many are taken."""
    with pytest.raises(TooManyActionsError, match="would have 546 actions and CodePipeline takes 500"):
        lay_out(Plan.from_json(plans.of_size(250, in_a_wave=12)))
    assert lay_out(Plan.from_json(plans.of_size(250, in_a_wave=12)), use_change_sets=False)


@pytest.mark.parametrize(
    "waves",
    [
        [wave("a", [environment("e", "1" * 12, "eu-west-1")]), wave("b", [environment("e", "1" * 12, "eu-west-1")])],
        [wave("a", [environment("b", "1" * 12, "eu-west-1")]), wave("b", [environment("c", "1" * 12, "eu-west-1")])],
        [wave("Source", [environment("e", "1" * 12, "eu-west-1")])],
    ],
)
def test_names_that_cannot_be_told_apart(waves: list[plans.Json]) -> None:
    """Two things that would be the same stage of the pipeline are refused."""
    with pytest.raises(PlanUnusableError, match="names two things that are stages of the pipeline"):
        laid_out(*waves)
