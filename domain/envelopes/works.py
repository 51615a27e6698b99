"""What is told of the work behind actions, whichever service does it: a stack's, a build's, a state machine's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.words import WorkKind, WorkStatus


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of the work that failed: a stack's resource or a build's phase. time: when AWS told it.

    name: its logical id, or the phase. resource: its physical id. type: of a resource. state: AWS's word.
    """

    name: str
    state: str
    time: datetime
    type: str | None = None
    resource: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WorkFact:
    """One thing that AWS said of one piece of work.

    arn: the stack, build or execution. time: when it was so; EventBridge's, in whole seconds. status: None for what
    is about a part alone. state: AWS's word. begins: it says that something new has begun under the same ARN, as a
    stack's next update. continues: it says that what had ended goes on, as with a rollback. cause: why it failed.
    failures: the parts of it that this says have failed. log_url: where the log is.
    """

    event_id: str
    kind: WorkKind
    arn: str
    account: str
    region: str
    name: str
    time: datetime
    status: WorkStatus | None = None
    state: str = ""
    begins: bool = False
    continues: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cause: str | None = None
    failures: tuple[Failure, ...] = ()
    log_url: str | None = None
