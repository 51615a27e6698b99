"""What is done by itself: what a look at a test environment's account tells, and when a pipeline may be started."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.configuration.entities import Freeze
from domain.words import FreezeScope

HOUR = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = HOUR
LONGEST_WHILE_MOVING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at an account found there, and did.

    stacks: those with the environment's tag, by name; one whose deletion was begun is still there. causes: by stack,
    why it cannot be deleted. moving: something is being deleted, and will be gone. unreachable: why there was no look.
    """

    stacks: tuple[str, ...] = ()
    causes: Mapping[str, str] = field(default_factory=dict)
    moving: bool = False
    unreachable: str | None = None

    @property
    def cause(self) -> str | None:
        """All that stands in the way, a line each; None where nothing does."""
        if self.unreachable is not None:
            return self.unreachable
        return "\n".join(f"{stack}: {cause}" for stack, cause in sorted(self.causes.items())) or None


def wait(attempts: int, *, moving: bool = False) -> timedelta:
    """How long to leave something alone after so many attempts in vain: 30 seconds, 1, 2, 4 minutes… up to an hour.

    moving: it goes on without us, so it is looked at every five minutes at least.
    """
    return min(FIRST_WAIT * (1 << min(attempts, 12)), LONGEST_WHILE_MOVING if moving else LONGEST_WAIT)


def token(arn: str, digest: str | None, asked_at: datetime) -> str:
    """What AWS knows one start of a pipeline by: asked for again under it, nothing is started twice.

    asked_at: a plan that comes back later, after another one, is a start of its own.
    """
    told = f"{arn} {digest} {asked_at.timestamp():.6f}"
    return hashlib.sha256(told.encode()).hexdigest()


def holding_back(freezes: Iterable[Freeze], service: str | None, team: str | None, now: datetime) -> list[str]:
    """The freezes in force that keep a service's pipelines from being started: of everything, the service or its team.

    A freeze of a stage, an account or a Region does not: the pipeline stops where it would deploy there.
    """
    frozen = {(FreezeScope.ORGANISATION, None), (FreezeScope.SERVICE, service), (FreezeScope.TEAM, team)}
    return sorted(
        each.name for each in freezes if each.starts_at <= now < each.ends_at and (each.scope, each.target) in frozen
    )
