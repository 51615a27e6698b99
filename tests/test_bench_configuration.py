"""The made-up company that `make bench` measures with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bench.fleets import REGIONS, Fleet
from domain.configuration.changing import changed
from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.configuration.wanted import operations

NOW = datetime(2027, 1, 31, tzinfo=UTC)


def loaded(fleet: Fleet) -> Configuration:
    """The fleet, loaded into nothing."""
    found, wrong = operations(Configuration(), fleet.document)
    return changed(Configuration(), found, NOW, wrong)


def test_it_has_the_size_that_is_promised() -> None:
    """40 accounts, 25 Regions, 300 environments and 500 services, and more than a few dozen different placements."""
    there = loaded(Fleet())
    assert [len(there.of(kind)) for kind in (Kind.ACCOUNT, Kind.ENVIRONMENT, Kind.SERVICE)] == [40, 300, 500]
    assert len({each.region for each in there.environments.values()}) == 25
    assert len({each.placement for each in there.services.values()}) > 48


@pytest.mark.parametrize("scale", [0.1, 0.5, 2])
def test_it_is_right_in_any_size(scale: float) -> None:
    """What the service would refuse is not in it."""
    assert loaded(Fleet(scale)).services


def test_it_is_the_same_file_each_time(tmp_path: Path) -> None:
    """Equal sizes and seeds, equal bytes; the file is the document."""
    first = Fleet(0.2).write(tmp_path).read_bytes()
    assert Fleet(0.2).write(tmp_path).read_bytes() == first
    assert yaml.load(first, yaml.BaseLoader).keys() == Fleet(0.2).document.keys()


def test_every_environment_of_a_region_moves() -> None:
    """To another wave of its stage; where a stage has but one, it stays."""
    fleet = Fleet()
    moved = {each["updateEnvironment"]["name"]: each["updateEnvironment"]["wave"] for each in fleet.moving(REGIONS[0])}
    there = loaded(fleet)
    movable = {
        each.name
        for each in there.environments.values()
        if each.region == REGIONS[0] and len(there.waves_of[there.waves[each.wave].stage]) > 1
    }
    assert moved.keys() == movable
    assert all(
        there.waves[wave].stage == there.waves[there.environments[name].wave].stage for name, wave in moved.items()
    )
    assert all(wave != there.environments[name].wave for name, wave in moved.items())
