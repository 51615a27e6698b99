"""How the service itself is."""

from datetime import datetime

import strawberry

from graph.types.clock import Clock


@strawberry.type(description="A named reader of the event log, and how far it is behind.")
class LogReader:
    name: str = strawberry.field(description="Such as `traces`: what it does with events.")
    cursor: str | None = strawberry.field(description="The last event whose effects are done; null where none is.")
    events_behind: int = strawberry.field(description="Events that it has not read; 10,000 stands for more.")
    seconds_behind: float = strawberry.field(description="Since the oldest of them; 0 where there is none.")


@strawberry.type(description="What all readers of the log wait for: a writing transaction that is still open.")
class LogHold:
    events: int = strawberry.field(description="Committed events that no reader may see yet.")
    seconds: float = strawberry.field(description="How long the oldest writing transaction runs; 0 without one.")
    pid: int | None = strawberry.field(description="PostgreSQL's process; null without one, or where it is prepared.")
    application: str | None = strawberry.field(description="The name that its program gave itself.")


@strawberry.type(description="What waits to be sent.")
class Waiting:
    count: int = strawberry.field(description="How many; 10,000 stands for more.")
    seconds: float = strawberry.field(description="How long the oldest of them has waited; 0 where there is none.")
    tried: bool = strawberry.field(
        description="Whether sending one of them has been tried; else nobody is to have them."
    )


@strawberry.type(description="The target of a notification route that does not take what is sent.")
class FailingTarget:
    route: str = strawberry.field(description="The route's name.")
    seconds: float = strawberry.field(description="Since the first of the failures in a row.")
    error: str | None = strawberry.field(description="Why it did not, the last time; never with a secret in it.")


@strawberry.type(description="How the service itself is: lags, and what waits for somebody.")
class Health:
    version: str = strawberry.field(description="The service's version.")
    clock: Clock
    database_time: datetime = strawberry.field(description="The database's clock.")
    database_version: str = strawberry.field(description="PostgreSQL's version.")
    readers: list[LogReader] = strawberry.field(description="The named readers of the log, by name.")
    hold: LogHold
    set_aside: int = strawberry.field(description="Messages that could not be understood; 10,000 stands for more.")
    spans: Waiting = strawberry.field(description="Sealed spans that are not sent to a collector.")
    metric_points: Waiting = strawberry.field(description="Data points that are not sent to CloudWatch.")
    notifications: Waiting = strawberry.field(
        description="Notifications that are not sent; what quiet hours hold back does not wait."
    )
    failing_targets: list[FailingTarget] = strawberry.field(
        description="Targets that do not take what is sent, 100 at most, the longest first."
    )
