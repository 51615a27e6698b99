"""What AWS told: the work behind actions, alarms, envelopes as they came, and messages that were set aside."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import AlarmState, Resolution, WorkKind, WorkStatus
from graph.planner import connected, mapped
from graph.types.relay import Connection, Node
from models import tables

REASON = "Why, in CloudWatch's words."


@mapped(tables.Envelope, "One of AWS's events as it came: nothing is folded from anything else.")
class Envelope(Node):
    event_id: str = strawberry.field(description="EventBridge's id of it.")
    detail_type: str = strawberry.field(description="What kind of event it is.")
    time: datetime = strawberry.field(description="When AWS says that it happened.")
    received_at: datetime = strawberry.field(description="When it was received here.")
    body: JSON = strawberry.field(description="The envelope, whole, but for values that may be secret.")


@mapped(tables.Work, "The work behind an action: a stack's latest operation, a build, or a state machine's execution.")
class Work(Node):
    arn: str
    kind: WorkKind
    account_id: str = strawberry.field(description="The AWS account that it is done in, twelve digits.")
    region_name: str
    name: str = strawberry.field(description="The stack's, the project's or the state machine's.")
    status: WorkStatus
    state: str = strawberry.field(description="AWS's word for the status; empty where it was not told.")
    started_at: datetime
    ended_at: datetime | None
    cause: str | None = strawberry.field(description="Why it failed, in AWS's words: the first failure, no cascade.")
    failures: JSON = strawberry.field(
        description="The resources or phases that failed, the first 50: name, state, time, type, resource, reason."
    )
    log_url: str | None = strawberry.field(description="Where a build's log is.")
    actions: "Connection[ActionExecution]" = connected("The actions whose work it is.")
    envelopes: Connection[Envelope] = connected("All that was told of it, the newest first.")


@mapped(tables.Alarm, "A CloudWatch alarm of some account, in the state that was told last.")
class Alarm(Node):
    name: str
    arn: str
    account_id: str = strawberry.field(description="The AWS account that it is in, twelve digits.")
    region_name: str
    state: AlarmState
    reason: str | None = strawberry.field(description=REASON)
    changed_at: datetime
    changes: "Connection[AlarmChange]" = connected("Its states, the newest first.")
    envelopes: Connection[Envelope] = connected("All that was told of it, the newest first.")


@mapped(tables.AlarmChange, "An alarm changed its state.")
class AlarmChange(Node):
    state: AlarmState
    previous: AlarmState | None = strawberry.field(description="What CloudWatch says that it was before.")
    reason: str | None = strawberry.field(description=REASON)
    changed_at: datetime
    alarm: Alarm


@mapped(tables.SetAside, "A message that could not be understood or recorded, kept with the newest reason.")
class SetAside(Node):
    message_id: str = strawberry.field(description="The queue's id of it, or one of its content.")
    reason: str = strawberry.field(description="What was wrong, when it was tried last.")
    body: str = strawberry.field(description="The message as far as text can hold it; of an envelope, what is kept.")
    received_at: datetime
    tries: int = strawberry.field(description="How often it was tried.")
    tried_at: datetime = strawberry.field(description="When it was tried last.")
    resolution: Resolution | None = strawberry.field(description="Null while it is set aside.")
    resolved_at: datetime | None
    resolved_by: str | None
    resolution_reason: str | None = strawberry.field(description="Why, in the words of whoever resolved it.")


from graph.types.executions import ActionExecution  # noqa: E402 - named above, resolved when the schema is built
