"""One bad revision on its way through the fleet: where it runs, whom it harms, and what CloudWatch counts meanwhile."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bench.safety import world
from bench.safety.defects import BadRevision, Defect

ONE_BOX = 0.1
"""The most that a one-box takes of a Region's requests."""
STEP = 5
"""Minutes in which a third of a Region's boxes is replaced; a way back takes as long."""
LATELY = 10
AUTHORED_FAULTS = 0.01
AUTHORED_LATENCY = 3 * world.LATENCY
BREACHING, PERIODS = 3, 5
"""The authored alarm: more than 1 % of requests fail, or they take three times as long, in 3 of 5 minutes."""


@dataclass(frozen=True, slots=True)
class Minute:
    """What was counted in a minute: requests and faults of all boxes, and of the new ones; latency in milliseconds."""

    requests: float
    faults: float
    latency: float
    new_requests: float
    new_faults: float


@dataclass
class Place:
    """A Region with the revision on `share` of its boxes since `began_at`; lately: the last minutes, newest last."""

    began_at: int
    share: float = 0.0
    requests: float = 0.0
    faults: float = 0.0
    lately: deque[Minute] = field(default_factory=lambda: deque(maxlen=LATELY))

    def alarm(self, *, new_boxes: bool = False) -> bool:
        """Whether the authored alarm of the Region, or the one of its new boxes, would be in ALARM."""
        last = list(self.lately)[-PERIODS:]
        return sum(_breaches(each, new_boxes) for each in last) >= BREACHING


@dataclass
class Fleet:
    """All Regions that the revision has come to. harmed: requests. beyond: Regions harmed beyond a one-box."""

    revision: BadRevision
    places: dict[str, Place] = field(default_factory=dict)
    harmed: float = 0.0
    harmed_regions: set[str] = field(default_factory=set)
    beyond: set[str] = field(default_factory=set)
    first_harm: int | None = None

    def begin(self, region: str, minute: int) -> Place:
        """The revision's first box in a Region."""
        self.places[region] = Place(minute)
        return self.places[region]

    def pass_minute(self, minute: int) -> None:
        """Serves a minute of requests everywhere."""
        for region, place in self.places.items():
            self._serve(region, place, minute)

    def _serve(self, region: str, place: Place, minute: int) -> None:
        requests = world.traffic(region).of_minute[minute]
        share = 1 - place.share if self.revision.breaks_its_predecessor else place.share
        harmed = requests * share * self.revision.harms(region, minute, place.began_at)
        if harmed > 0:
            self._harm(region, place, harmed, minute)
        counted = _counted(self.revision.defect, requests, harmed, place.share)
        place.lately.append(counted)
        place.requests += counted.requests
        place.faults += counted.faults

    def _harm(self, region: str, place: Place, harmed: float, minute: int) -> None:
        self.harmed += harmed
        self.harmed_regions.add(region)
        if place.share > ONE_BOX or self.revision.breaks_its_predecessor:
            self.beyond.add(region)
        if self.first_harm is None:
            self.first_harm = minute


def _counted(defect: Defect, requests: float, harmed: float, share: float) -> Minute:
    """A lost request is not counted; a slow one is counted as slow, with the percentile as soon as one in 100 is."""
    if defect is Defect.SILENT:
        left = requests - harmed
        return Minute(left, left * world.FAULTS, world.LATENCY, requests * share - harmed, 0.0)
    if defect is Defect.SLOW:
        slow = requests > 0 and harmed > 0.01 * requests
        latency = world.LATENCY * (5 if slow else 1)
        return Minute(requests, requests * world.FAULTS, latency, requests * share, 0.0)
    faults = requests * world.FAULTS + harmed
    return Minute(requests, faults, world.LATENCY, requests * share, requests * share * world.FAULTS + harmed)


def _breaches(minute: Minute, new_boxes: bool) -> bool:
    requests, faults = (minute.new_requests, minute.new_faults) if new_boxes else (minute.requests, minute.faults)
    return minute.latency > AUTHORED_LATENCY or (requests > 0 and faults / requests > AUTHORED_FAULTS)
