"""What became of one bad revision in one pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from bench.safety import world
from bench.safety.defects import Defect
from bench.safety.fleet import Fleet

WEEK = 7


@dataclass(frozen=True, slots=True)
class Outcome:
    """Regions: those in which requests were harmed beyond a one-box; reached: those that the revision came to.

    share: harmed requests in all of the fleet's in a week. detection, rollback: minutes from the first harmed request
    until it was noticed, and until the revision was gone; None where nothing was harmed or noticed.
    """

    defect: Defect
    regions: int
    reached: int
    share: float
    detection: int | None
    rollback: int | None
    stopped_by: str


def outcome(fleet: Fleet, noticed_at: int | None, gone_at: int | None, stopped_by: str) -> Outcome:
    """The outcome of a walk that is over."""
    harm = fleet.first_harm
    return Outcome(
        defect=fleet.revision.defect,
        regions=len(fleet.beyond),
        reached=len(fleet.places),
        share=fleet.harmed / world.fleet_requests(WEEK),
        detection=None if harm is None or noticed_at is None else max(0, noticed_at - harm),
        rollback=None if harm is None or gone_at is None else max(0, gone_at - harm),
        stopped_by=stopped_by,
    )
