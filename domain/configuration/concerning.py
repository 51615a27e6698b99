"""Whom checks, windows and policies are about, for all services of a configuration at once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

from domain.configuration.configuration import concerns
from domain.configuration.entities import Service
from domain.selectors import matcher


class Concerning:
    """Answers as `concerns` does, and looks only at what may be: what names a service, its team, or all services."""

    def __init__(self, scoped: Mapping[str, Any], services: Iterable[str]) -> None:
        self._ordered = [scoped[name] for name in sorted(scoped)]
        self._services = sorted(services)
        self._of_service: dict[str, list[int]] = defaultdict(list)
        self._of_team: dict[str, list[int]] = defaultdict(list)
        self._of_all: list[int] = []
        for place, each in enumerate(self._ordered):
            self._put(place, each)

    def _put(self, place: int, each: Any) -> None:
        if (one := getattr(each, "service", None)) is not None:
            self._of_service[one].append(place)
        elif each.services:
            for name in {name for glob in each.services for name in self._matching(glob)}:
                self._of_service[name].append(place)
        elif each.team is not None:
            self._of_team[each.team].append(place)
        else:
            self._of_all.append(place)

    def _matching(self, glob: str) -> list[str]:
        """The services that the glob matches, among those with its literal beginning."""
        head = re.split(r"[*?]", glob, maxsplit=1)[0]
        begin = bisect_left(self._services, head)
        alike = takewhile(lambda name: name.startswith(head), self._services[begin:])
        return [name for name in alike if matcher(glob)(name)]

    def of(self, service: Service) -> list[Any]:
        """What concerns the service, by name."""
        places = [*self._of_all, *self._of_service.get(service.name, ()), *self._of_team.get(service.team or "", ())]
        return [each for place in sorted(places) if concerns(each := self._ordered[place], service)]
