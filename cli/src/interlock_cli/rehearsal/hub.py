"""The way from CodePipeline to the service: the pipeline account's rule, the hub's bus, the queue that intake reads.

The emulator delivers no event to another account's bus, and emits none of its own. So each envelope is first held
against the pattern of the rule that is really deployed, and what the rule lets pass is put on the hub's queue.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.envelopes import Envelope
from interlock_cli.rehearsal.places import Place, account_of

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef

QUEUE = "interlock-intake"
RECEIVED = 10  # SQS gives at most ten messages at once


class Rule:
    """A deployed rule of EventBridge, by its name in an account and Region."""

    def __init__(self, accounts: Accounts, place: Place, name: str) -> None:
        """Reads its pattern."""
        self._events = accounts.events(place)
        self.pattern = self._events.describe_rule(Name=name)["EventPattern"]

    def matches(self, envelope: Envelope) -> bool:
        """Whether it lets the envelope pass, as EventBridge says."""
        tested = self._events.test_event_pattern(EventPattern=self.pattern, Event=json.dumps(envelope))
        return bool(tested["Result"])


class Hub:
    """The queue `interlock-intake` of the hub account, behind the pipelines' rules. Safe to share among threads."""

    def __init__(self, accounts: Accounts, bus_arn: str) -> None:
        """Makes the queue, if it is not there, in the account and Region of the bus."""
        self.place = place_of_bus(bus_arn)
        self._sqs = accounts.sqs(self.place)
        self.queue_url = self._sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        self._order = threading.Lock()
        self.sent = 0
        self.dropped = 0

    def emit(self, envelope: Envelope, rule: Rule | None = None) -> None:
        """Passes an envelope on as the rule would; what the rule does not match is counted and dropped.

        Without a rule it comes from an account whose rule passes everything of its kind on.
        """
        matched = rule is None or rule.matches(envelope)
        body = json.dumps(envelope)
        with self._order:
            if not matched:
                self.dropped += 1
                return
            self._sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)
            self.sent += 1

    def receive(self, wait_seconds: int) -> list[tuple[str, Envelope]]:
        """Up to ten envelopes with their receipts; waits for the first at most so long."""
        answer = self._sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=RECEIVED, WaitTimeSeconds=wait_seconds
        )
        return [(each["ReceiptHandle"], json.loads(each["Body"])) for each in answer.get("Messages", [])]

    def delete(self, receipts: list[str]) -> None:
        """Takes what was received off the queue."""
        entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "ReceiptHandle": receipt} for index, receipt in enumerate(receipts)
        ]
        self._sqs.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)

    def waiting(self) -> int:
        """How many envelopes are on the queue, being read included."""
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self.queue_url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(value) for value in answer["Attributes"].values())

    def await_empty(self, seconds: float) -> int:
        """Waits until the service's intake has taken everything; answers how many envelopes are still there."""
        deadline = time.monotonic() + seconds
        while (left := self.waiting()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


def place_of_bus(arn: str) -> Place:
    """The account and Region of an event bus. Raises CommandError for what is not one."""
    account = account_of(arn)
    if account is None:
        raise CommandError(
            f"The pipeline sends its events to {arn!r}, which is not the ARN of an event bus.",
            "Set eventBusArn of the organisation.",
        )
    return Place(account, arn.split(":")[3])
