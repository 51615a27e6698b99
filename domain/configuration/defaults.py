"""Defaults that depend on other entities. Their numbers are those of the Amazon Builders' Library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.regions import KNOWN_REGIONS
from domain.words import OnFailure

FIRST_WAVE_BAKE_MINUTES = 12 * 60
LATER_WAVE_BAKE_MINUTES = 4 * 60
"""'At least 12 hours after the first wave, at least 2 to 4 hours after each later one.'"""
DATA_POINTS = 100
"""'For example at least 100 requests to an API before a wave counts as baked.'"""
ONE_BOX_PERCENT = 10
ONE_BOX_BAKE_MINUTES = 60
"""'At most 10 % of the requests', 'at least one hour after each one-box'."""

Fields = Mapping[str, Any]


def derived(configuration: Configuration, kind: Kind, fields: Fields) -> dict[str, Any]:
    """The values of the fields that are not given, where they follow from other entities."""
    found = DERIVED[kind](configuration, fields) if kind in DERIVED else {}
    return {name: value for name, value in found.items() if name not in fields}


def _region(_: Configuration, fields: Fields) -> dict[str, Any]:
    known = KNOWN_REGIONS.get(fields["name"])
    return {"time_zone": known.time_zone, "traffic_weight": known.traffic_weight} if known else {}


def _stage(_: Configuration, fields: Fields) -> dict[str, Any]:
    return {"on_failure": OnFailure.ROLLBACK if fields.get("production") else OnFailure.NONE}


def _wave(configuration: Configuration, fields: Fields) -> dict[str, Any]:
    stage = configuration.stages.get(fields.get("stage", ""))
    if stage is None or not stage.production:
        boxed = ONE_BOX_BAKE_MINUTES if fields.get("one_box_percent") else 0
        numbers = {"bake_minutes": 0, "minimum_data_points": 0, "one_box_percent": 0}
        return {**numbers, "one_box_bake_minutes": boxed}
    others = [each for each in configuration.waves_of[stage.name][:2] if each.name != fields["name"]]
    first = all(each.position > fields.get("position", 0) for each in others)
    return {
        "bake_minutes": FIRST_WAVE_BAKE_MINUTES if first else LATER_WAVE_BAKE_MINUTES,
        "minimum_data_points": DATA_POINTS,
        "one_box_percent": ONE_BOX_PERCENT,
        "one_box_bake_minutes": ONE_BOX_BAKE_MINUTES if fields.get("one_box_percent", ONE_BOX_PERCENT) else 0,
    }


DERIVED: dict[Kind, Callable[[Configuration, Fields], dict[str, Any]]] = {
    Kind.REGION: _region,
    Kind.STAGE: _stage,
    Kind.WAVE: _wave,
}
"""A kind's defaults follow from entities of the kinds before it, and of its own."""
