"""The configuration as a document, which is what a file holds.

Positions are the order in the document. What is left out is the default. `document` leaves defaults out, so that it and
`domain.configuration.wanted` are each other's inverse: the operations of a configuration's own document change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.configuration.changing import whole
from domain.configuration.configuration import Configuration
from domain.configuration.defaults import derived
from domain.configuration.entities import CLASSES
from domain.configuration.fields import fields_of, plain
from domain.configuration.kinds import Kind

SECTIONS: dict[str, Kind] = {
    "accounts": Kind.ACCOUNT,
    "regions": Kind.REGION,
    "calendars": Kind.CALENDAR,
    "teams": Kind.TEAM,
    "stages": Kind.STAGE,
    "services": Kind.SERVICE,
    "checks": Kind.CHECK,
    "windows": Kind.WINDOW,
    "freezes": Kind.FREEZE,
    "holds": Kind.HOLD,
    "notificationRoutes": Kind.NOTIFICATION_ROUTE,
    "policies": Kind.POLICY,
    "grants": Kind.GRANT,
}
"""The lists of a document, in its order; `organisation` stands before them, waves and environments within `stages`."""
NESTED: dict[Kind, tuple[str, Kind, str]] = {
    Kind.STAGE: ("waves", Kind.WAVE, "stage"),
    Kind.WAVE: ("environments", Kind.ENVIRONMENT, "wave"),
}
"""What an entity holds in a document: the key, the kind, and that kind's field which is therefore left out."""
POSITIONED = (Kind.STAGE, Kind.WAVE)


def implied(kind: Kind) -> frozenset[str]:
    """The fields of a kind that its place in the document says."""
    owner = {inner: field for _, inner, field in NESTED.values()}.get(kind)
    return frozenset({owner} if owner else ()) | frozenset({"position"} if kind in POSITIONED else ())


def document(configuration: Configuration) -> dict[str, Any]:
    """The whole configuration; sections in order, entities by name, stages and waves by position."""
    found: dict[str, Any] = {}
    if configuration.organisation:
        found["organisation"] = _written(configuration, configuration.organisation)
    for section, kind in SECTIONS.items():
        entities = configuration.stages_in_order if kind is Kind.STAGE else _sorted(configuration, kind)
        written = [_written(configuration, each) for each in entities]
        if written:
            found[section] = written
    return found


def _sorted(configuration: Configuration, kind: Kind) -> list[Any]:
    found = [each for _, each in sorted(configuration.of(kind).items())]
    return [each for each in found if _written(configuration, each).keys() > {"name"}] if kind is Kind.REGION else found


def _written(configuration: Configuration, entity: Any) -> dict[str, Any]:
    values, left_out = whole(entity), implied(entity.KIND)
    unsaid = _unsaid(configuration, entity.KIND, values)
    found = {
        each.public: plain(values[name])
        for name, each in fields_of(type(entity)).items()
        if name not in left_out and values[name] != unsaid.get(name, each.default)
    }
    if entity.KIND is Kind.STAGE:
        found["waves"] = [_written(configuration, each) for each in configuration.waves_of[entity.name]]
    if entity.KIND is Kind.WAVE:
        found["environments"] = [_written(configuration, each) for each in configuration.environments_of[entity.name]]
    return found


def _unsaid(configuration: Configuration, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The derived defaults beside what the document will say: one that is said may be what another follows from."""
    said = {name: values[name] for name, each in fields_of(CLASSES[kind]).items() if not each.told.derived}
    while True:
        unsaid = derived(configuration, kind, said)
        other = next((name for name, value in unsaid.items() if values[name] != value), None)
        if other is None:
            return unsaid
        said[other] = values[other]
