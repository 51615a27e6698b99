"""What a resolver has at hand: the database, the feed of events, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from models.engine import Database
from models.settings import Settings
from subscriptions.feed import Feed


@dataclass(frozen=True, slots=True)
class Context:
    """One request's, or one socket's. actor: who is asking, as the event log records it. source: from where."""

    database: Database
    feed: Feed
    settings: Settings
    actor: str
    source: str | None = None

    @property
    def scope(self) -> str:
        """What the viewer may see, as a name: viewers of one scope share what they subscribe to. Everybody sees all."""
        return "all"


Info: TypeAlias = strawberry.Info[Context, None]
