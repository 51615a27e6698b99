"""A topic of SNS: a text to read, with attributes to filter by.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html has the limits: a subject of 100 ASCII characters, a message
of 256 KB. https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html: a subscription with raw delivery to
SQS takes ten attributes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from aws.topics import TopicError, publish
from reporting.channels.outcome import Outgoing, Refused, plain

_SUBJECT = 100


def send(outgoing: Outgoing) -> dict[str, Any]:
    """The receipt: SNS's id of the message. Blocks: for a thread. Raises Refused."""
    document = outgoing.document
    group = hashlib.sha256(outgoing.claimed.thread.encode()).hexdigest()
    try:
        message_id = publish(
            outgoing.claimed.address,
            subject(document["title"]),
            plain(document),
            attributes(outgoing),
            group=group,
            once=outgoing.id,
        )
    except TopicError as error:
        raise Refused(str(error)) from None
    return {"messageId": message_id}


def subject(title: str) -> str:
    """Printable ASCII, beginning with a letter, digit or punctuation."""
    plain_ascii = "".join(each if " " <= each <= "~" else "?" for each in title).strip()
    return plain_ascii[:_SUBJECT] or "Interlock"


def attributes(outgoing: Outgoing) -> dict[str, str]:
    """For filter policies: what the event is, of whom and where; and the id that tells repetitions."""
    document = outgoing.document
    told = {"id": outgoing.id, "type": document["type"], "urgent": str(document["urgent"]).lower()}
    return {**told, "thread": document["thread"], **document["attributes"]}
