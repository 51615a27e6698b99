"""Who changed the configuration, when, from where and why."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import OperationKind
from graph.planner import connected, mapped
from graph.types.relay import Connection, Node
from models import tables


@mapped(tables.Change, "One transaction that changed the configuration.")
class Change(Node):
    number: int = strawberry.field(description="Changes count up in the order of their commits.")
    time: datetime
    actor: str = strawberry.field(description="Who asked for it.")
    source: str | None = strawberry.field(description="From where: the client, as it names itself, and its address.")
    reason: str | None = strawberry.field(description="Why, as the actor said.")
    reverts: int | None = strawberry.field(description="The number of the change that it took back.")
    entries: "Connection[ChangeEntry]" = connected("What it did to each entity, in order.")


@mapped(tables.ChangeEntry, "What a change did to one entity.")
class ChangeEntry(Node):
    position: int
    operation: OperationKind
    kind: str = strawberry.field(description="The entity's kind, as `wave`.")
    name: str = strawberry.field(description="What the entity is called by.")
    version: int = strawberry.field(description="The entity's version after the change.")
    before: JSON | None = strawberry.field(description="Its fields; null where it was not there.")
    after: JSON | None = strawberry.field(description="Its fields; null where it is no longer there.")
    change: Change
