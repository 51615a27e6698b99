"""What people use otherwise: CDK Pipelines as they come. The alarms are the same, and people watch them.

An alarm pages somebody, who looks after a while (`reaction`), decides, and reverts the commit: the revert goes through
the same pipeline (`repair`: build, alpha, beta, gamma), and then to production like any other revision. Without an
alarm, customers call.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.safety import world
from bench.safety.defects import BadRevision
from bench.safety.fleet import STEP, Fleet
from bench.safety.outcome import Outcome, outcome

CUSTOMERS = 4 * 60
"""Minutes of harm until customers have made somebody look, where no alarm did."""
STEPS = (1 / 3, 2 / 3, 1.0)
LONGEST = 6 * 24 * 60


def all_at_once(revision: BadRevision) -> Outcome:
    """All Regions in one wave."""
    return _walk(revision, [[region.name for region in world.regions()]])


def two_at_a_time(revision: BadRevision) -> Outcome:
    """Waves of two Regions, one after the other, without bake time."""
    names = [region.name for region in sorted(world.regions(), key=lambda region: (region.traffic_weight, region.name))]
    return _walk(revision, [names[start : start + 2] for start in range(0, len(names), 2)])


def _walk(revision: BadRevision, waves: Sequence[Sequence[str]]) -> Outcome:
    fleet, minute = Fleet(revision), revision.starts_at
    steps = [(wave, share) for wave in waves for share in STEPS]
    noticed: int | None = None
    while minute - revision.starts_at < LONGEST:
        since = minute - revision.starts_at
        if noticed is None or minute < noticed + revision.reaction:  # nobody has stopped the pipeline yet
            if since % STEP == 0 and since // STEP < len(steps):
                _replace(fleet, *steps[since // STEP], minute)
        elif minute >= noticed + revision.reaction + revision.repair:
            return _revert(fleet, waves, minute, noticed)
        fleet.pass_minute(minute)
        minute += 1
        if noticed is None and _is_noticed(fleet, minute):
            noticed = minute
    return outcome(fleet, noticed, None, "nothing")


def _replace(fleet: Fleet, wave: Sequence[str], share: float, minute: int) -> None:
    for region in wave:
        place = fleet.places.get(region) or fleet.begin(region, minute)
        place.share = share


def _is_noticed(fleet: Fleet, minute: int) -> bool:
    if fleet.revision.alarm and any(place.alarm() for place in fleet.places.values()):
        return True
    return fleet.first_harm is not None and minute - fleet.first_harm >= CUSTOMERS


def _revert(fleet: Fleet, waves: Sequence[Sequence[str]], minute: int, noticed: int) -> Outcome:
    """The revert goes through production's waves as the revision did."""
    for wave in waves:
        reached = [fleet.places[region] for region in wave if region in fleet.places]
        for share in (2 / 3, 1 / 3, 0.0) if reached else ():
            for place in reached:
                place.share = min(place.share, share)
            for _ in range(STEP):
                fleet.pass_minute(minute)
                minute += 1
    return outcome(fleet, noticed, minute, "people")
