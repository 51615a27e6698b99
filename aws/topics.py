"""Topics of SNS: one message, published with the service's own credentials."""

from __future__ import annotations

from typing import Any

from aws.accounts import AwsError, own_client, words


class TopicError(Exception):
    """SNS did not take a message; the message says why."""


def publish(arn: str, subject: str, message: str, attributes: dict[str, str], *, group: str, once: str) -> str:
    """Publishes to a topic in the Region that its ARN names; SNS's id of the message. Blocks: for a thread.

    subject: 100 characters of ASCII at most. group, once: of a FIFO topic's message. Raises TopicError.
    """
    given: dict[str, Any] = {
        "TopicArn": arn,
        "Subject": subject,
        "Message": message,
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
        },
    }
    if arn.endswith(".fifo"):
        given |= {"MessageGroupId": group, "MessageDeduplicationId": once}
    try:
        return str(own_client("sns", arn).publish(**given)["MessageId"])
    except AwsError as error:
        raise TopicError(words(error)) from error
