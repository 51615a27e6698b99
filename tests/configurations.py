"""Whole valid configurations, and changes of them, for property tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from domain.configuration.changing import Operation, changed, register
from domain.configuration.configuration import Configuration, key_field
from domain.configuration.entities import CLASSES
from domain.configuration.fields import fields_of
from domain.configuration.kinds import ORGANISATION_KEY, Kind
from domain.words import OperationKind
from tests.entity_fields import LETTERS, MAKERS, NOW, REGIONS, region, some

_NEEDS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.WAVE: (Kind.STAGE,),
    Kind.ENVIRONMENT: (Kind.ACCOUNT, Kind.WAVE),
    Kind.CHECK: (Kind.STAGE, Kind.WAVE),
    Kind.WINDOW: (Kind.STAGE, Kind.WAVE),
    Kind.FREEZE: (Kind.STAGE, Kind.ACCOUNT),
    Kind.HOLD: (Kind.ENVIRONMENT,),
}


def keys_of(kind: Kind) -> tuple[str, ...]:
    """The few keys that entities of a kind have here: changes meet the same ones again."""
    if kind is Kind.ORGANISATION:
        return (ORGANISATION_KEY,)
    if kind is Kind.ACCOUNT:
        return tuple(str(number) * 12 for number in range(1, 5))
    if kind is Kind.REGION:
        return REGIONS
    return tuple(f"{kind.name.lower().replace('_', '-')}-{letter}" for letter in LETTERS[:4])


@st.composite
def operations(draw: Any, configuration: Configuration, kinds: Sequence[Kind] = tuple(Kind)) -> Operation:
    """One operation on entities of these kinds; often, not always, one that is allowed."""
    pool = {kind: sorted(configuration.of(kind)) for kind in Kind}
    can = [kind for kind in kinds if all(pool[need] for need in _NEEDS.get(kind, ()))]
    kind = draw(st.sampled_from(can))
    key = draw(st.sampled_from(keys_of(kind)))
    there = configuration.get(kind, key) is not None
    if there and kind not in (Kind.ORGANISATION, Kind.REGION) and draw(st.integers(0, 3)) == 0:
        return Operation(OperationKind.ARCHIVE, kind, key)
    given = MAKERS[kind](draw, pool)
    if not there:
        field = key_field(kind)
        return Operation(OperationKind.REGISTER, kind, key, {**given, **({field.name: key} if field else {})})
    fixed = {name for name, each in fields_of(CLASSES[kind]).items() if each.told.fixed}
    chosen = draw(st.sets(st.sampled_from(sorted(given)), min_size=1))
    return Operation(OperationKind.UPDATE, kind, key, {name: given[name] for name in chosen - fixed})


@st.composite
def configurations(draw: Any, *, dense: bool = False) -> Configuration:
    """A configuration in which every rule holds. dense: positions count up from 1, as those of a document do."""
    making = _Making(draw)
    if draw(st.booleans()):
        making.add(Kind.ORGANISATION, ORGANISATION_KEY)
    for number, key in enumerate(keys_of(Kind.ACCOUNT)):
        making.add(Kind.ACCOUNT, key, name=f"account-{LETTERS[number]}")
    making.add_some(Kind.CALENDAR, Kind.TEAM)
    _add_fleet(draw, making, dense=dense)
    for number, key in enumerate(some(draw, keys_of(Kind.SERVICE), 4)):
        making.add(Kind.SERVICE, key, repository=f"acme/{LETTERS[number]}")
    making.add_some(Kind.CHECK, Kind.WINDOW, Kind.FREEZE, Kind.HOLD, Kind.NOTIFICATION_ROUTE, Kind.POLICY)
    weights = some(draw, REGIONS, 2)
    said = [Operation(OperationKind.UPDATE, Kind.REGION, key, region(draw, making.pool)) for key in weights]
    return changed(Configuration(), [*making.made, *said], NOW)


class _Making:
    """Registrations, each of which may refer to those before it."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.made: list[Operation] = []
        self.pool: dict[Kind, list[str]] = {kind: [] for kind in Kind}

    def add(self, kind: Kind, key: str, /, **more: Any) -> None:
        field = key_field(kind)
        named = {field.name: key} if field else {}
        self.made.append(register(kind, {**MAKERS[kind](self.draw, self.pool), **named, **more}))
        self.pool[kind].append(key)

    def add_some(self, *kinds: Kind) -> None:
        for kind in kinds:
            for key in some(self.draw, keys_of(kind)):
                self.add(kind, key)


SHARED = {"kind": "SHARED", "owner": None, "expires_at": None, "extensions": 0}
TEST = {"kind": "TEST", "owner": "ada", "expires_at": NOW, "extensions": 1}


def _add_fleet(draw: Any, making: _Making, *, dense: bool) -> None:
    """Stages with waves with environments, no two of which are in one place; outside production, tests too."""
    waves, names = [f"wave-{letter}" for letter in LETTERS], [f"environment-{letter}" for letter in LETTERS * 2]
    stages = draw(st.lists(st.sampled_from(keys_of(Kind.STAGE)), unique=True, min_size=1, max_size=3))
    for position, stage in enumerate(stages, 1):
        production = draw(st.booleans())
        making.add(Kind.STAGE, stage, position=position if dense else position * 3, production=production)
        for place in range(1, draw(st.integers(1, 2)) + 1):
            wave = waves.pop(draw(st.integers(0, len(waves) - 1)))
            making.add(Kind.WAVE, wave, stage=stage, position=place if dense else place * 2)
            for name in REGIONS[: draw(st.integers(1, 2))]:
                making.add(Kind.ENVIRONMENT, names.pop(0), wave=wave, region=name, **SHARED)
            if not production and draw(st.integers(0, 3)) == 0:
                making.add(Kind.ENVIRONMENT, f"mine-{wave}", wave=wave, **TEST)
