"""Where services go: every selector over every environment, and what a change of the configuration makes of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain import selectors
from domain.configuration.configuration import Configuration
from domain.places import Places
from domain.selectors import Place


@dataclass(frozen=True, slots=True)
class Moved:
    """Environments that a service gains and loses, by name."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def moved(before: Configuration, after: Configuration) -> dict[str, Moved]:
    """What changes in the placement of each service; a service whose placement stays is not there."""
    names = sorted(before.environments.keys() | after.environments.keys())
    places = {True: _places(before, names), False: _places(after, names)}
    found = {}
    for service in sorted(before.services.keys() | after.services.keys()):
        old, new = _mask(before, places[True], service), _mask(after, places[False], service)
        if old != new:
            found[service] = Moved(
                tuple(places[False].names(new & ~old)),
                tuple(places[True].names(old & ~new)),
            )
    return found


def _mask(configuration: Configuration, places: Places, service: str) -> int:
    there = configuration.services.get(service)
    return places.mask(selectors.parse(there.placement)) if there else 0


def _places(configuration: Configuration, names: Sequence[str]) -> Places:
    """The places under these names; one that is not there is in no selector."""
    there: Mapping[str, Place] = {
        name: configuration.place(configuration.environments[name])
        for name in names
        if name in configuration.environments
    }
    return Places([there.get(name) or _nowhere(name) for name in names])


def _nowhere(name: str) -> Place:
    return Place(name, stage="", wave="", region="", account_id="", account_name="", shared=False)
