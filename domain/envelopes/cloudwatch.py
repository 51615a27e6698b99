"""CloudWatch's envelopes: an alarm has changed its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain import moments
from domain.envelopes.reading import arn, detail_of, head, identifier, nested, one_of, reason
from domain.words import AlarmState

SOURCE = "aws.cloudwatch"
ALARM = "CloudWatch Alarm State Change"


@dataclass(frozen=True, slots=True)
class AlarmFact:
    """One change of one alarm. time: EventBridge's. changed_at: CloudWatch's, in milliseconds."""

    event_id: str
    arn: str
    account: str
    region: str
    name: str
    time: datetime
    state: AlarmState
    previous: AlarmState | None
    reason: str | None
    changed_at: datetime


def fact(envelope: dict[str, Any]) -> AlarmFact:
    """What an envelope says of its alarm, which is the first of its resources."""
    detail = detail_of(envelope)
    sent = head(envelope, SOURCE)
    now, before = nested(detail.get("state")), nested(detail.get("previousState"))
    resources = envelope.get("resources")
    first = resources[0] if isinstance(resources, list) and resources else None
    words = AlarmState.__members__
    return AlarmFact(
        event_id=sent.event_id,
        arn=arn("resources", first, "cloudwatch", "alarm:", sent),
        account=sent.account,
        region=sent.region,
        name=identifier(detail, "alarmName"),
        time=sent.time,
        state=one_of(AlarmState, "state", now.get("value")),
        previous=words.get(before["value"]) if isinstance(before.get("value"), str) else None,
        reason=reason(now.get("reason")),
        changed_at=moments.parse_or_none(now.get("timestamp")) or sent.time,
    )
