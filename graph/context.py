"""What a resolver has at hand: the database, the feed of events, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import strawberry

from aws import pipelines
from domain.permissions import Viewer
from graph.authentication.bearers import Session
from models.engine import Database
from models.settings import Settings
from subscriptions.feed import Feed


@dataclass(frozen=True, slots=True)
class Context:
    """One request's, or one socket's. viewer: who is asking, and what they may do. source: from where.

    session: the browser's, of whoever has signed in in one.
    """

    database: Database
    feed: Feed
    settings: Settings
    viewer: Viewer
    source: str | None = None
    session: Session | None = None

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
        """What the viewer may see, as a name: viewers of one scope share what they subscribe to. Everybody sees all."""
        return "all"


Info: TypeAlias = strawberry.Info[Context, None]
