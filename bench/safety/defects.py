"""What can be wrong with a revision, and when it shows. All of them passed the tests before production."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bench.safety import world

DAY = 24 * 60
LOADS = (0.25, 0.45)
"""A defect under load shows above some share of the largest Region's peak: no Region of the first wave gets there."""


class Defect(StrEnum):
    """A class of defects; the value is its name in the report."""

    AT_ONCE = "faults at once"
    SLOW = "slow at once"
    SILENT = "requests drop to zero"
    DELAYED = "faults after 10 min to 10 h"
    UNDER_LOAD = "faults only under load"
    ONE_REGION = "faults in one Region only"
    SCHEMA = "only with the newer schema"
    ALARM_MISSING = "faults, alarm missing"
    FAINT_ALARM_MISSING = "faint faults, alarm missing"
    AFTER_THE_BAKE = "faults after 18 to 60 h"


@dataclass(frozen=True, slots=True)
class BadRevision:
    """One bad revision. starts_at: the minute at which it is ready for production.

    share: of the requests that meet the defect, those that fail (or wait, or never come). delay: minutes from the
    first box to the defect. region: the only one that it shows in. load: requests a minute of a Region above which it
    shows. reaction, repair: minutes until people look, and until their way back has begun, where people watch.
    """

    number: int
    defect: Defect
    starts_at: int
    share: float
    delay: int
    region: str | None
    load: float
    reaction: int
    repair: int

    @property
    def breaks_its_predecessor(self) -> bool:
        """Whether it is the old code that suffers, beside the new one's schema, and after a rollback as well."""
        return self.defect is Defect.SCHEMA

    @property
    def alarm(self) -> bool:
        """Whether the service's authored alarm is there."""
        return self.defect not in (Defect.ALARM_MISSING, Defect.FAINT_ALARM_MISSING)

    def harms(self, region: str, minute: int, began_at: int) -> float:
        """The share of requests to it that suffer, in a Region, at a minute, since its first box began there."""
        if self.region not in (None, region) or minute - began_at < self.delay:
            return 0.0
        if self.load and world.traffic(region).of_minute[minute] <= self.load:
            return 0.0
        return self.share


def bad_revisions(count: int, seed: int) -> Iterator[BadRevision]:
    """So many, of each class as many, at any time of any day of a week. The same seed gives the same."""
    dice = random.Random(seed)
    names = [region.name for region in world.regions()]
    kinds = list(Defect)
    peak = max(region.traffic_weight for region in world.regions()) * world.REQUESTS
    for number in range(count):
        defect = kinds[number % len(kinds)]
        yield BadRevision(
            number=number,
            defect=defect,
            starts_at=dice.randrange(7 * DAY, 14 * DAY),
            share=_share(defect, dice),
            delay=_delay(defect, dice),
            region=dice.choice(names) if defect is Defect.ONE_REGION else None,
            load=dice.uniform(*LOADS) * peak if defect is Defect.UNDER_LOAD else 0.0,
            reaction=round(dice.triangular(5, 60, 15)),
            repair=round(dice.triangular(20, 60, 30)),
        )


def _share(defect: Defect, dice: random.Random) -> float:
    """Faint faults are below every floor that needs no author; zero requests are all of them."""
    if defect is Defect.SILENT:
        return 1.0
    return dice.uniform(0.02, 0.04) if defect is Defect.FAINT_ALARM_MISSING else dice.uniform(0.1, 1.0)


def _delay(defect: Defect, dice: random.Random) -> int:
    if defect is Defect.DELAYED:
        return round(10 * 60 ** dice.random())
    return round(dice.uniform(18, 60) * 60) if defect is Defect.AFTER_THE_BAKE else 0
