"""How long a revision needs at least to reach every wave: deploying, baking, and waiting for windows to open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.plans import PlanCheck
from domain.words import CheckKind, CheckWhen

DEPLOY_MINUTES = 15
"""An estimate: one stack's change set prepared and executed, in all environments of the wave at once."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WaveTime:
    """The minutes that a wave takes. watch_minutes: the longest of the checks that wait while it bakes."""

    name: str
    deploy_minutes: int = DEPLOY_MINUTES
    one_box_bake_minutes: int = 0
    bake_minutes: int = 0
    watch_minutes: int = 0

    @property
    def minutes(self) -> int:
        """From its start until it has passed: the bake time and its checks begin together, after the deployment."""
        return self.deploy_minutes + self.one_box_bake_minutes + max(self.bake_minutes, self.watch_minutes)


@dataclass(frozen=True, slots=True)
class WaveReached:
    """When a wave's deployment starts, and when the wave has passed."""

    name: str
    starts_at: datetime
    passed_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a revision comes, and when.

    minutes, last: from the start until the last wave has passed, and that time; None where a wave is never reached.
    reached: the waves that are, in order. never: the first wave whose windows never open again.
    """

    minutes: int | None
    reached: tuple[WaveReached, ...]
    last: datetime | None
    never: str | None = None


Opens = Callable[[WaveTime, datetime], datetime | None]
"""The next time, at or after the given one, at which the wave may start; None where there is none."""


def reach(waves: Iterable[WaveTime], start: datetime, opens: Opens) -> Reach:
    """Each wave starts when the one before has passed and it may start. Nothing fails, and nobody is waited for."""
    reached: list[WaveReached] = []
    ready = start
    for wave in waves:
        starts_at = opens(wave, ready)
        if starts_at is None:
            return Reach(None, tuple(reached), None, never=wave.name)
        ready = starts_at + wave.minutes * _MINUTE
        reached.append(WaveReached(wave.name, starts_at, ready))
    return Reach(-((start - ready) // _MINUTE), tuple(reached), ready)


def always(_wave: WaveTime, moment: datetime) -> datetime:
    """`opens` of waves that may start at any time."""
    return moment


def watch_minutes(checks: Iterable[PlanCheck]) -> int:
    """How long the checks after a wave wait at least: they run at once, so the longest counts. 0 where none waits.

    A BAKE check waits for its minutes and an ALARM check watches for the whole of its time; the others end when they
    have an outcome.
    """
    return max((_waits(check) for check in checks if check.when is CheckWhen.AFTER), default=0)


def _waits(check: PlanCheck) -> int:
    if check.kind is CheckKind.BAKE:
        return int(check.configuration["minutes"])
    return check.timeout_minutes if check.kind is CheckKind.ALARM else 0
