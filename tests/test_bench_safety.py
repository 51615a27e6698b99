"""The simulation of bad revisions: repeatable, and true to what its page claims."""

import pytest

from bench.safety import interlock, plain, report, world
from bench.safety.defects import Defect, bad_revisions
from bench.safety.outcome import Outcome

SEEN = [each for each in Defect if each is not Defect.AFTER_THE_BAKE]
"""The classes that a configured signal can see within the bake time."""


def outcomes(defect: Defect, count: int = 3, seed: int = 7) -> list[Outcome]:
    found = [each for each in bad_revisions(count * len(Defect), seed) if each.defect is defect]
    return [interlock.walk(each) for each in found]


@pytest.mark.parametrize("defect", SEEN)
def test_no_defect_that_a_signal_can_see_harms_more_than_one_region(defect: Defect) -> None:
    for each in outcomes(defect):
        assert each.regions <= 1
        assert each.stopped_by != "nothing" or each.defect is Defect.UNDER_LOAD


def test_one_that_shows_after_the_bake_is_kept_out_of_the_next_wave() -> None:
    for each in outcomes(Defect.AFTER_THE_BAKE):
        assert each.stopped_by == "people, paged after the bake"
        assert each.regions < world.REGIONS


def test_what_the_drill_has_failed_never_enters_production() -> None:
    assert {each.reached for each in outcomes(Defect.SCHEMA)} == {0}


def test_the_others_meet_the_same_revisions_and_reach_everything() -> None:
    revision = next(bad_revisions(1, 7))
    assert plain.all_at_once(revision).regions == world.REGIONS
    assert interlock.walk(revision) == interlock.walk(revision)
    assert list(bad_revisions(20, 7)) == list(bad_revisions(20, 7))


def test_the_fleet_is_laid_out_in_growing_waves() -> None:
    sizes = [len(wave.environments) for wave in interlock.layout().waves]
    assert sum(sizes) == world.REGIONS
    assert sizes[:2] == [1, 1]
    assert sizes == sorted(sizes)


def test_the_page_is_of_as_many_revisions_as_it_says() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert f"{report.COUNT:,} seeded ones" in page
    assert f"seed {report.SEED}" in page
    assert all(each.value in page for each in Defect)
