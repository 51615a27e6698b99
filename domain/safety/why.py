"""Why a revision is where it is, in a sentence for a person: the first that `why` says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import zones
from domain.safety.blockers import Blocker
from domain.words import Decision, Progress


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is in an environment. at: since when."""

    revision: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Why:
    """Where a service's next revision for an environment is, and what holds it back.

    number: the wave's place in its stage, from 1. decision: what it would be told at `at`; None where it does not ask.
    reasons: sentences without their full stops. asked_at: when its pipeline asked last.
    """

    service: str
    environment: str
    stage: str
    wave: str
    number: int
    at: datetime
    progress: Progress
    reasons: Sequence[str] = ()
    revision: str | None = None
    execution: str | None = None
    pipeline: str | None = None
    decision: Decision | None = None
    blockers: Sequence[Blocker] = ()
    clears_at: datetime | None = None
    asked_at: datetime | None = None
    deployed: Deployed | None = None
    zone: str = "UTC"

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        said = "; ".join(self.reasons)
        where = f"wave {self.number} of {self.stage}"
        if self.progress in (Progress.COMING, Progress.WAITING):
            return f"{where}: {said or 'nothing holds it back'}"
        if self.progress is Progress.DEPLOYED:
            return f"{where}: {self._there()}, and nothing newer is under way"
        words = {
            Progress.UNKNOWN: said,
            Progress.DEPLOYING: f"{_short(self.revision)} is being deployed{f': {said}' if said else ''}",
            Progress.WATCHED: f"{_short(self.revision)} is deployed, and watched: {said}",
            Progress.ENDED: f"{_short(self.revision)} did not get there: {said}",
        }
        return f"{where}: {words[self.progress]}"

    def _there(self) -> str:
        if self.deployed is None:
            return "nothing was ever deployed"
        since = f" since {zones.said(self.deployed.at, self.zone, self.at)}" if self.deployed.at else ""
        return f"{_short(self.deployed.revision)} is deployed{since}"


def _short(revision: str | None) -> str:
    return revision[:8] if revision else "an unknown revision"
