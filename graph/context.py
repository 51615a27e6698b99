"""What a resolver has at hand: the database, the feed of events, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import strawberry

from aws import pipelines
from domain.permissions import Viewer
from domain.sight import seeing
from graph.authentication.callers import Session
from graph.denials import Denials
from graph.planner.questions import Noted
from models.engine import Database
from models.narrowing.seeing import Narrowed, seen_by
from models.settings import Settings
from subscriptions.feed import Feed


@dataclass(slots=True)
class Place:
    """Where a stream is in the log. after: the cursor that it resumes behind; at: that of what it told last."""

    after: str | None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One request's, or one socket's. viewer: who is asking, and what they may do. source: from where.

    session: the browser's, of whoever has signed in in one.
    place: that of a stream of server-sent events, None for everything else.
    noted: where the planner notes what it has answered (graph.keeping); None where nobody wants to know.
    database: as the viewer sees it, whatever database the context is made of.
    denials: what is told of those who may not, to all requests of a process together.
    """

    database: Database | Narrowed
    feed: Feed
    settings: Settings
    viewer: Viewer
    source: str | None = None
    denials: Denials = field(default_factory=Denials)
    place: Place | None = None
    noted: Noted | None = None
    session: Session | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "database", seen_by(self.database, self.viewer))

    @property
    def actor(self) -> str:
        """Who is asking, as the event log records it."""
        return self.viewer.actor

    @property
    def codepipelines(self) -> pipelines.CodePipelines:
        """Where what people do to pipelines is asked for."""
        return pipelines.codepipelines(self.settings)

    def now(self) -> datetime:
        """The time that decisions are made at."""
        return self.database.clock.now()

    @property
    def scope(self) -> str:
        """What the viewer may see, as a name: viewers of one scope share what they subscribe to."""
        return seeing(self.viewer)


Info: TypeAlias = strawberry.Info[Context, None]
